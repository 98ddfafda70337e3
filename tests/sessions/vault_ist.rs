//! Vault: a new refresh token comes sometimes.

use token_refresh_clients::vault_ist::{Client, RefreshToken, Tokens};
use token_refresh_runtime::Failure;
use token_refresh_runtime::session::{SessionErrorKind, TokenSource};
use token_refresh_runtime::testing::{Fault, Rotation};

use crate::support::*;

async fn start() -> (World, TokenSource<Client>) {
    let world = World::of::<Client>(|server| {
        server
            .rotation(Rotation::Every(3))
            .lifetime("accessToken", HOUR)
    });
    let client = Client::builder().partner_id(4711);
    let client = client.base_url(&world.server.url()).unwrap();
    let source = world.source(client.build().unwrap());
    let refresh_token: RefreshToken = world.server.sign_in().token();
    source
        .insert(Tokens::from_refresh(refresh_token))
        .await
        .unwrap();
    (world, source)
}

#[tokio::test]
async fn a_whole_life() {
    let (world, source) = start().await;
    let mut grants = Vec::new();
    for round in 1..=9 {
        let token = soon(source.token()).await.unwrap();
        assert_eq!(world.api(source.header_name(), &token), 200);
        world.assert_clean(round);
        grants.extend(world.server.latest(1, "refreshToken"));
        world.clock.advance(30 * MINUTE);
        assert_eq!(source.token().await.unwrap(), token);
        world.assert_clean(round);
        world.clock.advance(HOUR);
    }
    grants.dedup();
    assert_eq!(grants.len(), 4, "with each third refresh comes another one");
}

#[tokio::test]
async fn invalid_grant_ends_the_session() {
    let (world, source) = start().await;
    world.server.revoke(1);
    let error = soon(source.token()).await.unwrap_err();
    assert!(error.needs_reauthentication());
    for _ in 0..100 {
        world.clock.advance(HOUR);
        assert!(
            soon(source.token())
                .await
                .unwrap_err()
                .needs_reauthentication()
        );
    }
    assert_eq!(world.server.counts().requests, 1);
    let refresh_token: RefreshToken = world.server.sign_in().token();
    source
        .insert(Tokens::from_refresh(refresh_token))
        .await
        .unwrap();
    soon(source.token()).await.unwrap();
}

#[tokio::test]
async fn every_other_class_of_failure() {
    for (means, kind) in [
        (Failure::Rejected, SessionErrorKind::Rejected),
        (Failure::RateLimited, SessionErrorKind::RateLimited),
        (Failure::Transient, SessionErrorKind::Transient),
        (Failure::Credentials, SessionErrorKind::Misconfigured),
    ] {
        let (world, source) = start().await;
        world.server.next(Fault::refuse(means));
        assert_eq!(soon(source.token()).await.unwrap_err().kind(), kind);
        world.clock.advance(5 * MINUTE);
        soon(source.token()).await.unwrap();
        world.assert_clean(1);
    }
}

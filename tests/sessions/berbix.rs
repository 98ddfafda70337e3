//! Berbix: two tokens come back, the refresh token stays.

use token_refresh_clients::berbix::{
    AccessToken, Client, ClientToken, RefreshToken, TokenSet, Tokens,
};
use token_refresh_runtime::Failure;
use token_refresh_runtime::session::{SessionErrorKind, TokenSource};
use token_refresh_runtime::testing::{Fault, Rotation, SignedIn};

use crate::support::*;

fn start() -> (World, TokenSource<Client>) {
    let world = World::of::<Client>(|server| server.rotation(Rotation::Never));
    let client = Client::builder().api_secret("secret_test_1");
    let client = client.base_url(&world.server.url()).unwrap();
    let source = world.source(client.build().unwrap());
    (world, source)
}

fn set(signed_in: &SignedIn) -> TokenSet {
    TokenSet {
        access_token: Some(signed_in.token::<AccessToken>()),
        client_token: Some(signed_in.token::<ClientToken>()),
        refresh_token: signed_in.token(),
    }
}

#[tokio::test]
async fn a_whole_life() {
    let (world, source) = start();
    // Before anyone has signed in, there is nothing to ask for.
    assert!(
        soon(source.token())
            .await
            .unwrap_err()
            .needs_reauthentication()
    );
    let signed_in = world.server.sign_in();
    source.insert(set(&signed_in)).await.unwrap();
    let mut events = source.events();
    for round in 0..5 {
        let token = soon(source.token()).await.unwrap();
        assert_eq!(world.api(source.header_name(), &token), 200);
        let client: ClientToken = soon(source.get()).await.unwrap();
        assert_eq!(
            world.server.latest(1, "clientToken").as_deref(),
            Some(client.expose())
        );
        // Steady: nobody calls.
        world.clock.advance(30 * MINUTE);
        assert_eq!(source.token().await.unwrap(), token);
        world.assert_clean(round);
        // Due: the old one is served, and replaced behind the reader.
        world.clock.advance(28 * MINUTE);
        assert_eq!(source.token().await.unwrap(), token);
        event(&mut events, is_refreshed).await;
        assert_ne!(source.token().await.unwrap(), token);
    }
    world.assert_clean(5);
    let latest = world.server.latest(1, "refreshToken");
    assert_eq!(
        latest.as_deref(),
        signed_in.text("refreshToken"),
        "there is no rotation"
    );
}

#[tokio::test]
async fn a_stored_refresh_token_is_enough() {
    let (world, source) = start();
    let refresh_token: RefreshToken = world.server.sign_in().token();
    source
        .insert(Tokens::from_refresh(refresh_token))
        .await
        .unwrap();
    let token = soon(source.token()).await.unwrap();
    assert_eq!(world.api(source.header_name(), &token), 200);
    world.assert_clean(1);
}

#[tokio::test]
async fn every_class_of_failure() {
    for (means, kind) in [
        (Failure::Reauthenticate, SessionErrorKind::Reauthenticate),
        (Failure::Credentials, SessionErrorKind::Misconfigured),
        (Failure::RateLimited, SessionErrorKind::RateLimited),
        (Failure::Transient, SessionErrorKind::Transient),
        (Failure::Rejected, SessionErrorKind::Rejected),
    ] {
        let (world, source) = start();
        source.insert(set(&world.server.sign_in())).await.unwrap();
        world.clock.advance(2 * HOUR);
        world.server.next(Fault::refuse(means));
        let error = soon(source.token()).await.unwrap_err();
        assert_eq!(error.kind(), kind);
        world.clock.advance(HOUR);
        let later = soon(source.token()).await;
        assert_eq!(later.is_ok(), means != Failure::Reauthenticate, "{means:?}");
    }
}

//! Transak's partner API: nothing is spent but the partner's own credentials, and only once the old token is over.

use token_refresh_clients::transak_partner::Client;
use token_refresh_runtime::Failure;
use token_refresh_runtime::session::{SessionErrorKind, TokenSource};
use token_refresh_runtime::testing::{Fault, StrictServerBuilder};

use crate::support::*;

fn start() -> (World, TokenSource<Client>) {
    let world = World::of::<Client>(StrictServerBuilder::enforce_window);
    let source = another(&world);
    (world, source)
}

fn another(world: &World) -> TokenSource<Client> {
    let client = Client::builder().api_key("key").api_secret("secret");
    let client = client.base_url(&world.server.url()).unwrap();
    world.source(client.build().unwrap())
}

#[tokio::test]
async fn a_whole_life() {
    // There is no sign-in: the first read makes the first call.
    let (world, source) = start();
    assert!(source.current().is_none());
    for round in 1..=5 {
        let token = soon(source.token()).await.unwrap();
        world.assert_clean(round);
        assert_eq!(source.header_name().unwrap(), "access-token");
        assert_eq!(world.api(source.header_name(), &token), 200);
        // The vendor accepts no call while the token is good, and none is made to its last second.
        world.clock.advance((7 * DAY).saturating_sub(2 * SECOND));
        for _ in 0..100 {
            assert_eq!(source.token().await.unwrap(), token);
        }
        assert_eq!(world.api(source.header_name(), &token), 200);
        // Another process finds it in the store.
        assert_eq!(soon(another(&world).token()).await.unwrap(), token);
        world.assert_clean(round);
        world.clock.advance(2 * SECOND);
    }
}

#[tokio::test]
async fn a_refusal_is_the_operators_to_mend() {
    let (world, source) = start();
    world.server.next(Fault::refuse(Failure::Credentials));
    let error = soon(source.token()).await.unwrap_err();
    assert!(error.is_misconfigured());
    assert!(!error.needs_reauthentication());
    for _ in 0..100 {
        assert!(source.token().await.unwrap_err().is_misconfigured());
    }
    assert_eq!(world.server.counts().requests, 1);
    world.clock.advance(5 * MINUTE);
    soon(source.token()).await.unwrap();
}

#[tokio::test]
async fn every_other_class_of_failure() {
    for (means, kind) in [
        (Failure::Rejected, SessionErrorKind::Rejected),
        (Failure::RateLimited, SessionErrorKind::RateLimited),
        (Failure::Transient, SessionErrorKind::Transient),
    ] {
        let (world, source) = start();
        world.server.next(Fault::refuse(means));
        assert_eq!(soon(source.token()).await.unwrap_err().kind(), kind);
        world.clock.advance(5 * MINUTE);
        soon(source.token()).await.unwrap();
    }
}

/// What is lost here costs nothing: credentials can be shown again. The vendor may call that early; this one does not.
#[tokio::test]
async fn a_lost_answer_is_asked_for_again() {
    let world = World::of::<Client>(|server| server);
    let source = another(&world);
    world.server.next(Fault::reset_after());
    soon(source.token()).await.unwrap();
    assert_eq!(world.server.counts().requests, 2);
}

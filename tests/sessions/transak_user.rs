//! Transak's user API: the access token itself is spent, and only while it is good.

use token_refresh_clients::transak_user::{AccessToken, Client};
use token_refresh_runtime::Failure;
use token_refresh_runtime::session::{EventKind, SessionErrorKind, TokenSource};
use token_refresh_runtime::testing::Fault;

use crate::support::*;

const LIFE: u32 = 30;

async fn start() -> (World, TokenSource<Client>) {
    let world =
        World::of::<Client>(|server| server.enforce_window().lifetime("accessToken", LIFE * DAY));
    let client = Client::builder().base_url(&world.server.url()).unwrap();
    let source = world.source(client.build().unwrap());
    let token: AccessToken = world.server.sign_in().token();
    source.insert(token).await.unwrap();
    (world, source)
}

#[tokio::test]
async fn a_whole_life() {
    let (world, source) = start().await;
    let mut events = source.events();
    for round in 0..5 {
        let token = soon(source.token()).await.unwrap();
        assert_eq!(source.header_name().unwrap(), "authorization");
        assert_eq!(world.api(source.header_name(), &token), 200);
        world.clock.advance((LIFE - 2) * DAY);
        assert_eq!(source.token().await.unwrap(), token);
        world.assert_clean(round);
        // The last day is kept for trouble.
        world.clock.advance(DAY);
        assert_eq!(source.token().await.unwrap(), token);
        event(&mut events, is_refreshed).await;
        assert_ne!(source.token().await.unwrap(), token);
        world.assert_clean(round + 1);
    }
}

#[tokio::test]
async fn a_day_of_trouble_does_not_cost_the_session() {
    let (world, source) = start().await;
    let mut events = source.events();
    world.clock.advance((LIFE - 1) * DAY);
    world.server.always(Fault::status(500));
    let token = source.token().await.unwrap();
    event(&mut events, is_failed).await;
    for _ in 0..23 {
        world.clock.advance(HOUR);
        assert_eq!(source.token().await.unwrap(), token);
        event(&mut events, is_failed).await;
    }
    world.server.behave();
    world.clock.advance(10 * MINUTE);
    assert_eq!(source.token().await.unwrap(), token);
    event(&mut events, is_refreshed).await;
    world.assert_clean(1);
}

/// The window has closed: the vendor would refuse the call, and none is made.
#[tokio::test]
async fn once_it_is_over_only_a_sign_in_helps() {
    let (world, source) = start().await;
    let end = world.clock.now().wall.plus(LIFE * DAY);
    world.clock.advance((LIFE + 1) * DAY);
    let error = soon(source.token()).await.unwrap_err();
    assert!(error.needs_reauthentication());
    let how = error.how().how.unwrap();
    assert!(how.contains("one-time code"), "{how}");
    assert_eq!(error.since().unwrap().unix_seconds(), end.unix_seconds());
    assert_eq!(world.server.counts().requests, 0);
    // It goes on with the next sign-in.
    let token: AccessToken = world.server.sign_in().token();
    source.insert(token).await.unwrap();
    soon(source.token()).await.unwrap();
}

#[tokio::test]
async fn code_1002_ends_the_session() {
    let (world, source) = start().await;
    let mut events = source.events();
    world.clock.advance((LIFE - 1) * DAY);
    world.server.next(Fault::refuse(Failure::Reauthenticate));
    let token = source.token().await.unwrap();
    event(&mut events, |kind| matches!(kind, EventKind::Dead(_))).await;
    // What is good is good to its end, but nothing more is asked for.
    for _ in 0..10 {
        world.clock.advance(HOUR);
        drop(source.token().await);
    }
    assert_eq!(world.server.counts().requests, 1);
    assert_eq!(world.api(source.header_name(), &token), 200);
    world.clock.advance(DAY);
    let error = soon(source.token()).await.unwrap_err();
    assert_eq!(error.kind(), SessionErrorKind::Reauthenticate);
}

//! A token source over real sockets: read, refreshed, taken, refused, shut down.
#![cfg(all(feature = "session", feature = "reqwest", feature = "testing"))]

mod support;

use std::time::Duration;

use support::providers::{Rotating, START, Tickets};
use token_refresh_runtime::Provider as _;
use token_refresh_runtime::session::store::MemoryStore;
use token_refresh_runtime::session::{Clock, EventKind, ManualClock, TokenSource};
use token_refresh_runtime::testing::{StrictServer, StrictServerBuilder};

fn server(clock: &ManualClock, builder: StrictServerBuilder) -> StrictServer {
    let clock = clock.clone();
    builder.clock(move || clock.now().wall).start()
}

#[tokio::test]
async fn a_token_is_refreshed_once_it_is_over() {
    let clock = ManualClock::at(START);
    let server = server(&clock, StrictServer::builder(Rotating::LIFECYCLE).strict());
    let source = TokenSource::builder(
        Rotating::at(&server.url()),
        MemoryStore::with_clock(clock.clone()),
        "customer-42",
    )
    .clock(Clock::Manual(clock.clone()))
    .build();
    let signed_in = server.sign_in();
    let first = signed_in.text("accessToken").unwrap().to_owned();
    source.insert(signed_in.into_kept()).await.unwrap();
    assert_eq!(
        source.token().await.unwrap(),
        format!("Bearer {first}").as_str()
    );
    assert!(source.token().await.unwrap().is_sensitive());
    assert_eq!(server.counts().requests, 0);

    clock.advance(Duration::from_secs(3600));
    assert_eq!(source.current(), None);
    let second = source.token().await.unwrap();
    assert_ne!(second, format!("Bearer {first}").as_str());
    assert_eq!(source.token().await.unwrap(), second);
    assert_eq!(server.counts().requests, 1);
    assert_eq!(server.counts().reused, 0);

    source.invalidate(&second).await;
    source.invalidate(&second).await;
    assert_ne!(source.token().await.unwrap(), second);
    assert_eq!(server.counts().requests, 2);
    source.shutdown().await;
}

#[tokio::test]
async fn a_ticket_is_taken_once_and_its_successor_fetched_behind_it() {
    let clock = ManualClock::at(START);
    let server = server(&clock, StrictServer::builder(Tickets::LIFECYCLE).strict());
    let source = TokenSource::builder(
        Tickets::at(&server.url()),
        MemoryStore::with_clock(clock.clone()),
        "wallet",
    )
    .clock(Clock::Manual(clock.clone()))
    .build();
    source.insert(server.sign_in().into_kept()).await.unwrap();
    let mut events = source.events();
    let first = source.take().await.unwrap().into_secret();
    let event = events.next().await.unwrap();
    assert!(
        matches!(event.kind, EventKind::Refreshed { .. }),
        "{event:?}"
    );
    assert_eq!(server.counts().requests, 1);
    let second = source.take().await.unwrap().into_secret();
    assert_ne!(first, second);
    assert_eq!(server.counts().reused, 0);
}

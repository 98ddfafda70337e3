//! A token source over real sockets: read, refreshed, taken, refused, forgotten, watched.
#![cfg(all(feature = "session", feature = "reqwest", feature = "testing"))]

mod support;

use std::time::Duration;

use support::providers::{FragileTickets, IdToken, Identified, Rotating, START, Tickets};
use token_refresh_runtime::session::store::MemoryStore;
use token_refresh_runtime::session::{
    Clock, EventKind, ManualClock, SessionErrorKind, TokenSource,
};
use token_refresh_runtime::testing::StrictServer;
use token_refresh_runtime::{Keep, http};

/// A server, a store and a source that go by one clock.
struct Bench<P> {
    clock: ManualClock,
    server: StrictServer,
    source: TokenSource<P>,
}

impl<P: Keep> Bench<P> {
    fn new(client: impl FnOnce(&str) -> P) -> Self {
        let clock = ManualClock::at(START);
        let hands = clock.clone();
        let server = StrictServer::builder(P::LIFECYCLE)
            .strict()
            .clock(move || hands.now().wall)
            .start();
        let store = MemoryStore::with_clock(clock.clone());
        let source = TokenSource::builder(client(&server.url()), store, "customer-42")
            .clock(Clock::Manual(clock.clone()))
            .runtime(tokio::runtime::Handle::current())
            .build();
        Self {
            clock,
            server,
            source,
        }
    }
}

#[tokio::test]
async fn a_token_is_refreshed_once_it_is_over() {
    let Bench {
        clock,
        server,
        source,
    } = Bench::new(Rotating::at);
    let signed_in = server.sign_in();
    let first = format!("Bearer {}", signed_in.text("accessToken").unwrap());
    source.insert(signed_in.into_kept()).await.unwrap();
    assert_eq!(source.token().await.unwrap(), first.as_str());
    assert!(source.token().await.unwrap().is_sensitive());
    assert_eq!(source.header_name(), Some(http::header::AUTHORIZATION));
    assert_eq!(server.counts().requests, 0);

    clock.advance(Duration::from_secs(3600));
    assert_eq!(source.current(), None);
    let second = source.token().await.unwrap();
    assert_ne!(second, first.as_str());
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
    let Bench { server, source, .. } = Bench::new(Tickets::at);
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

#[tokio::test]
async fn a_ticket_that_a_refresh_would_kill_has_no_successor_before_the_next_is_asked_for() {
    let Bench { server, source, .. } = Bench::new(FragileTickets::at);
    source.insert(server.sign_in().into_kept()).await.unwrap();
    let first = source.take().await.unwrap().into_secret();
    source.shutdown().await;
    assert_eq!(server.counts().requests, 0);
    let error = source.take().await.unwrap_err();
    assert_eq!(error.kind(), SessionErrorKind::ShutDown);
    drop(first);
}

#[tokio::test]
async fn no_ticket_is_taken_out_of_the_store_after_a_shutdown() {
    let Bench { server, source, .. } = Bench::new(Tickets::at);
    source.insert(server.sign_in().into_kept()).await.unwrap();
    source.shutdown().await;
    let error = source.take().await.unwrap_err();
    assert_eq!(error.kind(), SessionErrorKind::ShutDown);
}

#[tokio::test]
async fn whoever_takes_a_ticket_and_goes_away_leaves_it_to_the_next() {
    let Bench { server, source, .. } = Bench::new(FragileTickets::at);
    let signed_in = server.sign_in();
    let text = signed_in.text("accessToken").unwrap().to_owned();
    source.insert(signed_in.into_kept()).await.unwrap();
    {
        // Polled once, the change is on its way; then whoever asked goes away.
        let mut taking = std::pin::pin!(source.take());
        let waker = std::task::Waker::noop();
        let polled = taking
            .as_mut()
            .poll(&mut std::task::Context::from_waker(waker));
        assert!(polled.is_pending());
    }
    // Changes are made one after the other, and this one comes second.
    let taken = source.take().await.unwrap().into_secret();
    assert_eq!(taken.expose(), text);
    assert_eq!(server.counts().requests, 0);
}

/// As long as the change takes on this thread, with a store in memory: nothing here waits for anything else.
async fn let_it_be_made() {
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_ticket_that_has_come_is_not_lost_with_whoever_does_not_look_any_more() {
    let Bench { server, source, .. } = Bench::new(FragileTickets::at);
    let signed_in = server.sign_in();
    let text = signed_in.text("accessToken").unwrap().to_owned();
    source.insert(signed_in.into_kept()).await.unwrap();
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let mut taking = Box::pin(source.take());
    assert!(taking.as_mut().poll(&mut context).is_pending());
    let_it_be_made().await;
    // Its answer is there, and is never looked at.
    drop(taking);
    let taken = source.take().await.unwrap().into_secret();
    assert_eq!(taken.expose(), text);
    assert_eq!(server.counts().requests, 0);
}

#[tokio::test]
async fn a_ticket_of_the_session_before_is_nobodys() {
    let Bench { server, source, .. } = Bench::new(FragileTickets::at);
    source.insert(server.sign_in().into_kept()).await.unwrap();
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let mut taking = Box::pin(source.take());
    assert!(taking.as_mut().poll(&mut context).is_pending());
    let_it_be_made().await;
    let signed_in = server.sign_in();
    let text = signed_in.text("accessToken").unwrap().to_owned();
    source.insert(signed_in.into_kept()).await.unwrap();
    drop(taking);
    let taken = source.take().await.unwrap().into_secret();
    assert_eq!(taken.expose(), text);
    assert_eq!(server.counts().requests, 0);
}

/// Many go away at once: none of their tickets takes another one's place.
#[tokio::test]
async fn several_tickets_that_nobody_waited_for_are_all_kept() {
    let Bench { server, source, .. } = Bench::new(Tickets::at);
    source.insert(server.sign_in().into_kept()).await.unwrap();
    let mut events = source.events();
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let mut left = Vec::new();
    for _ in 0..2 {
        let mut taking = Box::pin(source.take());
        assert!(taking.as_mut().poll(&mut context).is_pending());
        // The successor is fetched behind it.
        while !matches!(
            events.next().await.unwrap().kind,
            EventKind::Refreshed { .. }
        ) {}
        left.push(taking);
    }
    let requests = server.counts().requests;
    drop(left);
    let first = source.take().await.unwrap().into_secret();
    let second = source.take().await.unwrap().into_secret();
    assert_ne!(first, second);
    assert_eq!(server.counts().requests, requests);
}

/// A day back by the wall's clock, and two hours on by both: the ticket is over, whatever the wall's clock shows.
fn set_back(clock: &ManualClock) {
    clock.step_wall(-86_400_000);
    clock.advance(Duration::from_secs(7200));
}

#[tokio::test]
async fn a_ticket_that_is_over_is_not_taken_after_the_clock_was_set_back() {
    let bench = Bench::new(FragileTickets::at);
    let signed_in = bench.server.sign_in();
    let text = signed_in.text("accessToken").unwrap().to_owned();
    bench.source.insert(signed_in.into_kept()).await.unwrap();
    set_back(&bench.clock);
    let taken = bench.source.take().await.unwrap().into_secret();
    assert_ne!(taken.expose(), text);
    assert_eq!(bench.server.counts().requests, 1);
}

#[tokio::test]
async fn a_ticket_that_was_left_is_not_handed_over_after_the_clock_was_set_back() {
    let bench = Bench::new(FragileTickets::at);
    let signed_in = bench.server.sign_in();
    let text = signed_in.text("accessToken").unwrap().to_owned();
    bench.source.insert(signed_in.into_kept()).await.unwrap();
    {
        let mut taking = std::pin::pin!(bench.source.take());
        let waker = std::task::Waker::noop();
        let polled = taking
            .as_mut()
            .poll(&mut std::task::Context::from_waker(waker));
        assert!(polled.is_pending());
    }
    // The change is made on this thread, by a store that never waits.
    for _ in 0..10 {
        tokio::task::yield_now().await;
    }
    set_back(&bench.clock);
    let taken = bench.source.take().await.unwrap().into_secret();
    assert_ne!(taken.expose(), text);
    assert_eq!(bench.server.counts().requests, 1);
}

#[tokio::test]
async fn other_tokens_of_the_session_are_had_by_their_types() {
    let Bench {
        clock,
        server,
        source,
    } = Bench::new(Identified::at);
    source.insert(server.sign_in().into_kept()).await.unwrap();
    let first: IdToken = source.get().await.unwrap();
    clock.advance(Duration::from_secs(3600));
    let second: IdToken = source.get().await.unwrap();
    assert_ne!(first.expose(), second.expose());
    assert_eq!(server.counts().requests, 1);
}

#[tokio::test]
async fn a_session_that_is_forgotten_asks_for_a_sign_in() {
    let Bench { server, source, .. } = Bench::new(Rotating::at);
    let error = source.token().await.unwrap_err();
    assert!(error.needs_reauthentication());
    source.insert(server.sign_in().into_kept()).await.unwrap();
    source.token().await.unwrap();
    source.forget().await.unwrap();
    assert_eq!(source.current(), None);
    assert!(source.token().await.unwrap_err().needs_reauthentication());
    source.insert(server.sign_in().into_kept()).await.unwrap();
    source.token().await.unwrap();
    assert_eq!(server.counts().requests, 0);
}

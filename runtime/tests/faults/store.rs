//! The store cannot be written: the new tokens are kept and served, writing is tried again, no second rotation until they are
//! durable, an alarm is raised.

use std::sync::Arc;
use std::time::Duration;

use token_refresh_runtime::session::store::MemoryStore;
use token_refresh_runtime::session::{EventKind, Gate, SessionErrorKind, TokenSource};
use token_refresh_runtime::testing::Fault;

use crate::support::*;

/// Rotates while the store is in this mood from the middle of the call on.
async fn rotated_into(mood: Mood) -> (Bench, Source<Strict>) {
    let bench = Bench::new::<Strict>();
    let (source, _) = bench.signed_in::<Strict>().await;
    let mut events = source.events();
    bench.clock.advance(2 * HOUR);
    bench.server.next(Fault::held_after());
    let token = tokio::spawn({
        let source = source.clone();
        async move { source.token().await }
    });
    soon("the call", bench.server.until(|counts| counts.held == 1)).await;
    bench.store.is(mood);
    bench.server.release();
    let token = soon("the token", token).await.unwrap().unwrap();
    assert_eq!(Some(bare(&token)), bench.latest_access().as_deref());
    if mood != Mood::Unsure {
        event(&mut events, "the alarm", |kind| {
            matches!(kind, EventKind::NotStored(error) if error.kind() == SessionErrorKind::Store)
        })
        .await;
    }
    (bench, source)
}

#[tokio::test]
async fn the_store_cannot_be_written() {
    for mood in [Mood::ReadOnly, Mood::Down] {
        let (bench, source) = rotated_into(mood).await;
        let mut events = source.events();
        // It is tried again and again.
        let calls = bench.store.calls();
        bench
            .pass_until("more tries", || bench.store.calls() >= calls + 3)
            .await;
        assert!(source.current().is_some());
        // No second rotation, not even when the new token is over.
        bench.clock.advance(2 * HOUR);
        let error = soon("an answer", source.token()).await.unwrap_err();
        assert_eq!(error.kind(), SessionErrorKind::Store);
        assert_eq!(bench.server.counts().requests, 1);

        bench.store.is(Mood::Good);
        bench
            .pass_until("the write", || stored_at_last(&mut events))
            .await;
        let token = soon("a token", source.token()).await.unwrap();
        assert_eq!(Some(bare(&token)), bench.latest_access().as_deref());
        let counts = bench.server.counts();
        assert_eq!((counts.refreshed, counts.reused), (2, 0), "{mood:?}");
    }
}

/// A process that comes later finds what was written at last.
#[tokio::test]
async fn the_store_comes_back_and_others_read_the_new_tokens() {
    let (bench, source) = rotated_into(Mood::ReadOnly).await;
    let mut events = source.events();
    bench.store.is(Mood::Good);
    bench
        .pass_until("the write", || stored_at_last(&mut events))
        .await;
    let token = soon("a token", bench.source::<Strict>().token())
        .await
        .unwrap();
    assert_eq!(Some(bare(&token)), bench.latest_access().as_deref());
    assert_eq!(bench.server.counts().requests, 1);
}

/// The intent cannot be written either: then no call is made.
#[tokio::test]
async fn no_grant_is_spent_that_is_not_written_down() {
    let bench = Bench::new::<Strict>();
    let (source, _) = bench.signed_in::<Strict>().await;
    bench.clock.advance(2 * HOUR);
    bench.store.is(Mood::ReadOnly);
    let error = soon("an answer", source.token()).await.unwrap_err();
    assert_eq!(error.kind(), SessionErrorKind::Store);
    assert!(error.is_transient());
    assert_eq!(bench.server.counts().requests, 0);
    bench.store.is(Mood::Good);
    bench.clock.advance(5 * MINUTE);
    soon("a token", source.token()).await.unwrap();
}

/// The store is down while the token is good: nobody notices.
#[tokio::test]
async fn a_good_token_is_served_while_the_store_is_down() {
    let bench = Bench::new::<Strict>();
    let (source, signed_in) = bench.signed_in::<Strict>().await;
    bench.store.is(Mood::Down);
    bench.clock.advance(59 * MINUTE);
    for _ in 0..100 {
        let token = soon("the token", source.token()).await.unwrap();
        assert_eq!(Some(bare(&token)), signed_in.text("accessToken"));
    }
    assert_eq!(bench.server.counts().requests, 0);
}

/// Every write takes place and is answered with an error: what stands in the store is the truth.
#[tokio::test]
async fn the_answer_to_commit_is_lost() {
    let bench = Bench::new::<Strict>();
    let (source, _) = bench.signed_in::<Strict>().await;
    bench.clock.advance(2 * HOUR);
    bench.store.is(Mood::Unsure);
    let first = soon("an answer", source.token()).await;
    bench.store.is(Mood::Good);
    bench
        .pass_until("a token", || source.current().is_some() || wants(&source))
        .await;
    let token = soon("a token", source.token()).await.unwrap();
    assert_eq!(
        Some(bare(&token)),
        bench.latest_access().as_deref(),
        "{first:?}"
    );
    let counts = bench.server.counts();
    assert_eq!((counts.refreshed, counts.reused), (1, 0));
    // Another process reads the same.
    let other = soon("a token", bench.source::<Strict>().token())
        .await
        .unwrap();
    assert_eq!(other, token);
}

/// The answer to the write of the new tokens is lost: the record is read again, and there they are.
#[tokio::test]
async fn the_answer_to_the_last_commit_is_lost() {
    let (bench, _source) = rotated_into(Mood::Unsure).await;
    bench.store.is(Mood::Good);
    let other = soon("a token", bench.source::<Strict>().token())
        .await
        .unwrap();
    assert_eq!(Some(bare(&other)), bench.latest_access().as_deref());
    assert_eq!(bench.server.counts().requests, 1);
}

/// Asks for a token without waiting for it, so that a flight begins.
fn wants(source: &Source<Strict>) -> bool {
    let mut token = Box::pin(source.token());
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let _ = token.as_mut().poll(&mut context);
    false
}

fn stored_at_last(events: &mut token_refresh_runtime::session::Events) -> bool {
    std::iter::from_fn(|| events.try_next())
        .any(|event| matches!(event.kind, EventKind::StoredAtLast))
}

/// A flight that panics leaves the token as it was: the next reader sets another one going.
#[tokio::test]
async fn a_store_that_panics_once_keeps_nobody_from_the_next_refresh() {
    let bench = Bench::new::<Strict>();
    let (source, _) = bench.signed_in::<Strict>().await;
    let mut events = source.events();
    bench.clock.advance(58 * MINUTE);
    bench.store.is(Mood::Panics);
    let calls = bench.store.calls();
    let old = source.token().await.unwrap();
    soon("the panic", async {
        while bench.store.calls() == calls {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    })
    .await;
    bench.store.is(Mood::Good);
    soon("the refresh", async {
        let is_refresh = |kind| matches!(kind, EventKind::Refreshed { .. });
        while !events
            .try_next()
            .is_some_and(|event| is_refresh(event.kind))
        {
            source.token().await.unwrap();
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    })
    .await;
    assert_ne!(source.token().await.unwrap(), old);
}

/// What the store refuses is nobody else's delay: the place at the endpoint is free once the call has been answered.
#[tokio::test]
async fn others_may_call_while_the_store_takes_nothing() {
    let bench = Bench::new::<Strict>();
    let gate = Arc::new(Gate::builder().concurrency(1).build());
    let behind = |store: FaultyStore, subject: &'static str| -> Source<Strict> {
        TokenSource::builder(bench.client(), store, subject)
            .clock(bench.clock.clone().into())
            .gate(Arc::clone(&gate))
            .build()
    };
    let other_store = FaultyStore::new(MemoryStore::with_clock(bench.clock.clone()));
    let (one, other) = (
        behind(bench.store.clone(), SUBJECT),
        behind(other_store, "other"),
    );
    for source in [&one, &other] {
        let kept = bench.server.sign_in().into_kept();
        source.insert(kept).await.unwrap();
    }
    bench.clock.advance(2 * HOUR);
    bench.server.next(Fault::held_after());
    let token = tokio::spawn(async move { one.token().await });
    soon("the call", bench.server.until(|counts| counts.held == 1)).await;
    bench.store.is(Mood::ReadOnly);
    bench.server.release();
    soon("the token", token).await.unwrap().unwrap();
    soon("the other's token", other.token()).await.unwrap();
    assert_eq!(bench.server.counts().requests, 2);
}

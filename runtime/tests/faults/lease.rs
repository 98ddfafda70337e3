//! The lease holder dies, or stalls past its lease and comes back: another one refreshes; the late one's write is refused by the
//! version, and its answer is not lost silently.

use std::time::Duration;

use token_refresh_runtime::session::store::{Acquired, MemoryStore, Owner, Store as _};
use token_refresh_runtime::session::{EventKind, ManualClock, TokenSource};
use token_refresh_runtime::testing::Fault;

use crate::support::*;

/// It died with the lease in hand, before it had written anything.
#[tokio::test]
async fn the_lease_holder_dies() {
    let bench = Bench::new::<Strict>();
    let (source, _) = bench.signed_in::<Strict>().await;
    bench.clock.advance(2 * HOUR);
    let dead = Owner::named("the one that died");
    let hold = Duration::from_secs(90);
    let lease = bench
        .store
        .acquire(source.session(), &dead, hold)
        .await
        .unwrap();
    assert!(matches!(lease, Acquired::Lease(_)));
    let waiting = tokio::spawn({
        let source = source.clone();
        async move { source.token().await }
    });
    let done = || waiting.is_finished();
    for _ in 0..80 {
        bench.clock.advance(Duration::from_secs(1));
        tokio::task::yield_now().await;
    }
    assert_eq!(bench.server.counts().requests, 0, "the lease still runs");
    bench.pass_until("the lease's end", done).await;
    let token = waiting.await.unwrap().unwrap();
    assert_eq!(Some(bare(&token)), bench.latest_access().as_deref());
    assert_eq!(bench.server.counts().requests, 1);
}

/// It stalls in the middle of its call: by the time it has its answer, someone else has replaced the grant.
#[tokio::test]
async fn the_lease_holder_stalls_and_comes_back() {
    let bench = Bench::new::<Patient>();
    // The one that stalls has a lease that nobody renews: a process that was stopped renews nothing.
    let stalled: Source<Patient> =
        TokenSource::builder(bench.client(), Unrenewed(bench.store.clone()), SUBJECT)
            .clock(bench.clock.clone().into())
            .build();
    let signed_in = bench.server.sign_in();
    stalled.insert(copy(&signed_in)).await.unwrap();
    let mut events = stalled.events();
    bench.clock.advance(2 * HOUR);
    bench.server.next(Fault::held_after());
    let late = tokio::spawn({
        let stalled = stalled.clone();
        async move { stalled.token().await }
    });
    soon("the call", bench.server.until(|counts| counts.held == 1)).await;
    // Its lease runs out, and another one finds an open intent: the retry gets the session's next tokens.
    bench.clock.advance(10 * MINUTE);
    let other = bench.source::<Patient>();
    let theirs = soon("a token", other.token()).await.unwrap();
    bench.server.release();
    let late = soon("the late one", late).await.unwrap().unwrap();
    assert_eq!(late, theirs, "the store is the truth");
    event(&mut events, "a word about it", |kind| {
        matches!(kind, EventKind::Superseded)
    })
    .await;
    // Theirs is what goes on.
    bench.clock.advance(2 * HOUR);
    soon("a token", stalled.token()).await.unwrap();
    assert_eq!(bench.server.counts().reused, 0);
}

/// The store fails over to a copy that has not heard of the last refresh, and with it goes every lease: who knows better puts the
/// tokens back before anything is spent.
#[tokio::test]
async fn the_store_fails_over_to_a_copy_that_lags() {
    let bench = Bench::new::<Strict>();
    let memory = || MemoryStore::with_clock(bench.clock.clone());
    let store = Failover::new(memory(), memory());
    let source: Source<Strict> = TokenSource::builder(bench.client(), store.clone(), SUBJECT)
        .clock(bench.clock.clone().into())
        .build();
    source.insert(copy(&bench.server.sign_in())).await.unwrap();
    bench.clock.advance(2 * HOUR);
    store.cut_off();
    let token = soon("a token", source.token()).await.unwrap();
    store.fail_over();
    // It is in memory, and served from there.
    assert_eq!(source.token().await.unwrap(), token);
    bench.clock.advance(2 * HOUR);
    let token = soon("a token", source.token()).await.unwrap();
    assert_eq!(Some(bare(&token)), bench.latest_access().as_deref());
    let counts = bench.server.counts();
    assert_eq!((counts.refreshed, counts.reused), (2, 0));
}

/// It stood still for longer than its lease by its own clock, and the store's says that there is time left: it does not wait for
/// itself.
#[tokio::test]
async fn the_lease_holder_takes_its_own_lease_for_lost() {
    let bench = Bench::new::<Strict>();
    // A clock of its own, as a server has it.
    let store = FaultyStore::new(MemoryStore::with_clock(ManualClock::at(START)));
    let source: Source<Strict> = TokenSource::builder(bench.client(), store.clone(), SUBJECT)
        .clock(bench.clock.clone().into())
        .build();
    source.insert(copy(&bench.server.sign_in())).await.unwrap();
    bench.clock.advance(2 * HOUR);
    store.pause_at_next_write(&bench.clock, 10 * MINUTE);
    let token = soon("a token", source.token()).await.unwrap();
    assert_eq!(Some(bare(&token)), bench.latest_access().as_deref());
    assert_eq!(bench.server.counts().requests, 1);
    // Nobody has to wait for what it held in the end, either.
    source.shutdown().await;
    let other = Owner::named("another one");
    let hold = Duration::from_secs(1);
    let lease = store.acquire(source.session(), &other, hold).await.unwrap();
    assert!(matches!(lease, Acquired::Lease(_)), "{lease:?}");
}

/// The lease is lost in the middle of the call, and someone else takes it: the version decides.
#[tokio::test]
async fn the_store_loses_the_lease() {
    let bench = Bench::new::<Patient>();
    let memory = || MemoryStore::with_clock(bench.clock.clone());
    let store = Failover::new(memory(), memory());
    let source = || -> Source<Patient> {
        TokenSource::builder(bench.client(), store.clone(), SUBJECT)
            .clock(bench.clock.clone().into())
            .build()
    };
    let (first, second) = (source(), source());
    first.insert(copy(&bench.server.sign_in())).await.unwrap();
    bench.clock.advance(2 * HOUR);
    bench.server.next(Fault::held());
    let slow = tokio::spawn({
        let first = first.clone();
        async move { first.token().await }
    });
    soon("the call", bench.server.until(|counts| counts.held == 1)).await;
    // Every write has been copied, no lease has.
    store.fail_over();
    let quick = soon("a token", second.token()).await.unwrap();
    bench.server.release();
    let slow = soon("the slow one", slow).await.unwrap().unwrap();
    // Both got the session's tokens, whoever was the last to store them.
    assert!(soon("a token", source().token()).await.is_ok());
    bench.clock.advance(2 * HOUR);
    soon("a token", first.token()).await.unwrap();
    soon("a token", second.token()).await.unwrap();
    assert_eq!(bench.server.counts().reused, 0, "{slow:?} {quick:?}");
}

//! What does not depend on the machine's mood: a read allocates nothing, and a source that is gone leaves nothing.
#![cfg(all(feature = "session", feature = "reqwest"))]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

#[path = "../benches/figures/provider.rs"]
mod provider;

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::{Duration, Instant};

use provider::{AtOnce, Client, signed_in};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, Stats, StatsAlloc};
use token_refresh_runtime::session::TokenSource;
use token_refresh_runtime::session::store::MemoryStore;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<std::alloc::System> = &INSTRUMENTED_SYSTEM;

/// One test and not two: what another one allocates would be counted.
#[test]
fn a_read_allocates_nothing_and_a_source_that_is_gone_leaves_nothing() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let is_full = std::env::var_os("TOKEN_REFRESH_FULL").is_some();
    let (reads, sources) = if is_full {
        (100_000, 100_000)
    } else {
        (1_000, 5_000)
    };
    // What a process makes once is neither a read's nor a source's.
    runtime.block_on(use_sources(100));

    let one = source(0);
    runtime.block_on(sign_in(&one));
    let mut reader = one.reader();
    read(&one, 1);
    assert_eq!(reader.get(), one.current().as_ref());
    let made = least(|| read(&one, reads));
    println!("{reads} cached reads by current() and token(): {made} allocations");
    assert_eq!(made, 0);
    let made = least(|| assert!((0..reads).all(|_| reader.get().is_some())));
    println!("{reads} cached reads by a reader: {made} allocations");
    assert_eq!(made, 0);

    let region = Region::new(ALLOCATOR);
    runtime.block_on(use_sources(sources / 10));
    (0..sources).for_each(|number| drop(source(number)));
    let begun = Instant::now();
    while kept(&region.change()) != 0 && begun.elapsed() < Duration::from_secs(60) {
        // The library's thread lets go of its last task after it has told of it.
        thread::yield_now();
    }
    let kept = kept(&region.change());
    println!("{sources} sources made and dropped, every tenth after a refresh: {kept} bytes kept");
    assert_eq!(kept, 0);
}

fn source(number: usize) -> TokenSource<Client> {
    let client = Client::over("http://127.0.0.1:1", Arc::new(AtOnce));
    TokenSource::new(client, MemoryStore::new(), number.to_string())
}

async fn sign_in(source: &TokenSource<Client>) {
    source.insert(signed_in("first")).await.unwrap();
    source.token().await.unwrap();
}

async fn use_sources(count: usize) {
    for number in 0..count {
        let source = source(number);
        sign_in(&source).await;
        source.shutdown().await;
    }
}

fn read(source: &TokenSource<Client>, times: usize) {
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..times {
        assert!(source.current().is_some());
        let future = pin!(source.token());
        assert!(matches!(future.poll(&mut context), Poll::Ready(Ok(_))));
    }
}

/// The fewest allocations of several runs: the library's thread and the test's own may have something to do meanwhile.
fn least(run: impl FnMut()) -> usize {
    let mut run = run;
    let counted = (0..10).map(|_| {
        let region = Region::new(ALLOCATOR);
        run();
        region.change().allocations
    });
    counted.min().unwrap()
}

fn kept(change: &Stats) -> i128 {
    i128::try_from(change.bytes_allocated).unwrap()
        - i128::try_from(change.bytes_deallocated).unwrap()
}

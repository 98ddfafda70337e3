//! What the store in memory costs: bytes for each session, counted by the allocator, and time to find what is due.
//!
//! With `TOKEN_REFRESH_FULL=1` in the environment: a million sessions. The figures are printed:
//! `TOKEN_REFRESH_FULL=1 cargo test --release --features session --test memory_store -- --nocapture`.
#![cfg(feature = "session")]
#![allow(clippy::unwrap_used, clippy::cast_precision_loss)]

use std::alloc::System;
use std::time::{Duration, Instant};

use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};
use token_refresh_runtime::Timestamp;
use token_refresh_runtime::session::SessionKey;
use token_refresh_runtime::session::store::{
    MemoryStore, Record, Removed, Store, Version, Written,
};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const NOW: i64 = 1_795_190_400_000;
const HOUR: Duration = Duration::from_secs(3600);

fn full() -> bool {
    std::env::var_os("TOKEN_REFRESH_FULL").is_some_and(|value| value == "1")
}

/// Bytes that are allocated now. What was added to by `realloc` is among those that were allocated.
fn allocated() -> isize {
    let stats = ALLOCATOR.stats();
    let signed = |bytes: usize| isize::try_from(bytes).unwrap();
    signed(stats.bytes_allocated) - signed(stats.bytes_deallocated)
}

fn key(number: usize) -> SessionKey {
    SessionKey::new("example", format!("customer-{number:07}"))
}

/// Due at an instant of its own, after `NOW`, in no order.
fn record(number: usize) -> Record {
    let due = NOW + 1 + i64::try_from(number * 7919 % 1_000_003).unwrap();
    Record::new([7; 150], Some(Timestamp::from_unix_millis(due)))
}

async fn fill(store: &MemoryStore, sessions: usize) -> Vec<Version> {
    let mut versions = Vec::with_capacity(sessions);
    for number in 0..sessions {
        let written = store.write(&key(number), None, &record(number)).await;
        let Written::Stored(version) = written.unwrap() else {
            panic!("nobody else writes");
        };
        versions.push(version);
    }
    versions
}

/// The middle one of the times that it takes to find this many due.
async fn find(store: &MemoryStore, due: usize) -> Duration {
    let mut times = Vec::new();
    for _ in 0..51 {
        let now = if due == 0 { NOW } else { NOW + 2_000_000 };
        let began = Instant::now();
        let found = store.claim_due(
            "example",
            Timestamp::from_unix_millis(now),
            due.max(1),
            Duration::ZERO,
        );
        assert_eq!(found.await.unwrap().len(), due);
        times.push(began.elapsed());
    }
    times.sort();
    times[times.len() / 2]
}

/// One test: the allocator counts for the whole process.
#[tokio::test]
async fn a_session_costs_little_and_what_is_due_is_found_at_once() {
    let sessions = if full() { 1_000_000 } else { 50_000 };
    let few = MemoryStore::new();
    fill(&few, 1000).await;
    let (none_of_few, some_of_few) = (find(&few, 0).await, find(&few, 100).await);
    let store = MemoryStore::new();
    let mut versions = Vec::with_capacity(sessions);

    let before = allocated();
    let began = Instant::now();
    versions.extend(fill(&store, sessions).await);
    let took = began.elapsed();
    let each = (allocated() - before) as f64 / sessions as f64;
    let own = 150 + "customer-0000000".len();
    let beyond = each - own as f64;
    println!("{sessions} sessions in memory, put in in {took:.1?}");
    println!(
        "  {each:.1} B each, {own} B of them the record and the subject: {beyond:.1} B beyond"
    );
    assert!(
        beyond <= 60.0,
        "{beyond} B beyond the record and the subject"
    );

    let (none, some) = (find(&store, 0).await, find(&store, 100).await);
    println!("  finding none due: {none_of_few:.1?} of 1000, {none:.1?} of {sessions}");
    println!("  finding 100 due: {some_of_few:.1?} of 1000, {some:.1?} of {sessions}");
    // A look at every session would take a hundred times as long, or a thousand times.
    assert!(
        none <= none_of_few * 10 + Duration::from_micros(20),
        "{none:?} and {none_of_few:?}"
    );
    assert!(
        some <= some_of_few * 20 + Duration::from_micros(100),
        "{some:?} and {some_of_few:?}"
    );

    store
        .claim_due("example", Timestamp::MAX, sessions / 2, HOUR)
        .await
        .unwrap();
    for (number, version) in versions.iter().enumerate() {
        let removed = store.remove(&key(number), *version).await.unwrap();
        assert_eq!(removed, Removed::Removed);
    }
    let left = allocated() - before;
    println!("  {left} B are left when all are removed");
    assert!(left < 2000, "{left} B are left");
}

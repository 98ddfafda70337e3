//! What a keeper costs in memory, counted by the allocator: for each session it keeps, for each source it has handed out;
//! and how many sessions that expire at one instant fall due together.
//!
//! With `TOKEN_REFRESH_FULL=1` in the environment: a million sessions and a hundred thousand sources. The figures are printed:
//! `TOKEN_REFRESH_FULL=1 cargo test --release --all-features --test keeper_figures -- --nocapture`.
#![cfg(all(feature = "session", feature = "reqwest", feature = "testing"))]
#![allow(clippy::unwrap_used, clippy::cast_precision_loss)]

mod kept;

use std::alloc::System;
use std::time::{Duration, Instant};

use kept::{AccessToken, Bearer, RefreshToken};
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};
use token_refresh_runtime::session::store::{MemoryStore, Store};
use token_refresh_runtime::session::{Clock, Keeper, ManualClock};
use token_refresh_runtime::{Expiry, Keep, Kept, Timestamp};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const START: Timestamp = Timestamp::from_unix_seconds(1_700_000_000);
/// As long as a vendor's opaque tokens are.
const TOKEN: usize = 64;

fn full() -> bool {
    std::env::var_os("TOKEN_REFRESH_FULL").is_some_and(|value| value == "1")
}

/// Bytes that are allocated now.
fn allocated() -> isize {
    let stats = ALLOCATOR.stats();
    let bytes = |bytes: usize| isize::try_from(bytes).unwrap();
    bytes(stats.bytes_allocated) - bytes(stats.bytes_deallocated)
}

/// Waits until the library's own thread has let go of what it held, and no more than this is left allocated.
async fn settled(keeper: &Keeper<Bearer>, most: isize) {
    let began = Instant::now();
    while keeper.held() > 0 || allocated() > most {
        if began.elapsed() > Duration::from_secs(20) {
            return;
        }
        tokio::task::yield_now().await;
    }
}

fn subject(index: usize) -> String {
    format!("customer-{index:07}")
}

/// Tokens that came just now and end in an hour, the n-th a little later than those before.
fn tokens(index: usize) -> Kept {
    let ends = START.plus_millis(3_600_000 + i64::try_from(index % 1000).unwrap());
    let mut kept = Kept::new();
    kept.put(AccessToken::with_times(
        format!("{index:0TOKEN$}"),
        Some(START),
        Expiry::At(ends),
    ));
    kept.put(RefreshToken::new(format!("{index:0TOKEN$}")));
    kept
}

#[tokio::test]
async fn a_keeper_costs_little_for_what_it_keeps_and_nothing_for_what_was_dropped() {
    let (sessions, sources) = if full() {
        (1_000_000, 100_000)
    } else {
        (5_000, 5_000)
    };
    let clock = ManualClock::at(START);
    let store = MemoryStore::with_clock(Clock::Manual(clock.clone()));
    let keeper = Keeper::builder(Bearer::at("http://127.0.0.1:1"), store.clone())
        .clock(Clock::Manual(clock.clone()))
        .build()
        .unwrap();
    // What is made once: threads, the map of events, the first shards.
    keeper.source("warm").insert(tokens(0)).await.unwrap();
    keeper.source("warm").forget().await.unwrap();
    settled(&keeper, isize::MAX).await;

    let before = allocated();
    let began = Instant::now();
    for index in 0..sessions {
        keeper
            .source(&subject(index))
            .insert(tokens(index))
            .await
            .unwrap();
    }
    let took = began.elapsed();
    settled(&keeper, isize::MAX).await;
    let each = (allocated() - before) as f64 / sessions as f64;
    let own = 2 * TOKEN + subject(0).len();
    let beyond = each - own as f64;
    println!("{sessions} sessions in a keeper over memory, put in in {took:.1?}");
    println!(
        "  {each:.1} B each, {own} B of them the two tokens and the subject: {beyond:.1} B beyond"
    );
    assert!(beyond <= 100.0, "{beyond} B beyond the tokens");

    find_due(&store, sessions).await;
    spread(&store, sessions).await;
    sources_leave_nothing(&keeper, sources).await;
}

/// What a look costs, with nothing due and with a hundred due.
async fn find_due(store: &MemoryStore, sessions: usize) {
    let look = async |now: Timestamp, limit| {
        let began = Instant::now();
        let found = store.claim_due(Bearer::STORED_AS, now, limit, Duration::ZERO);
        (found.await.unwrap().len(), began.elapsed())
    };
    let (none, for_none) = look(START, 100).await;
    let (some, for_some) = look(START.plus_millis(3_600_000), 100).await;
    assert_eq!((none, some), (0, 100));
    println!("  of {sessions}, finding none due took {for_none:.1?}, a hundred {for_some:.1?}");
}

/// All sessions expire within one second: how many of them fall due in the busiest ten seconds.
async fn spread(store: &MemoryStore, sessions: usize) {
    const STEP: i64 = 10_000;
    let (mut found, mut steps, mut most) = (0, 0_u32, 0);
    for step in 0..=360 {
        let now = START.plus_millis(step * STEP);
        let claimed = store.claim_due(
            Bearer::STORED_AS,
            now,
            sessions,
            Duration::from_secs(86_400),
        );
        let claimed = claimed.await.unwrap().len();
        found += claimed;
        steps += u32::from(claimed > 0);
        most = most.max(claimed);
    }
    assert_eq!(found, sessions, "each falls due once");
    let mean = sessions as f64 / f64::from(steps);
    println!(
        "  {sessions} that expire in one second fall due over {steps} steps of 10 s, {most} in the busiest, {mean:.0} in the mean"
    );
    assert!(steps >= 30, "five minutes of jitter are thirty steps");
    assert!(most as f64 <= mean * 1.5, "{most} at once");
}

async fn sources_leave_nothing(keeper: &Keeper<Bearer>, sources: usize) {
    let before = allocated();
    let make = |index: usize| keeper.source(&subject(index));
    let held: Vec<_> = (0..sources / 10).map(make).collect();
    let each = (allocated() - before) as f64 / held.len() as f64;
    drop(held);
    // Some are of sessions in the store, some of such that nobody knows; all of them are asked for a token.
    for index in 0..sources {
        let source = make(index * 2);
        if index % 10 == 0 {
            drop(source.token().await);
        }
    }
    settled(keeper, before).await;
    let kept = allocated() - before;
    println!("  {sources} sources made and dropped: {kept} B kept; {each:.0} B each while held");
    assert_eq!(keeper.held(), 0);
    assert!(kept <= 0, "{kept} B are left");
}

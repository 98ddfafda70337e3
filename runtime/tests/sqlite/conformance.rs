//! The suite that any store can run: what the documentation of `Store` says, line by line.
#![cfg(feature = "testing")]

use token_refresh_runtime::Timestamp;
use token_refresh_runtime::session::store::SqliteStore;
use token_refresh_runtime::session::{Clock, ManualClock};
use token_refresh_runtime::testing::conformance::{self, Conformance};

use crate::support::*;

#[tokio::test]
async fn by_the_machines_clock() {
    let (_folder, path) = folder();
    conformance::run(|| open(&path)).await;
}

#[tokio::test]
async fn by_a_clock_that_the_suite_moves() {
    let (_folder, path) = folder();
    let clock = ManualClock::at(Timestamp::from_unix_seconds(1_795_190_400));
    let open = || {
        let builder = SqliteStore::builder(&path).clock(Clock::Manual(clock.clone()));
        async { builder.open().await.unwrap() }
    };
    let suite = Conformance::of(open).await;
    let moved = clock.clone();
    let report = suite.passing_time(move |span| moved.advance(span)).check();
    let report = report.await;
    assert!(report.broken().is_empty(), "{report}");
    println!("{report}");
}

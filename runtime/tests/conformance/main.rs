//! The stores that come with the library do what a store owes, and the suite finds those that do not.
#![cfg(all(feature = "session", feature = "testing"))]
#![allow(clippy::unwrap_used)]

mod wrong;

use std::sync::Arc;

use token_refresh_runtime::Timestamp;
use token_refresh_runtime::session::store::MemoryStore;
use token_refresh_runtime::session::{ManualClock, Store};
use token_refresh_runtime::testing::conformance::Conformance;

use self::wrong::{Fault, Wrong};

/// A store in memory whose time the suite lets pass.
async fn suite<S: Store>(wrap: impl Fn(MemoryStore) -> S) -> Conformance {
    let clock = ManualClock::at(Timestamp::from_unix_seconds(1_795_190_400));
    let store = MemoryStore::with_clock(clock.clone());
    let suite = Conformance::of(|| std::future::ready(wrap(store.clone()))).await;
    suite.passing_time(move |span| clock.advance(span))
}

#[tokio::test]
async fn memory() {
    let report = suite(|store| store).await.check().await;
    assert!(report.broken().is_empty(), "{report}");
    assert_eq!(report.to_string(), "0 of 35 rules do not hold");
}

/// With the system's clock, as a store whose time nobody can steer.
#[tokio::test]
async fn memory_by_the_systems_clock() {
    let store = MemoryStore::new();
    token_refresh_runtime::testing::conformance::run(|| std::future::ready(store.clone())).await;
}

#[cfg(feature = "encryption")]
#[tokio::test]
async fn sealed() {
    use token_refresh_runtime::session::store::{Key, Keys, Sealed};
    let seal = |store| Sealed::new(store, Keys::new(Key::new(1, [7_u8; 32])));
    let report = suite(seal).await.check().await;
    assert!(report.broken().is_empty(), "{report}");
}

#[tokio::test]
async fn wrong_stores_are_found_by_name() {
    for (fault, rule) in Fault::ALL {
        let shared = Arc::default();
        let wrong = suite(|store| Wrong::new(*fault, store, Arc::clone(&shared))).await;
        let report = wrong.only(*rule).check().await;
        assert_eq!(report.tried(), 1, "{rule}");
        let names: Vec<_> = report.broken().iter().map(|broken| broken.name).collect();
        assert_eq!(names, [*rule], "{fault:?} is not found");
        let how = &report.broken()[0].how;
        println!("{fault:?}: {rule}: {how}");
    }
}

/// The rules that no wrong store is there for: each is a part of another one's.
#[tokio::test]
async fn every_rule_has_a_wrong_store() {
    let rules = suite(|store| Wrong::new(Fault::Fails, store, Arc::default()))
        .await
        .check()
        .await;
    let broken: Vec<_> = rules.broken().iter().map(|broken| broken.name).collect();
    assert_eq!(
        broken.len(),
        rules.tried(),
        "a store that always fails breaks every rule"
    );
    for rule in broken {
        assert!(
            Fault::ALL.iter().any(|(_, found)| *found == rule),
            "{rule} has no wrong store"
        );
    }
}

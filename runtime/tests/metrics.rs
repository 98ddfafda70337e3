//! What is counted, and under which names.
#![cfg(all(feature = "metrics", feature = "reqwest", feature = "testing"))]
#![allow(clippy::unwrap_used)]

mod support;

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use metrics::{
    Counter, CounterFn, Gauge, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder,
    SharedString, Unit,
};
use support::providers::{Rotating, START, Staying};
use token_refresh_runtime::session::store::{
    Acquired, Entry, Lease, MemoryStore, Owner, Pending, Record, Removed, Store, StoreError,
    Version, Written,
};
use token_refresh_runtime::session::{Clock, Keeper, ManualClock, SessionKey, TokenSource};
use token_refresh_runtime::testing::{Fault, StrictServer};
use token_refresh_runtime::{Provider as _, Timestamp};

type Counts = Arc<Mutex<BTreeMap<String, u64>>>;

/// Counts everything by its name and its labels.
struct Counting(Counts);

struct Cell(Counts, String);

impl Counting {
    fn cell(&self, key: &Key) -> Arc<Cell> {
        let labels = key
            .labels()
            .map(|label| format!(" {}={}", label.key(), label.value()));
        let name = labels.fold(key.name().to_owned(), |name, label| name + &label);
        Arc::new(Cell(Arc::clone(&self.0), name))
    }
}

impl Cell {
    fn add(&self, value: u64) {
        let mut counts = self.0.lock().expect("nobody panics with it");
        *counts.entry(self.1.clone()).or_default() += value;
    }
}

impl CounterFn for Cell {
    fn increment(&self, value: u64) {
        self.add(value);
    }

    fn absolute(&self, value: u64) {
        self.add(value);
    }
}

impl HistogramFn for Cell {
    fn record(&self, _: f64) {
        self.add(1);
    }
}

impl Recorder for Counting {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(self.cell(key))
    }

    fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::noop()
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::from_arc(self.cell(key))
    }
}

/// What is counted in this process, whichever test causes it.
fn counts() -> Counts {
    static COUNTS: LazyLock<Counts> = LazyLock::new(|| {
        let counts = Counts::default();
        metrics::set_global_recorder(Counting(Arc::clone(&counts))).unwrap();
        counts
    });
    Arc::clone(&COUNTS)
}

/// A store in memory of which one call fails.
#[derive(Clone, Debug)]
struct Broken {
    store: MemoryStore,
    failing: Arc<Mutex<&'static str>>,
}

impl Broken {
    fn fail(&self, call: &'static str) {
        *self.failing.lock().unwrap() = call;
    }

    fn unless<'a, T: Send + 'a>(&self, call: &str, pending: Pending<'a, T>) -> Pending<'a, T> {
        if *self.failing.lock().unwrap() == call {
            Box::pin(async { Err(StoreError::unavailable("it is broken")) })
        } else {
            pending
        }
    }
}

impl Store for Broken {
    fn load<'a>(&'a self, key: &'a SessionKey) -> Pending<'a, Option<Entry>> {
        self.unless("load", self.store.load(key))
    }

    fn write<'a>(
        &'a self,
        key: &'a SessionKey,
        expected: Option<Version>,
        record: &'a Record,
    ) -> Pending<'a, Written> {
        self.unless("write", self.store.write(key, expected, record))
    }

    fn remove<'a>(&'a self, key: &'a SessionKey, expected: Version) -> Pending<'a, Removed> {
        self.unless("remove", self.store.remove(key, expected))
    }

    fn acquire<'a>(
        &'a self,
        key: &'a SessionKey,
        owner: &'a Owner,
        hold: Duration,
    ) -> Pending<'a, Acquired> {
        self.unless("acquire", self.store.acquire(key, owner, hold))
    }

    fn renew<'a>(&'a self, lease: &'a Lease, hold: Duration) -> Pending<'a, bool> {
        self.unless("renew", self.store.renew(lease, hold))
    }

    fn release<'a>(&'a self, lease: &'a Lease) -> Pending<'a, ()> {
        self.unless("release", self.store.release(lease))
    }

    fn claim_due<'a>(
        &'a self,
        provider: &'a str,
        now: Timestamp,
        limit: usize,
        hold: Duration,
    ) -> Pending<'a, Vec<SessionKey>> {
        let claimed = self.store.claim_due(provider, now, limit, hold);
        self.unless("claim_due", claimed)
    }
}

/// Waits until this call to the store has failed once.
async fn failed(call: &str) {
    let name = format!("token_refresh_store_failures_total provider=staying call={call}");
    let began = std::time::Instant::now();
    while !counts().lock().unwrap().contains_key(&name) {
        let late = began.elapsed() > Duration::from_secs(60);
        assert!(!late, "{name}: {:?}", counts().lock().unwrap());
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn every_call_to_the_store_that_fails_is_counted() {
    drop(counts());
    let clock = ManualClock::at(START);
    let hands = clock.clone();
    let server = StrictServer::builder(Staying::LIFECYCLE)
        .clock(move || hands.now().wall)
        .start();
    let store = Broken {
        store: MemoryStore::with_clock(clock.clone()),
        failing: Arc::default(),
    };
    let source = TokenSource::builder(Staying::at(&server.url()), store.clone(), "customer-42")
        .clock(Clock::Manual(clock.clone()))
        .lease(Duration::from_millis(30))
        .build();
    store.fail("load");
    source.token().await.unwrap_err();
    failed("load").await;
    store.fail("write");
    let signed_in = || server.sign_in().into_kept();
    source.insert(signed_in()).await.unwrap_err();
    failed("write").await;

    store.fail("acquire");
    source.insert(signed_in()).await.unwrap();
    clock.advance(Duration::from_secs(3600));
    source.token().await.unwrap_err();
    failed("acquire").await;
    store.fail("release");
    clock.advance(Duration::from_secs(300));
    source.token().await.unwrap();
    failed("release").await;

    store.fail("renew");
    clock.advance(Duration::from_secs(3600));
    server.next(Fault::held());
    let waiting = tokio::spawn({
        let source = source.clone();
        async move { source.token().await }
    });
    server.until(|counts| counts.held == 1).await;
    failed("renew").await;
    server.release();
    waiting.await.unwrap().unwrap();

    store.fail("remove");
    source.forget().await.unwrap_err();
    failed("remove").await;
    store.fail("claim_due");
    let keeper = Keeper::builder(Staying::at(&server.url()), store).build();
    failed("claim_due").await;
    drop(keeper);
}

#[tokio::test]
async fn refreshes_are_counted_by_how_they_end() {
    let counts = counts();
    let clock = ManualClock::at(START);
    let hands = clock.clone();
    let server = StrictServer::builder(Rotating::LIFECYCLE)
        .clock(move || hands.now().wall)
        .start();
    let store = MemoryStore::with_clock(clock.clone());
    let source = TokenSource::builder(Rotating::at(&server.url()), store, "customer-42")
        .clock(Clock::Manual(clock.clone()))
        .build();
    source.insert(server.sign_in().into_kept()).await.unwrap();
    clock.advance(Duration::from_secs(3600));
    source.token().await.unwrap();
    clock.advance(Duration::from_secs(3600));
    server.next(Fault::status(500));
    source.token().await.unwrap_err();
    source.shutdown().await;

    let counts = counts.lock().unwrap().clone();
    let count = |name: &str| counts.get(name).copied().unwrap_or_default();
    let refreshes = |outcome| {
        count(&format!(
            "token_refresh_refreshes_total provider=rotating outcome={outcome}"
        ))
    };
    assert_eq!(
        (refreshes("refreshed"), refreshes("failed")),
        (1, 1),
        "{counts:?}"
    );
    assert_eq!(count("token_refresh_exchange_seconds provider=rotating"), 2);
    assert_eq!(
        count("token_refresh_flights_total provider=rotating outcome=ok"),
        1
    );
    assert_eq!(
        count("token_refresh_flights_total provider=rotating outcome=error"),
        1
    );
    assert!(
        !counts.keys().any(|name| name.contains("customer-42")),
        "{counts:?}"
    );
}

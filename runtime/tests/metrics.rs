//! What is counted, and under which names.
#![cfg(all(feature = "metrics", feature = "reqwest", feature = "testing"))]

mod support;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use metrics::{
    Counter, CounterFn, Gauge, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder,
    SharedString, Unit,
};
use support::providers::{Rotating, START};
use token_refresh_runtime::Provider as _;
use token_refresh_runtime::session::store::MemoryStore;
use token_refresh_runtime::session::{Clock, ManualClock, TokenSource};
use token_refresh_runtime::testing::{Fault, StrictServer};

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

#[tokio::test]
async fn refreshes_are_counted_by_how_they_end() {
    let counts = Counts::default();
    metrics::set_global_recorder(Counting(Arc::clone(&counts))).unwrap();
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

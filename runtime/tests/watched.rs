//! A subscriber of `tracing` that asks the source for something while it is told. A test program of its own: a callsite that
//! another thread meets first stays silent.
#![cfg(all(feature = "session", feature = "reqwest", feature = "testing"))]

mod support;

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};

use support::providers::{Rotating, START};
use token_refresh_runtime::Provider as _;
use token_refresh_runtime::session::store::MemoryStore;
use token_refresh_runtime::session::{Clock, ManualClock, TokenSource};
use token_refresh_runtime::testing::StrictServer;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// Reads what is known of the session at every word about it.
#[derive(Clone, Default)]
struct Curious {
    source: Arc<OnceLock<TokenSource<Rotating>>>,
    read: Arc<AtomicU32>,
}

impl Subscriber for Curious {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("token_refresh_runtime")
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, _: &Event<'_>) {
        if let Some(source) = self.source.get() {
            source.extras();
            self.read.fetch_add(1, Ordering::SeqCst);
        }
    }

    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

#[tokio::test]
async fn a_subscriber_may_ask_the_source() {
    let curious = Curious::default();
    let _guard = tracing::subscriber::set_default(curious.clone());
    let clock = ManualClock::at(START);
    let hands = clock.clone();
    let server = StrictServer::builder(Rotating::LIFECYCLE)
        .clock(move || hands.now().wall)
        .start();
    let store = MemoryStore::with_clock(clock.clone());
    let source = TokenSource::builder(Rotating::at(&server.url()), store, "customer-42")
        .clock(Clock::Manual(clock.clone()))
        .runtime(tokio::runtime::Handle::current())
        .build();
    assert!(curious.source.set(source.clone()).is_ok());
    source.insert(server.sign_in().into_kept()).await.unwrap();
    clock.advance(std::time::Duration::from_secs(3600));
    source.token().await.unwrap();
    source.shutdown().await;
    assert!(curious.read.load(Ordering::SeqCst) >= 2);
}

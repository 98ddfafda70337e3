//! What a source tells `tracing`. A test program of its own: a callsite that another thread meets first stays silent.
#![cfg(all(feature = "session", feature = "reqwest", feature = "testing"))]

mod support;

use std::time::Duration;

use support::providers::{Rotating, START};
use token_refresh_runtime::Provider as _;
use token_refresh_runtime::session::store::MemoryStore;
use token_refresh_runtime::session::{Clock, ManualClock, TokenSource};
use token_refresh_runtime::testing::{Fault, Logs, StrictServer, assert_no_secrets};

#[tokio::test]
async fn a_refresh_is_told_to_tracing_without_a_secret() {
    let logs = Logs::capture();
    let clock = ManualClock::at(START);
    let hands = clock.clone();
    let server = StrictServer::builder(Rotating::LIFECYCLE)
        .clock(move || hands.now().wall)
        .start();
    let store = MemoryStore::with_clock(clock.clone());
    let source = TokenSource::builder(Rotating::at(&server.url()), store, "customer-42")
        .clock(Clock::Manual(clock.clone()))
        // In the test's own thread, where its logs are seen.
        .runtime(tokio::runtime::Handle::current())
        .build();
    let signed_in = server.sign_in();
    let refresh = signed_in.text("refreshToken").unwrap().to_owned();
    source.insert(signed_in.into_kept()).await.unwrap();
    clock.advance(Duration::from_secs(3600));
    let token = source.token().await.unwrap();
    clock.advance(Duration::from_secs(3600));
    server.next(Fault::status(500));
    source.token().await.unwrap_err();
    source.shutdown().await;

    let text = logs.text();
    for part in [
        "tokens refreshed",
        "refresh failed",
        "rotating/customer-42",
        "token_refresh_session",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let token = token
        .to_str()
        .unwrap()
        .trim_start_matches("Bearer ")
        .to_owned();
    assert_no_secrets(&[&refresh, &token], &text);
}

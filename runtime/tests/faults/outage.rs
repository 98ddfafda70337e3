//! Refresh fails for an hour while the old token is good: it is served at full speed, one failure is shared by all callers, one
//! request a backoff step, `Retry-After` is obeyed.

use std::time::Duration;

use token_refresh_runtime::session::{Event, EventKind, Events, SessionError, SessionErrorKind};
use token_refresh_runtime::testing::{Answer, Fault};
use token_refresh_runtime::{Lifecycle, Moment, Previous, Timestamp};

use crate::support::*;

provider! {
    /// Due two hours before the end of six: there is time for an outage.
    Early,
    Lifecycle {
        due: &[Moment::expiry(-2 * 3_600_000)],
        ..lifecycle("early", &[ACCESS, refresh(Previous::ReuseRevokesSession)])
    }
}

async fn signed_in() -> (Bench, Source<Early>) {
    let bench = Bench::with::<Early>(|server| server.lifetime("accessToken", 6 * HOUR));
    let (source, _) = bench.signed_in::<Early>().await;
    bench.clock.advance(4 * HOUR);
    (bench, source)
}

/// The next failure.
async fn failure(events: &mut Events) -> SessionError {
    let is_failure = |kind: &EventKind| matches!(kind, EventKind::Failed(_));
    match event(events, "the failure", is_failure).await {
        Event {
            kind: EventKind::Failed(error),
            ..
        } => error,
        other => unreachable!("{other:?} is no failure"),
    }
}

/// An hour of this, step by step: how many failures there were. In between everyone reads, and nobody waits.
async fn an_hour(bench: &Bench, source: &Source<Early>, kind: SessionErrorKind) -> u64 {
    let mut events = source.events();
    let old = source.token().await.unwrap();
    let end = bench.clock.now().wall.plus(HOUR);
    let mut failures = 0;
    while bench.clock.now().wall < end {
        let error = failure(&mut events).await;
        failures += 1;
        assert_eq!(error.kind(), kind, "{error:?}");
        let retry_at = error.retry_at().unwrap();
        let left = retry_at.since(bench.clock.now().wall);
        assert!(left <= Duration::from_secs(300), "{left:?}");
        assert_eq!(error.retry_after(), Some(left));
        bench
            .clock
            .advance(left.saturating_sub(Duration::from_millis(1)));
        for _ in 0..100 {
            assert_eq!(source.token().await.unwrap(), old);
        }
        assert!(
            events.try_next().is_none(),
            "nothing is tried before {retry_at}"
        );
        bench.clock.advance(Duration::from_millis(1));
        assert_eq!(source.token().await.unwrap(), old);
    }
    failure(&mut events).await;
    println!("{kind:?}: {failures} calls in an hour");
    // Full jitter up to five minutes: twenty-four on average, and the first ones are quick.
    assert!((12..=90).contains(&failures), "{failures}");
    failures + 1
}

async fn recovers(bench: &Bench, source: &Source<Early>) {
    let mut events = source.events();
    bench.clock.advance(5 * MINUTE);
    drop(source.token().await);
    event(&mut events, "the refresh", |kind| {
        matches!(kind, EventKind::Refreshed { .. })
    })
    .await;
    let counts = bench.server.counts();
    assert_eq!((counts.refreshed, counts.reused), (1, 0));
}

#[tokio::test]
async fn an_hour_of_500() {
    let (bench, source) = signed_in().await;
    bench.server.always(Fault::status(500));
    let failures = an_hour(&bench, &source, SessionErrorKind::Transient).await;
    assert_eq!(bench.server.counts().requests, failures);
    bench.server.behave();
    recovers(&bench, &source).await;
}

#[tokio::test]
async fn an_hour_of_429() {
    let (bench, source) = signed_in().await;
    bench.server.always(Fault::status(429));
    let failures = an_hour(&bench, &source, SessionErrorKind::RateLimited).await;
    assert_eq!(bench.server.counts().requests, failures);
    bench.server.behave();
    recovers(&bench, &source).await;
}

#[tokio::test]
async fn an_hour_of_refused_connections() {
    let (bench, source) = signed_in().await;
    bench.server.stop_listening();
    an_hour(&bench, &source, SessionErrorKind::Transient).await;
    bench.server.listen_again();
    recovers(&bench, &source).await;
}

/// The address of a server that hangs up before a word of TLS.
fn no_tls() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    // It ends with the test's process.
    std::thread::spawn(move || listener.incoming().for_each(drop));
    format!("https://{address}")
}

/// A name that does not resolve, and a server that speaks no TLS.
#[tokio::test]
async fn an_hour_without_a_name_or_tls() {
    let (bench, _) = signed_in().await;
    for url in ["https://nowhere.invalid", &no_tls()] {
        let source = bench.source_of::<Early>(client_over(url, |transport| {
            transport.connect_timeout(Duration::from_secs(2))
        }));
        an_hour(&bench, &source, SessionErrorKind::Transient).await;
        assert_eq!(bench.server.counts().requests, 0);
        // The old token has an hour left for the next of them, and its backoff begins anew.
        let signed_in = bench.server.sign_in();
        source.insert(copy(&signed_in)).await.unwrap();
        bench.clock.advance(4 * HOUR);
    }
}

/// What the error says of the next call, for a 503 with this header.
async fn retry_after(value: &str) -> (Timestamp, Option<Timestamp>) {
    let (bench, source) = signed_in().await;
    let mut events = source.events();
    let answer = Answer::new(503).header("retry-after", value);
    bench.server.next(Fault::instead(answer));
    source.token().await.unwrap();
    let error = failure(&mut events).await;
    (bench.clock.now().wall, error.retry_at())
}

#[tokio::test]
async fn retry_after_is_obeyed() {
    let most = Duration::from_secs(24 * 3600);
    let (now, at) = retry_after("1200").await;
    assert_eq!(at, Some(now.plus(20 * MINUTE)));
    let date = now.plus(20 * MINUTE).to_system_time().unwrap();
    let (now, at) = retry_after(&httpdate::fmt_http_date(date)).await;
    let at = at.unwrap();
    assert!(
        at >= now.plus(19 * MINUTE) && at <= now.plus(21 * MINUTE),
        "{at}"
    );
    for huge in ["99999999999999999999999", "9223372036854775807", "1e300"] {
        let (now, at) = retry_after(huge).await;
        assert!(at.unwrap() <= now.plus(most), "{huge}: {at:?}");
    }
    for none in ["-5", "soon", ""] {
        let (now, at) = retry_after(none).await;
        assert!(at.unwrap() <= now.plus(5 * MINUTE), "{none}: {at:?}");
        assert!(at.unwrap() > now, "{none}: {at:?}");
    }
}

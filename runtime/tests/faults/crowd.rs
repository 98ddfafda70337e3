//! 10,000 tasks on an expired token: one request, and everyone gets the same tokens. The endpoint answers 500: one request, 10,000
//! prompt typed errors, no further request before the backoff is over.

use std::pin::Pin;
use std::task::{Context, Waker};
use std::time::{Duration, Instant};

use http::HeaderValue;
use token_refresh_runtime::session::{SessionError, SessionErrorKind};
use token_refresh_runtime::testing::Fault;

use crate::support::*;

const CROWD: usize = 10_000;

/// From the response to the last error, on a machine that has much else to do.
const PROMPT: Duration = Duration::from_secs(10);

type Asking<'a> = Pin<Box<dyn Future<Output = Result<HeaderValue, SessionError>> + 'a>>;

/// So many callers, each of whom waits.
fn crowd(source: &Source<Strict>) -> Vec<Asking<'_>> {
    let ask = |_| {
        let mut token: Asking<'_> = Box::pin(source.token());
        assert!(
            token
                .as_mut()
                .poll(&mut Context::from_waker(Waker::noop()))
                .is_pending()
        );
        token
    };
    (0..CROWD).map(ask).collect()
}

#[tokio::test]
async fn ten_thousand_tasks_on_an_expired_token() {
    let bench = Bench::new::<Strict>();
    let (source, _) = bench.signed_in::<Strict>().await;
    bench.clock.advance(2 * HOUR);
    bench.server.next(Fault::held());
    let crowd = crowd(&source);
    soon("the call", bench.server.until(|counts| counts.held == 1)).await;
    bench.server.release();
    let latest = soon("the refresh", async {
        let first = source.token().await.unwrap();
        assert_eq!(Some(bare(&first)), bench.latest_access().as_deref());
        first
    })
    .await;
    for token in crowd {
        assert_eq!(soon("a token", token).await.unwrap(), latest);
    }
    assert_eq!(bench.server.counts().requests, 1);
}

#[tokio::test]
async fn ten_thousand_callers_and_nothing_valid() {
    let bench = Bench::new::<Strict>();
    let (source, _) = bench.signed_in::<Strict>().await;
    bench.clock.advance(2 * HOUR);
    bench.server.next(Fault::status(500).hold_before());
    let crowd = crowd(&source);
    soon("the call", bench.server.until(|counts| counts.held == 1)).await;
    let started = Instant::now();
    bench.server.release();
    for token in crowd {
        let error = soon("an answer", token).await.unwrap_err();
        assert_eq!(error.kind(), SessionErrorKind::Transient);
    }
    let took = started.elapsed();
    println!("{CROWD} errors, the last one {took:?} after the response");
    assert!(took < PROMPT, "the last error came after {took:?}");

    // Whoever comes before the backoff is over gets the same, at once.
    let error = source.token().await.unwrap_err();
    let retry_at = error.retry_at().unwrap();
    for _ in 0..1_000 {
        let again = source.token().await.unwrap_err();
        assert_eq!(
            (again.kind(), again.retry_at()),
            (error.kind(), Some(retry_at))
        );
    }
    let left = retry_at.since(bench.clock.now().wall);
    bench
        .clock
        .advance(left.saturating_sub(Duration::from_millis(1)));
    source.token().await.unwrap_err();
    assert_eq!(bench.server.counts().requests, 1);
    bench.clock.advance(Duration::from_millis(1));
    soon("a token", source.token()).await.unwrap();
    let counts = bench.server.counts();
    assert_eq!((counts.requests, counts.reused), (2, 0));
}

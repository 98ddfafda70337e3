//! The response is lost after rotation (reset, stall): in doubt; never mistaken for re-authenticate.

use std::time::Duration;

use token_refresh_runtime::session::{EventKind, SessionErrorKind};
use token_refresh_runtime::testing::{Answer, Fault};

use crate::support::*;

/// Due, and still good.
const DUE: Duration = Duration::from_secs(58 * 60);

fn is_in_doubt(kind: &EventKind) -> bool {
    matches!(kind, EventKind::Failed(error) if error.kind() == SessionErrorKind::InDoubt)
}

/// Where reuse ends the session, the token in hand is used up first.
#[tokio::test]
async fn the_token_in_hand_is_used_up_first() {
    for (fault, survives) in [(Fault::reset_after(), false), (Fault::reset_before(), true)] {
        let bench = Bench::new::<Strict>();
        let (source, signed_in) = bench.signed_in::<Strict>().await;
        let mut events = source.events();
        bench.clock.advance(DUE);
        bench.server.next(fault);
        let old = source.token().await.unwrap();
        assert_eq!(Some(bare(&old)), signed_in.text("accessToken"));
        event(&mut events, "the doubt", is_in_doubt).await;
        for _ in 0..100 {
            bench.clock.advance(Duration::from_secs(1));
            assert_eq!(source.token().await.unwrap(), old);
        }
        assert_eq!(bench.server.counts().requests, 1);
        // Over: one more try, which is all that is left.
        bench.clock.advance(MINUTE);
        let outcome = soon("an answer", source.token()).await;
        assert_eq!(bench.server.counts().requests, 2);
        if survives {
            let token = outcome.unwrap();
            assert_eq!(Some(bare(&token)), bench.latest_access().as_deref());
            assert_eq!(bench.server.counts().reused, 0);
        } else {
            assert!(outcome.unwrap_err().needs_reauthentication());
        }
    }
}

/// A gateway that has waited for too long, and behind it the grant is spent.
#[tokio::test]
async fn a_gateway_that_gave_up_is_a_doubt_where_reuse_ends_the_session() {
    for status in [502, 504] {
        let bench = Bench::new::<Strict>();
        let (source, _) = bench.signed_in::<Strict>().await;
        let mut events = source.events();
        bench.clock.advance(DUE);
        bench
            .server
            .next(Fault::mangled(move |_| Answer::new(status)));
        let old = source.token().await.unwrap();
        event(&mut events, "the failure", |kind| {
            matches!(kind, EventKind::Failed(_))
        })
        .await;
        for _ in 0..100 {
            bench.clock.advance(Duration::from_secs(1));
            assert_eq!(source.token().await.unwrap(), old);
        }
        let counts = bench.server.counts();
        assert_eq!((counts.requests, counts.reused), (1, 0));
    }
}

/// Everywhere else one retry with the same grant risks nothing.
#[tokio::test]
async fn one_retry_at_once_where_it_risks_nothing() {
    let bench = Bench::new::<Patient>();
    let (source, _) = bench.signed_in::<Patient>().await;
    bench.clock.advance(2 * HOUR);
    bench.server.next(Fault::reset_after());
    let token = soon("the token", source.token()).await.unwrap();
    assert_eq!(Some(bare(&token)), bench.latest_access().as_deref());
    assert_eq!(bench.server.counts().requests, 2);
}

#[tokio::test]
async fn a_grant_that_stays_is_shown_again() {
    let bench = Bench::new::<Staying>();
    let (source, _) = bench.signed_in::<Staying>().await;
    bench.clock.advance(2 * HOUR);
    bench.server.next(Fault::reset_after());
    let token = soon("the token", source.token()).await.unwrap();
    assert_eq!(Some(bare(&token)), bench.latest_access().as_deref());
    let counts = bench.server.counts();
    assert_eq!(
        (counts.requests, counts.refreshed, counts.reused),
        (2, 2, 0)
    );
}

#[tokio::test]
async fn a_stalled_answer_is_in_doubt_too() {
    let bench = Bench::new::<Patient>();
    let client = client_over(&bench.server.url(), |transport| {
        transport.response_timeout(Duration::from_millis(300))
    });
    let source = bench.source_of::<Patient>(client);
    let signed_in = bench.server.sign_in();
    source.insert(copy(&signed_in)).await.unwrap();
    bench.clock.advance(2 * HOUR);
    bench.server.next(Fault::stall_after());
    let token = soon("the token", source.token()).await.unwrap();
    assert_eq!(Some(bare(&token)), bench.latest_access().as_deref());
    assert_eq!(bench.server.counts().requests, 2);
}

/// Losses without end: one retry, then backoff, and never "sign in again".
#[tokio::test]
async fn many_losses_back_off() {
    let bench = Bench::new::<Patient>();
    let (source, _) = bench.signed_in::<Patient>().await;
    bench.clock.advance(2 * HOUR);
    bench.server.always(Fault::reset_after());
    let error = soon("an answer", source.token()).await.unwrap_err();
    assert_eq!(error.kind(), SessionErrorKind::InDoubt);
    assert!(!error.needs_reauthentication());
    assert_eq!(bench.server.counts().requests, 2);
    for _ in 0..100 {
        source.token().await.unwrap_err();
    }
    assert_eq!(bench.server.counts().requests, 2);
    bench.server.behave();
    bench.clock.advance(MINUTE);
    soon("the token", source.token()).await.unwrap();
}

/// A spent grant that is only refused: the retry is refused, and only then is the session over.
#[tokio::test]
async fn a_retry_that_is_refused_ends_the_session() {
    let bench = Bench::new::<Revoking>();
    let (source, _) = bench.signed_in::<Revoking>().await;
    bench.clock.advance(2 * HOUR);
    bench.server.next(Fault::reset_after());
    let error = soon("an answer", source.token()).await.unwrap_err();
    assert!(error.needs_reauthentication());
    assert_eq!(error.how().how, Some("Sign in again."));
    assert_eq!(bench.server.counts().requests, 2);
}

/// The process ended between the intent and the answer; the next one knows from what was written down.
#[tokio::test]
async fn a_crash_in_the_gap_is_recognised_at_the_next_start() {
    let bench = Bench::new::<Patient>();
    let process = Process::start();
    let crashing = bench.source_on::<Patient>(&process.handle);
    let signed_in = bench.server.sign_in();
    crashing.insert(copy(&signed_in)).await.unwrap();
    bench.clock.advance(2 * HOUR);
    bench.server.next(Fault::held_after());
    let caller = tokio::spawn({
        let crashing = crashing.clone();
        async move { crashing.token().await }
    });
    soon("the call", bench.server.until(|counts| counts.held == 1)).await;
    process.crash();
    // Whoever waited is told so.
    soon("an answer", caller).await.unwrap().unwrap_err();
    bench.server.release();
    // Its lease runs out; the one that comes next finds the intent.
    let next = bench.source::<Patient>();
    let token = tokio::spawn(async move { next.token().await });
    bench
        .pass_until("the end of the lease", || token.is_finished())
        .await;
    let token = token.await.unwrap().unwrap();
    assert_eq!(Some(bare(&token)), bench.latest_access().as_deref());
    assert_eq!(bench.server.counts().requests, 2);
}

/// A runtime on a thread of its own, which can end in the middle of everything.
struct Process {
    handle: tokio::runtime::Handle,
    end: tokio::sync::oneshot::Sender<()>,
    thread: std::thread::JoinHandle<()>,
}

impl Process {
    fn start() -> Self {
        let mut builder = tokio::runtime::Builder::new_current_thread();
        let runtime = builder.enable_all().build().unwrap();
        let handle = runtime.handle().clone();
        let (end, ended) = tokio::sync::oneshot::channel();
        let thread = std::thread::spawn(move || drop(runtime.block_on(ended)));
        Self {
            handle,
            end,
            thread,
        }
    }

    fn crash(self) {
        self.end.send(()).unwrap();
        self.thread.join().unwrap();
    }
}

//! Shutdown in the middle of a refresh: drained.

use std::task::{Context, Waker};

use token_refresh_runtime::session::SessionErrorKind;
use token_refresh_runtime::testing::Fault;

use crate::support::*;

#[tokio::test]
async fn a_shutdown_waits_for_the_refresh() {
    let bench = Bench::new::<Strict>();
    let (source, _) = bench.signed_in::<Strict>().await;
    bench.clock.advance(2 * HOUR);
    bench.server.next(Fault::held_after());
    let mut token = Box::pin(source.token());
    assert!(
        token
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()))
            .is_pending()
    );
    soon("the call", bench.server.until(|counts| counts.held == 1)).await;
    let mut shutdown = Box::pin(source.shutdown());
    for _ in 0..100 {
        assert!(
            shutdown
                .as_mut()
                .poll(&mut Context::from_waker(Waker::noop()))
                .is_pending()
        );
        tokio::task::yield_now().await;
    }
    bench.server.release();
    soon("the end", shutdown).await;
    // It is stored: another process needs no call.
    let stored = soon("a token", bench.source::<Strict>().token())
        .await
        .unwrap();
    assert_eq!(Some(bare(&stored)), bench.latest_access().as_deref());
    assert_eq!(soon("the answer", token).await.unwrap(), stored);
    assert_eq!(bench.server.counts().requests, 1);

    // What is good is still read; nothing new is begun.
    assert_eq!(source.token().await.unwrap(), stored);
    bench.clock.advance(2 * HOUR);
    let error = soon("an answer", source.token()).await.unwrap_err();
    assert_eq!(error.kind(), SessionErrorKind::ShutDown);
    assert_eq!(bench.server.counts().requests, 1);
}

/// Sources that come and go in the middle of their work leave nothing undone.
#[tokio::test]
async fn a_source_that_is_dropped_finishes_its_refresh() {
    let bench = Bench::new::<Strict>();
    let (source, _) = bench.signed_in::<Strict>().await;
    bench.clock.advance(2 * HOUR);
    bench.server.next(Fault::held());
    let mut token = Box::pin(source.token());
    assert!(
        token
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()))
            .is_pending()
    );
    soon("the call", bench.server.until(|counts| counts.held == 1)).await;
    drop(token);
    drop(source);
    let key = bench.source::<Strict>().session().clone();
    let before = bench.store.entry(&key).await.unwrap().version;
    bench.server.release();
    soon("the write", bench.store.until_writes(3)).await;
    assert!(bench.store.entry(&key).await.unwrap().version > before);
    let token = soon("a token", bench.source::<Strict>().token())
        .await
        .unwrap();
    assert_eq!(Some(bare(&token)), bench.latest_access().as_deref());
    assert_eq!(bench.server.counts().requests, 1);
}

#[tokio::test]
async fn nothing_is_written_after_a_shutdown() {
    let bench = Bench::new::<Strict>();
    let (source, signed_in) = bench.signed_in::<Strict>().await;
    soon("the end", source.shutdown()).await;
    let before = bench.store.entry(source.session()).await.unwrap().version;
    let inserted = soon("an answer", source.insert(copy(&signed_in))).await;
    let forgotten = soon("an answer", source.forget()).await;
    for refused in [inserted, forgotten] {
        assert_eq!(refused.unwrap_err().kind(), SessionErrorKind::ShutDown);
    }
    let after = bench.store.entry(source.session()).await.unwrap().version;
    assert_eq!(after, before);
    // Others go on.
    let other = bench.source::<Strict>();
    other.insert(copy(&signed_in)).await.unwrap();
}

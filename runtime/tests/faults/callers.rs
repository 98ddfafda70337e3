//! The caller gives up, times out, or its runtime goes away: exchange and storing go on, nothing is sent again, no panic from
//! another runtime.

use std::task::{Context, Waker};

use token_refresh_runtime::session::EventKind;
use token_refresh_runtime::testing::Fault;

use crate::support::*;

#[tokio::test]
async fn the_caller_gives_up() {
    let bench = Bench::new::<Strict>();
    let (source, _) = bench.signed_in::<Strict>().await;
    let mut events = source.events();
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
    bench.server.release();
    event(&mut events, "the refresh", |kind| {
        matches!(kind, EventKind::Refreshed { .. })
    })
    .await;
    let token = source.current().unwrap();
    assert_eq!(Some(bare(&token)), bench.latest_access().as_deref());
    assert_eq!(bench.server.counts().requests, 1);
}

/// Two hundred leaders, each dropped at another point, as far as it came by itself.
#[tokio::test]
async fn every_caller_gives_up_wherever_it_is() {
    let bench = Bench::new::<Strict>();
    let (source, _) = bench.signed_in::<Strict>().await;
    for point in 0..200_u32 {
        bench.clock.advance(2 * HOUR);
        let mut token = Box::pin(source.token());
        for _ in 0..point % 20 {
            if token
                .as_mut()
                .poll(&mut Context::from_waker(Waker::noop()))
                .is_ready()
            {
                break;
            }
            tokio::task::yield_now().await;
        }
        drop(token);
        soon("a token", source.token()).await.unwrap();
    }
    let counts = bench.server.counts();
    assert_eq!((counts.refreshed, counts.reused), (200, 0));
}

/// Those who come in the moment in which a refresh ends are not told that it was broken off.
#[tokio::test]
async fn callers_come_while_a_refresh_ends() {
    let bench = Bench::new::<Staying>();
    let (source, _) = bench.signed_in::<Staying>().await;
    for round in 0..200_u32 {
        bench.clock.advance(2 * HOUR);
        let token = soon("a token", source.token()).await;
        assert!(token.is_ok(), "{round}: {token:?}");
        // As long as it takes the other thread to clear up, more or less.
        for _ in 0..round % 100 * 20 {
            std::hint::spin_loop();
        }
    }
}

#[test]
fn the_callers_runtime_goes_away() {
    let bench = Bench::new::<Strict>();
    let runtime = || {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap()
    };
    let first = runtime();
    let (source, _) = first.block_on(bench.signed_in::<Strict>());
    bench.clock.advance(2 * HOUR);
    bench.server.next(Fault::held());
    let caller = source.clone();
    first.spawn(async move { caller.token().await });
    first.block_on(bench.server.until(|counts| counts.held == 1));
    first.shutdown_background();
    bench.server.release();
    let second = runtime();
    let token = second.block_on(soon("the token", source.token())).unwrap();
    assert_eq!(Some(bare(&token)), bench.latest_access().as_deref());
    let counts = bench.server.counts();
    assert_eq!((counts.requests, counts.reused), (1, 0));
}

/// No runtime at all: any executor will do.
#[test]
fn no_runtime_is_needed() {
    let bench = Bench::new::<Strict>();
    let source = bench.source::<Strict>();
    let signed_in = bench.server.sign_in();
    block_on(source.insert(copy(&signed_in))).unwrap();
    bench.clock.advance(2 * HOUR);
    let token = block_on(source.token()).unwrap();
    assert_eq!(Some(bare(&token)), bench.latest_access().as_deref());
}

/// The smallest executor there is.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    struct Unpark(std::thread::Thread);
    impl std::task::Wake for Unpark {
        fn wake(self: std::sync::Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(std::sync::Arc::new(Unpark(std::thread::current())));
    let mut future = std::pin::pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            std::task::Poll::Ready(output) => return output,
            std::task::Poll::Pending => std::thread::park(),
        }
    }
}

//! 401 from the API by 10,000 callers holding the old token: one forced refresh.

use std::task::{Context, Waker};

use token_refresh_runtime::testing::Fault;

use crate::support::*;

#[tokio::test]
async fn ten_thousand_callers_are_refused_by_the_api() {
    let bench = Bench::new::<Strict>();
    let (source, signed_in) = bench.signed_in::<Strict>().await;
    let old = source.token().await.unwrap();
    bench.server.revoke_access(signed_in.session());
    assert_eq!(bench.api(&old), 401);
    bench.server.next(Fault::held());
    let mut crowd: Vec<_> = (0..10_000)
        .map(|_| Box::pin(source.invalidate(&old)))
        .collect();
    for one in &mut crowd {
        let mut context = Context::from_waker(Waker::noop());
        assert!(one.as_mut().poll(&mut context).is_pending());
    }
    soon("the call", bench.server.until(|counts| counts.held == 1)).await;
    bench.server.release();
    for one in crowd {
        soon("its end", one).await;
    }
    let new = source.token().await.unwrap();
    assert_eq!(bench.server.counts().requests, 1);
    assert_eq!(bench.api(&new), 200);

    // Latecomers, who still hold the old one.
    for _ in 0..100 {
        source.invalidate(&old).await;
    }
    assert_eq!(bench.server.counts().requests, 1);
    assert_eq!(source.token().await.unwrap(), new);
}

/// An API that refuses every token does not get a refresh for each.
#[tokio::test]
async fn an_api_that_refuses_everything_makes_no_storm() {
    let bench = Bench::new::<Strict>();
    let (source, _) = bench.signed_in::<Strict>().await;
    for _ in 0..1_000 {
        if let Ok(token) = source.token().await {
            soon("its end", source.invalidate(&token)).await;
        }
    }
    let counts = bench.server.counts();
    println!("1,000 refusals in a row: {} calls", counts.requests);
    assert!(counts.requests <= 10, "{counts:?}");
    assert_eq!(counts.reused, 0);
}

/// The new token is refused while the flight that brought it is on its last step: all who say so wait for the one after it.
#[tokio::test]
async fn callers_are_refused_while_a_refresh_ends() {
    let bench = Bench::new::<Strict>();
    let (source, signed_in) = bench.signed_in::<Strict>().await;
    bench.clock.advance(2 * HOUR);
    bench.store.hold_releases(true);
    let refused = soon("a token", source.token()).await.unwrap();
    bench.server.revoke_access(signed_in.session());
    let mut crowd: Vec<_> = (0..10)
        .map(|_| Box::pin(source.invalidate(&refused)))
        .collect();
    for one in &mut crowd {
        let mut context = Context::from_waker(Waker::noop());
        assert!(one.as_mut().poll(&mut context).is_pending());
    }
    bench.store.hold_releases(false);
    for one in crowd {
        soon("its end", one).await;
    }
    let new = source.token().await.unwrap();
    assert_ne!(new, refused);
    assert_eq!(bench.api(&new), 200);
    assert_eq!(bench.server.counts().requests, 2);
}

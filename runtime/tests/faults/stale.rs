//! The same token returned again; a token expired on arrival: a minimum interval before asking again.

use std::time::Duration;

use token_refresh_runtime::json;
use token_refresh_runtime::session::{EventKind, SessionErrorKind};
use token_refresh_runtime::testing::Fault;

use crate::support::*;

/// A vendor that answers with the token in hand as long as that is good, and with what is left of its life.
#[tokio::test]
async fn the_same_token_again() {
    let bench = Bench::new::<Strict>();
    let (source, signed_in) = bench.signed_in::<Strict>().await;
    let mut events = source.events();
    let old = signed_in.text("accessToken").unwrap().to_owned();
    let again = old.clone();
    bench.clock.advance(Duration::from_secs(58 * 60));
    bench.server.always(Fault::edited(move |body| {
        body["access_token"] = json!(again.clone());
        body["expires_in"] = json!(120);
    }));
    for _ in 0..100 {
        assert_eq!(bare(&source.token().await.unwrap()), old);
    }
    event(&mut events, "the refresh", |kind| {
        matches!(kind, EventKind::Refreshed { .. })
    })
    .await;
    for _ in 0..100 {
        assert_eq!(bare(&source.token().await.unwrap()), old);
    }
    assert_eq!(bench.server.counts().requests, 1);
    // Second by second through the rest of its life.
    for _ in 0..119 {
        bench.clock.advance(Duration::from_secs(1));
        assert_eq!(bare(&source.token().await.unwrap()), old);
        tokio::task::yield_now().await;
    }
    let requests = bench.server.counts().requests;
    assert!(requests <= 8, "{requests} calls in two minutes");
    assert_eq!(bench.server.counts().reused, 0);
}

#[tokio::test]
async fn a_token_that_is_over_when_it_comes() {
    let bench = Bench::new::<Strict>();
    let (source, _) = bench.signed_in::<Strict>().await;
    let mut events = source.events();
    bench.clock.advance(2 * HOUR);
    bench
        .server
        .always(Fault::edited(|body| body["expires_in"] = json!(0)));
    let error = soon("an answer", source.token()).await.unwrap_err();
    assert_eq!(error.kind(), SessionErrorKind::Protocol);
    assert!(error.retry_at().unwrap() > bench.clock.now().wall);
    event(&mut events, "the report", |kind| {
        matches!(kind, EventKind::Failed(_))
    })
    .await;
    for _ in 0..1_000 {
        source.token().await.unwrap_err();
    }
    assert!(
        events
            .try_next()
            .is_none_or(|event| !matches!(event.kind, EventKind::Failed(_)))
    );
    assert_eq!(bench.server.counts().requests, 1);
    // The new grant was kept all the same.
    bench.server.behave();
    bench.clock.advance(5 * MINUTE);
    assert_eq!(error.retry_after(), Some(Duration::ZERO));
    soon("a token", source.token()).await.unwrap();
    let counts = bench.server.counts();
    assert_eq!((counts.refreshed, counts.reused), (2, 0));
}

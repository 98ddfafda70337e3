//! The wall clock steps a day both ways; suspend: both clocks are kept, the earlier verdict wins, and it is judged again at each
//! read.

use std::time::Duration;

use token_refresh_runtime::session::EventKind;
use token_refresh_runtime::testing::Fault;

use crate::support::*;

const DAY: i64 = 86_400_000;

#[tokio::test]
async fn the_wall_clock_steps_a_day_forth() {
    let bench = Bench::new::<Strict>();
    let (source, _) = bench.signed_in::<Strict>().await;
    let old = source.token().await.unwrap();
    bench.clock.step_wall(DAY);
    assert!(source.current().is_none());
    let new = soon("a token", source.token()).await.unwrap();
    assert_ne!(old, new);
    assert_eq!(bench.server.counts().requests, 1);
    // And back: the new token is good by both clocks.
    bench.clock.step_wall(-DAY);
    assert_eq!(source.token().await.unwrap(), new);
    assert_eq!(bench.server.counts().requests, 1);
}

#[tokio::test]
async fn the_wall_clock_steps_a_day_back() {
    let bench = Bench::new::<Strict>();
    let (source, _) = bench.signed_in::<Strict>().await;
    let old = source.token().await.unwrap();
    bench.clock.step_wall(-DAY);
    assert_eq!(source.token().await.unwrap(), old);
    // By the wall's clock there is a day left; the other one knows that the hour is over.
    bench.clock.advance(HOUR);
    assert!(source.current().is_none());
    let new = soon("a token", source.token()).await.unwrap();
    assert_ne!(old, new);
    let counts = bench.server.counts();
    assert_eq!((counts.requests, counts.reused), (1, 0));
    // The new one came by the clock as it is now, and its end is as far off as ever.
    assert_eq!(source.token().await.unwrap(), new);
    bench.clock.advance(HOUR);
    assert!(source.current().is_none());
    let newest = soon("a token", source.token()).await.unwrap();
    assert_ne!(new, newest);
    assert_eq!(bench.server.counts().requests, 2);
}

/// What is written down meanwhile says nothing new about the token in hand.
#[tokio::test]
async fn a_failure_after_a_step_back_makes_no_token_good_again() {
    let bench = Bench::new::<Strict>();
    let (source, _) = bench.signed_in::<Strict>().await;
    let mut events = source.events();
    bench.clock.advance(30 * MINUTE);
    let old = source.token().await.unwrap();
    bench.clock.step_wall(-DAY);
    bench.server.always(Fault::status(500));
    bench.clock.advance(29 * MINUTE);
    assert_eq!(source.token().await.unwrap(), old);
    event(&mut events, "the failure", |kind| {
        matches!(kind, EventKind::Failed(_))
    })
    .await;
    assert_eq!(source.current(), Some(old));
    bench.clock.advance(2 * MINUTE);
    assert!(source.current().is_none());
    let error = soon("an answer", source.token()).await.unwrap_err();
    let wait = error.retry_after().unwrap();
    assert!(wait <= 5 * MINUTE, "{wait:?}");
    bench.server.behave();
    bench.clock.advance(5 * MINUTE);
    soon("a token", source.token()).await.unwrap();
}

#[tokio::test]
async fn the_machine_sleeps() {
    let bench = Bench::new::<Strict>();
    let (source, _) = bench.signed_in::<Strict>().await;
    let mut reader = source.reader();
    let old = reader.get().unwrap().clone();
    bench.clock.suspend(2 * HOUR);
    assert!(source.current().is_none());
    assert!(reader.get().is_none());
    let new = soon("a token", reader.token()).await.unwrap();
    assert_ne!(old, new);
    assert_eq!(bench.server.counts().requests, 1);
}

/// A clock that goes mad in small steps makes nobody call more often than tokens end.
#[tokio::test]
async fn a_clock_that_swings_makes_no_storm() {
    let bench = Bench::new::<Strict>();
    let (source, _) = bench.signed_in::<Strict>().await;
    for step in 0..100 {
        bench
            .clock
            .step_wall(if step % 2 == 0 { DAY } else { -DAY });
        soon("a token", source.token()).await.unwrap();
        bench.clock.advance(Duration::from_secs(1));
    }
    let counts = bench.server.counts();
    assert!(counts.requests <= 100, "{counts:?}");
    assert_eq!(counts.reused, 0);
}

//! The wall clock steps a day both ways; suspend: both clocks are kept, the earlier verdict wins, and it is judged again at each
//! read.

use std::time::Duration;

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

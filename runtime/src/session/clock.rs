//! Two clocks: the wall's, which people and vendors go by and which is set back and forth, and the monotonic one, which
//! stands still while a machine sleeps. Whichever says first that a token is over is believed.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use crate::Timestamp;

/// The time by both clocks at one instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// The wall's clock.
    pub wall: Timestamp,
    /// Nanoseconds of the monotonic clock, from a start of no meaning.
    pub monotonic: u64,
}

/// Where a session reads the time: the system's clocks, or one that a test steers.
#[derive(Clone, Default)]
pub enum Clock {
    /// The system's clocks.
    #[default]
    System,
    /// A test's clock.
    Manual(ManualClock),
}

/// A clock that stands still until a test moves it. Clones show the same time.
#[derive(Clone)]
pub struct ManualClock(Arc<Hands>);

struct Hands {
    wall: AtomicI64,
    monotonic: AtomicU64,
    moved: tokio::sync::Notify,
}

impl Clock {
    /// The time by both clocks.
    #[inline]
    pub fn now(&self) -> Now {
        match self {
            Self::System => system_now(),
            Self::Manual(clock) => clock.now(),
        }
    }

    /// Waits until the monotonic clock has moved on by so much, or the wall's clock has reached `wall`, whichever is first. With the
    /// system's clocks, the wall's clock is looked at once in ten seconds.
    pub(crate) async fn sleep_until(&self, wall: Timestamp, monotonic: u64) {
        loop {
            match self {
                Self::System => {
                    let Some(left) = left(self.now(), wall, monotonic) else {
                        return;
                    };
                    tokio::time::sleep(left.min(Duration::from_secs(10))).await;
                }
                Self::Manual(clock) => {
                    let moved = clock.0.moved.notified();
                    tokio::pin!(moved);
                    moved.as_mut().enable();
                    if left(clock.now(), wall, monotonic).is_none() {
                        return;
                    }
                    moved.await;
                }
            }
        }
    }
}

/// What is left until the earlier of the two.
fn left(now: Now, wall: Timestamp, monotonic: u64) -> Option<Duration> {
    let by_wall = wall.since(now.wall);
    let by_monotonic = Duration::from_nanos(monotonic.saturating_sub(now.monotonic));
    Some(by_wall.min(by_monotonic)).filter(|left| !left.is_zero())
}

#[cfg(target_os = "linux")]
#[inline]
fn system_now() -> Now {
    use rustix::time::{ClockId, clock_gettime};
    let wall = clock_gettime(ClockId::Realtime);
    let monotonic = clock_gettime(ClockId::Monotonic);
    let millis = wall
        .tv_sec
        .saturating_mul(1000)
        .saturating_add(wall.tv_nsec / 1_000_000);
    let seconds = u64::try_from(monotonic.tv_sec).unwrap_or(0);
    let nanos = u64::try_from(monotonic.tv_nsec).unwrap_or(0);
    Now {
        wall: Timestamp::from_unix_millis(millis),
        monotonic: seconds.saturating_mul(1_000_000_000).saturating_add(nanos),
    }
}

#[cfg(not(target_os = "linux"))]
#[inline]
fn system_now() -> Now {
    use std::sync::LazyLock;
    use std::time::Instant;
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    Now {
        wall: Timestamp::now(),
        monotonic: u64::try_from(START.elapsed().as_nanos()).unwrap_or(u64::MAX),
    }
}

impl ManualClock {
    /// A clock that shows this time by the wall.
    pub fn at(wall: Timestamp) -> Self {
        Self(Arc::new(Hands {
            wall: AtomicI64::new(wall.unix_millis()),
            monotonic: AtomicU64::new(1_000_000_000),
            moved: tokio::sync::Notify::new(),
        }))
    }

    /// The time it shows.
    pub fn now(&self) -> Now {
        Now {
            wall: Timestamp::from_unix_millis(self.0.wall.load(Ordering::SeqCst)),
            monotonic: self.0.monotonic.load(Ordering::SeqCst),
        }
    }

    /// Lets so much time pass, by both clocks.
    pub fn advance(&self, span: Duration) {
        let nanos = u64::try_from(span.as_nanos()).unwrap_or(u64::MAX);
        self.0.monotonic.fetch_add(nanos, Ordering::SeqCst);
        self.step_wall(i64::try_from(span.as_millis()).unwrap_or(i64::MAX));
    }

    /// Sets the wall's clock forth, or back where negative: the monotonic one does not notice.
    pub fn step_wall(&self, millis: i64) {
        let wall = self.now().wall.plus_millis(millis);
        self.0.wall.store(wall.unix_millis(), Ordering::SeqCst);
        self.0.moved.notify_waiters();
    }

    /// Lets the machine sleep: the wall's clock goes on, the monotonic one stands still.
    pub fn suspend(&self, span: Duration) {
        self.step_wall(i64::try_from(span.as_millis()).unwrap_or(i64::MAX));
    }
}

impl From<ManualClock> for Clock {
    fn from(clock: ManualClock) -> Self {
        Self::Manual(clock)
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::System => formatter.write_str("System"),
            Self::Manual(clock) => clock.fmt(formatter),
        }
    }
}

impl fmt::Debug for ManualClock {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "ManualClock({})", self.now().wall)
    }
}

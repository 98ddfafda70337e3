//! The quick look at the clocks: until the last second before a deadline, their whole seconds are all that has to be compared.

use super::super::Clock;
use super::Deadline;

/// Seconds of both clocks: before either of them, the deadline they were made for cannot have passed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Quiet {
    wall: i64,
    monotonic: i64,
}

impl Quiet {
    /// There is none: every read has to look closely.
    pub(crate) const NONE: Self = Self {
        wall: i64::MIN,
        monotonic: i64::MIN,
    };

    /// The time until the second in which the deadline is. A test's clock is always looked at closely.
    pub(crate) fn before(deadline: Deadline, clock: &Clock) -> Self {
        match clock {
            Clock::Manual(_) => Self::NONE,
            Clock::System => Self {
                wall: deadline.wall.unix_seconds(),
                monotonic: i64::try_from(deadline.monotonic / 1_000_000_000).unwrap_or(i64::MAX),
            },
        }
    }

    /// Whether it lasts, by the system's clocks.
    #[cfg(target_os = "linux")]
    #[inline]
    pub(crate) fn lasts(self) -> bool {
        use rustix::time::{ClockId, clock_gettime};
        clock_gettime(ClockId::Realtime).tv_sec < self.wall
            && clock_gettime(ClockId::Monotonic).tv_sec < self.monotonic
    }

    /// Whether it lasts, by the system's clocks.
    #[cfg(not(target_os = "linux"))]
    #[inline]
    pub(crate) fn lasts(self) -> bool {
        let now = Clock::System.now();
        let monotonic = i64::try_from(now.monotonic / 1_000_000_000).unwrap_or(i64::MAX);
        now.wall.unix_seconds() < self.wall && monotonic < self.monotonic
    }
}

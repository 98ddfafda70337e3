//! The quick look at the clocks: well before a deadline, their whole seconds are all that has to be compared.

use super::super::Clock;
use super::Deadline;
use super::edge::Edge;

/// Seconds of both clocks: while neither has reached its own, the deadline they were made for has not passed.
#[derive(Debug)]
pub(super) struct Quiet {
    wall: Edge,
    monotonic: i64,
}

/// The clocks of the quick look are behind by a tick of the kernel, which is ten milliseconds at most. A second is plenty.
const BEHIND: i64 = 1;

impl Quiet {
    /// There is none: every read has to look closely.
    pub(super) fn never() -> Self {
        Self {
            wall: Edge::at(Edge::ENDED),
            monotonic: i64::MIN,
        }
    }

    /// The time until a second before the second in which the deadline is. A test's clock is always looked at closely.
    pub(super) fn before(deadline: Deadline, clock: &Clock) -> Self {
        let Clock::System = clock else {
            return Self::never();
        };
        let monotonic = i64::try_from(deadline.monotonic / 1_000_000_000).unwrap_or(i64::MAX);
        Self {
            wall: Edge::at(deadline.wall.unix_seconds().saturating_sub(BEHIND)),
            monotonic: monotonic.saturating_sub(BEHIND),
        }
    }

    /// Whether it lasts, by the system's clocks.
    ///
    /// These are the coarse ones, which cost a few nanoseconds where the exact ones cost dozens, and are never a system call.
    #[cfg(target_os = "linux")]
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "a call would be a tenth of a read")]
    pub(super) fn lasts(&self) -> bool {
        use rustix::time::{ClockId, clock_gettime};
        clock_gettime(ClockId::RealtimeCoarse).tv_sec < self.wall.get()
            && clock_gettime(ClockId::MonotonicCoarse).tv_sec < self.monotonic
    }

    /// Whether it lasts, by the system's clocks.
    #[cfg(not(target_os = "linux"))]
    #[inline]
    pub(super) fn lasts(&self) -> bool {
        let now = Clock::System.now();
        let monotonic = i64::try_from(now.monotonic / 1_000_000_000).unwrap_or(i64::MAX);
        now.wall.unix_seconds() < self.wall.get() && monotonic < self.monotonic
    }

    /// Ends it, because something else is shown now. Readers learn of it by the number that they compare anyway, so that it costs
    /// them nothing.
    pub(super) fn end(&self) {
        self.wall.end();
    }
}

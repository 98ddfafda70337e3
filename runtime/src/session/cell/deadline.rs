//! An instant by both clocks: whichever reaches it first is believed.

use std::time::Duration;

use super::super::Now;
use crate::Timestamp;

/// An instant by the wall's clock and by the monotonic one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Deadline {
    /// By the wall's clock.
    pub(crate) wall: Timestamp,
    /// By the monotonic clock, in nanoseconds.
    pub(crate) monotonic: u64,
}

impl Deadline {
    /// It has passed, whatever the clocks show.
    pub(crate) const PASSED: Self = Self {
        wall: Timestamp::MIN,
        monotonic: 0,
    };

    /// It does not come.
    pub(crate) const NEVER: Self = Self {
        wall: Timestamp::MAX,
        monotonic: u64::MAX,
    };

    /// When the wall's clock shows `wall`, or as much time has passed by the monotonic one as is left until then now.
    pub(crate) fn at(wall: Timestamp, now: Now) -> Self {
        let left = u64::try_from(wall.since(now.wall).as_nanos()).unwrap_or(u64::MAX);
        Self {
            wall,
            monotonic: now.monotonic.saturating_add(left),
        }
    }

    /// When so much time has passed, by either clock.
    pub(crate) fn after(span: Duration, now: Now) -> Self {
        Self::at(now.wall.plus(span), now)
    }

    /// The earlier one, by each clock.
    pub(crate) fn or_sooner(self, other: Self) -> Self {
        Self {
            wall: self.wall.min(other.wall),
            monotonic: self.monotonic.min(other.monotonic),
        }
    }

    /// Whether either clock has reached it.
    pub(crate) fn has_passed(self, now: Now) -> bool {
        now.wall >= self.wall || now.monotonic >= self.monotonic
    }
}

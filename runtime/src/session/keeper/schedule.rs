//! When to look for what is due, and how much of it to take: pure, so that every course of events can be tried.

use std::collections::BTreeSet;
use std::time::Duration;

use super::super::Now;
use crate::Timestamp;

/// After a find, the next look is this soon: what falls due seldom comes alone.
const SOON: Duration = Duration::from_secs(1);
/// Looks for what nobody has told of are no closer than this, whatever is set: a store in memory answers without a pause.
const SHORTEST_WAIT: Duration = Duration::from_millis(100);
/// A store that fails is asked again after this long, then after twice as long each time.
const FIRST_RETRY: Duration = Duration::from_secs(1);
const LONGEST_RETRY: Duration = Duration::from_secs(60);
/// An endpoint in trouble is left alone for so long, then for twice as long each time.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// And no longer than this, whatever it asks for: what it asks for may be about one session.
const MOST_PATIENCE: Duration = Duration::from_secs(300);
/// So many instants of coming refreshes are remembered; later ones are found by looking.
const MOST_HINTS: usize = 1024;
/// Instants closer than this are one.
const GRAIN_MILLIS: i64 = 100;

/// What the keeper knows of its own work. Sessions that are not due have no place in it.
#[derive(Debug)]
pub(super) struct Schedule {
    concurrency: usize,
    longest_wait: Duration,
    under_way: usize,
    /// So many may be under way now: halved with each trouble of the endpoint's, one more with each success.
    allowed: usize,
    /// With one at a time there still was trouble: how often in a row, and until when it is left alone.
    troubles: u32,
    pause: Option<Look>,
    /// The last look found as much as was asked for: there is likely more.
    is_more: bool,
    /// By both clocks, when to look again though nothing is known to be due.
    next_look: Look,
    wait: Duration,
    failures: u32,
    /// When sessions that were written here fall due, the earliest first, in grains.
    hints: BTreeSet<i64>,
    is_draining: bool,
}

/// An instant by both clocks: the earlier verdict counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Look {
    pub(super) wall: Timestamp,
    pub(super) monotonic: u64,
}

/// What the budget of the endpoint leaves now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Budget {
    /// So many calls may be made at once.
    pub(super) free: usize,
    /// Where that is none: when one may be made.
    pub(super) opens: Timestamp,
}

/// That a refresh failed in a way that the next one may, too: the endpoint is down, or there were too many calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Trouble {
    /// Before this it wants no call.
    pub(super) not_before: Option<Timestamp>,
}

/// What to do now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Ask the store for so many sessions, one at least.
    Claim(usize),
    /// Wait until then, for a hint, or for a refresh to end.
    Wait(Look),
    /// Wait for a refresh to end.
    WaitForRoom,
    /// Everything is done, and nothing more is to come.
    Stop,
}

impl Schedule {
    pub(super) fn new(concurrency: usize, longest_wait: Duration, now: Now) -> Self {
        let concurrency = concurrency.max(1);
        let longest_wait = longest_wait.max(SHORTEST_WAIT);
        Self {
            concurrency,
            longest_wait,
            under_way: 0,
            allowed: concurrency,
            troubles: 0,
            pause: None,
            is_more: false,
            next_look: Look::at(now),
            wait: SOON.min(longest_wait),
            failures: 0,
            hints: BTreeSet::new(),
            is_draining: false,
        }
    }

    pub(super) fn next(&self, now: Now, budget: Budget) -> Next {
        if self.is_draining {
            return match self.under_way {
                0 => Next::Stop,
                _ => Next::WaitForRoom,
            };
        }
        let room = self.allowed.saturating_sub(self.under_way);
        // One look for a single free place would ask the store once for each session.
        if room < self.allowed.div_ceil(4) {
            return Next::WaitForRoom;
        }
        if let Some(pause) = self.pause.filter(|pause| !pause.is_reached(now)) {
            return Next::Wait(pause);
        }
        let due = self.due();
        let is_likely = self.is_more && self.failures == 0;
        if !is_likely && !due.is_reached(now) {
            return Next::Wait(due);
        }
        match room.min(budget.free) {
            0 => Next::Wait(Look::at(now).later_until(budget.opens, now)),
            room => Next::Claim(room),
        }
    }

    /// The store handed out `found` of the `asked` sessions, whose refreshes begin.
    pub(super) fn claimed(&mut self, asked: usize, found: usize, now: Now) {
        self.under_way += found;
        self.failures = 0;
        self.is_more = found >= asked;
        self.wait = match found {
            0 => (self.wait * 2).min(self.longest_wait),
            _ => SOON.min(self.longest_wait),
        };
        self.next_look = Look::at(now).after(self.wait);
        if !self.is_more {
            let passed = now.wall.unix_millis().div_euclid(GRAIN_MILLIS);
            self.hints = self.hints.split_off(&(passed + 1));
        }
    }

    /// The store could not be asked. `jitter` is between 0 and 1: workers that share a store must not come back as one.
    pub(super) fn store_failed(&mut self, now: Now, jitter: f64) {
        let longest = FIRST_RETRY
            .saturating_mul(1 << self.failures.min(6))
            .min(LONGEST_RETRY);
        self.failures = self.failures.saturating_add(1);
        let wait = longest.mul_f64(0.5 + jitter.clamp(0.0, 1.0) / 2.0);
        self.next_look = Look::at(now).after(wait);
    }

    /// A refresh is over.
    pub(super) fn finished(&mut self, trouble: Option<Trouble>, now: Now) {
        self.under_way = self.under_way.saturating_sub(1);
        match trouble {
            None => {
                self.allowed = (self.allowed + 1).min(self.concurrency);
                self.troubles = 0;
                self.pause = None;
            }
            Some(_) if self.allowed > 1 => self.allowed /= 2,
            Some(trouble) => self.pause(trouble, now),
        }
    }

    fn pause(&mut self, trouble: Trouble, now: Now) {
        let least = FIRST_PAUSE
            .saturating_mul(1 << self.troubles.min(6))
            .min(LONGEST_PAUSE);
        self.troubles = self.troubles.saturating_add(1);
        let asked = trouble
            .not_before
            .map_or(Duration::ZERO, |instant| instant.since(now.wall));
        let pause = Look::at(now).after(asked.min(MOST_PATIENCE).max(least));
        self.pause = Some(pause);
    }

    /// A session was written here that falls due then; `true`: that is earlier than anything known so far.
    pub(super) fn hint(&mut self, due: Timestamp) -> bool {
        // Rounded up: a look just before it would find nothing.
        let grain = due.unix_millis().saturating_add(GRAIN_MILLIS - 1) / GRAIN_MILLIS;
        self.hints.insert(grain);
        if self.hints.len() > MOST_HINTS {
            self.hints.pop_last();
        }
        self.hints.first() == Some(&grain)
    }

    /// Nothing new is begun.
    pub(super) fn drain(&mut self) {
        self.is_draining = true;
    }

    pub(super) fn is_draining(&self) -> bool {
        self.is_draining
    }

    pub(super) fn under_way(&self) -> usize {
        self.under_way
    }

    /// When the next look is due.
    fn due(&self) -> Look {
        let hint = self.hints.first().filter(|_| self.failures == 0);
        match hint.map(|grain| Timestamp::from_unix_millis(grain.saturating_mul(GRAIN_MILLIS))) {
            Some(hint) if hint < self.next_look.wall => Look {
                wall: hint,
                ..self.next_look
            },
            _ => self.next_look,
        }
    }
}

impl Look {
    fn at(now: Now) -> Self {
        Self {
            wall: now.wall,
            monotonic: now.monotonic,
        }
    }

    fn after(self, wait: Duration) -> Self {
        let millis = i64::try_from(wait.as_millis()).unwrap_or(i64::MAX);
        let nanos = u64::try_from(wait.as_nanos()).unwrap_or(u64::MAX);
        Self {
            wall: self.wall.plus_millis(millis),
            monotonic: self.monotonic.saturating_add(nanos),
        }
    }

    fn later_until(self, wall: Timestamp, now: Now) -> Self {
        // At least a grain: a budget that opens at this very instant and has nothing to give must not spin.
        let least = Duration::from_millis(GRAIN_MILLIS.unsigned_abs());
        self.after(wall.since(now.wall).max(least))
    }

    fn is_reached(self, now: Now) -> bool {
        self.wall <= now.wall || self.monotonic <= now.monotonic
    }
}

#[cfg(test)]
mod tests;

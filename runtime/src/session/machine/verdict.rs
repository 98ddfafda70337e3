//! Whether a wish needs a flight at all.

use std::time::Duration;

use super::super::cell::Deadline;
use super::super::{Now, SessionError};
use super::adopt::is_text;
use super::{Machine, Phase};
use crate::{Decision, Secret};

/// What somebody wants.
#[derive(Debug)]
pub(crate) enum Want {
    /// A good token.
    Good,
    /// That what falls due is looked after.
    Due,
    /// That the store is asked, whatever is in hand.
    Look,
    /// Another access token than this one, which the API has refused.
    Other(Secret),
}

/// What becomes of it.
#[derive(Debug)]
pub(crate) enum Verdict {
    /// There is nothing to do: what is shown is good, or as good as it gets for now.
    Serve,
    /// There is none, and no use in trying yet.
    Fail(SessionError),
    /// A flight is needed.
    Fly(Wanted),
}

/// What a flight is for, beside good tokens.
#[derive(Debug, Default)]
pub(crate) struct Wanted {
    /// The access token that the API has refused.
    pub(crate) refused: Option<Secret>,
    /// Whether the store may well have what is wanted.
    pub(crate) is_look: bool,
}

/// Refreshes forced by the API's refusals, one on the heels of the other: an API that refuses every token is not to be answered
/// with a refresh each time.
#[derive(Debug, Default)]
pub(super) struct Forced {
    in_a_row: u32,
    rest: Option<Deadline>,
    calm: Option<Deadline>,
}

/// So many in a row are nobody's fault.
const FREE: u32 = 3;
/// After such a while the row is at its end.
const CALM: Duration = Duration::from_secs(600);

impl Wanted {
    /// The same flight is for this, too.
    pub(crate) fn join(&mut self, other: Self) {
        self.refused = other.refused.or(self.refused.take());
        self.is_look |= other.is_look;
    }
}

impl Forced {
    /// Whether one more is let through now.
    fn is_due(&mut self, now: Now) -> bool {
        if self.calm.is_none_or(|calm| calm.has_passed(now)) {
            self.in_a_row = 0;
        }
        if self.in_a_row >= FREE && self.rest.is_some_and(|rest| !rest.has_passed(now)) {
            return false;
        }
        self.in_a_row = self.in_a_row.saturating_add(1);
        let doublings = self.in_a_row.saturating_sub(FREE).min(8);
        self.rest = Some(Deadline::after(Duration::from_secs(1 << doublings), now));
        self.calm = Some(Deadline::after(CALM, now));
        true
    }
}

impl Machine {
    /// Whether this wish needs a flight.
    pub(crate) fn verdict(&mut self, want: Want, now: Now) -> Verdict {
        match want {
            Want::Good => self.verdict_for_reader(now),
            Want::Due => self.verdict_behind_readers(now),
            Want::Look => match self.unstored.clone().or_else(|| self.held(now)) {
                Some(error) => Verdict::Fail(error),
                None => Verdict::Fly(Wanted {
                    is_look: true,
                    ..Wanted::default()
                }),
            },
            Want::Other(refused) => self.verdict_after_refusal(refused, now),
        }
    }

    fn verdict_for_reader(&self, now: Now) -> Verdict {
        if self.is_good(now) {
            return Verdict::Serve;
        }
        let error = self.unstored.clone().or_else(|| self.held(now));
        error.map_or(Verdict::Fly(Wanted::default()), Verdict::Fail)
    }

    fn verdict_behind_readers(&self, now: Now) -> Verdict {
        let Some(known) = &self.known else {
            return self
                .held(now)
                .map_or(Verdict::Fly(Wanted::default()), |_| Verdict::Serve);
        };
        let is_quiet = matches!(
            self.rules.judge(&known.state, self.time(now)),
            Decision::Serve { .. }
        );
        if is_quiet || self.unstored.is_some() || self.held(now).is_some() {
            Verdict::Serve
        } else {
            Verdict::Fly(Wanted::default())
        }
    }

    fn verdict_after_refusal(&mut self, refused: Secret, now: Now) -> Verdict {
        let Some(known) = &self.known else {
            return Verdict::Fly(Wanted::default());
        };
        if !is_text(self.rules.access(&known.state), &refused) || self.unstored.is_some() {
            return Verdict::Serve;
        }
        if known.state.dead.is_some() {
            self.rejected = Some(refused);
            return Verdict::Serve;
        }
        if let Some(error) = self.held(now) {
            return Verdict::Fail(error);
        }
        if self.forced.is_due(now) {
            Verdict::Fly(Wanted {
                refused: Some(refused),
                ..Wanted::default()
            })
        } else {
            Verdict::Serve
        }
    }

    /// The error that stands for now.
    pub(crate) fn held(&self, now: Now) -> Option<SessionError> {
        let latch = self.latch.as_ref().filter(|latch| latch.holds(now))?;
        Some(latch.error.clone())
    }

    /// Whether a flight is under way.
    pub(crate) fn is_flying(&self) -> bool {
        !matches!(self.phase, Phase::Idle)
    }
}

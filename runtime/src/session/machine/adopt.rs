//! Taking over what the store says, and judging it by both clocks.

use std::sync::Arc;
use std::time::Duration;

use super::super::cell::Deadline;
use super::super::state::State;
use super::super::store::Version;
use super::super::{EventKind, Now};
use super::{Known, Loaded, Machine, Shown, Tell};
use crate::{Decision, Secret, Timestamp, Token};

/// The time by whichever clock has gone further since then.
fn later(since: Now, now: Now) -> Timestamp {
    let passed = now.monotonic.saturating_sub(since.monotonic);
    now.wall.max(since.wall.plus(Duration::from_nanos(passed)))
}

impl Machine {
    /// The time by whichever clock has gone further since the access token was seen: what tokens are judged by.
    pub(crate) fn time(&self, now: Now) -> Timestamp {
        let known = self.known.as_ref();
        known.map_or(now.wall, |known| later(known.issued, now))
    }

    /// The time that this state's tokens are judged by, which may not be the ones in hand.
    pub(super) fn time_of(&self, state: &State, now: Now) -> Timestamp {
        match &self.known {
            Some(known) if self.is_same_access(&known.state, state) => later(known.issued, now),
            _ => now.wall,
        }
    }

    /// The time since the record was seen: what instants are judged by that someone has written down.
    pub(super) fn record_time(&self, now: Now) -> Timestamp {
        let known = self.known.as_ref();
        known.map_or(now.wall, |known| later(known.anchor, now))
    }

    /// Whether the access token in hand may be shown to the API.
    pub(super) fn is_good(&self, now: Now) -> bool {
        self.known.as_ref().is_some_and(|known| {
            self.is_unrefused(&known.state)
                && self.rules.access(&known.state).is_some()
                && self.rules.judge(&known.state, self.time(now)).is_to_serve()
        })
    }

    fn is_unrefused(&self, state: &State) -> bool {
        self.rejected
            .as_ref()
            .is_none_or(|rejected| !is_text(self.rules.access(state), rejected))
    }

    /// Whether the access token in hand is the one that the API has refused.
    pub(super) fn is_forced(&self) -> bool {
        match (&self.flight.force, &self.known) {
            (Some(force), Some(known)) => is_text(self.rules.access(&known.state), force),
            _ => false,
        }
    }

    /// The session is over: an access token that the API does not want is of no use, for nothing can replace it.
    pub(super) fn reject_refused(&mut self) {
        if self.is_forced() {
            self.rejected = self.flight.force.take();
        }
    }

    /// Whether both hold one access token, to the end of its life, or it was taken.
    fn is_same_access(&self, one: &State, other: &State) -> bool {
        let life = |token: &Token| (token.issued(), token.expiry());
        match (self.rules.access(one), self.rules.access(other)) {
            (Some(one), Some(other)) => one.expose() == other.expose() && life(one) == life(other),
            // It is on its way to somebody.
            (Some(_), None) => true,
            (None, _) => false,
        }
    }

    /// Takes over what was found, or written.
    pub(super) fn adopt(&mut self, version: Option<Version>, state: Arc<State>, now: Now) {
        let is_dead = state.dead.is_some() || self.buried(&state).is_some();
        self.is_known_dead = self.is_known_dead && is_dead;
        let issued = self
            .known
            .as_ref()
            .filter(|known| self.is_same_access(&known.state, &state))
            .map_or(now, |known| known.issued);
        self.known = Some(Known {
            version,
            state,
            anchor: now,
            issued,
        });
    }

    /// The same, and says so where it replaces other tokens.
    pub(super) fn adopt_found(&mut self, loaded: &Loaded, now: Now, tell: &mut Vec<Tell>) {
        let is_other = self
            .known
            .as_ref()
            .is_some_and(|known| known.state.generation != loaded.state.generation);
        if self
            .known
            .as_ref()
            .is_some_and(|known| known.version == Some(loaded.version))
        {
            return;
        }
        self.adopt(Some(loaded.version), Arc::clone(&loaded.state), now);
        if is_other {
            let generation = loaded.state.generation;
            tell.push(Tell::Emit(EventKind::Adopted { generation }));
        }
    }

    /// What an edit of this process has written: newer than all that is known.
    pub(crate) fn edited(&mut self, loaded: Loaded, now: Now) {
        let is_newer = |known: &Known| known.version.is_none_or(|version| version < loaded.version);
        if self.known.as_ref().is_none_or(is_newer) {
            let is_replaced = self
                .known
                .as_ref()
                .is_none_or(|known| known.state.generation != loaded.state.generation);
            self.adopt(Some(loaded.version), loaded.state, now);
            if is_replaced {
                self.latch = None;
                self.rejected = None;
                self.buried = None;
                self.unstored = None;
            }
        }
    }

    /// The session was removed from the store, of this version if it was there.
    pub(crate) fn forgotten(&mut self, removed: Option<Version>) {
        self.flight.removed = self.flight.removed.max(removed);
        self.known = None;
        self.latch = None;
        self.rejected = None;
        self.buried = None;
        self.unstored = None;
        self.is_known_dead = false;
    }

    /// Whether this is older than the session's removal, which a flight under way may not have heard of.
    pub(super) fn is_removed(&self, version: Option<Version>) -> bool {
        self.flight.removed.is_some() && version <= self.flight.removed
    }

    /// What readers are to see; `None`: no token.
    pub(crate) fn shown(&self, now: Now) -> Option<Shown> {
        let known = self.known.as_ref()?;
        if self.rules.access(&known.state).is_none() || !self.is_unrefused(&known.state) {
            return None;
        }
        let at = |instant: Option<Timestamp>| {
            instant.map_or(Deadline::NEVER, |instant| {
                Deadline::at(instant, known.issued)
            })
        };
        let rested = self.latch.as_ref().filter(|latch| latch.holds(now));
        let (until, attention) = match self.rules.judge(&known.state, self.time(now)) {
            Decision::Serve { due, until } => (at(until), at(due)),
            Decision::Due { until, .. } => (
                at(until),
                rested.map_or(Deadline::PASSED, |latch| latch.until),
            ),
            _ => return None,
        };
        let is_over = known.state.dead.is_some() || self.unstored.is_some();
        Some(Shown {
            state: Arc::clone(&known.state),
            until,
            attention: if is_over { Deadline::NEVER } else { attention },
        })
    }

    /// From when on a session without a token wants attention.
    pub(crate) fn looked_after(&self, now: Now) -> Deadline {
        match self.latch.as_ref().filter(|latch| latch.holds(now)) {
            Some(latch) => latch.until,
            None if self.unstored.is_some() => Deadline::NEVER,
            None => Deadline::PASSED,
        }
    }

    /// What is known of the session, whether it is good or not.
    pub(crate) fn state(&self) -> Option<&Arc<State>> {
        self.known.as_ref().map(|known| &known.state)
    }
}

/// Whether a token has this text.
pub(super) fn is_text(token: Option<&Token>, text: &Secret) -> bool {
    token.is_some_and(|token| Secret::from(token.expose()) == *text)
}

//! Writing down what a call has brought: onto the record that it was made with, or onto what stands there by now.

use std::sync::Arc;

use super::super::state::{Dead, Failed, Intent, State, merge, merge_rescued};
use super::super::store::{StoreError, Version, Written};
use super::super::{SessionError, SessionErrorKind};
use super::alarm::Buried;
use super::rules::backoff;
use super::{Ask, Context, Loaded, Machine, Phase, Rules, Step};
use crate::reply::Fresh;
use crate::{Decision, Secret, Timestamp, Token};

/// Something to write down.
#[derive(Debug)]
pub(super) struct Note {
    pub(super) what: What,
    /// What those who wait are told, where there is no good token.
    pub(super) error: Option<SessionError>,
    /// The grant of the record that it belongs to: what stands under another one is not touched.
    pub(super) spent: Option<Secret>,
    /// The intent that it was made under.
    pub(super) intent: Option<Intent>,
    /// That record's generation.
    pub(super) generation: u64,
    /// That record's version; `None`: there was none.
    pub(super) origin: Option<Version>,
    pub(super) called_at: Timestamp,
    pub(super) roll: u64,
    /// How many refreshes in a row had failed before.
    pub(super) times: u32,
    /// Once it is written, the call is made again.
    pub(super) is_repeated: bool,
    /// The record that was last tried to be written.
    pub(super) attempt: Option<Arc<State>>,
}

/// What is written down.
#[derive(Debug)]
pub(super) enum What {
    /// New tokens.
    Fresh(Fresh),
    /// A failure, with the tokens that could be read all the same.
    Failed {
        failed: Option<Failed>,
        doubt: Option<Intent>,
        rescued: Vec<(&'static str, Secret)>,
    },
    /// The end.
    Dead(Dead),
    /// What the store had lost.
    Lost(Arc<State>),
}

impl Note {
    /// What the store has lost is to be put back in place of this.
    pub(super) fn restore(state: Arc<State>, rules: &Rules, found: &Loaded) -> Self {
        Self {
            what: What::Lost(state),
            error: None,
            spent: rules.grant_text(&found.state),
            intent: None,
            generation: found.state.generation,
            origin: Some(found.version),
            called_at: Timestamp::MIN,
            roll: 0,
            times: 0,
            is_repeated: false,
            attempt: None,
        }
    }

    /// The session is over, which the store was not told when it ended.
    pub(super) fn end(buried: &Buried, state: &State, version: Option<Version>) -> Self {
        Self {
            what: What::Dead(buried.dead.clone()),
            error: Some(buried.error.clone()),
            spent: buried.grant.0.clone(),
            intent: state.intent.clone(),
            generation: state.generation,
            origin: version,
            called_at: buried.dead.since,
            roll: 0,
            times: 0,
            is_repeated: false,
            attempt: None,
        }
    }

    /// Whether tokens would be lost with it.
    pub(super) fn is_precious(&self) -> bool {
        match &self.what {
            What::Fresh(_) | What::Lost(_) => true,
            What::Failed { rescued, .. } => !rescued.is_empty(),
            What::Dead(_) => false,
        }
    }

    /// The record with this written down.
    pub(super) fn apply(&self, rules: &Rules, base: &State) -> State {
        let variant = rules.variant.as_deref();
        let calls = if base.intent.is_some() {
            // Counted with the intent.
            base.calls.clone()
        } else {
            rules.calls_with(&base.calls, self.called_at)
        };
        match &self.what {
            What::Fresh(fresh) => {
                let before = rules.access(base).map(|token| Secret::from(token.expose()));
                let state = merge(
                    rules.lifecycle,
                    base.duplicate(),
                    fresh.duplicate(),
                    variant,
                );
                let failed = self.of_no_use(rules, &state, before.as_ref());
                State {
                    failed,
                    calls,
                    ..state
                }
            }
            What::Failed {
                failed,
                doubt,
                rescued,
            } => {
                let rescued = rescued.iter().map(|(name, text)| (*name, text));
                let state = merge_rescued(
                    rules.lifecycle,
                    base.duplicate(),
                    rescued,
                    self.called_at,
                    variant,
                );
                let has_successor = state.generation != base.generation;
                State {
                    failed: failed.clone(),
                    intent: doubt.clone().filter(|_| !has_successor),
                    calls,
                    ..state
                }
            }
            What::Dead(dead) => State {
                dead: Some(dead.clone()),
                intent: None,
                failed: None,
                calls,
                ..base.duplicate()
            },
            What::Lost(state) => state.duplicate(),
        }
    }

    /// Why new tokens that are over when they come, due at once, or the old ones again, are not to be asked for at once again.
    fn of_no_use(&self, rules: &Rules, state: &State, before: Option<&Secret>) -> Option<Failed> {
        let access = rules.access(state)?;
        let times = self.times.saturating_add(1);
        let is_same = before.is_some_and(|before| *before == Secret::from(access.expose()));
        let decision = rules.judge(state, self.called_at);
        let (kind, until) = match decision {
            Decision::Due { until, .. } => (SessionErrorKind::TooEarly, until),
            Decision::Serve { until, .. } if is_same => (SessionErrorKind::TooEarly, until),
            Decision::Serve { .. } => return None,
            _ => (SessionErrorKind::Protocol, None),
        };
        let wait = backoff(times, until.is_some(), self.roll);
        let retry_at = self.called_at.plus(wait);
        Some(Failed {
            times,
            retry_at: until.map_or(retry_at, |until| retry_at.min(until)),
            kind,
        })
    }
}

impl Machine {
    /// Writes a note onto this record.
    pub(super) fn note_onto(
        &mut self,
        mut note: Note,
        expected: Option<Version>,
        base: &State,
    ) -> Step {
        let state = Arc::new(note.apply(&self.rules, base));
        note.attempt = Some(Arc::clone(&state));
        let phase = Phase::Noting(note, Arc::clone(&state));
        self.ask(phase, Ask::Write { expected, state })
    }

    pub(super) fn noted(
        &mut self,
        note: Note,
        state: Arc<State>,
        written: Result<Written, StoreError>,
        context: &Context,
    ) -> Step {
        match written {
            Ok(Written::Stored(version)) => self.stands(&note, version, state, context),
            Ok(Written::Conflict) => self.ask(Phase::Rereading(note), Ask::Load),
            // It may have been written all the same, or the trouble be over already.
            Err(_) if note.is_precious() && self.flight.rests == 0 => {
                self.flight.rests = 1;
                self.ask(Phase::Rereading(note), Ask::Load)
            }
            Err(error) if note.is_precious() => self.alarm(note, Some(state), error, context),
            Err(error) => self.unwritten(note, error, context),
        }
    }

    /// Writes the note onto what stands there by now, unless that is someone else's doing.
    pub(super) fn reread(
        &mut self,
        note: Note,
        loaded: Result<Option<Loaded>, StoreError>,
        context: &Context,
    ) -> Step {
        match loaded {
            Err(error) if note.is_precious() => self.alarm(note, None, error, context),
            Err(error) => self.unwritten(note, error, context),
            Ok(None) if note.origin.is_none() => self.note_onto(note, None, &State::default()),
            Ok(Some(found)) if self.is_written(&note, &found.state) => {
                self.stands(&note, found.version, found.state, context)
            }
            Ok(Some(found)) if self.is_ours(&note, &found.state) => {
                self.note_onto(note, Some(found.version), &found.state)
            }
            Ok(found) => self.superseded(&note, found, context),
        }
    }

    /// Whether nobody has replaced the tokens that the note was made with.
    pub(super) fn is_ours(&self, note: &Note, found: &State) -> bool {
        let is_same = self.is_grant(note.spent.as_ref(), found);
        // Where the grant stays, another variant's tokens may have come meanwhile: that is no reason to lose these.
        let is_untouched = found.generation == note.generation || self.rules.variant.is_some();
        // Whoever has an intent of its own there is trying again by now: what we heard is no news any more, unless it is tokens.
        let is_alone = note.is_precious() || found.intent == note.intent;
        is_same && (is_untouched || self.is_successor(note)) && is_alone
    }

    /// Whether an answer has brought the next grant: the one that it took is spent, whoever has put it in again.
    fn is_successor(&self, note: &Note) -> bool {
        let is_answer = !matches!(note.what, What::Lost(_));
        let attempt = note.attempt.as_ref().filter(|_| is_answer);
        self.rules.is_spent_by_use()
            && attempt.is_some_and(|attempt| !self.is_grant(note.spent.as_ref(), attempt))
    }

    /// Whether a write of which nobody knew has taken place.
    fn is_written(&self, note: &Note, found: &State) -> bool {
        let Some(attempt) = note.attempt.as_ref().filter(|_| note.is_precious()) else {
            return false;
        };
        let is_grant = self.is_grant(self.rules.grant_text(attempt).as_ref(), found);
        let access = self.rules.access(attempt).map(Token::expose);
        let is_access = self.rules.access(found).map(Token::expose) == access;
        // A successor is ours by itself; its access token may be taken by now.
        let is_successor = !self.is_grant(note.spent.as_ref(), attempt);
        is_grant && found.generation == attempt.generation && (is_access || is_successor)
    }
}

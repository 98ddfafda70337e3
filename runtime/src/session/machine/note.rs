//! Writing down what a call has brought: onto the record that it was made with, or onto what stands there by now.

use std::sync::Arc;

use super::super::cell::Deadline;
use super::super::state::{Dead, Failed, Intent, State, merge, merge_rescued};
use super::super::store::{StoreError, Version, Written};
use super::super::{EventKind, SessionError, SessionErrorKind};
use super::latch::Refused;
use super::rules::backoff;
use super::{Ask, Context, Latch, Loaded, Machine, Phase, Rules, Spending, Step, Tell};
use crate::reply::Fresh;
use crate::{Decision, Secret, Timestamp};

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
        }
    }

    /// Whether tokens would be lost with it.
    fn is_precious(&self) -> bool {
        match &self.what {
            What::Fresh(_) | What::Lost(_) => true,
            What::Failed { rescued, .. } => !rescued.is_empty(),
            What::Dead(_) => false,
        }
    }

    /// The record with this written down.
    fn apply(&self, rules: &Rules, base: &State) -> State {
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
        note: Note,
        expected: Option<Version>,
        base: &State,
        _: &Context,
    ) -> Step {
        let state = Arc::new(note.apply(&self.rules, base));
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
            Ok(None) if note.origin.is_none() => {
                self.note_onto(note, None, &State::default(), context)
            }
            Ok(Some(found)) if self.is_written(&note, &found.state) => {
                self.stands(&note, found.version, found.state, context)
            }
            Ok(Some(found)) if self.is_ours(&note, &found.state) => {
                self.note_onto(note, Some(found.version), &found.state, context)
            }
            Ok(found) => self.superseded(&note, found, context),
        }
    }

    /// Whether nobody has replaced the tokens that the note was made with.
    fn is_ours(&self, note: &Note, found: &State) -> bool {
        let is_same = self.is_grant(note.spent.as_ref(), found);
        // Where the grant stays, another variant's tokens may have come meanwhile: that is no reason to lose these.
        let is_untouched = found.generation == note.generation || self.rules.variant.is_some();
        // Whoever has an intent of its own there is trying again by now: what we heard is no news any more, unless it is tokens.
        let is_alone = note.is_precious() || found.intent == note.intent;
        is_same && is_untouched && is_alone
    }

    /// Whether a write of which nobody knew has taken place.
    fn is_written(&self, note: &Note, found: &State) -> bool {
        let What::Fresh(_) = &note.what else {
            return false;
        };
        let Some(known) = self.known.as_ref().filter(|_| self.unstored.is_some()) else {
            return false;
        };
        let texts = |state: &State| {
            let text =
                |token: Option<&crate::Token>| token.map(|token| Secret::from(token.expose()));
            (
                text(self.rules.access(state)),
                text(self.rules.grant(state)),
            )
        };
        found.generation == known.state.generation && texts(found) == texts(&known.state)
    }

    /// The note stands in the store.
    fn stands(
        &mut self,
        note: &Note,
        version: Version,
        state: Arc<State>,
        context: &Context,
    ) -> Step {
        self.store_failures = 0;
        if self
            .known
            .as_ref()
            .is_none_or(|known| known.version < Some(version))
        {
            self.adopt(Some(version), Arc::clone(&state), context.now);
        }
        if note.is_repeated {
            return self.call_again(version, state, context);
        }
        self.rested(note, &state, context);
        let error = self.told_after(note, &state);
        let mut tell = Vec::new();
        tell.extend(self.event(note, &state, error.as_ref()).map(Tell::Emit));
        let result = match error {
            Some(error) if !self.is_good(context.now) => Err(error),
            _ => Ok(()),
        };
        self.unstored = None;
        self.end(tell, result)
    }

    fn call_again(&mut self, version: Version, state: Arc<State>, context: &Context) -> Step {
        let intent = state
            .intent
            .clone()
            .expect("a call is repeated under its intent");
        let spending = Spending {
            version: Some(version),
            losses: intent.losses,
            state,
        };
        self.spend(spending, version, &intent, context)
    }

    /// Latches what the record says about the next call.
    fn rested(&mut self, note: &Note, state: &State, context: &Context) {
        self.latch = None;
        let error = match &note.what {
            What::Dead(_) => {
                self.reject_refused();
                let error = note.error.clone().expect("the end has a reason");
                return self.look_again(error, context);
            }
            _ => self.told_after(note, state),
        };
        if let (Some(failed), Some(error)) = (&state.failed, error) {
            let until = Deadline::at(failed.retry_at, self.anchored(context));
            self.latch = Some(Latch::new(error, until));
        }
    }

    /// The error that goes with the note, or with tokens that came and are of no use.
    fn told_after(&self, note: &Note, state: &State) -> Option<SessionError> {
        let of_no_use = || {
            state
                .failed
                .as_ref()
                .map(|failed| self.rules.failed(failed))
        };
        note.error.clone().or_else(of_no_use)
    }

    fn event(
        &mut self,
        note: &Note,
        state: &State,
        error: Option<&SessionError>,
    ) -> Option<EventKind> {
        let is_useless = |error: &&SessionError| error.kind() == SessionErrorKind::Protocol;
        match (&note.what, error) {
            (What::Dead(_), Some(error)) => {
                self.is_known_dead = true;
                Some(EventKind::Dead(error.clone()))
            }
            (What::Failed { .. }, Some(error)) => Some(EventKind::Failed(error.clone())),
            _ if self.unstored.is_some() => Some(EventKind::StoredAtLast),
            (What::Fresh(_), Some(error)) if is_useless(&error) => {
                Some(EventKind::Failed(error.clone()))
            }
            (What::Fresh(_), _) => Some(EventKind::Refreshed {
                generation: state.generation,
                until: self
                    .rules
                    .access(state)
                    .and_then(|token| token.expiry().instant()),
            }),
            _ => None,
        }
    }

    /// Someone else's tokens stand there: theirs is the truth.
    fn superseded(&mut self, note: &Note, found: Option<Loaded>, context: &Context) -> Step {
        self.unstored = None;
        let tell = match note.what {
            What::Fresh(_) => vec![Tell::Emit(EventKind::Superseded)],
            _ => Vec::new(),
        };
        // What is published may be what was just given up.
        if let Some(known) = &mut self.known {
            known.version = None;
        }
        self.flight.is_leased = self.flight.is_leased && context.is_leased;
        self.consider(found, context).telling(tell)
    }

    /// New tokens that the store does not take: they are served, and writing them is tried until it works.
    fn alarm(
        &mut self,
        note: Note,
        state: Option<Arc<State>>,
        error: StoreError,
        context: &Context,
    ) -> Step {
        let is_first = self.unstored.is_none();
        let wait = backoff(self.flight.rests, false, context.roll);
        self.flight.rests = self.flight.rests.saturating_add(1);
        let until = Deadline::after(wait, self.anchored(context));
        let error = self.rules.store(error, Some(until.wall));
        self.unstored = Some(error.clone());
        let mut tell = Vec::new();
        if let Some(state) = state
            .or_else(|| self.onto_known(&note))
            .filter(|_| is_first)
        {
            let version = self.known.as_ref().and_then(|known| known.version);
            self.adopt(version, state, context.now);
        }
        if is_first || context.is_closing {
            tell.push(Tell::Emit(EventKind::NotStored(error.clone())));
        }
        let result = if self.is_good(context.now) {
            Ok(())
        } else {
            Err(error)
        };
        if context.is_closing {
            return self.end(tell, result);
        }
        tell.push(Tell::Publish);
        if !std::mem::replace(&mut self.flight.is_settled, true) {
            tell.push(Tell::Settle(result));
        }
        self.ask(Phase::Resting(note), Ask::Rest(until))
            .telling(tell)
    }

    /// The note on the last record that was seen, where nothing newer can be read.
    fn onto_known(&self, note: &Note) -> Option<Arc<State>> {
        let known = self.known.as_ref()?;
        let is_base = self.is_ours(note, &known.state);
        is_base.then(|| Arc::new(note.apply(&self.rules, &known.state)))
    }

    /// A failure that the store was not told of: it is remembered here.
    fn unwritten(&mut self, note: Note, error: StoreError, context: &Context) -> Step {
        let is_good = self.is_good(context.now);
        let wait = backoff(self.store_failures, is_good, context.roll);
        self.store_failures = self.store_failures.saturating_add(1);
        let error = note.error.unwrap_or_else(|| self.rules.store(error, None));
        let now = self.anchored(context);
        let until = error
            .retry_at()
            .map_or(Deadline::after(wait, now), |retry_at| {
                Deadline::at(retry_at, now)
            });
        let mut latch = Latch::new(error.clone(), until);
        latch.unwritten = Some(Refused(note.spent));
        self.latch = Some(latch);
        let event = match &note.what {
            What::Dead(_) if !std::mem::replace(&mut self.is_known_dead, true) => {
                EventKind::Dead(error.clone())
            }
            _ => EventKind::Failed(error.clone()),
        };
        let tell = vec![Tell::Emit(event)];
        self.end(tell, if is_good { Ok(()) } else { Err(error) })
    }
}

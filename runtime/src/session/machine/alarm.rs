//! What the store does not take: new tokens, which are served and tried again, and failures, which are remembered.

use std::sync::Arc;

use super::super::cell::Deadline;
use super::super::state::{Dead, State};
use super::super::store::StoreError;
use super::super::{EventKind, SessionError};
use super::latch::Refused;
use super::note::{Note, What};
use super::rules::backoff;
use super::{Ask, Context, Latch, Machine, Phase, Step, Tell};

impl Machine {
    /// New tokens that the store does not take: they are served, and writing them is tried until it works.
    pub(super) fn alarm(
        &mut self,
        note: Note,
        state: Option<Arc<State>>,
        error: StoreError,
        context: &Context,
    ) -> Step {
        let is_first = self.unstored.is_none();
        let wait = backoff(self.flight.rests, false, context.roll);
        self.flight.rests = self.flight.rests.saturating_add(1);
        let until = Deadline::after(wait, context.now);
        let error = self.rules.store(error, Some(until.wall));
        self.unstored = Some(error.clone());
        let mut tell = Vec::new();
        if let Some(state) = state
            .or_else(|| self.onto_known(&note))
            .filter(|_| is_first)
        {
            let version = self.known.as_ref().and_then(|known| known.version);
            if !self.is_removed(version) {
                self.adopt(version, state, context.now);
            }
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
    pub(super) fn unwritten(&mut self, note: Note, error: StoreError, context: &Context) -> Step {
        let is_good = self.is_good(context.now);
        let wait = backoff(self.store_failures, is_good, context.roll);
        self.store_failures = self.store_failures.saturating_add(1);
        let error = note.error.unwrap_or_else(|| self.rules.store(error, None));
        let now = context.now;
        let until = error
            .retry_at()
            .map_or(Deadline::after(wait, now), |retry_at| {
                Deadline::at(retry_at, now)
            });
        let refused = Refused(note.spent);
        let mut latch = Latch::new(error.clone(), until);
        let mut event = EventKind::Failed(error.clone());
        if let What::Dead(dead) = note.what {
            self.reject_refused();
            if !std::mem::replace(&mut self.is_known_dead, true) {
                event = EventKind::Dead(error.clone());
            }
            self.buried = Some(Buried {
                grant: refused,
                dead,
                error: error.clone(),
            });
        } else {
            latch.unwritten = Some(refused);
        }
        self.latch = Some(latch);
        self.end(
            vec![Tell::Emit(event)],
            if is_good { Ok(()) } else { Err(error) },
        )
    }

    /// The end of the session that the record is of, if the store was never told.
    pub(super) fn buried(&self, state: &State) -> Option<&Buried> {
        let buried = self.buried.as_ref()?;
        (buried.grant.0 == self.rules.grant_text(state)).then_some(buried)
    }
}

/// That a grant is dead, which the store does not know yet: it is not shown again.
#[derive(Debug)]
pub(super) struct Buried {
    pub(super) grant: Refused,
    pub(super) dead: Dead,
    pub(super) error: SessionError,
}

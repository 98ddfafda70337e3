//! What follows from a note that stands in the store, or that someone else has made pointless.

use std::sync::Arc;

use super::super::state::State;
use super::super::store::Version;
use super::super::{EventKind, SessionError, SessionErrorKind};
use super::note::{Note, What};
use super::{Context, Loaded, Machine, Spending, Step, Tell};

impl Machine {
    /// The note stands in the store.
    pub(super) fn stands(
        &mut self,
        note: &Note,
        version: Version,
        state: Arc<State>,
        context: &Context,
    ) -> Step {
        self.store_failures = 0;
        if self.is_removed(Some(version)) {
            return self.superseded(note, None, context);
        }
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
                self.buried = None;
                self.reject_refused();
                let error = note.error.clone().expect("the end has a reason");
                return self.look_again(error, context);
            }
            _ => self.told_after(note, state),
        };
        if let (Some(failed), Some(error)) = (&state.failed, error) {
            self.hold(error, failed.retry_at, context);
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
                let is_known = std::mem::replace(&mut self.is_known_dead, true);
                (!is_known).then(|| EventKind::Dead(error.clone()))
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
    pub(super) fn superseded(
        &mut self,
        note: &Note,
        found: Option<Loaded>,
        context: &Context,
    ) -> Step {
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
}

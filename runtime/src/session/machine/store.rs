//! The lease, the intent, and a store that fails.

use std::sync::Arc;
use std::time::Duration;

use super::super::cell::Deadline;
use super::super::state::{Intent, State};
use super::super::store::{Acquired, StoreError, Version, Written};
use super::super::{EventKind, SessionErrorKind};
use super::rules::backoff;
use super::{Ask, Context, Latch, Machine, Phase, Spending, Step, Tell};

/// The first look at what the holder of the lease has done; the waits between looks grow fourfold.
const FIRST_LOOK: Duration = Duration::from_millis(25);
/// Looks are no further apart.
const LONGEST_LOOK: Duration = Duration::from_millis(500);

impl Machine {
    pub(super) fn acquired(
        &mut self,
        acquired: Result<Acquired, StoreError>,
        context: &Context,
    ) -> Step {
        match acquired {
            Err(error) => self.store_failed(error, context),
            Ok(Acquired::Lease(_)) => {
                self.flight.is_leased = true;
                if context.is_closing {
                    return self.shut_down();
                }
                self.ask(Phase::Loading, Ask::Load)
            }
            Ok(Acquired::Held { .. }) if context.is_closing => self.shut_down(),
            Ok(Acquired::Held { remaining }) => {
                let step = FIRST_LOOK
                    .saturating_mul(1 << self.flight.polls.min(8))
                    .min(LONGEST_LOOK);
                self.flight.polls += 1;
                // From a half to all of it, so that those who wait do not ask in step.
                let share = u32::try_from(context.roll % 512).unwrap_or(0);
                let pause = step / 2 + step.saturating_mul(share) / 1024;
                // A lease that runs out now is not asked for before it has.
                let pause = pause.min(remaining).max(Duration::from_millis(1));
                self.ask(Phase::Polling, Ask::Pause(pause))
            }
        }
    }

    /// Writes down that the grant is about to be spent; where it may be shown again, just shows it.
    pub(super) fn intend(&mut self, spending: Spending, context: &Context) -> Step {
        if !self.rules.is_spent_by_use() {
            return self.call(spending);
        }
        let now = context.now.wall;
        let intent = Intent {
            owner: self.rules.owner.as_str().to_owned(),
            at: now,
            losses: spending.losses,
        };
        let state = Arc::new(State {
            intent: Some(intent.clone()),
            // Whoever finds the intent without it knows that the call was under way.
            failed: None,
            calls: self.rules.calls_with(&spending.state.calls, now),
            ..spending.state.duplicate()
        });
        let expected = spending.version;
        let spending = Spending {
            state: Arc::clone(&state),
            ..spending
        };
        self.ask(
            Phase::Intending(spending, intent),
            Ask::Write { expected, state },
        )
    }

    pub(super) fn intended(
        &mut self,
        spending: Spending,
        intent: &Intent,
        written: Result<Written, StoreError>,
        context: &Context,
    ) -> Step {
        match written {
            Ok(Written::Conflict) => self.ask(Phase::Loading, Ask::Load),
            Ok(Written::Stored(version)) if self.is_removed(Some(version)) => {
                self.consider(None, context)
            }
            Ok(Written::Stored(version)) => self.spend(spending, version, intent, context),
            Err(error) => {
                // It may stand there all the same.
                self.uncalled = Some(intent.clone());
                self.store_failed(error, context)
            }
        }
    }

    /// An intent of ours stands: the call, if the lease is still ours.
    pub(super) fn spend(
        &mut self,
        spending: Spending,
        version: Version,
        intent: &Intent,
        context: &Context,
    ) -> Step {
        self.note_version(version, &spending.state, context);
        if context.is_leased {
            let version = Some(version);
            return self.call(Spending {
                version,
                ..spending
            });
        }
        // We stood still for longer than the lease lasts: someone else may be about to spend the same grant.
        self.uncalled = Some(intent.clone());
        self.flight.is_leased = false;
        self.ask(Phase::Acquiring, Ask::Acquire)
    }

    /// What was written has this version now, unless something newer is known.
    fn note_version(&mut self, version: Version, state: &Arc<State>, context: &Context) {
        let known = self.known.as_mut();
        if let Some(known) = known
            && known.version < Some(version)
        {
            known.version = Some(version);
            known.state = Arc::clone(state);
        } else if self.known.is_none() {
            self.adopt(Some(version), Arc::clone(state), context.now);
        }
    }

    pub(super) fn call(&mut self, spending: Spending) -> Step {
        self.uncalled = None;
        let state = Arc::clone(&spending.state);
        self.ask(Phase::Calling(spending), Ask::Call(state))
    }

    /// Nothing can be done without the store: what is good is served, everyone else gets the error.
    pub(super) fn store_failed(&mut self, error: StoreError, context: &Context) -> Step {
        let is_good = self.is_good(context.now);
        let wait = backoff(self.store_failures, is_good, context.roll);
        self.store_failures = self.store_failures.saturating_add(1);
        let until = Deadline::after(wait, context.now);
        let error = self.rules.store(error, Some(until.wall));
        self.latch = Some(Latch::new(error.clone(), until));
        let tell = vec![Tell::Emit(EventKind::Failed(error.clone()))];
        self.end(tell, if is_good { Ok(()) } else { Err(error) })
    }

    /// The source goes away: nothing new is begun.
    pub(super) fn shut_down(&mut self) -> Step {
        let error = self.rules.error(SessionErrorKind::ShutDown);
        self.end(Vec::new(), Err(error))
    }
}

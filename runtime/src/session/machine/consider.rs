//! What to do with the record that was found: serve it, say why not, or call.

use std::sync::Arc;
use std::time::Duration;

use super::super::cell::Deadline;
use super::super::state::State;
use super::super::{EventKind, SessionError, SessionErrorKind};
use super::adopt::is_text;
use super::rules::MOST_PATIENCE;
use super::{Ask, Context, Latch, Loaded, Machine, Note, Phase, Spending, Step, Tell};
use crate::decision::Acceptance;
use crate::{Decision, Secret, Timestamp};

/// How soon a session that waits for a sign-in is looked up again: others may have put new tokens in.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// What is to be done about a record.
enum Weighed {
    /// Nothing more: it is good, or cannot be helped now.
    Settled(Result<(), SessionError>),
    /// The call, after so many lost answers.
    Call(u32),
    /// The store is to be told that the session is over.
    Bury(Note),
}

/// The instant by the wall's clock that is as far off as this one is from `now`, whose clock may be ahead.
fn by_wall(until: Timestamp, now: Timestamp, context: &Context) -> Timestamp {
    context.now.wall.plus(until.since(now))
}

impl Machine {
    /// What to do with the record that was found, or with none.
    pub(super) fn consider(&mut self, loaded: Option<Loaded>, context: &Context) -> Step {
        let mut tell = Vec::new();
        match loaded.filter(|loaded| !self.is_removed(Some(loaded.version))) {
            Some(loaded) if self.has_gone_back(&loaded) => return self.restore(&loaded),
            Some(loaded) => self.adopt_found(&loaded, context.now, &mut tell),
            None if self.rules.can_start => {
                self.adopt(None, Arc::new(State::default()), context.now);
            }
            None => {
                self.forgotten(None);
                let error = self.rules.never_signed_in();
                self.look_again(error.clone(), context);
                return self.end(tell, Err(error));
            }
        }
        match self.weigh(context, &mut tell) {
            Weighed::Settled(result) => self.end(tell, result),
            Weighed::Call(_) | Weighed::Bury(_) if !self.flight.is_leased => {
                self.ask(Phase::Acquiring, Ask::Acquire).telling(tell)
            }
            Weighed::Call(losses) => self.prepare(losses, context).telling(tell),
            Weighed::Bury(note) => {
                let known = self.known.as_ref().expect("the record was adopted");
                let (version, state) = (known.version, Arc::clone(&known.state));
                self.note_onto(note, version, &state).telling(tell)
            }
        }
    }

    /// Whether the store has lost a write that it had confirmed: it failed over to a copy that lagged behind.
    pub(super) fn has_gone_back(&self, loaded: &Loaded) -> bool {
        self.known.as_ref().is_some_and(|known| {
            known.version > Some(loaded.version) && known.state.generation > loaded.state.generation
        })
    }

    /// Puts back what the store has lost: its grant may be spent, ours is not.
    fn restore(&mut self, loaded: &Loaded) -> Step {
        let known = self.known.as_ref().expect("something newer is known");
        let note = Note::restore(Arc::clone(&known.state), &self.rules, loaded);
        self.note_onto(note, Some(loaded.version), &loaded.state)
    }

    fn weigh(&mut self, context: &Context, tell: &mut Vec<Tell>) -> Weighed {
        let known = self.known.as_ref().expect("the record was adopted");
        let state = Arc::clone(&known.state);
        let now = self.time(context.now);
        if let Some(refused) = self.refused_before(&state, context) {
            return self.settled(Err(refused), context);
        }
        self.latch = None;
        if let Some(dead) = &state.dead {
            let error = self.rules.dead(dead);
            return self.sign_in(error, context, tell);
        }
        if let Some(buried) = self.buried(&state) {
            return Weighed::Bury(Note::end(buried, &state, known.version));
        }
        let is_forced = self.is_forced();
        let situation = self.rules.situation(&state, now);
        match self.rules.judge(&state, now) {
            Decision::Serve { .. } if !is_forced => return Weighed::Settled(Ok(())),
            Decision::Wait { opens } => return self.wait(opens, context),
            Decision::Reauthenticate { since } => {
                let error = self.rules.closed(&situation, since);
                return self.sign_in(error, context, tell);
            }
            _ => {}
        }
        match self.rules.lifecycle.accepts(&situation) {
            Acceptance::NotBefore(opens) => self.wait(opens, context),
            Acceptance::NotSince(since) => {
                let error = self.rules.closed(&situation, since);
                self.sign_in(error, context, tell)
            }
            Acceptance::Now => self.weigh_call(&state, context, tell),
        }
    }

    /// A call would be accepted: whether it is to be made.
    fn weigh_call(&mut self, state: &State, context: &Context, tell: &mut Vec<Tell>) -> Weighed {
        let now = self.record_time(context.now);
        if let Some(failed) = &state.failed
            && failed.retry_at > now
            && failed.retry_at <= now.plus(MOST_PATIENCE)
        {
            let until = by_wall(failed.retry_at, now, context);
            let error = self.rules.waiting(failed.kind, until);
            return self.rest(error, until, context);
        }
        if let Some(free) = self.rules.limited_until(state, now) {
            let until = by_wall(free, now, context);
            let error = self.rules.waiting(SessionErrorKind::RateLimited, until);
            return self.rest(error, until, context);
        }
        let losses = self.losses(state);
        if losses == 0 {
            return Weighed::Call(0);
        }
        match self.doubt_lasts(state, losses, context) {
            None => Weighed::Call(losses),
            Some(until) => {
                let error = self.rules.waiting(SessionErrorKind::InDoubt, until);
                tell.push(Tell::Emit(EventKind::Failed(error.clone())));
                self.rest(error, until, context)
            }
        }
    }

    /// How many answers were lost under the intent that stands in the record.
    fn losses(&self, state: &State) -> u32 {
        match &state.intent {
            None => 0,
            // Nobody has called under it, or the loss is counted already.
            Some(intent) if self.uncalled.as_ref() == Some(intent) || state.failed.is_some() => {
                intent.losses
            }
            // Whoever wrote it has not come back.
            Some(intent) => intent.losses.saturating_add(1),
        }
    }

    /// Until when by the wall's clock a grant in doubt is not shown again; `None`: now is the time.
    pub(super) fn doubt_lasts(
        &self,
        state: &State,
        losses: u32,
        context: &Context,
    ) -> Option<Timestamp> {
        if self.rules.is_reuse_punished() && !self.is_forced() && self.is_good(context.now) {
            let now = self.time(context.now);
            let until = self.rules.access(state)?.expiry().instant();
            let latest = now.plus(MOST_PATIENCE);
            let until = until.unwrap_or(latest).min(latest);
            return Some(by_wall(until, now, context));
        }
        if losses < 2 || state.failed.is_some() {
            return None;
        }
        let waited = Duration::from_secs(1_u64 << losses.min(6));
        let now = self.record_time(context.now);
        let until = state.intent.as_ref()?.at.plus(waited);
        (until > now && until <= now.plus(waited)).then(|| by_wall(until, now, context))
    }

    /// The error of a refusal that the store could not be told of, while it holds for this grant.
    fn refused_before(&self, state: &State, context: &Context) -> Option<SessionError> {
        let latch = self
            .latch
            .as_ref()
            .filter(|latch| latch.holds(context.now))?;
        let refused = latch.unwritten.as_ref()?;
        let is_same = refused.0 == self.rules.grant_text(state);
        is_same.then(|| latch.error.clone())
    }

    /// The user has to sign in.
    fn sign_in(&mut self, error: SessionError, context: &Context, tell: &mut Vec<Tell>) -> Weighed {
        self.reject_refused();
        if !std::mem::replace(&mut self.is_known_dead, true) {
            tell.push(Tell::Emit(EventKind::Dead(error.clone())));
        }
        self.look_again(error.clone(), context);
        self.settled(Err(error), context)
    }

    /// Too early, until the tokens' window opens.
    fn wait(&mut self, opens: Timestamp, context: &Context) -> Weighed {
        let until = by_wall(opens, self.time(context.now), context);
        let error = self.rules.waiting(SessionErrorKind::TooEarly, until);
        self.rest(error, until, context)
    }

    /// This error, until then.
    fn rest(&mut self, error: SessionError, until: Timestamp, context: &Context) -> Weighed {
        self.hold(error.clone(), until, context);
        self.settled(Err(error), context)
    }

    /// Latches this error, for a day at most: it may be the clock that is wrong.
    pub(super) fn hold(&mut self, error: SessionError, until: Timestamp, context: &Context) {
        let latest = context.now.wall.plus(MOST_PATIENCE);
        let until = Deadline::at(until.min(latest), context.now);
        self.latch = Some(Latch::new(error, until));
    }

    pub(super) fn look_again(&mut self, error: SessionError, context: &Context) {
        let until = Deadline::after(LOOK_AGAIN, context.now);
        self.latch = Some(Latch::new(error, until));
    }

    /// An error is no one's concern while the token in hand is good.
    fn settled(&self, result: Result<(), SessionError>, context: &Context) -> Weighed {
        Weighed::Settled(if self.is_good(context.now) {
            Ok(())
        } else {
            result
        })
    }

    /// Shows what there is, and ends the flight.
    pub(super) fn end(&mut self, mut tell: Vec<Tell>, result: Result<(), SessionError>) -> Step {
        tell.insert(0, Tell::Publish);
        self.finish(tell, result)
    }

    /// Takes a permit, then goes on to spend the grant.
    fn prepare(&mut self, losses: u32, context: &Context) -> Step {
        let known = self.known.as_ref().expect("the record was adopted");
        let failed = known.state.failed.as_ref();
        self.flight.times = failed.map_or(0, |failed| failed.times);
        let spending = Spending {
            version: known.version,
            state: Arc::clone(&known.state),
            losses,
        };
        if self.flight.has_permit {
            return self.intend(spending, context);
        }
        self.ask(Phase::AtGate(spending), Ask::Permit { is_patient: false })
    }

    /// Whether this text is the grant of that state.
    pub(super) fn is_grant(&self, spent: Option<&Secret>, state: &State) -> bool {
        match (spent, self.rules.grant(state)) {
            (Some(spent), token) => is_text(token, spent),
            (None, token) => token.is_none(),
        }
    }
}

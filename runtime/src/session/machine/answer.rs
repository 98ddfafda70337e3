//! What a call has brought: tokens, a refusal, or nothing that anyone has seen.

use std::error::Error;
use std::time::Duration;

use super::super::state::{Dead, Failed, Intent};
use super::super::{SessionError, SessionErrorKind, SignInReason};
use super::note::{Note, What};
use super::rules::backoff;
use super::{Ask, Context, Machine, Phase, Spending, Step};
use crate::Secret;
use crate::reply::Fresh;

/// How a call went.
#[derive(Debug)]
pub(crate) enum Answered {
    /// Tokens came.
    Fresh(Fresh),
    /// None came, or not all of them.
    Failed(Failure),
}

/// Why a call brought no tokens.
#[derive(Debug)]
pub(crate) struct Failure {
    /// At which step, and what it means.
    pub(crate) kind: FailureKind,
    /// How long the provider asks to wait.
    pub(crate) wait: Option<Duration>,
    /// The provider's code, where it looks like one.
    pub(crate) code: Option<String>,
    /// The tokens that could be read all the same, by their names in the spec.
    pub(crate) rescued: Vec<(&'static str, Secret)>,
    /// What lies behind it.
    pub(crate) source: Option<Box<dyn Error + Send + Sync>>,
}

/// At which step a call failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FailureKind {
    /// The request cannot be made: a setting is wrong, or the session lacks something.
    Unfit(SessionErrorKind),
    /// Nobody has seen it.
    NotSent,
    /// It may have been seen, and no whole answer came.
    Lost,
    /// A success that cannot be read.
    Unreadable,
    /// A gateway's word that what stands behind it did not answer in time, or not well.
    Relayed,
    /// A refusal.
    Refused(crate::Failure),
}

impl FailureKind {
    fn error(self) -> SessionErrorKind {
        match self {
            Self::Unfit(kind) => kind,
            Self::NotSent | Self::Relayed => SessionErrorKind::Transient,
            Self::Lost => SessionErrorKind::InDoubt,
            Self::Unreadable => SessionErrorKind::Protocol,
            Self::Refused(failure) => SessionErrorKind::of(failure),
        }
    }

    /// Whether nobody knows if the grant was spent.
    fn is_doubt(self) -> bool {
        matches!(self, Self::Lost | Self::Unreadable)
    }
}

impl Machine {
    pub(super) fn answered(
        &mut self,
        spending: &Spending,
        answered: Answered,
        context: &Context,
    ) -> Step {
        let note = match answered {
            Answered::Fresh(fresh) => self.note(spending, What::Fresh(fresh), None, context),
            Answered::Failed(failure) if self.is_final(&failure) => {
                let dead = Dead {
                    since: context.now.wall,
                    code: failure.code,
                };
                let mut error = self.rules.dead(&dead);
                if let Some(source) = failure.source {
                    error = error.caused_by_any(source);
                }
                let note = self.note(spending, What::Dead(dead), Some(error), context);
                // It may be a lost race: what stands in the store decides.
                return self.ask(Phase::Rereading(note), Ask::Load);
            }
            Answered::Failed(failure) => {
                if self.is_to_repeat(&failure) {
                    self.flight.was_retried = true;
                    return self.call(spending.clone());
                }
                self.failed(spending, failure, context)
            }
        };
        self.note_onto(note, spending.version, &spending.state)
    }

    fn note(
        &self,
        spending: &Spending,
        what: What,
        error: Option<SessionError>,
        context: &Context,
    ) -> Note {
        Note {
            what,
            error,
            spent: self.rules.grant_text(&spending.state),
            intent: spending.state.intent.clone(),
            generation: spending.state.generation,
            origin: spending.version,
            called_at: context.now.wall,
            roll: context.roll,
            times: self.flight.times,
            is_repeated: false,
            attempt: None,
        }
    }

    /// Whether the session is over by the provider's word. An answer that brings the next grant ends nothing.
    fn is_final(&self, failure: &Failure) -> bool {
        let grant = self.rules.lifecycle.grant();
        let grant = grant.map(|index| self.rules.lifecycle.tokens[index].name);
        failure.kind == FailureKind::Refused(crate::Failure::Reauthenticate)
            && !failure.rescued.iter().any(|(name, _)| Some(*name) == grant)
    }

    /// An answer that was lost is asked for once more where that takes nothing to write down.
    fn is_to_repeat(&self, failure: &Failure) -> bool {
        failure.kind == FailureKind::Lost
            && failure.rescued.is_empty()
            && !self.rules.is_spent_by_use()
            && !self.flight.was_retried
            && self.flight.times == 0
    }

    /// A failure that leaves the session alive, as it is to be written down.
    fn failed(&mut self, spending: &Spending, failure: Failure, context: &Context) -> Note {
        let now = context.now.wall;
        let is_good = self.is_good(context.now);
        let times = self.flight.times;
        let wait = backoff(times, is_good, context.roll).max(failure.wait.unwrap_or_default());
        let kind = failure.kind.error();
        let mut failed = Failed {
            times: times.saturating_add(1),
            retry_at: now.plus(wait),
            kind,
        };
        // What stands behind a gateway may have taken the grant: where that is dear, it counts as lost.
        let is_relayed = failure.kind == FailureKind::Relayed && self.rules.is_reuse_punished();
        let is_lost = failure.kind.is_doubt() && self.rules.is_spent_by_use() || is_relayed;
        // A refusal of this call says nothing about an earlier one whose answer was lost.
        let losses = spending.losses.saturating_add(u32::from(is_lost));
        let doubt = (losses > 0).then(|| Intent {
            owner: self.rules.owner.as_str().to_owned(),
            at: now,
            losses,
        });
        let mut is_repeated = false;
        if let Some(doubt) = &doubt {
            match self.doubt_lasts(&spending.state, doubt.losses.min(1), context) {
                Some(until) => failed.retry_at = failed.retry_at.max(until),
                None => {
                    is_repeated = failure.kind == FailureKind::Lost
                        && doubt.losses < 2
                        && failure.rescued.is_empty();
                }
            }
        }
        let mut error = self.rules.waiting(kind, failed.retry_at);
        if failure.kind == FailureKind::Unfit(SessionErrorKind::Reauthenticate) {
            error = error.because_of(SignInReason::Incomplete);
        }
        if let Some(source) = failure.source {
            error = error.caused_by_any(source);
        }
        let what = What::Failed {
            failed: (!is_repeated).then_some(failed),
            doubt,
            rescued: failure.rescued,
        };
        Note {
            is_repeated,
            ..self.note(spending, what, Some(error), context)
        }
    }
}

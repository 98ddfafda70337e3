//! The errors that a flight ends with.

use super::super::state::{Dead, Failed};
use super::super::store::StoreError;
use super::super::{SessionError, SessionErrorKind, SignInReason};
use super::Rules;
use crate::{Missing, Situation, Timestamp};

impl Rules {
    /// An error of this kind.
    pub(crate) fn error(&self, kind: SessionErrorKind) -> SessionError {
        SessionError::new(&self.key, &self.clock, kind, self.lifecycle.reauthenticate)
    }

    /// Nobody has signed in.
    pub(super) fn never_signed_in(&self) -> SessionError {
        let name = self
            .lifecycle
            .grant()
            .map_or("record", |index| self.lifecycle.tokens[index].name);
        self.sign_in(SignInReason::NeverSignedIn)
            .caused_by(Missing::new(name))
    }

    /// The provider has said that it is over.
    pub(super) fn dead(&self, dead: &Dead) -> SessionError {
        self.sign_in(SignInReason::Refused)
            .since_instant(Some(dead.since))
    }

    /// No call is accepted since this instant: the window has closed, or the grant is over.
    pub(super) fn closed(&self, situation: &Situation, since: Timestamp) -> SessionError {
        let reason = if self.lifecycle.closes(situation) == Some(since) {
            SignInReason::WindowClosed
        } else {
            SignInReason::GrantOver
        };
        self.sign_in(reason).since_instant(Some(since))
    }

    fn sign_in(&self, reason: SignInReason) -> SessionError {
        self.error(SessionErrorKind::Reauthenticate)
            .because_of(reason)
    }

    /// No call is made before this instant.
    pub(super) fn waiting(&self, kind: SessionErrorKind, until: Timestamp) -> SessionError {
        self.error(kind).retried_at(Some(until))
    }

    /// What another process has written down about its last try.
    pub(super) fn failed(&self, failed: &Failed) -> SessionError {
        self.waiting(failed.kind, failed.retry_at)
    }

    /// The store did not do what it was asked.
    pub(crate) fn store(&self, error: StoreError, retry_at: Option<Timestamp>) -> SessionError {
        self.error(SessionErrorKind::Store)
            .retried_at(retry_at)
            .caused_by(error)
    }
}

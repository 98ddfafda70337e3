//! The errors that a flight ends with.

use super::super::state::{Dead, Failed};
use super::super::store::StoreError;
use super::super::{SessionError, SessionErrorKind};
use super::Rules;
use crate::{Missing, Timestamp};

impl Rules {
    /// An error of this kind.
    pub(crate) fn error(&self, kind: SessionErrorKind) -> SessionError {
        SessionError::new(&self.key, kind, self.lifecycle.reauthenticate)
    }

    /// Nobody has signed in.
    pub(super) fn never_signed_in(&self) -> SessionError {
        let name = self
            .lifecycle
            .grant()
            .map_or("record", |index| self.lifecycle.tokens[index].name);
        self.error(SessionErrorKind::Reauthenticate)
            .caused_by(Missing::new(name))
    }

    /// The provider has said that it is over.
    pub(super) fn dead(&self, dead: &Dead) -> SessionError {
        self.error(SessionErrorKind::Reauthenticate)
            .since_instant(Some(dead.since))
    }

    /// The window has closed.
    pub(super) fn closed(&self, since: Timestamp) -> SessionError {
        self.error(SessionErrorKind::Reauthenticate)
            .since_instant(Some(since))
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

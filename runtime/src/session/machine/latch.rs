//! What keeps a session from trying again too soon: an error that everyone gets until an instant.

use super::super::cell::Deadline;
use super::super::{Now, SessionError};
use crate::Secret;

/// An error that stands until an instant, by either clock.
#[derive(Debug)]
pub(super) struct Latch {
    pub(super) error: SessionError,
    pub(super) until: Deadline,
    /// The grant that was refused, where the store could not be told: it is not shown again before the latch opens.
    pub(super) unwritten: Option<Refused>,
}

/// A grant that was refused; `None`: the client's own credentials were.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refused(pub(super) Option<Secret>);

impl Latch {
    /// This error, until then.
    pub(super) fn new(error: SessionError, until: Deadline) -> Self {
        Self {
            error,
            until,
            unwritten: None,
        }
    }

    /// Whether it still holds.
    pub(super) fn holds(&self, now: Now) -> bool {
        !self.until.has_passed(now)
    }
}

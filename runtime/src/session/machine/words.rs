//! What the machine and its driver say to each other.

use std::sync::Arc;
use std::time::Duration;

use super::super::cell::Deadline;
use super::super::state::State;
use super::super::store::{Acquired, StoreError, Version, Written};
use super::super::{EventKind, Now, SessionError};
use super::{Answered, Wanted};

/// What comes with each event.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Context {
    /// The time.
    pub(crate) now: Now,
    /// A random number, uniform.
    pub(crate) roll: u64,
    /// Whether the lease has been renewed in time, as far as this process knows.
    pub(crate) is_leased: bool,
    /// Whether the source is being shut down.
    pub(crate) is_closing: bool,
}

/// What happened.
#[derive(Debug)]
pub(crate) enum Event {
    /// Somebody wants good tokens.
    Wanted(Wanted),
    /// The answer to [`Ask::Acquire`].
    Acquired(Result<Acquired, StoreError>),
    /// The answer to [`Ask::Load`].
    Loaded(Result<Option<Loaded>, StoreError>),
    /// The answer to [`Ask::Write`].
    Written(Result<Written, StoreError>),
    /// [`Ask::Pause`] or [`Ask::Rest`] is over.
    Waited,
    /// The answer to [`Ask::Permit`]: whether there is one.
    Permitted(bool),
    /// The answer to [`Ask::Call`].
    Answered(Answered),
    /// [`Ask::Release`] is done.
    Released,
}

/// A record as it was found.
#[derive(Clone, Debug)]
pub(crate) struct Loaded {
    /// Its version.
    pub(crate) version: Version,
    /// What it says.
    pub(crate) state: Arc<State>,
}

/// What to do: first what is told, then what is asked. A step that asks nothing ends the flight.
#[derive(Debug, Default)]
pub(crate) struct Step {
    /// In this order.
    pub(crate) tell: Vec<Tell>,
    /// Whose answer is the next event.
    pub(crate) ask: Option<Ask>,
}

/// What is told at once, and cannot fail.
#[derive(Debug)]
pub(crate) enum Tell {
    /// Show readers what [`Machine::shown`] says.
    Publish,
    /// Tell whoever watches.
    Emit(EventKind),
    /// Answer all who wait for this flight.
    Settle(Result<(), SessionError>),
}

/// What is asked of the outside.
#[derive(Debug)]
pub(crate) enum Ask {
    /// Take the lease.
    Acquire,
    /// Load the record.
    Load,
    /// Write the record.
    Write {
        /// If this is still its version.
        expected: Option<Version>,
        /// What it is to say.
        state: Arc<State>,
    },
    /// Wait for so long.
    Pause(Duration),
    /// Wait for this instant, or for the shutdown.
    Rest(Deadline),
    /// Take a permit to call.
    Permit {
        /// Whether to wait for one, until the shutdown at most.
        is_patient: bool,
    },
    /// Make the call with this state's grant.
    Call(Arc<State>),
    /// Give the lease up.
    Release,
}

/// What readers are to see.
#[derive(Debug)]
pub(crate) struct Shown {
    /// The state that holds the token.
    pub(crate) state: Arc<State>,
    /// How long it is good.
    pub(crate) until: Deadline,
    /// From when on it wants attention.
    pub(crate) attention: Deadline,
}

impl Step {
    /// The same, after this was told.
    pub(super) fn telling(mut self, mut first: Vec<Tell>) -> Self {
        first.append(&mut self.tell);
        self.tell = first;
        self
    }
}

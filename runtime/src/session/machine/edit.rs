//! The short changes that need no lease: tokens put in, one token taken, a session forgotten.

use std::sync::Arc;

use super::super::Now;
use super::super::state::{State, admit};
use super::super::store::{Removed, StoreError, Version, Written};
use super::{Loaded, Machine};
use crate::{Kept, Token};

/// What is to be changed.
#[derive(Debug)]
pub(crate) enum Change {
    /// These tokens begin the session anew.
    Insert(Kept),
    /// The access token is handed over, and kept no longer.
    Take,
    /// The session is removed.
    Forget,
}

/// A change on its way: load, write, and again where someone else wrote in between.
#[derive(Debug)]
pub(crate) struct Edit {
    change: Change,
    written: Option<Arc<State>>,
    taken: Option<Token>,
    removed: Option<Version>,
    failures: u32,
}

/// What happened.
#[derive(Debug)]
pub(crate) enum EditEvent {
    /// The answer to [`EditAsk::Load`].
    Loaded(Result<Option<Loaded>, StoreError>),
    /// The answer to [`EditAsk::Write`].
    Written(Result<Written, StoreError>),
    /// The answer to [`EditAsk::Remove`].
    Removed(Result<Removed, StoreError>),
}

/// What is asked of the store.
#[derive(Debug)]
pub(crate) enum EditAsk {
    /// The record.
    Load,
    /// To write it.
    Write {
        /// If this is still its version.
        expected: Option<Version>,
        /// What it is to say.
        state: Arc<State>,
    },
    /// To remove it, if this is still its version.
    Remove(Version),
    /// Nothing more: this is how it went.
    Done(Result<Edited, StoreError>),
}

/// How a change went.
#[derive(Debug)]
pub(crate) enum Edited {
    /// The tokens are in the store.
    Inserted(Loaded),
    /// The token is out of the store.
    Taken(Token, Loaded),
    /// There is no good token to take.
    Empty(Option<Loaded>),
    /// Nothing is kept of the session: the record of this version was the last.
    Forgotten(Option<Version>),
}

/// An insertion is tried again so often where the store does not say how a write went.
const MOST_FAILURES: u32 = 2;

impl Edit {
    /// This change.
    pub(crate) fn new(change: Change) -> Self {
        Self {
            change,
            written: None,
            taken: None,
            removed: None,
            failures: 0,
        }
    }

    /// What happened, and what to ask next. The first event is the record.
    pub(crate) fn step(&mut self, event: EditEvent, machine: &Machine, now: Now) -> EditAsk {
        match event {
            EditEvent::Loaded(Ok(found)) => self.loaded(found, machine, now),
            EditEvent::Written(Ok(Written::Stored(version))) => self.stored(version),
            EditEvent::Written(Ok(Written::Conflict))
            | EditEvent::Removed(Ok(Removed::Conflict)) => EditAsk::Load,
            EditEvent::Written(Err(error)) => self.failed(error),
            EditEvent::Loaded(Err(error)) | EditEvent::Removed(Err(error)) => {
                EditAsk::Done(Err(error))
            }
            EditEvent::Removed(Ok(Removed::Removed)) => {
                EditAsk::Done(Ok(Edited::Forgotten(self.removed)))
            }
        }
    }

    fn loaded(&mut self, found: Option<Loaded>, machine: &Machine, now: Now) -> EditAsk {
        match (&self.change, found) {
            (Change::Forget, None) => EditAsk::Done(Ok(Edited::Forgotten(None))),
            (Change::Forget, Some(found)) => {
                self.removed = Some(found.version);
                EditAsk::Remove(found.version)
            }
            (Change::Insert(kept), found) => {
                let mut kept = kept.duplicate();
                admit(machine.rules.lifecycle, &mut kept, now.wall);
                let base = found.as_ref().map(|found| &*found.state);
                let mut state = base.map(State::duplicate).unwrap_or_default();
                state.begin_generation();
                state.kept = kept;
                let expected = found.map(|found| found.version);
                self.write(expected, state)
            }
            (Change::Take, Some(found)) => self.take(found, machine, now),
            (Change::Take, None) => EditAsk::Done(Ok(Edited::Empty(None))),
        }
    }

    fn take(&mut self, found: Loaded, machine: &Machine, now: Now) -> EditAsk {
        if machine.has_gone_back(&found) {
            // What is known is put back first.
            return EditAsk::Done(Ok(Edited::Empty(None)));
        }
        let rules = &machine.rules;
        let now = machine.time_of(&found.state, now);
        let is_good = rules.judge(&found.state, now).is_to_serve();
        let mut state = found.state.duplicate();
        let name = rules.access_name().unwrap_or_default();
        match state.take_token(&name).filter(|_| is_good) {
            Some(token) => {
                self.taken = Some(token);
                self.write(Some(found.version), state)
            }
            None => EditAsk::Done(Ok(Edited::Empty(Some(found)))),
        }
    }

    fn write(&mut self, expected: Option<Version>, state: State) -> EditAsk {
        let state = Arc::new(state);
        self.written = Some(Arc::clone(&state));
        EditAsk::Write { expected, state }
    }

    fn stored(&mut self, version: Version) -> EditAsk {
        let state = self.written.take().expect("this was written");
        let loaded = Loaded { version, state };
        EditAsk::Done(Ok(match self.taken.take() {
            Some(token) => Edited::Taken(token, loaded),
            None => Edited::Inserted(loaded),
        }))
    }

    /// Nobody knows whether it was written. New tokens are put in again, to the same end; a token that may be out of the
    /// store is given up, for someone else may have taken it by then.
    fn failed(&mut self, error: StoreError) -> EditAsk {
        self.failures += 1;
        match self.change {
            Change::Insert(_) if self.failures <= MOST_FAILURES => EditAsk::Load,
            _ => EditAsk::Done(Err(error)),
        }
    }
}

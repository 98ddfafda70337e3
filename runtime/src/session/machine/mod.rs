//! What to do next for one session: a pure function from what is known, what happened and the time, to what is to be done.
//!
//! A flight is one attempt at good tokens, from somebody's wish to the answer that all who wait get. The driver asks
//! [`Machine::step`] what to do, does it, and comes back with how it went. Nothing here reads a clock, draws a random number or
//! does any I/O: they come in with the [`Context`].
//!
//! # What always holds
//! `tests/simulation.rs`, beside this file, tries this over random interleavings of several machines, one store and one strict provider;
//! what it leaves out is tried elsewhere: windows in `tests/policy.rs`, closing in `runtime/tests/faults/shutdown.rs`.
//!
//! - A grant that cannot be shown twice is not shown before an intent is stored, and that write was not refused.
//! - Where reuse revokes the session, a grant whose intent is open is shown again only when the access token in hand is over.
//! - New tokens are published after they were stored; where the store cannot be written, [`EventKind::NotStored`] goes before.
//! - Tokens that are not stored yet are not refreshed: their grant is the only way on, and it is in this memory alone.
//! - A record is replaced only by one that was made of it: every write names the version that it was made from.
//! - No call is made while the session backs off, is dead, or is outside its window; none after
//!   [`Verdict::Fail`] was given, until its latch opens.
//! - Every flight is settled once, before the lease is given up for good: one that yields at the gate takes it again.

mod adopt;
mod alarm;
mod answer;
mod consider;
mod edit;
mod errors;
mod latch;
mod note;
mod rules;
mod settle;
mod store;
#[cfg(test)]
mod tests;
mod verdict;
mod words;

use std::sync::Arc;

use self::alarm::Buried;
pub(crate) use self::answer::{Answered, Failure, FailureKind};
pub(crate) use self::edit::{Change, Edit, EditAsk, EditEvent, Edited};
use self::latch::Latch;
use self::note::Note;
pub(crate) use self::rules::Rules;
pub(crate) use self::verdict::{Verdict, Want, Wanted};
pub(crate) use self::words::{Ask, Context, Event, Loaded, Shown, Step, Tell};
use super::state::{Intent, State};
use super::store::Version;
use super::{Now, SessionError};
use crate::Secret;

/// All that a session's source knows, and how far its flight has come.
#[derive(Debug)]
pub(crate) struct Machine {
    rules: Arc<Rules>,
    known: Option<Known>,
    latch: Option<Latch>,
    /// An access token that the API has refused, and that nothing can replace.
    rejected: Option<Secret>,
    /// An intent of ours under which no call was made yet: whoever finds it is in no doubt.
    uncalled: Option<Intent>,
    /// Tokens that are published and not stored: what every reader is told once they are over.
    unstored: Option<SessionError>,
    /// How many times in a row the store failed.
    store_failures: u32,
    /// The end of the session, where the store was not told of it.
    buried: Option<Buried>,
    forced: verdict::Forced,
    is_known_dead: bool,
    flight: Flight,
    phase: Phase,
}

/// What was last seen in the store, or is on its way there.
#[derive(Debug)]
struct Known {
    /// `None`: nothing was ever written.
    version: Option<Version>,
    state: Arc<State>,
    /// When it was seen. Later instants are told by whichever clock has gone further since.
    anchor: Now,
    /// When its access token was seen first. What else is written says nothing new of its end.
    issued: Now,
}

/// What belongs to the flight under way.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
struct Flight {
    /// The access token that the API has refused.
    force: Option<Secret>,
    /// The last version of the record, where the session was removed meanwhile.
    removed: Option<Version>,
    is_leased: bool,
    has_permit: bool,
    is_settled: bool,
    /// An answer was lost in this flight and the call made once more.
    was_retried: bool,
    polls: u32,
    /// How many refreshes in a row had failed before this one.
    times: u32,
    /// How often in a row writing down the tokens in hand has failed.
    rests: u32,
}

/// What the flight waits for.
#[derive(Debug)]
enum Phase {
    Idle,
    Acquiring,
    Polling,
    /// For the record, without the lease.
    Peeking,
    /// For the record, with the lease.
    Loading,
    /// For a permit that is to be had at once.
    AtGate(Spending),
    /// For the lease to be given up, because a permit has to be waited for.
    Yielding,
    /// For a permit, without the lease.
    Queueing,
    Intending(Spending, Intent),
    Calling(Spending),
    /// For a note to be written onto this record.
    Noting(Note, Arc<State>),
    /// For the record, to write a note onto it.
    Rereading(Note),
    /// For time to pass before a note is tried again.
    Resting(Note),
    Releasing,
}

/// A record of which the grant is spent.
#[derive(Clone, Debug)]
struct Spending {
    version: Option<Version>,
    state: Arc<State>,
    losses: u32,
}

impl Machine {
    /// A session of which nothing is known.
    pub(crate) fn new(rules: Arc<Rules>) -> Self {
        Self {
            rules,
            known: None,
            latch: None,
            rejected: None,
            uncalled: None,
            unstored: None,
            store_failures: 0,
            buried: None,
            forced: verdict::Forced::default(),
            is_known_dead: false,
            flight: Flight::default(),
            phase: Phase::Idle,
        }
    }

    /// The flight has come down in the middle: its runtime went away, or something panicked.
    pub(crate) fn ground(&mut self) {
        self.phase = Phase::Idle;
        // Nobody tries to store them any more.
        self.unstored = None;
    }

    /// What happened, and what to do about it.
    pub(crate) fn step(&mut self, event: Event, context: &Context) -> Step {
        let phase = std::mem::replace(&mut self.phase, Phase::Idle);
        match (phase, event) {
            (Phase::Idle, Event::Wanted(wanted)) => self.begin(wanted),
            (Phase::Acquiring, Event::Acquired(acquired)) => self.acquired(acquired, context),
            (Phase::Polling, Event::Waited) if context.is_closing => self.shut_down(),
            (Phase::Polling, Event::Waited) => self.ask(Phase::Peeking, Ask::Load),
            (Phase::Peeking | Phase::Loading, Event::Loaded(Ok(loaded))) => {
                self.store_failures = 0;
                self.consider(loaded, context)
            }
            (Phase::AtGate(spending), Event::Permitted(true)) => {
                self.flight.has_permit = true;
                self.intend(spending, context)
            }
            (Phase::AtGate(_), Event::Permitted(false)) => {
                // Nobody else is kept from the session for the time that this process has to wait.
                self.flight.is_leased = false;
                self.ask(Phase::Yielding, Ask::Release)
            }
            (Phase::Yielding, Event::Released) => {
                self.ask(Phase::Queueing, Ask::Permit { is_patient: true })
            }
            (Phase::Queueing, Event::Permitted(true)) => {
                self.flight.has_permit = true;
                self.ask(Phase::Acquiring, Ask::Acquire)
            }
            (Phase::Queueing, Event::Permitted(false)) => self.shut_down(),
            (Phase::Intending(spending, intent), Event::Written(written)) => {
                self.intended(spending, &intent, written, context)
            }
            (Phase::Calling(spending), Event::Answered(answered)) => {
                self.answered(&spending, answered, context)
            }
            (Phase::Noting(note, state), Event::Written(written)) => {
                self.noted(note, state, written, context)
            }
            (Phase::Rereading(note), Event::Loaded(loaded)) => self.reread(note, loaded, context),
            (Phase::Resting(note), Event::Waited) => self.ask(Phase::Rereading(note), Ask::Load),
            (Phase::Peeking | Phase::Loading, Event::Loaded(Err(error))) => {
                self.store_failed(error, context)
            }
            (Phase::Releasing, Event::Released) => Step::default(),
            (phase, event) => {
                unreachable!("the driver answers what was asked: {event:?} at {phase:?}")
            }
        }
    }

    fn begin(&mut self, wanted: Wanted) -> Step {
        self.flight = Flight {
            force: wanted.refused,
            ..Flight::default()
        };
        if wanted.is_look || self.known.is_none() {
            // What is found is good most of the time, and to see that takes no lease.
            self.ask(Phase::Peeking, Ask::Load)
        } else {
            self.ask(Phase::Acquiring, Ask::Acquire)
        }
    }

    fn ask(&mut self, phase: Phase, ask: Ask) -> Step {
        self.phase = phase;
        Step {
            tell: Vec::new(),
            ask: Some(ask),
        }
    }

    /// Ends the flight: all who wait are answered, and the lease is given up.
    fn finish(&mut self, mut tell: Vec<Tell>, result: Result<(), SessionError>) -> Step {
        if !std::mem::replace(&mut self.flight.is_settled, true) {
            tell.push(Tell::Settle(result));
        }
        let ask = std::mem::take(&mut self.flight.is_leased).then_some(Ask::Release);
        if ask.is_some() {
            self.phase = Phase::Releasing;
        }
        Step { tell, ask }
    }
}

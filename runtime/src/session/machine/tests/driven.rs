//! One machine, driven by hand: the test says what happens, and looks at what is asked.

use std::sync::Arc;
use std::time::Duration;

use super::world::{kept, rules, unavailable};
use crate::reply::{Fresh, FreshToken};
use crate::session::machine::{
    Answered, Ask, Context, Event, Failure, FailureKind, Loaded, Machine, Rules, Step, Tell,
    Verdict, Want,
};
use crate::session::state::State;
use crate::session::store::{Acquired, Lease, StoreError, Version, Written};
use crate::session::{EventKind, Now, SessionError};
use crate::{Lifecycle, Timestamp};

/// When every test begins.
pub(super) const START: Timestamp = Timestamp::from_unix_seconds(1_700_000_000);

pub(super) struct Driven {
    pub(super) machine: Machine,
    pub(super) rules: Arc<Rules>,
    pub(super) now: Now,
    pub(super) is_leased: bool,
    /// What was told since it was last looked at.
    pub(super) events: Vec<EventKind>,
    /// What those who wait were told.
    pub(super) settled: Option<Result<(), SessionError>>,
    version: u64,
}

impl Driven {
    pub(super) fn new(lifecycle: &'static Lifecycle) -> Self {
        let rules = rules(lifecycle, "me");
        Self {
            machine: Machine::new(Arc::clone(&rules)),
            rules,
            now: Now {
                wall: START,
                monotonic: 1_000_000_000,
            },
            is_leased: true,
            events: Vec::new(),
            settled: None,
            version: 10,
        }
    }

    pub(super) fn pass(&mut self, span: Duration) {
        self.now.wall = self.now.wall.plus(span);
        self.now.monotonic += u64::try_from(span.as_nanos()).unwrap();
    }

    pub(super) fn on(&mut self, event: Event) -> Option<Ask> {
        let context = Context {
            now: self.now,
            roll: 7,
            is_leased: self.is_leased,
            is_closing: false,
        };
        let Step { tell, ask } = self.machine.step(event, &context);
        for tell in tell {
            match tell {
                Tell::Publish => {}
                Tell::Emit(kind) => self.events.push(kind),
                Tell::Settle(result) => self.settled = Some(result),
            }
        }
        ask
    }

    /// A wish that needs a flight.
    pub(super) fn fly(&mut self, want: Want) -> Option<Ask> {
        self.settled = None;
        match self.machine.verdict(want, self.now) {
            Verdict::Fly(wanted) => self.on(Event::Wanted(wanted)),
            other => panic!("no flight: {other:?}"),
        }
    }

    /// A wish that needs none.
    pub(super) fn verdict(&mut self, want: Want) -> Result<(), SessionError> {
        match self.machine.verdict(want, self.now) {
            Verdict::Serve => Ok(()),
            Verdict::Fail(error) => Err(error),
            Verdict::Fly(_) => panic!("a flight"),
        }
    }

    pub(super) fn leased(&mut self) -> Option<Ask> {
        let lease = Lease {
            key: self.rules.key.clone(),
            owner: self.rules.owner.clone(),
            fence: 1,
        };
        self.on(Event::Acquired(Ok(Acquired::Lease(lease))))
    }

    pub(super) fn loaded(&mut self, state: &Arc<State>) -> Option<Ask> {
        let loaded = Loaded {
            version: Version(self.version),
            state: Arc::clone(state),
        };
        self.on(Event::Loaded(Ok(Some(loaded))))
    }

    /// The same of a record that someone has written meanwhile.
    pub(super) fn loaded_next(&mut self, state: &Arc<State>) -> Option<Ask> {
        self.version += 1;
        self.loaded(state)
    }

    /// The same of a record that was overwritten long ago.
    pub(super) fn loaded_before(&mut self, state: &Arc<State>) -> Option<Ask> {
        self.version = 1;
        self.loaded(state)
    }

    pub(super) fn stored(&mut self) -> Option<Ask> {
        self.version += 1;
        let written = Written::Stored(Version(self.version));
        self.on(Event::Written(Ok(written)))
    }

    pub(super) fn conflict(&mut self) -> Option<Ask> {
        self.on(Event::Written(Ok(Written::Conflict)))
    }

    pub(super) fn not_written(&mut self) -> Option<Ask> {
        self.on(Event::Written(Err(unavailable())))
    }

    pub(super) fn not_loaded(&mut self) -> Option<Ask> {
        self.on(Event::Loaded(Err(unavailable())))
    }

    pub(super) fn failed(&mut self, kind: FailureKind, wait: Option<Duration>) -> Option<Ask> {
        self.on(Event::Answered(Answered::Failed(Failure {
            kind,
            wait,
            code: None,
            rescued: Vec::new(),
            source: None,
        })))
    }

    pub(super) fn fresh(&mut self, access: &str, refresh: &str) -> Option<Ask> {
        let now = self.now.wall;
        self.fresh_at(access, refresh, now)
    }

    /// Tokens as if they had come then.
    pub(super) fn fresh_at(&mut self, access: &str, refresh: &str, at: Timestamp) -> Option<Ask> {
        let mut kept = kept(access, refresh, at);
        let mut token = |name| FreshToken::Received(kept.take_token(name).unwrap());
        self.on(Event::Answered(Answered::Fresh(Fresh {
            tokens: vec![token("access"), token("refresh")],
            extras: Vec::new(),
            sent: at,
        })))
    }

    /// From the start to the call, with this record in the store; what the intent says.
    pub(super) fn reach_the_call(&mut self, state: &Arc<State>) -> Arc<State> {
        let ask = self.fly(Want::Good);
        let ask = match ask {
            Some(Ask::Load) => self.loaded(state),
            ask => ask,
        };
        assert!(matches!(ask, Some(Ask::Acquire)), "{ask:?}");
        assert!(matches!(self.leased(), Some(Ask::Load)));
        assert!(matches!(
            self.loaded(state),
            Some(Ask::Permit { is_patient: false })
        ));
        let intent = written(self.on(Event::Permitted(true)));
        assert!(matches!(self.stored(), Some(Ask::Call(_))));
        intent
    }

    pub(super) fn is_served(&self) -> bool {
        self.machine
            .shown(self.now)
            .is_some_and(|shown| !shown.until.has_passed(self.now))
    }

    pub(super) fn error(&mut self) -> SessionError {
        self.settled.take().unwrap().unwrap_err()
    }
}

/// A record of these tokens.
pub(super) fn state(access: &str, refresh: &str, at: Timestamp) -> Arc<State> {
    Arc::new(State {
        kept: kept(access, refresh, at),
        generation: 1,
        ..State::default()
    })
}

/// What is to be written.
#[track_caller]
pub(super) fn written(ask: Option<Ask>) -> Arc<State> {
    match ask {
        Some(Ask::Write { state, .. }) => state,
        other => panic!("nothing is written: {other:?}"),
    }
}

pub(super) fn text<'s>(state: &'s State, name: &str) -> &'s str {
    state.kept.token(name).unwrap().expose()
}

pub(super) fn is_down(error: &SessionError) -> bool {
    std::error::Error::source(error).is_some_and(<dyn std::error::Error>::is::<StoreError>)
}

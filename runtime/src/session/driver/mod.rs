//! Does what the machine asks, on a runtime of the library's own: whoever waits may go away at any time.

mod call;
mod edit;
mod events;
mod flight;
mod gate;
mod lease;
mod metrics;
mod spare;
mod vendor;
mod wish;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::HeaderValue;
use tokio::runtime::Handle;
use tokio::sync::watch;

pub(crate) use self::edit::Done;
pub use self::events::Events;
pub(crate) use self::events::Hub;
pub use self::gate::{Gate, GateBuilder};
pub(super) use self::metrics::claim_failed;
use self::spare::Spares;
pub(crate) use self::vendor::{Unfit, Vendor};
pub(crate) use self::wish::Requested;
use super::cell::{Cell, Published, Watched, header};
use super::machine::{Context, Machine, Rules, Shown, Want, Wanted};
use super::state::State;
use super::store::{Owner, Store};
use super::{Clock, EventKind, SessionError, SessionErrorKind, SessionKey};
use crate::{Presentation, Secret};

/// One session with all that is needed to keep it fresh. Nothing in it depends on the provider's types.
pub(crate) struct Session {
    key: SessionKey,
    clock: Clock,
    store: Arc<dyn Store>,
    vendor: Arc<dyn Vendor>,
    gate: Option<Arc<Gate>>,
    hold: Duration,
    rules: Arc<Rules>,
    runtime: Option<Handle>,
    hub: Hub,
    _guard: Option<Guard>,
    cell: Cell,
    desk: Mutex<Desk>,
    /// Whether the source is being shut down.
    closing: watch::Sender<bool>,
    /// How many tasks are under way for this session.
    busy: watch::Sender<usize>,
}

/// Something that ends with its session.
pub(crate) type Guard = Box<dyn Send + Sync>;

/// What is set when a session is made.
pub(crate) struct Parts {
    pub(crate) key: SessionKey,
    pub(crate) clock: Clock,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) vendor: Arc<dyn Vendor>,
    pub(crate) gate: Option<Arc<Gate>>,
    pub(crate) hold: Duration,
    pub(crate) runtime: Option<Handle>,
    pub(crate) variant: Option<Arc<str>>,
    pub(crate) hub: Hub,
    /// Dropped when the session is.
    pub(crate) guard: Option<Guard>,
}

/// What is decided under one lock.
struct Desk {
    machine: Machine,
    /// The flight under way, until it is settled.
    current: Option<Waiting>,
    /// The flight after it.
    next: Option<(Wanted, Waiting)>,
    is_running: bool,
    /// What was taken for those who went away before it came.
    spares: Spares,
}

/// Where all who wait for a flight are answered.
type Waiting = watch::Sender<Option<Outcome>>;
/// What they are told.
type Outcome = Result<(), SessionError>;

impl Session {
    pub(crate) fn new(parts: Parts) -> Arc<Self> {
        let rules = Arc::new(Rules {
            key: parts.key.clone(),
            clock: parts.clock.clone(),
            lifecycle: parts.vendor.lifecycle(),
            variant: parts.variant,
            owner: Owner::unique(),
            can_start: parts.vendor.can_start(),
        });
        Arc::new(Self {
            key: parts.key,
            clock: parts.clock,
            store: parts.store,
            vendor: parts.vendor,
            gate: parts.gate,
            hold: parts.hold,
            rules: Arc::clone(&rules),
            runtime: parts.runtime,
            hub: parts.hub,
            _guard: parts.guard,
            cell: Cell::new(),
            desk: Mutex::new(Desk {
                machine: Machine::new(rules),
                current: None,
                next: None,
                is_running: false,
                spares: Spares::default(),
            }),
            closing: watch::Sender::new(false),
            busy: watch::Sender::new(0),
        })
    }

    /// What is fixed for the session.
    pub(crate) fn rules(&self) -> &Rules {
        &self.rules
    }

    pub(crate) fn key(&self) -> &SessionKey {
        &self.key
    }

    pub(crate) fn events(&self) -> Events {
        self.hub.subscribe()
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        // What a panic has left behind is whole: every change to it is one assignment.
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn context(&self, is_leased: bool) -> Context {
        Context {
            now: self.clock.now(),
            roll: crate::generate::random(),
            is_leased,
            is_closing: *self.closing.borrow(),
        }
    }

    /// An error of this kind about this session.
    pub(crate) fn error(&self, kind: SessionErrorKind) -> SessionError {
        self.rules.error(kind)
    }

    /// Where the session's tasks run.
    fn handle(&self) -> std::io::Result<Handle> {
        match &self.runtime {
            Some(handle) => Ok(handle.clone()),
            None => super::background::handle(),
        }
    }

    /// Shows what the machine says is to be shown. Called under the lock, so that readers see the machine's order.
    fn publish(&self, machine: &Machine) {
        let now = self.clock.now();
        let shown = machine.shown(now).and_then(|shown| {
            let header = self.header_of(&shown.state)?;
            let Shown {
                state,
                until,
                attention,
            } = shown;
            Some(Published::new(
                header,
                state.generation,
                until,
                attention,
                &self.clock,
            ))
        });
        let nothing = || Published::nothing(machine.looked_after(now));
        self.cell.publish(shown.unwrap_or_else(nothing));
    }

    /// The token as the API wants to see it. A single-use token is taken, never shown.
    fn header_of(&self, state: &State) -> Option<HeaderValue> {
        let lifecycle = self.rules.lifecycle;
        let rule = &lifecycle.tokens[lifecycle.replaced()?];
        if rule.uses.is_some() {
            return None;
        }
        let access = self.rules.access(state)?;
        let prefix = match rule.present {
            None | Some(Presentation::Bearer) => "Bearer ",
            Some(Presentation::Header { prefix, .. }) => prefix,
            _ => "",
        };
        header(prefix, access.expose())
    }

    /// Tells those who watch. Called under the lock, so that they see the machine's order.
    fn emit(&self, kind: &EventKind) {
        self.hub
            .emit(&self.key, self.clock.now().wall, kind.clone());
    }

    /// Counts and logs what was emitted. Never called under the lock: it runs the application's code, which may ask this
    /// session for something.
    fn report(&self, kind: &EventKind) {
        metrics::event(&self.key, kind);
        events::log(&self.key, kind);
    }

    /// The token that readers are shown, if it is good.
    #[inline]
    pub(crate) fn current(self: &Arc<Self>) -> Option<HeaderValue> {
        self.cell.current(&self.clock, || self.call())
    }

    /// The text of the access token in hand, if this is how readers are shown it.
    pub(crate) fn refused(&self, refused: &HeaderValue) -> Option<Secret> {
        if self.cell.shown().header() != Some(refused) {
            return None;
        }
        let state = self.state()?;
        // It may have been replaced since that look: its successor was refused by nobody.
        if self.header_of(&state).as_ref() != Some(refused) {
            return None;
        }
        let access = self.rules.access(&state)?;
        Some(Secret::from(access.expose()))
    }

    /// Why no call is made now: what the last refresh failed of, be the token in hand as good as it may.
    pub(crate) fn held(&self) -> Option<SessionError> {
        self.desk().machine.held(self.clock.now())
    }

    /// What is known of the session's tokens.
    pub(crate) fn state(&self) -> Option<Arc<State>> {
        self.desk().machine.state().cloned()
    }

    /// Stops what waits, and begins nothing new.
    pub(crate) fn close(&self) {
        self.closing.send_replace(true);
    }

    /// Stops what waits, lets what is under way come to its end, and begins nothing new.
    pub(crate) async fn shut_down(&self) {
        self.close();
        let mut busy = self.busy.subscribe();
        // The sender is in `self`: it cannot be gone.
        drop(busy.wait_for(|count| *count == 0).await);
    }
}

impl Watched for Arc<Session> {
    fn cell(&self) -> &Cell {
        &self.cell
    }

    fn clock(&self) -> &Clock {
        &self.clock
    }

    fn call(&self) {
        drop(self.request(Want::Due));
    }
}

impl std::fmt::Debug for Session {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Session")
            .field("key", &self.key)
            .field("store", &self.store)
            .finish_non_exhaustive()
    }
}

//! Sets a keeper up.

use std::io;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::watch;

use super::agenda::Agenda;
use super::fleet::{Fleet, Terms};
use super::noticing::Noticing;
use super::schedule::Schedule;
use super::worker::Worker;
use super::{Inner, Keeper};
use crate::Keep;
use crate::session::driver::{Gate, Hub};
use crate::session::source::HOLD as LEASE;
use crate::session::{Clock, Store, background};

/// So many refreshes at once: at a tenth of a second each, three hundred in a second.
const CONCURRENCY: usize = 32;
/// Longer than a refresh takes. After it a dead worker's sessions are handed to others.
const HOLD: Duration = Duration::from_secs(60);
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// Sets a [`Keeper`] up.
#[must_use]
pub struct KeeperBuilder<P: Keep> {
    client: P,
    store: Arc<dyn Store>,
    clock: Clock,
    lease: Duration,
    concurrency: usize,
    look_every: Duration,
    rates: Vec<(u32, Duration)>,
    gate: Option<Arc<Gate>>,
    runtime: Option<Handle>,
}

impl<P: Keep> KeeperBuilder<P> {
    pub(super) fn new(client: P, store: Arc<dyn Store>) -> Self {
        Self {
            client,
            store,
            clock: Clock::System,
            lease: LEASE,
            concurrency: CONCURRENCY,
            look_every: LONGEST_WAIT,
            rates: Vec::new(),
            gate: None,
            runtime: None,
        }
    }

    /// Refreshes so many sessions at once in the background; 32 without a word, one at least. A refresh that someone waits
    /// for does not wait for these.
    pub fn concurrency(mut self, sessions: usize) -> Self {
        self.concurrency = sessions.max(1);
        self
    }

    /// Makes no more calls than this in any span of that length, whoever wants them; several such rates may be set. It
    /// counts this keeper's calls, and holds beside the budget of [`Self::gate`]: of several keepers that share a store, give
    /// each its part.
    pub fn rate(mut self, calls: u32, per: Duration) -> Self {
        self.rates.push((calls, per));
        self
    }

    /// Keeps calls within this budget, which others may share. Without it, keepers and sources of one provider in this process
    /// share what the vendor's documentation allows a client.
    pub fn gate(mut self, gate: Arc<Gate>) -> Self {
        self.gate = Some(gate);
        self
    }

    /// Looks for what others wrote to the store after so long at the latest; ten seconds without a word, and a tenth
    /// of a second at least.
    pub fn look_every(mut self, span: Duration) -> Self {
        self.look_every = span;
        self
    }

    /// Takes leases for so long (see [`TokenSourceBuilder::lease`](crate::session::TokenSourceBuilder::lease)).
    pub fn lease(mut self, span: Duration) -> Self {
        self.lease = span.max(Duration::from_millis(30));
        self
    }

    /// Reads the time there.
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Works on this runtime, with time and I/O enabled, in place of the library's own thread. When it ends, so does the
    /// keeper's work.
    pub fn runtime(mut self, runtime: Handle) -> Self {
        self.runtime = Some(runtime);
        self
    }

    /// The keeper, which begins at once.
    ///
    /// # Errors
    /// Where the system gives no thread.
    pub fn build(self) -> io::Result<Keeper<P>> {
        let handle = match &self.runtime {
            Some(handle) => handle.clone(),
            None => background::handle()?,
        };
        let schedule = Schedule::new(self.concurrency, self.look_every, self.clock.now());
        let agenda = Arc::new(Agenda::new(schedule));
        let noticing = Noticing::new(Arc::clone(&self.store), Arc::clone(&agenda));
        let shared = || Gate::shared(P::LIFECYCLE, P::STORED_AS);
        let outer = self.gate.or_else(shared);
        let fleet = Arc::new(Fleet::new(Terms {
            provider: P::STORED_AS.into(),
            clock: self.clock.clone(),
            store: Arc::new(noticing),
            vendor: Arc::new(self.client),
            gate: Gate::within(outer, &self.rates),
            hold: self.lease,
            runtime: handle.clone(),
            hub: Hub::default(),
        }));
        let (told, done) = watch::channel(false);
        let worker = Worker {
            store: self.store,
            provider: P::STORED_AS,
            clock: self.clock,
            agenda: Arc::clone(&agenda),
            hold: HOLD,
            attend: Arc::clone(&fleet),
            done: told,
        };
        handle.spawn(worker.run());
        Ok(Keeper {
            inner: Arc::new(Inner {
                fleet,
                agenda,
                done,
            }),
            provider: PhantomData,
        })
    }
}

//! Setting up a token source.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;

use super::TokenSource;
use crate::Keep;
use crate::session::driver::{Gate, Hub, Parts, Session};
use crate::session::{Clock, SessionKey, Store};

/// Three times what the library's own transport takes at most.
pub(in crate::session) const HOLD: Duration = Duration::from_secs(90);

/// Sets up a [`TokenSource`].
#[must_use]
pub struct TokenSourceBuilder<P> {
    client: P,
    store: Arc<dyn Store>,
    subject: Arc<str>,
    clock: Clock,
    hold: Duration,
    runtime: Option<Handle>,
    gate: Option<Arc<Gate>>,
    variant: Option<Arc<str>>,
}

impl<P: Keep> TokenSourceBuilder<P> {
    pub(super) fn new(client: P, store: Arc<dyn Store>, subject: Arc<str>) -> Self {
        Self {
            client,
            store,
            subject,
            clock: Clock::System,
            hold: HOLD,
            runtime: None,
            gate: None,
            variant: None,
        }
    }

    /// Reads the time from this clock: a test steers a manual one.
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Takes leases for so long; they are renewed every third of it while a refresh lasts. Ninety seconds without it: three times
    /// what a call takes at most. A shorter one is taken over sooner after a crash, and more easily lost by a process that stalls.
    pub fn lease(mut self, hold: Duration) -> Self {
        self.hold = hold.max(Duration::from_millis(30));
        self
    }

    /// Runs refreshes and store calls there instead of on the library's own thread. The runtime needs time and I/O, and has to
    /// outlive the source: with it, what is under way ends.
    pub fn runtime(mut self, runtime: Handle) -> Self {
        self.runtime = Some(runtime);
        self
    }

    /// Keeps calls within this budget. Without it, sources and keepers of one provider in this process share what the vendor's documentation
    /// allows a client.
    pub fn gate(mut self, gate: Arc<Gate>) -> Self {
        self.gate = Some(gate);
        self
    }

    /// One of several audiences, or sets of scopes, under one grant: each has an access token of its own, and one lease guards what
    /// they share.
    ///
    /// A variant's token is refreshed when it is read, once it has fallen due: a [`Keeper`](crate::session::Keeper) knows of no
    /// variants, and leaves a session alone that a source with one has written last.
    pub fn variant(mut self, variant: impl Into<Arc<str>>) -> Self {
        self.variant = Some(variant.into());
        self
    }

    /// The source. It does no I/O, and cannot fail.
    pub fn build(self) -> TokenSource<P> {
        let session = Session::new(Parts {
            key: SessionKey::new(P::STORED_AS, self.subject),
            clock: self.clock,
            store: self.store,
            vendor: Arc::new(self.client),
            gate: self
                .gate
                .or_else(|| Gate::shared(P::LIFECYCLE, P::STORED_AS)),
            hold: self.hold,
            runtime: self.runtime,
            variant: self.variant,
            hub: Hub::default(),
            guard: None,
        });
        TokenSource::of_session(session)
    }
}

impl<P> TokenSource<P> {
    /// The source of a keeper's session.
    pub(crate) fn of_session(session: Arc<Session>) -> Self {
        Self {
            session,
            provider: PhantomData,
        }
    }
}

impl<P> fmt::Debug for TokenSourceBuilder<P> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("TokenSourceBuilder")
            .field("subject", &self.subject)
            .field("store", &self.store)
            .finish_non_exhaustive()
    }
}

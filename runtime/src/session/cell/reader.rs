//! A reader's own view of a cell: as long as nothing new is published, it reads what it has in its hand.

use std::ops::Deref;
use std::sync::Arc;

use arc_swap::{ArcSwap, Cache};
use http::HeaderValue;

use super::super::Clock;
use super::{Cell, Published};

/// What has a cell and a driver to call.
pub(crate) trait Watched {
    /// What is shown.
    fn cell(&self) -> &Cell;
    /// By which clock it is judged.
    fn clock(&self) -> &Clock;
    /// Tells the driver that what is shown wants attention. It neither waits nor fails.
    fn call(&self);
}

/// One task's view of a session's cell. It writes to nothing that another reader reads, so that readers do not slow each other down.
pub(crate) struct View<S> {
    session: Arc<S>,
    cache: Cache<Shown<S>, Arc<Published>>,
}

struct Shown<S>(Arc<S>);

impl<S: Watched> View<S> {
    /// A view of this session.
    pub(crate) fn new(session: Arc<S>) -> Self {
        Self {
            cache: Cache::new(Shown(Arc::clone(&session))),
            session,
        }
    }

    /// The token, if it is good by both clocks.
    #[inline]
    pub(crate) fn get(&mut self) -> Option<&HeaderValue> {
        let session = &*self.session;
        self.cache.load().read(session.clock(), || session.call())
    }

    /// Whose view it is.
    pub(crate) fn session(&self) -> &Arc<S> {
        &self.session
    }
}

impl<S: Watched> Deref for Shown<S> {
    type Target = ArcSwap<Published>;

    #[inline]
    fn deref(&self) -> &Self::Target {
        &self.0.cell().0
    }
}

impl<S: Watched> Clone for View<S> {
    fn clone(&self) -> Self {
        Self::new(Arc::clone(&self.session))
    }
}

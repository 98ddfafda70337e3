//! A reader's own view of a cell: as long as nothing new is published, it reads what it has in its hand.

use std::sync::Arc;

use http::HeaderValue;

use super::super::Clock;
use super::edge::Edge;
use super::{Cell, Published};

/// What has a cell and a driver to call; a handle, of which the clones are one.
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
    shown: Arc<Published>,
    session: S,
}

impl<S: Watched> View<S> {
    /// A view of this session.
    pub(crate) fn new(session: S) -> Self {
        Self {
            shown: session.cell().shown(),
            session,
        }
    }

    /// The token, if it is good by both clocks.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "a call would be a tenth of a read")]
    pub(crate) fn get(&mut self) -> Option<&HeaderValue> {
        if self.shown.is_quiet() {
            return Some(self.shown.token());
        }
        self.look()
    }

    /// Takes what is shown now into the hand, and weighs it.
    #[cold]
    #[inline(never)]
    fn look(&mut self) -> Option<&HeaderValue> {
        Edge::gone();
        let session = &self.session;
        let shown = session.cell().shown.load();
        if !Arc::ptr_eq(&shown, &self.shown) {
            self.shown = Arc::clone(&shown);
        }
        self.shown.weigh(session.clock(), || session.call())
    }

    /// Whose view it is.
    pub(crate) fn session(&self) -> &S {
        &self.session
    }
}

impl<S: Watched + Clone> Clone for View<S> {
    fn clone(&self) -> Self {
        Self::new(self.session.clone())
    }
}

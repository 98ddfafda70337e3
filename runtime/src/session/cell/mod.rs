//! The token as it is published: whoever wants it reads it without waiting, and the driver alone replaces it.

mod call;
mod deadline;
mod edge;
mod published;
mod quiet;
mod reader;
mod sync {
    //! The atomics of this module, under a name that the model checker's test can give others to.
    pub(crate) use std::sync::atomic::{AtomicBool, AtomicI64, Ordering, fence};
}
#[cfg(test)]
mod tests;

use std::sync::Arc;

use arc_swap::ArcSwap;
use http::HeaderValue;

pub(crate) use self::deadline::Deadline;
pub(crate) use self::published::{Published, header};
pub(crate) use self::reader::{View, Watched};
use super::Clock;

/// What a session shows its readers. A read takes no lock and allocates nothing.
#[derive(Debug)]
pub(crate) struct Cell(ArcSwap<Published>);

impl Cell {
    /// A cell without a token, of which the first read tells the driver.
    pub(crate) fn new() -> Self {
        Self(ArcSwap::from_pointee(Published::nothing(Deadline::PASSED)))
    }

    /// Replaces what is shown. It is for the driver alone: the order of its calls is the order that readers see.
    pub(crate) fn publish(&self, published: Published) {
        self.0.swap(Arc::new(published)).retire();
    }

    /// What is shown, for the driver to look at.
    pub(crate) fn shown(&self) -> Arc<Published> {
        self.0.load_full()
    }

    /// The token, if it is good by both clocks. `call` tells the driver that what is shown wants attention: it is run by one read
    /// for each [`Published`], the first at or after its instant of attention. So the driver publishes again whenever it was called,
    /// be it the same token with a later attention.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "a call would be a tenth of a read")]
    pub(crate) fn current(&self, clock: &Clock, call: impl FnOnce()) -> Option<HeaderValue> {
        let shown = self.0.load();
        if shown.is_quiet() {
            return Some(shown.token().clone());
        }
        shown.weigh(clock, call).cloned()
    }
}

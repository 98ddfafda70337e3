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

use std::cell::RefCell;
use std::fmt;
use std::sync::Arc;

use arc_swap::ArcSwap;
use http::HeaderValue;
use thread_local::ThreadLocal;

pub(crate) use self::deadline::Deadline;
use self::edge::Edge;
pub(crate) use self::published::{Published, header};
pub(crate) use self::reader::{View, Watched};
use super::Clock;

/// What a session shows its readers. A read takes no lock and allocates nothing, but for a thread's first.
pub(crate) struct Cell {
    shown: ArcSwap<Published>,
    /// What each thread has in its hand: a read there writes to nothing that another thread reads, save the count of
    /// the header it gives away. It costs half of what borrowing from `shown` does, and goes when the cell does; what
    /// a thread that no longer reads has in its hand is kept until then.
    hands: ThreadLocal<RefCell<Arc<Published>>>,
}

impl Cell {
    /// A cell without a token, of which the first read tells the driver.
    pub(crate) fn new() -> Self {
        Self {
            shown: ArcSwap::from_pointee(Published::nothing(Deadline::PASSED)),
            hands: ThreadLocal::new(),
        }
    }

    /// Replaces what is shown. It is for the driver alone: the order of its calls is the order that readers see.
    pub(crate) fn publish(&self, published: Published) {
        self.shown.swap(Arc::new(published)).retire();
    }

    /// What is shown, for the driver to look at.
    pub(crate) fn shown(&self) -> Arc<Published> {
        self.shown.load_full()
    }

    /// The token, if it is good by both clocks. `call` tells the driver that what is shown wants attention: it is run by one read
    /// for each [`Published`], the first at or after its instant of attention. So the driver publishes again whenever it was called,
    /// be it the same token with a later attention.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "a call would be a tenth of a read")]
    pub(crate) fn current(&self, clock: &Clock, call: impl FnOnce()) -> Option<HeaderValue> {
        // It is borrowed for these few lines only, in this thread only: asking is cheaper than explaining a panic.
        if let Some(hand) = self.hands.get()
            && let Ok(hand) = hand.try_borrow()
            && hand.is_quiet()
        {
            return Some(hand.token().clone());
        }
        self.look(clock, call)
    }

    /// Takes what is shown now into this thread's hand, and weighs it.
    #[cold]
    #[inline(never)]
    fn look(&self, clock: &Clock, call: impl FnOnce()) -> Option<HeaderValue> {
        Edge::gone();
        let shown = self.shown.load_full();
        let hand = self.hands.get_or(|| RefCell::new(Arc::clone(&shown)));
        if let Ok(mut hand) = hand.try_borrow_mut()
            && !Arc::ptr_eq(&hand, &shown)
        {
            *hand = Arc::clone(&shown);
        }
        shown.weigh(clock, call).cloned()
    }
}

impl fmt::Debug for Cell {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.shown().fmt(formatter)
    }
}

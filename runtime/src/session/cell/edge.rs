//! The second up to which a reader asks nothing further of what it has in its hand, which is taken away when something else is shown.

use super::sync::{AtomicI64, Ordering, fence};

/// A second of the wall's clock.
#[derive(Debug)]
pub(crate) struct Edge(AtomicI64);

impl Edge {
    /// No second comes before it.
    pub(crate) const ENDED: i64 = i64::MIN;

    /// At this second.
    pub(crate) fn at(second: i64) -> Self {
        Self(AtomicI64::new(second))
    }

    /// The second.
    #[inline]
    pub(crate) fn get(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }

    /// Takes it away. What was shown before this, a reader will see that has [found it gone](Self::gone).
    pub(crate) fn end(&self) {
        self.0.store(Self::ENDED, Ordering::Release);
    }

    /// For a reader that got [`ENDED`](Self::ENDED), before it looks for what is shown instead. The order is paid for here, not in
    /// [`get`](Self::get), which all reads run.
    pub(crate) fn gone() {
        fence(Ordering::Acquire);
    }
}

//! The one call for attention: of all readers that see that something is due, one tells the driver.

use super::sync::{AtomicBool, Ordering};

/// Whether someone has called.
#[derive(Debug)]
pub(crate) struct Call(AtomicBool);

impl Call {
    /// Nobody has.
    pub(crate) fn new() -> Self {
        Self(AtomicBool::new(false))
    }

    /// Whether the caller is the first: true once.
    ///
    /// Relaxed is enough: which of several swaps comes first is decided by the one atomic, and what the driver has to
    /// know reaches it by the way it is told. The load before it keeps the many who come later from writing to the line
    /// of memory that all readers read.
    pub(crate) fn is_first(&self) -> bool {
        !self.0.load(Ordering::Relaxed) && !self.0.swap(true, Ordering::Relaxed)
    }
}

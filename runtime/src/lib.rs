//! What generated token-refresh clients call.

mod lifecycle;

pub use self::lifecycle::*;

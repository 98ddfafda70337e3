//! What generated token-refresh clients call.

mod lifecycle;
#[cfg(feature = "testing")]
pub mod testing;

pub use self::lifecycle::*;

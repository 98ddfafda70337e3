//! What several test programs share.
#![allow(dead_code, unreachable_pub, unused_imports, clippy::unwrap_used)]

#[cfg(all(feature = "session", feature = "reqwest"))]
pub mod providers;
pub mod proxy;
pub mod servers;
#[cfg(feature = "session")]
pub mod stores;

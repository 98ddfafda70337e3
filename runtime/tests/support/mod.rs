//! What several test programs share.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used)]

pub mod servers;
#[cfg(feature = "session")]
pub mod stores;

//! Each founding provider's whole life against the strict server: sign-in, steady state, refresh, every class of failure.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod bare;

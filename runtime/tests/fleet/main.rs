//! Fleets: real processes on one store, against one strict server, some of them killed.
//!
//! The other processes are this very program, started again with a [`Place`](place::Place)'s address: whoever adds a store adds it to
//! [`place`], and every test here is run on it.
#![cfg(all(feature = "reqwest", feature = "sqlite", feature = "testing", unix))]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod crowd;
mod disk;
mod kills;
mod place;
mod rotations;
mod steps;
#[path = "../support/mod.rs"]
mod support;
mod worker;

//! The SQLite store against real files, real processes and real faults.
#![cfg(all(feature = "sqlite", unix))]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod conformance;
mod contract;
mod damage;
mod disk;
mod file;
mod locked;
mod moved;
mod processes;
mod support;
mod traces;

//! What sessions must survive, row by row: each against a strict server, where whoever shows a spent grant ends the session.
//!
//! What needs processes, files or real servers is shown elsewhere in `runtime/tests`; paths below are from there.
//!
//! | fault | shown by |
//! |:--|:--|
//! | kill -9 at every step from the intent to the publish | `fleet/steps.rs`; at random points `fleet/kills.rs` |
//! | the store cannot be written | [`store`]; a full disk `fleet/disk.rs` |
//! | the caller gives up, times out, or its runtime goes away | [`callers`] |
//! | 2, 10, 50 processes on one session; 10,000 tasks on an expired token | [`crowd`]; processes `fleet/crowd.rs` |
//! | the lease holder dies, or stalls past its lease and comes back | [`lease`] |
//! | the store fails over or loses the lease; the answer to COMMIT is lost | [`store`], [`lease`]; real servers `postgres/faults.rs`, `redis/faults.rs` |
//! | the response is lost after rotation | [`lost`] |
//! | refresh fails for an hour while the old token is good | [`outage`] |
//! | 10,000 callers, nothing valid, endpoint answers 500 | [`crowd`] |
//! | a million sessions that expire at one instant | `keeper_figures.rs` |
//! | endless, stalled, compressed-bomb, truncated, non-JSON, … answer | [`answers`] |
//! | lifetimes: absent, 0, negative, … | [`lifetimes`] |
//! | the same token returned again; a token expired on arrival | [`stale`] |
//! | redirects; a wrong certificate; plain http | [`elsewhere`] |
//! | the wall clock steps; suspend | [`clocks`] |
//! | 401 from the API by 10,000 callers | [`refused`] |
//! | `invalid_grant` | [`dead`] |
//! | two audiences or scopes under one refresh token | [`variants`] |
//! | store file corrupt, truncated, wrong mode, a symlink | `sqlite/damage.rs`, `sqlite/file.rs` |
//! | shutdown in the middle of a refresh | [`shutdown`] |
//! | planted secrets | [`secrets`] |

#![cfg(all(feature = "session", feature = "testing", feature = "reqwest"))]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

mod answers;
mod callers;
mod clocks;
mod crowd;
mod dead;
mod elsewhere;
mod lease;
mod lifetimes;
mod lost;
mod outage;
mod refused;
mod secrets;
mod shutdown;
mod stale;
mod store;
mod variants;

//! A real HTTP server on loopback, and the checks that generated tests are made of: for those tests,
//! and for an application's own.
//!
//! Nothing here sleeps or asks the clock: a test waits for what happens, never for time to pass.
//!
//! | | |
//! |:--|:--|
//! | [`Server`] | answers with a list of [`Answer`]s and remembers what it got |
//! | [`StrictServer`] | a token endpoint for any provider, which rotates, counts, and punishes reuse |
//! | [`ScriptedTransport`] | the same as [`Server`], without a socket |
//! | [`Engine`] | the sockets below it, for a server with a mind of its own ([`Handler`]) |
//! | [`Received::assert_is`] | compares a request with a golden one, by meaning |
//! | [`assert_no_secrets`] | finds a secret in a text, also encoded or cut |
//! | [`check_failures`], [`check_broken_answers`], [`check_secrets`] | what generated tests are made of |
//! | `conformance` | tries a store on all that the runtime asks of one (with the feature `session`) |
//! | [`Logs`] | what `log` and `tracing` were told in this thread |
//!
//! # Example
//! ```
//! use std::io::{Read, Write};
//! use token_refresh_runtime::testing::{Answer, Server};
//!
//! # fn main() -> std::io::Result<()> {
//! let server = Server::start([Answer::json(200, r#"{"ok": true}"#)]);
//!
//! let mut stream = std::net::TcpStream::connect(server.address())?;
//! stream.write_all(b"GET /ping HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")?;
//! let mut answer = String::new();
//! stream.read_to_string(&mut answer)?;
//!
//! assert!(answer.ends_with(r#"{"ok": true}"#));
//! server.only_request().assert_is("GET /ping\nconnection: close");
//! # Ok(())
//! # }
//! ```

mod checks;
#[cfg(feature = "session")]
pub mod conformance;
mod engine;
mod leaks;
mod logs;
mod script;
mod scripted;
mod strict;
mod wire;

pub use self::checks::{
    Case, Ends, answered, assert_token, check_broken_answers, check_failures, check_secrets,
};
#[cfg(feature = "session")]
pub use self::checks::{check_own_session, check_session, check_single_use_session};
pub use self::engine::{Answer, Engine, Handler, Received};
pub use self::leaks::{assert_no_secrets, find_secret};
pub use self::logs::Logs;
pub use self::script::Server;
pub use self::scripted::ScriptedTransport;
pub use self::strict::{
    Counts, Fault, Rotation, Ruling, SignedIn, StrictServer, StrictServerBuilder, TokenEndpoint,
    Verdict,
};

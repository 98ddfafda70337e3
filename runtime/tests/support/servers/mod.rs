//! Real `postgres` and `redis-server` programs for tests, each in a temporary folder and on a free port.
//!
//! One server of each kind serves a whole test program; tests keep apart by schema or prefix (see [`unique`]). A test that stops, kills or
//! fills a server starts one of its own. Servers end with the test program, however that ends. Where a program is
//! not installed, the test says so on the terminal, past the harness's capture, and passes; with
//! `TOKEN_REFRESH_REQUIRE_SERVERS=1` it fails. Uses the standard library only: a test of another crate can take this folder
//! in with `#[path]`.

// Not every test program uses all of it.
#![allow(dead_code, unreachable_pub)]

pub mod postgres;
mod process;
mod redis;

use std::io::Write as _;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

pub use postgres::{Postgres, PostgresOptions};
pub use redis::{Redis, RedisOptions};

/// Why there is no server.
#[derive(Clone, Debug)]
pub enum Absent {
    /// Its program is not installed.
    NotInstalled(String),
    /// It is, but does not start: always a failure.
    Broken(String),
}

static POSTGRES: OnceLock<Result<Postgres, Absent>> = OnceLock::new();
static REDIS: OnceLock<Result<Redis, Absent>> = OnceLock::new();

/// The PostgreSQL of this test program; `None`: the test is skipped, and says so.
pub fn postgres() -> Option<&'static Postgres> {
    let started = POSTGRES.get_or_init(|| Postgres::start(&PostgresOptions::default()));
    started.as_ref().map_err(Clone::clone).or_skip()
}

/// The Redis of this test program; `None`: the test is skipped, and says so.
pub fn redis() -> Option<&'static Redis> {
    let started = REDIS.get_or_init(|| Redis::start(&RedisOptions::default()));
    started.as_ref().map_err(Clone::clone).or_skip()
}

/// Passes a server on, or says that the test is skipped.
pub trait OrSkip<T> {
    /// `None` where its program is not installed and need not be.
    fn or_skip(self) -> Option<T>;
}

impl<T> OrSkip<T> for Result<T, Absent> {
    fn or_skip(self) -> Option<T> {
        match self {
            Ok(server) => Some(server),
            Err(Absent::Broken(reason)) => panic!("{reason}"),
            Err(Absent::NotInstalled(reason)) => {
                let test = std::thread::current();
                let line = format!("SKIPPED {}: {reason}", test.name().unwrap_or("a test"));
                let must = std::env::var_os("TOKEN_REFRESH_REQUIRE_SERVERS");
                assert!(
                    must.is_none_or(|value| value.is_empty() || value == "0"),
                    "{line}"
                );
                // Straight to the terminal: `eprintln!` would be captured and forgotten.
                let _ = writeln!(std::io::stderr(), "{line}");
                None
            }
        }
    }
}

/// A name that no other test on these servers has, made of small letters, digits and underscores.
pub fn unique(name: &str) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("{name}_{}_{count}", std::process::id())
}

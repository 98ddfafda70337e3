//! Where sessions are kept: records by compare-and-swap, leases, and what falls due.

mod error;
mod memory;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "redis")]
mod redis;
#[cfg(any(feature = "postgres", feature = "redis"))]
mod remote;
#[cfg(feature = "encryption")]
mod sealed;
#[cfg(feature = "sqlite")]
mod sqlite;

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use zeroize::Zeroizing;

pub use self::error::{StoreError, StoreErrorKind};
pub use self::memory::MemoryStore;
#[cfg(feature = "postgres")]
pub use self::postgres::{PostgresStore, PostgresStoreBuilder};
#[cfg(feature = "redis")]
pub use self::redis::{Durability, RedisStore, RedisStoreBuilder};
#[cfg(feature = "encryption")]
pub use self::sealed::{Key, Keys, Sealed};
#[cfg(feature = "sqlite")]
pub use self::sqlite::{SqliteStore, SqliteStoreBuilder};
use super::SessionKey;
use crate::Timestamp;

/// What a store answers with, when it does.
pub type Pending<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// Keeps sessions for one process, one machine or a fleet.
///
/// What an implementation owes; [`testing::conformance`](crate::testing) tries each line on it:
///
/// - [`write`](Store::write) is atomic and durable when it returns: another process sees all of it or nothing, and so
///   does this one after `kill -9`. It stores nothing when the version is not the one that was expected.
/// - A version is never used twice for one key, not even after [`remove`](Store::remove): versions and fencing
///   numbers only grow.
/// - A lease is held by one owner at most until its time is over by the store's own clock; only that owner's
///   [`renew`](Store::renew) and [`release`](Store::release) do anything.
/// - The lease only saves work: a write is never refused for the want of one, and never let through for it.
/// - An error from `write` says nothing about whether it was written: the caller reads again.
/// - Every call ends by itself in bounded time. Dropping a call's future leaves the store usable.
/// - No error, event or log line shows a record's bytes.
/// - Keys are told apart by every byte; one that [`SessionKey::check`] refuses is refused, never cut.
pub trait Store: Send + Sync + fmt::Debug + 'static {
    /// The session's record as it is now.
    fn load<'a>(&'a self, key: &'a SessionKey) -> Pending<'a, Option<Entry>>;

    /// Stores a record if the version is still the expected one; `None` expects that there is none.
    fn write<'a>(
        &'a self,
        key: &'a SessionKey,
        expected: Option<Version>,
        record: &'a Record,
    ) -> Pending<'a, Written>;

    /// Forgets a session if the version is still the expected one. Its lease stays as it is.
    fn remove<'a>(&'a self, key: &'a SessionKey, expected: Version) -> Pending<'a, Removed>;

    /// Takes the right to refresh the session, for so long by the store's clock. The session need not have a record.
    fn acquire<'a>(
        &'a self,
        key: &'a SessionKey,
        owner: &'a Owner,
        hold: Duration,
    ) -> Pending<'a, Acquired>;

    /// Holds the lease for so long from now; `false`: it is lost.
    fn renew<'a>(&'a self, lease: &'a Lease, hold: Duration) -> Pending<'a, bool>;

    /// Gives the lease up; nothing happens where it is lost already.
    fn release<'a>(&'a self, lease: &'a Lease) -> Pending<'a, ()>;

    /// Hands out sessions of a provider whose [`Record::due`] is not after `now`, the earliest first, `limit` at
    /// most. None of them is handed out again, to anyone, within `hold` by the store's clock, unless it is written in between
    /// and due again. Its cost grows with what is handed out, not with what is kept.
    fn claim_due<'a>(
        &'a self,
        provider: &'a str,
        now: Timestamp,
        limit: usize,
        hold: Duration,
    ) -> Pending<'a, Vec<SessionKey>>;
}

/// What a store keeps of a session: bytes that it does not look into, and when they want attention.
#[derive(Clone)]
pub struct Record {
    /// The tokens and what else is known, encoded; wiped when dropped.
    pub bytes: Zeroizing<Vec<u8>>,
    /// When a refresh is due in the background; `None`: never.
    pub due: Option<Timestamp>,
}

/// A record and its version.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Grows with each write.
    pub version: Version,
    /// What was written.
    pub record: Record,
}

/// A record's version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(pub u64);

/// How a write went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// The record is stored, under this version.
    Stored(Version),
    /// The version was another one; nothing was stored.
    Conflict,
}

/// How a removal went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removed {
    /// The session is forgotten.
    Removed,
    /// The version was another one; nothing was removed.
    Conflict,
}

/// How taking a lease went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Acquired {
    /// It is held.
    Lease(Lease),
    /// Someone else holds it, for so long at most unless it is renewed. It is someone else too where the owner is
    /// the same.
    Held {
        /// What is left of it.
        remaining: Duration,
    },
}

/// The right to refresh one session, for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// Of this session.
    pub key: SessionKey,
    /// Held by this owner.
    pub owner: Owner,
    /// The fencing number: greater than that of every earlier lease of the session.
    pub fence: u64,
}

/// Who holds a lease: a name that no other process, and no other source in this one, has.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Owner(Arc<str>);

impl Owner {
    /// A new one, unlike any other.
    pub fn unique() -> Self {
        Self(format!("{}-{}", std::process::id(), crate::generate::uuid()).into())
    }

    /// One of this name, for tests.
    pub fn named(name: impl Into<Arc<str>>) -> Self {
        Self(name.into())
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Owner {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl Record {
    /// These bytes, due then.
    pub fn new(bytes: impl Into<Vec<u8>>, due: Option<Timestamp>) -> Self {
        Self {
            bytes: Zeroizing::new(bytes.into()),
            due,
        }
    }
}

/// The bytes are secrets: only their number is shown.
impl fmt::Debug for Record {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Record")
            .field("bytes", &self.bytes.len())
            .field("due", &self.due)
            .finish()
    }
}

impl<S: Store + ?Sized> Store for Arc<S> {
    fn load<'a>(&'a self, key: &'a SessionKey) -> Pending<'a, Option<Entry>> {
        (**self).load(key)
    }

    fn write<'a>(
        &'a self,
        key: &'a SessionKey,
        expected: Option<Version>,
        record: &'a Record,
    ) -> Pending<'a, Written> {
        (**self).write(key, expected, record)
    }

    fn remove<'a>(&'a self, key: &'a SessionKey, expected: Version) -> Pending<'a, Removed> {
        (**self).remove(key, expected)
    }

    fn acquire<'a>(
        &'a self,
        key: &'a SessionKey,
        owner: &'a Owner,
        hold: Duration,
    ) -> Pending<'a, Acquired> {
        (**self).acquire(key, owner, hold)
    }

    fn renew<'a>(&'a self, lease: &'a Lease, hold: Duration) -> Pending<'a, bool> {
        (**self).renew(lease, hold)
    }

    fn release<'a>(&'a self, lease: &'a Lease) -> Pending<'a, ()> {
        (**self).release(lease)
    }

    fn claim_due<'a>(
        &'a self,
        provider: &'a str,
        now: Timestamp,
        limit: usize,
        hold: Duration,
    ) -> Pending<'a, Vec<SessionKey>> {
        (**self).claim_due(provider, now, limit, hold)
    }
}

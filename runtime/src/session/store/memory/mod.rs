//! A store in this process's memory: for tests, and for sessions that need not outlive it.

mod heap;
mod index;
mod leases;
mod sessions;
mod slots;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use self::leases::Leases;
use self::sessions::Sessions;
use super::{Acquired, Entry, Lease, Owner, Pending, Record, Removed, Store, Version, Written};
use crate::Timestamp;
use crate::session::{Clock, SessionKey};

/// Keeps sessions in memory. Clones are the same store; when the last one is dropped, everything is wiped.
///
/// A session takes some sixty bytes beside its record and its subject, and what is due is found without looking at what
/// is not.
///
/// ```
/// use token_refresh_runtime::session::store::{MemoryStore, Record, Store, Version, Written};
/// use token_refresh_runtime::session::SessionKey;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), token_refresh_runtime::session::store::StoreError> {
/// let store = MemoryStore::new();
/// let key = SessionKey::new("xellar", "customer-42");
/// let Written::Stored(version) = store.write(&key, None, &Record::new("bytes", None)).await? else {
///     unreachable!("nobody else writes");
/// };
/// assert_eq!(store.load(&key).await?.map(|entry| entry.version), Some(version));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Default)]
pub struct MemoryStore {
    clock: Clock,
    inner: Arc<Mutex<Inner>>,
}

#[derive(Default)]
struct Inner {
    /// The last version that was given, of all keys: what is removed leaves nothing behind.
    version: u64,
    providers: HashMap<Arc<str>, Sessions>,
    leases: Leases,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty store whose leases run by this clock.
    pub fn with_clock(clock: impl Into<Clock>) -> Self {
        Self {
            clock: clock.into(),
            inner: Arc::default(),
        }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        // Nothing below leaves a change half made where it could panic.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Nanoseconds of the clock that leases run by.
    fn now(&self) -> u64 {
        self.clock.now().monotonic
    }
}

/// The end of a hold that begins now.
fn after(now: u64, hold: Duration) -> u64 {
    now.saturating_add(u64::try_from(hold.as_nanos()).unwrap_or(u64::MAX))
}

impl Inner {
    fn write(&mut self, key: &SessionKey, expected: Option<Version>, record: &Record) -> Written {
        let sessions = self.providers.get(key.provider());
        if sessions.and_then(|sessions| sessions.version(key.subject())) != expected {
            return Written::Conflict;
        }
        self.version += 1;
        let version = Version(self.version);
        let sessions = match self.providers.get_mut(key.provider()) {
            Some(sessions) => sessions,
            None => self.providers.entry(key.provider().into()).or_default(),
        };
        sessions.write(key.subject(), version, record);
        Written::Stored(version)
    }

    fn remove(&mut self, key: &SessionKey, expected: Version) -> Removed {
        let Some(sessions) = self.providers.get_mut(key.provider()) else {
            return Removed::Conflict;
        };
        if sessions.version(key.subject()) != Some(expected) {
            return Removed::Conflict;
        }
        sessions.remove(key.subject());
        if sessions.is_empty() {
            self.providers.remove(key.provider());
        }
        Removed::Removed
    }

    fn claim_due(
        &mut self,
        provider: &str,
        due: Timestamp,
        limit: usize,
        now: u64,
        hold: Duration,
    ) -> Vec<SessionKey> {
        let Some((provider, _)) = self.providers.get_key_value(provider) else {
            return Vec::new();
        };
        let provider = Arc::clone(provider);
        let sessions = self.providers.get_mut(&provider);
        let subjects =
            sessions.map(|sessions| sessions.claim_due(due, limit, now, after(now, hold)));
        let key = |subject| SessionKey::new(Arc::clone(&provider), subject);
        subjects.unwrap_or_default().into_iter().map(key).collect()
    }
}

impl Store for MemoryStore {
    fn load<'a>(&'a self, key: &'a SessionKey) -> Pending<'a, Option<Entry>> {
        Box::pin(async move {
            key.check()?;
            let inner = self.inner();
            let sessions = inner.providers.get(key.provider());
            Ok(sessions.and_then(|sessions| sessions.load(key.subject())))
        })
    }

    fn write<'a>(
        &'a self,
        key: &'a SessionKey,
        expected: Option<Version>,
        record: &'a Record,
    ) -> Pending<'a, Written> {
        Box::pin(async move {
            key.check()?;
            Ok(self.inner().write(key, expected, record))
        })
    }

    fn remove<'a>(&'a self, key: &'a SessionKey, expected: Version) -> Pending<'a, Removed> {
        Box::pin(async move {
            key.check()?;
            Ok(self.inner().remove(key, expected))
        })
    }

    fn acquire<'a>(
        &'a self,
        key: &'a SessionKey,
        owner: &'a Owner,
        hold: Duration,
    ) -> Pending<'a, Acquired> {
        Box::pin(async move {
            key.check()?;
            let mut inner = self.inner();
            let now = self.now();
            Ok(inner.leases.acquire(key, owner, now, after(now, hold)))
        })
    }

    fn renew<'a>(&'a self, lease: &'a Lease, hold: Duration) -> Pending<'a, bool> {
        Box::pin(async move {
            let mut inner = self.inner();
            let now = self.now();
            Ok(inner.leases.renew(lease, now, after(now, hold)))
        })
    }

    fn release<'a>(&'a self, lease: &'a Lease) -> Pending<'a, ()> {
        Box::pin(async move {
            self.inner().leases.release(lease);
            Ok(())
        })
    }

    fn claim_due<'a>(
        &'a self,
        provider: &'a str,
        now: Timestamp,
        limit: usize,
        hold: Duration,
    ) -> Pending<'a, Vec<SessionKey>> {
        Box::pin(async move {
            let mut inner = self.inner();
            Ok(inner.claim_due(provider, now, limit, self.now(), hold))
        })
    }
}

/// How many sessions there are, and not which.
impl fmt::Debug for MemoryStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count: usize = self.inner().providers.values().map(Sessions::len).sum();
        formatter
            .debug_struct("MemoryStore")
            .field("sessions", &count)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;

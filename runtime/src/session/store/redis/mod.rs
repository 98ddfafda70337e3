//! The store in Redis or Valkey, for a fleet: each step a script, so that nobody sees half of it.

mod builder;
mod durability;
mod failed;
mod keys;
mod link;
mod scripts;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use redis::{FromRedisValue, RedisError, ScriptInvocation};

pub use self::builder::RedisStoreBuilder;
pub use self::durability::Durability;
use self::keys::Keys;
use self::link::Link;
use self::scripts::Scripts;
use super::remote::{millis, run};
use super::{
    Acquired, Entry, Lease, Owner, Pending, Record, Removed, Store, StoreError, Version, Written,
};
use crate::Timestamp;
use crate::session::SessionKey;

/// Keeps sessions in Redis (6 or later) or Valkey, for any number of processes on any number of machines.
///
/// ```no_run
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use token_refresh_runtime::session::store::RedisStore;
///
/// let store = RedisStore::connect("rediss://:password@cache.example.com:6379/0").await?;
/// # Ok(())
/// # }
/// ```
///
/// # Durability
/// Redis answers before data is on the disk, unless it is told otherwise. **Run it with `appendonly yes`, `appendfsync always` and
/// `maxmemory-policy noeviction`**, or accept that a crash loses the last second's tokens: for a provider that rotates, the user of a lost
/// token has to sign in again. [`connect`](Self::connect) asks the server and logs a warning;
/// [`Durability::Required`] makes it an error.
///
/// Replication is asynchronous: a failover loses what the new master had not got yet.
/// [`wait_for_replicas`](RedisStoreBuilder::wait_for_replicas) makes that rarer. Where it must not happen, PostgreSQL is the better store.
///
/// # What holds whatever Redis loses
/// The version in the record decides who may write; a lease that is lost, by eviction or failover, costs a
/// refused write and never a token. Versions and fencing numbers hold the server's time, so they grow even after all data was lost.
///
/// # Connections
/// One, shared by all calls, on the library's background runtime; made again after a restart, or once the server turns out to be a
/// replica. `redis://`, `rediss://` (certificate and name always verified), `redis+unix://path`, the same with `valkey`. Each call ends within
/// [`timeout`](RedisStoreBuilder::timeout).
///
/// # Cluster and Sentinel
/// All keys of one provider carry one hash tag (`prefix:{provider}:…`), so that each script stays in one slot. The
/// redirects of Redis Cluster are not followed, and Sentinel is not asked: use an address that leads to the master, as
/// hosted services and proxies offer it. A node of a cluster is refused with an error that says so.
#[derive(Clone)]
pub struct RedisStore(Arc<Inner>);

struct Inner {
    link: Link,
    keys: Keys,
    scripts: Scripts,
    timeout: Duration,
    replicas: Option<Replicas>,
}

/// How many copies a write wants, and how long it waits for them.
#[derive(Clone, Copy, Debug)]
struct Replicas {
    count: u32,
    patience: Duration,
}

impl RedisStore {
    /// Connects to the server at this URL (`redis://user:password@host:port/database`).
    ///
    /// # Errors
    /// [`Refused`](super::StoreErrorKind::Refused) where the URL cannot be read, the password is wrong, or the keys are someone else's or of a later
    /// version; [`Unavailable`](super::StoreErrorKind::Unavailable) where the server cannot be reached.
    pub async fn connect(url: &str) -> Result<Self, StoreError> {
        Self::builder().connect(url).await
    }

    /// With other settings than the usual.
    pub fn builder() -> RedisStoreBuilder {
        RedisStoreBuilder::new()
    }

    /// Does a call on the background runtime.
    fn call<T, F>(&self, work: impl FnOnce(Arc<Inner>) -> F) -> Pending<'static, T>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, StoreError>> + Send + 'static,
    {
        let limit = self.0.timeout;
        Box::pin(run(limit, work(Arc::clone(&self.0))))
    }
}

impl fmt::Debug for RedisStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "RedisStore({})", self.0.link.shown())
    }
}

impl Inner {
    /// Runs a script once.
    async fn script<T: FromRedisValue>(
        &self,
        invocation: &ScriptInvocation<'_>,
    ) -> Result<T, StoreError> {
        self.told(|mut connection| async move { invocation.invoke_async(&mut connection).await })
            .await
    }

    /// Runs a script that changes a record, and waits for the replicas. On one connection: a server knows by it what to wait
    /// for.
    async fn change<T: FromRedisValue>(
        &self,
        invocation: &ScriptInvocation<'_>,
    ) -> Result<T, StoreError> {
        let Some(Replicas { count, patience }) = self.replicas else {
            return self.script(invocation).await;
        };
        let work = |mut connection| async move {
            let answer = invocation.invoke_async(&mut connection).await?;
            let mut wait = redis::cmd("WAIT");
            wait.arg(count).arg(millis(patience));
            let copies: u32 = wait.query_async(&mut connection).await?;
            Ok((answer, copies))
        };
        let (answer, copies) = self.told(work).await?;
        if copies < count {
            return Err(StoreError::unavailable(format!(
                "Redis has the write, but {copies} of {count} replicas had it within {} ms",
                patience.as_millis()
            )));
        }
        Ok(answer)
    }

    async fn told<T, F>(
        &self,
        work: impl FnOnce(redis::aio::MultiplexedConnection) -> F,
    ) -> Result<T, StoreError>
    where
        F: Future<Output = Result<T, RedisError>>,
    {
        let result = self.link.with(work).await;
        result.map_err(|error| failed::command(&error))
    }

    /// The key of the whole provider's.
    fn of(&self, provider: &str, kind: &str) -> String {
        self.keys.of_provider(provider, kind)
    }
}

impl Store for RedisStore {
    fn load<'a>(&'a self, key: &'a SessionKey) -> Pending<'a, Option<Entry>> {
        let (checked, name) = (key.check(), self.0.keys.session(key));
        self.call(|inner| async move {
            checked?;
            let mut load = redis::cmd("HMGET");
            load.arg(name).arg("version").arg("record").arg("due");
            let found: (Option<String>, Option<Vec<u8>>, Option<String>) = inner
                .told(|mut connection| async move { load.query_async(&mut connection).await })
                .await?;
            match found {
                (None, None, None) => Ok(None),
                (Some(version), Some(record), Some(due)) => {
                    let due = Some(due).filter(|due| !due.is_empty());
                    let due = due
                        .map(|due| due.parse().map_err(|_| misread()))
                        .transpose()?;
                    Ok(Some(Entry {
                        version: Version(version.parse().map_err(|_| misread())?),
                        record: Record::new(record, due.map(Timestamp::from_unix_millis)),
                    }))
                }
                _ => Err(misread()),
            }
        })
    }

    fn write<'a>(
        &'a self,
        key: &'a SessionKey,
        expected: Option<Version>,
        record: &'a Record,
    ) -> Pending<'a, Written> {
        let key = key.clone();
        let record = record.clone();
        self.call(move |inner| async move {
            key.check()?;
            let expected = expected.map(|version| version.0.to_string());
            let due = record.due.map(|due| due.unix_millis().to_string());
            let mut invocation = inner.scripts.write.key(inner.keys.session(&key));
            for kind in ["number", "due", "claimed", "parked"] {
                invocation.key(inner.of(key.provider(), kind));
            }
            invocation
                .arg(expected.unwrap_or_default())
                .arg(record.bytes.as_slice())
                .arg(due.unwrap_or_default())
                .arg(key.subject());
            let version: Option<String> = inner.change(&invocation).await?;
            version.map_or(Ok(Written::Conflict), |version| {
                let version = version.parse().map_err(|_| misread())?;
                Ok(Written::Stored(Version(version)))
            })
        })
    }

    fn remove<'a>(&'a self, key: &'a SessionKey, expected: Version) -> Pending<'a, Removed> {
        let key = key.clone();
        self.call(move |inner| async move {
            key.check()?;
            let mut invocation = inner.scripts.remove.key(inner.keys.session(&key));
            for kind in ["due", "claimed", "parked"] {
                invocation.key(inner.of(key.provider(), kind));
            }
            invocation.arg(expected.0.to_string()).arg(key.subject());
            let removed: bool = inner.change(&invocation).await?;
            Ok(if removed {
                Removed::Removed
            } else {
                Removed::Conflict
            })
        })
    }

    fn acquire<'a>(
        &'a self,
        key: &'a SessionKey,
        owner: &'a Owner,
        hold: Duration,
    ) -> Pending<'a, Acquired> {
        let (key, owner) = (key.clone(), owner.clone());
        self.call(move |inner| async move {
            key.check()?;
            let mut invocation = inner.scripts.acquire.key(inner.keys.lease(&key));
            invocation
                .key(inner.of(key.provider(), "number"))
                .arg(owner.as_str())
                .arg(millis(hold).max(1));
            let (fence, remaining): (String, u64) = inner.script(&invocation).await?;
            if fence.is_empty() {
                let remaining = Duration::from_millis(remaining);
                return Ok(Acquired::Held { remaining });
            }
            let fence = fence.parse().map_err(|_| misread())?;
            Ok(Acquired::Lease(Lease { key, owner, fence }))
        })
    }

    fn renew<'a>(&'a self, lease: &'a Lease, hold: Duration) -> Pending<'a, bool> {
        let (key, contents) = (self.0.keys.lease(&lease.key), contents(lease));
        self.call(move |inner| async move {
            let mut invocation = inner.scripts.renew.key(key);
            invocation.arg(contents).arg(millis(hold).max(1));
            inner.script(&invocation).await
        })
    }

    fn release<'a>(&'a self, lease: &'a Lease) -> Pending<'a, ()> {
        let (key, contents) = (self.0.keys.lease(&lease.key), contents(lease));
        self.call(move |inner| async move {
            let mut invocation = inner.scripts.release.key(key);
            invocation.arg(contents);
            inner.script(&invocation).await
        })
    }

    fn claim_due<'a>(
        &'a self,
        provider: &'a str,
        now: Timestamp,
        limit: usize,
        hold: Duration,
    ) -> Pending<'a, Vec<SessionKey>> {
        /// A script stops everyone else: this many take some ten milliseconds.
        const MOST: usize = 5000;
        let provider: Arc<str> = provider.into();
        self.call(move |inner| async move {
            let mut invocation = inner.scripts.claim.key(inner.of(&provider, "due"));
            invocation
                .key(inner.of(&provider, "claimed"))
                .key(inner.of(&provider, "parked"))
                .arg(now.unix_millis())
                .arg(limit.min(MOST))
                .arg(millis(hold));
            let subjects: Vec<String> = inner.script(&invocation).await?;
            let key = |subject: String| SessionKey::new(Arc::clone(&provider), subject);
            Ok(subjects.into_iter().map(key).collect())
        })
    }
}

/// What a lease's key holds.
fn contents(lease: &Lease) -> String {
    format!("{} {}", lease.fence, lease.owner.as_str())
}

fn misread() -> StoreError {
    StoreError::corrupt("a key in Redis is not as this library writes it")
}

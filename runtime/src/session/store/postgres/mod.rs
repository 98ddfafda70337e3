//! The store in PostgreSQL, for a fleet: records, leases and due sessions in three tables, one statement a call.

mod address;
mod builder;
mod connect;
mod failed;
mod migrate;
mod statements;
mod tables;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::{Object, Pool};
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

pub use self::builder::PostgresStoreBuilder;
use self::statements::Statements;
use super::remote::{millis, run};
use super::{
    Acquired, Entry, Lease, Owner, Pending, Record, Removed, Store, StoreError, Version, Written,
};
use crate::Timestamp;
use crate::session::SessionKey;

/// Keeps sessions in PostgreSQL (12 or later), for any number of processes on any number of machines.
///
/// ```no_run
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use token_refresh_runtime::session::store::PostgresStore;
///
/// let store = PostgresStore::connect("postgres://app@db.example.com/tokens").await?;
/// # Ok(())
/// # }
/// ```
///
/// - **Writes** are compare-and-swap in one statement, which is its own transaction, with `synchronous_commit` on. Where its answer is
///   lost, the error is [`Unavailable`](super::StoreErrorKind::Unavailable) and the caller reads the row again. Versions and fencing numbers come
///   from one sequence.
/// - **Leases** end by the clock of the database. Due sessions are handed out with `FOR UPDATE SKIP LOCKED`.
/// - **Time**: each call ends within [`timeout`](PostgresStoreBuilder::timeout); the server is told to give statements and waits for locks
///   up before that. Connections are kept, tested when they were idle, and made again after a restart.
/// - **Runtimes**: connections live on the library's background runtime and do not end with the caller's.
/// - **Replication**: after a failover to a replica that lagged, what it had not got yet is lost, with any database. Use
///   synchronous replication (`synchronous_standby_names`) where that must not happen.
/// - **PgBouncer**: session pooling only. The timeouts are settings of the connection, and statements are prepared.
///
/// # TLS
/// By rustls, with the platform's roots, those of [`root_certificates`](PostgresStoreBuilder::root_certificates) and those of the URL's
/// `sslrootcert`. Wherever TLS is used, the certificate and the host's name are verified, unlike with libpq.
///
/// | `sslmode` | what happens |
/// |---|---|
/// | absent, the host is loopback or a Unix socket | no TLS |
/// | absent, any other host | as `verify-full` |
/// | `disable` | no TLS: passwords and tokens can be read on the way |
/// | `prefer` | TLS if the server offers it, in the clear otherwise, so that someone on the way may choose |
/// | `require`, `verify-ca`, `verify-full` | TLS, verified in full |
#[derive(Clone)]
pub struct PostgresStore(Arc<Inner>);

struct Inner {
    pool: Pool,
    statements: Statements,
    timeout: Duration,
    /// Where it leads, for people.
    shown: String,
}

impl PostgresStore {
    /// Connects to the database at this URL (`postgres://user:password@host:port/database?sslmode=…`), and makes or
    /// updates the tables in the schema `token_refresh`.
    ///
    /// # Errors
    /// [`Refused`](super::StoreErrorKind::Refused) where the URL cannot be read, the password is wrong, a right is missing or the tables are those of a
    /// later version; [`Unavailable`](super::StoreErrorKind::Unavailable) where the database cannot be reached.
    pub async fn connect(url: &str) -> Result<Self, StoreError> {
        Self::builder().connect(url).await
    }

    /// Uses the application's own pool. Its connections must not have `synchronous_commit` off; timeouts of statements
    /// are its own affair, but each call here still ends in bounded time.
    ///
    /// # Errors
    /// As [`PostgresStore::connect`].
    pub async fn with_pool(pool: Pool) -> Result<Self, StoreError> {
        Self::builder().with_pool(pool).await
    }

    /// With other settings than the usual.
    pub fn builder() -> PostgresStoreBuilder {
        PostgresStoreBuilder::new()
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

impl fmt::Debug for PostgresStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "PostgresStore({})", self.0.shown)
    }
}

/// A connection that goes back to the pool only after its answer: the next statement must not wait behind one that
/// was given up.
struct Borrowed(Option<Object>);

impl Drop for Borrowed {
    fn drop(&mut self) {
        if let Some(object) = self.0.take() {
            drop(Object::take(object));
        }
    }
}

impl Inner {
    /// The rows that a statement gives.
    async fn query(
        &self,
        statement: &str,
        parameters: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, StoreError> {
        let object = self
            .pool
            .get()
            .await
            .map_err(|error| failed::pool(&error))?;
        let mut borrowed = Borrowed(Some(object));
        let client = borrowed.0.as_ref().expect("it was put there above");
        let rows = async {
            let prepared = client.prepare_cached(statement).await?;
            client.query(&prepared, parameters).await
        };
        let rows = rows.await;
        if rows.as_ref().err().is_none_or(failed::is_passing) {
            drop(borrowed.0.take());
        }
        rows.map_err(|error| failed::statement(&error))
    }

    /// As above, where a statement gives one row or none.
    async fn row(
        &self,
        statement: &str,
        parameters: &[&(dyn ToSql + Sync)],
    ) -> Result<Option<Row>, StoreError> {
        let mut rows = self.query(statement, parameters).await?;
        Ok(rows.pop())
    }
}

impl Store for PostgresStore {
    fn load<'a>(&'a self, key: &'a SessionKey) -> Pending<'a, Option<Entry>> {
        let key = key.clone();
        self.call(|inner| async move {
            key.check()?;
            let sql = &inner.statements.load;
            let row = inner.row(sql, &[&key.provider(), &key.subject()]).await?;
            row.map(|row| entry(&row)).transpose()
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
            let due = record.due.map(Timestamp::unix_millis);
            let bytes = record.bytes.as_slice();
            let row = match expected.map(number) {
                None => {
                    let sql = &inner.statements.create;
                    inner
                        .row(sql, &[&key.provider(), &key.subject(), &bytes, &due])
                        .await
                }
                Some(version) => {
                    let sql = &inner.statements.replace;
                    let key: [&(dyn ToSql + Sync); 2] = [&key.provider(), &key.subject()];
                    inner
                        .row(sql, &[key[0], key[1], &bytes, &due, &version])
                        .await
                }
            }?;
            row.map_or(Ok(Written::Conflict), |row| {
                unsigned(&row, 0).map(|version| Written::Stored(Version(version)))
            })
        })
    }

    fn remove<'a>(&'a self, key: &'a SessionKey, expected: Version) -> Pending<'a, Removed> {
        let key = key.clone();
        self.call(move |inner| async move {
            key.check()?;
            let sql = &inner.statements.remove;
            let row = inner
                .row(sql, &[&key.provider(), &key.subject(), &number(expected)])
                .await?;
            Ok(row.map_or(Removed::Conflict, |_| Removed::Removed))
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
            loop {
                let sql = &inner.statements.acquire;
                let row = inner
                    .row(
                        sql,
                        &[
                            &key.provider(),
                            &key.subject(),
                            &owner.as_str(),
                            &millis(hold),
                        ],
                    )
                    .await?;
                // None: someone took it while this was under way. The next look sees them; the call's time is bounded.
                let Some(row) = row else { continue };
                return match row.try_get::<_, Option<i64>>(0) {
                    Ok(Some(_)) => Ok(Acquired::Lease(Lease {
                        fence: unsigned(&row, 0)?,
                        key,
                        owner,
                    })),
                    _ => Ok(Acquired::Held {
                        remaining: Duration::from_millis(unsigned(&row, 1)?),
                    }),
                };
            }
        })
    }

    fn renew<'a>(&'a self, lease: &'a Lease, hold: Duration) -> Pending<'a, bool> {
        let lease = lease.clone();
        self.call(move |inner| async move {
            let sql = &inner.statements.renew;
            let Lease { key, owner, fence } = &lease;
            let fence = number(Version(*fence));
            let key: [&(dyn ToSql + Sync); 2] = [&key.provider(), &key.subject()];
            let row = inner
                .row(
                    sql,
                    &[key[0], key[1], &owner.as_str(), &fence, &millis(hold)],
                )
                .await?;
            Ok(row.is_some())
        })
    }

    fn release<'a>(&'a self, lease: &'a Lease) -> Pending<'a, ()> {
        let lease = lease.clone();
        self.call(move |inner| async move {
            let sql = &inner.statements.release;
            let Lease { key, owner, fence } = &lease;
            let fence = number(Version(*fence));
            let key: [&(dyn ToSql + Sync); 2] = [&key.provider(), &key.subject()];
            inner
                .query(sql, &[key[0], key[1], &owner.as_str(), &fence])
                .await?;
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
        let provider: Arc<str> = provider.into();
        self.call(move |inner| async move {
            let sql = &inner.statements.claim;
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            let rows = inner
                .query(
                    sql,
                    &[&&*provider, &now.unix_millis(), &limit, &millis(hold)],
                )
                .await?;
            rows.iter()
                .map(|row| {
                    let subject = row.try_get::<_, &str>(0).map_err(|_| misread())?;
                    Ok(SessionKey::new(Arc::clone(&provider), subject))
                })
                .collect()
        })
    }
}

fn entry(row: &Row) -> Result<Entry, StoreError> {
    let record = row.try_get::<_, Vec<u8>>(1).map_err(|_| misread())?;
    let due = row.try_get::<_, Option<i64>>(2).map_err(|_| misread())?;
    Ok(Entry {
        version: Version(unsigned(row, 0)?),
        record: Record::new(record, due.map(Timestamp::from_unix_millis)),
    })
}

/// A number of the sequence's, which are positive.
fn unsigned(row: &Row, column: usize) -> Result<u64, StoreError> {
    let number = row.try_get::<_, i64>(column).map_err(|_| misread())?;
    u64::try_from(number).map_err(|_| misread())
}

/// A version as the database counts; one that it never gave out matches none.
fn number(version: Version) -> i64 {
    i64::try_from(version.0).unwrap_or(-1)
}

fn misread() -> StoreError {
    StoreError::corrupt("a row in PostgreSQL is not as this library writes it")
}

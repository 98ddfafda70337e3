//! The store in one SQLite file, for the processes of one machine.

mod checksum;
mod claims;
mod connection;
mod create;
mod fault;
mod job;
mod leases;
mod place;
mod records;
mod schema;
#[cfg(test)]
mod tests;
mod worker;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use tokio::sync::{Semaphore, oneshot};

use self::claims::Claim;
use self::fault::Fault;
use self::job::{Job, Kind};
use self::place::Place;
use self::worker::Worker;
use super::{
    Acquired, Entry, Lease, Owner, Pending, Record, Removed, Store, StoreError, Version, Written,
};
use crate::Timestamp;
use crate::session::{Clock, SessionKey};

/// So many calls wait for their turn at most; others wait for a place in the queue.
const QUEUE: usize = 1024;

/// Keeps sessions in one file, which any number of processes of one machine may use at once. Cheap to clone.
///
/// ```
/// use token_refresh_runtime::session::SessionKey;
/// use token_refresh_runtime::session::store::{Record, SqliteStore, Store, StoreError, Written};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("tokens.db");
/// let store = SqliteStore::open(path).await?;
/// let key = SessionKey::new("example", "customer-42");
///
/// let written = store.write(&key, None, &Record::new("a record", None)).await?;
/// assert!(matches!(written, Written::Stored(_)));
/// # Ok(())
/// # }
/// ```
///
/// # The file
/// It is made with mode 0600, and so are the files that SQLite keeps beside it. One that others can read or write, that
/// belongs to someone else, that is a symlink or has a second name, or that lies in a folder where anybody may replace it
/// (without the sticky bit, that is) is refused, with the command that puts it right. It has to lie on a local disk. A
/// relative path counts from the folder that the process is in when the store is opened.
///
/// A file that is damaged, cut off, empty or of another program is refused and left as it is: nothing here
/// repairs or replaces a file. When it is opened, a file of up to 64 MiB is checked all through; each record has a checksum,
/// which is looked at whenever it is read. A file that is taken away while it is open is not made anew: every call says that
/// it is unavailable until it is back. One that is put in its place is checked like any other, and used.
///
/// # Durability
/// What [`write`](Store::write) has stored is on the disk, and survives `kill -9` and a power cut (a log written ahead, flushed at
/// each commit). Where the disk is full or the file read-only, nothing is changed, and it goes on when that is over.
///
/// Tokens that were replaced or removed are overwritten in the file, and the log is emptied after a second in which nothing was written,
/// or after ten: where other processes are at work all the time, as soon as none is for a moment. What a disk keeps of blocks that were
/// overwritten is beyond this; [`encryption`](crate) is for that.
///
/// # Waiting
/// All calls go to one thread, which takes those that came meanwhile together into one transaction. A call
/// that gets no turn within five seconds (see [`SqliteStoreBuilder::patience`]), because another process has the file locked, ends with
/// [`Unavailable`](super::StoreErrorKind::Unavailable). A call whose future is dropped before its turn does not take place.
///
/// # Leases
/// They go by the machine's clock. Where it is set forth, they end early; where it is set back, they last longer by their own length at
/// most.
///
/// # Versions of this library
/// The file's schema has a number. A later version of this library brings it up to date when it opens it, and the version just before
/// can still use it then; one that is too old refuses it and says so.
#[derive(Clone)]
pub struct SqliteStore(Arc<Shared>);

struct Shared {
    path: PathBuf,
    patience: Duration,
    clock: Clock,
    jobs: mpsc::Sender<Job>,
    room: Arc<Semaphore>,
}

/// Settings of a [`SqliteStore`].
#[derive(Clone, Debug)]
pub struct SqliteStoreBuilder {
    path: PathBuf,
    patience: Duration,
    clock: Clock,
}

impl SqliteStore {
    /// Opens the file, or makes it.
    ///
    /// # Errors
    /// As the type's documentation says under "The file".
    pub async fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        Self::builder(path).open().await
    }

    /// With other settings.
    pub fn builder(path: impl AsRef<Path>) -> SqliteStoreBuilder {
        SqliteStoreBuilder {
            path: path.as_ref().to_owned(),
            patience: Duration::from_secs(5),
            clock: Clock::System,
        }
    }

    /// The file, by its path from the root.
    pub fn path(&self) -> &Path {
        &self.0.path
    }

    async fn ask<T, F>(&self, kind: Kind, act: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnMut(&Connection) -> Result<T, Fault> + Send + 'static,
    {
        let until = Instant::now() + self.0.patience;
        let room = self.0.room.clone().acquire_owned().await;
        let room = room.expect("the queue is never closed");
        let (job, answer) = Job::new(kind, until, room, act);
        // Where the thread is gone, the job and the other end of `answer` are dropped.
        let _ = self.0.jobs.send(job);
        answer.await.unwrap_or_else(|_| Err(stopped(&self.0.path)))
    }
}

impl SqliteStoreBuilder {
    /// How long a call waits for its turn while another process has the file locked; five seconds unless told.
    #[must_use]
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// The clock that leases go by. All processes that share a file need the same: this is for tests.
    #[must_use]
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Opens the file, or makes it.
    ///
    /// # Errors
    /// As the documentation of [`SqliteStore`] says under "The file".
    ///
    /// # Cancellation
    /// Where the future is dropped, the file may have been made.
    pub async fn open(self) -> Result<SqliteStore, StoreError> {
        let (tell, opened) = oneshot::channel();
        let (jobs, queue) = mpsc::channel();
        let Self {
            path,
            patience,
            clock,
        } = self;
        let asked = path.clone();
        std::thread::Builder::new()
            .name("token-refresh-sqlite".to_owned())
            .spawn(move || work(&asked, patience, queue, tell))
            .map_err(|error| {
                StoreError::unavailable("no thread can be started for SQLite").caused_by(error)
            })?;
        let path = opened.await.unwrap_or_else(|_| Err(stopped(&path)))?;
        Ok(SqliteStore(Arc::new(Shared {
            path,
            patience,
            clock,
            jobs,
            room: Arc::new(Semaphore::new(QUEUE)),
        })))
    }
}

/// Opens the file, tells so, and works for as long as anyone may ask.
fn work(
    path: &Path,
    patience: Duration,
    queue: mpsc::Receiver<Job>,
    tell: oneshot::Sender<Result<PathBuf, StoreError>>,
) {
    let place = Place::find(path);
    let opened = place.and_then(|place| {
        let path = place.path().to_owned();
        Ok((path, Worker::new(place, patience, queue)?))
    });
    // Where whoever opened it has gone, so has the only one who could ask.
    match opened {
        Ok((path, worker)) => {
            let _ = tell.send(Ok(path));
            worker.run();
        }
        Err(error) => {
            let _ = tell.send(Err(error));
        }
    }
}

impl Store for SqliteStore {
    fn load<'a>(&'a self, key: &'a SessionKey) -> Pending<'a, Option<Entry>> {
        let key = key.clone();
        Box::pin(self.ask(Kind::Read, move |connection| {
            records::load(connection, &key)
        }))
    }

    fn write<'a>(
        &'a self,
        key: &'a SessionKey,
        expected: Option<Version>,
        record: &'a Record,
    ) -> Pending<'a, Written> {
        let (key, record, clock) = (key.clone(), record.clone(), self.0.clock.clone());
        Box::pin(self.ask(Kind::Write, move |connection| {
            records::write(connection, &key, expected, &record, clock.now().wall)
        }))
    }

    fn remove<'a>(&'a self, key: &'a SessionKey, expected: Version) -> Pending<'a, Removed> {
        let key = key.clone();
        Box::pin(self.ask(Kind::Write, move |connection| {
            records::remove(connection, &key, expected)
        }))
    }

    fn acquire<'a>(
        &'a self,
        key: &'a SessionKey,
        owner: &'a Owner,
        hold: Duration,
    ) -> Pending<'a, Acquired> {
        let (key, owner, clock) = (key.clone(), owner.clone(), self.0.clock.clone());
        Box::pin(async move {
            let (peeked, peek_clock) = (key.clone(), clock.clone());
            // Those who wait ask again and again: a look locks nobody out.
            let found = self.ask(Kind::Read, move |connection| {
                leases::remaining(connection, &peeked, peek_clock.now().wall)
            });
            if let Some(remaining) = found.await? {
                return Ok(Acquired::Held { remaining });
            }
            self.ask(Kind::Lease, move |connection| {
                leases::acquire(connection, &key, &owner, hold, clock.now().wall)
            })
            .await
        })
    }

    fn renew<'a>(&'a self, lease: &'a Lease, hold: Duration) -> Pending<'a, bool> {
        let (lease, clock) = (lease.clone(), self.0.clock.clone());
        Box::pin(self.ask(Kind::Lease, move |connection| {
            leases::renew(connection, &lease, hold, clock.now().wall)
        }))
    }

    fn release<'a>(&'a self, lease: &'a Lease) -> Pending<'a, ()> {
        let lease = lease.clone();
        Box::pin(self.ask(Kind::Lease, move |connection| {
            leases::release(connection, &lease)
        }))
    }

    fn claim_due<'a>(
        &'a self,
        provider: &'a str,
        now: Timestamp,
        limit: usize,
        hold: Duration,
    ) -> Pending<'a, Vec<SessionKey>> {
        let claim = Claim {
            provider: provider.to_owned(),
            due: now,
            limit,
            hold,
        };
        let clock = self.0.clock.clone();
        Box::pin(async move {
            let (peeked, peek_clock) = (claim.clone(), clock.clone());
            let is_any = self.ask(Kind::Read, move |connection| {
                claims::is_any_due(connection, &peeked, peek_clock.now().wall)
            });
            if limit == 0 || !is_any.await? {
                return Ok(Vec::new());
            }
            self.ask(Kind::Lease, move |connection| {
                claims::claim(connection, &claim, clock.now().wall)
            })
            .await
        })
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_tuple("SqliteStore")
            .field(&self.0.path)
            .finish()
    }
}

fn stopped(path: &Path) -> StoreError {
    StoreError::unavailable(format!(
        "{}: the store's thread has stopped",
        path.display()
    ))
}

//! The one thread that talks to SQLite: it takes what has been asked meanwhile together into one transaction.

use std::hash::{BuildHasher, RandomState};
use std::mem;
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use rusqlite::{ErrorCode, Transaction, TransactionBehavior};

use super::connection::{Absent, Files, Open};
use super::fault::Fault;
use super::job::{Job, Kind};
use super::place::Place;
use super::schema;
use crate::session::store::StoreError;

/// So many jobs share a transaction at most.
const TOGETHER: usize = 256;

/// When nothing was written for so long, the log is emptied.
const QUIET: Duration = Duration::from_secs(1);

/// And at the latest so long after something was.
const UNTIDY: Duration = Duration::from_secs(10);

pub(super) struct Worker {
    place: Place,
    patience: Duration,
    jobs: Receiver<Job>,
    open: Option<Open>,
    /// The files that were open last.
    before: Files,
    reads: Vec<Job>,
    writes: Vec<Job>,
    untidy: Option<Untidy>,
}

/// Since when there are old tokens in the log, and when to do something about it.
struct Untidy {
    since: Instant,
    at: Instant,
}

impl Worker {
    /// Opens the file, or makes it.
    pub(super) fn new(
        place: Place,
        patience: Duration,
        jobs: Receiver<Job>,
    ) -> Result<Self, StoreError> {
        let open = Open::new(&place, Absent::Create, None, patience)
            .map_err(|fault| fault.into_store_error(place.path()))?;
        Ok(Self {
            before: open.files(),
            open: Some(open),
            place,
            patience,
            jobs,
            reads: Vec::new(),
            writes: Vec::new(),
            untidy: None,
        })
    }

    /// Works until nobody can ask any more.
    pub(super) fn run(mut self) {
        while self.gather() {
            self.give_up_late();
            let reads = mem::take(&mut self.reads);
            self.serve(reads);
            let writes = mem::take(&mut self.writes);
            self.serve(writes);
            if self
                .untidy
                .as_ref()
                .is_some_and(|untidy| untidy.at <= Instant::now())
            {
                self.tidy();
            }
        }
    }

    /// Waits for jobs, no longer than until there is something else to do; `false`: no more will come.
    fn gather(&mut self) -> bool {
        let first = if self.reads.is_empty() && self.writes.is_empty() {
            match &self.untidy {
                Some(untidy) => self
                    .jobs
                    .recv_timeout(untidy.at.saturating_duration_since(Instant::now())),
                None => self.jobs.recv().map_err(|_| RecvTimeoutError::Disconnected),
            }
        } else {
            self.jobs.recv_timeout(pause())
        };
        match first {
            Ok(job) => self.put(job),
            Err(RecvTimeoutError::Timeout) => return true,
            Err(RecvTimeoutError::Disconnected) => return false,
        }
        while self.reads.len().max(self.writes.len()) < TOGETHER {
            match self.jobs.try_recv() {
                Ok(job) => self.put(job),
                Err(_) => break,
            }
        }
        true
    }

    fn put(&mut self, job: Job) {
        match job.kind {
            _ if !job.is_wanted() => {}
            Kind::Read => self.reads.push(job),
            Kind::Lease | Kind::Write => self.writes.push(job),
        }
    }

    /// Tells those who have waited long enough.
    fn give_up_late(&mut self) {
        let now = Instant::now();
        for waiting in [&mut self.reads, &mut self.writes] {
            for job in waiting.extract_if(.., |job| job.until <= now) {
                job.answer(Err(StoreError::unavailable(format!(
                    "{} is locked by another process, or busy: no turn came within {:?}",
                    self.place.path().display(),
                    self.patience
                ))));
            }
        }
    }

    /// Does these jobs in one transaction; each alone where that fails, so that what only one of them runs into is only its
    /// own. Those that find the file locked wait.
    fn serve(&mut self, mut jobs: Vec<Job>) {
        if jobs.is_empty() {
            return;
        }
        let fault = match self.attempt(&mut jobs) {
            Ok(()) => {
                for job in jobs {
                    job.answer(Ok(()));
                }
                return;
            }
            Err(fault) => fault,
        };
        if fault.is_busy() {
            for job in jobs {
                self.put(job);
            }
            return;
        }
        self.recover(&fault);
        if jobs.len() > 1 {
            for job in jobs {
                self.serve(vec![job]);
            }
        } else {
            let error = fault.into_store_error(self.place.path());
            for job in jobs {
                job.answer(Err(error.clone()));
            }
        }
    }

    fn attempt(&mut self, jobs: &mut [Job]) -> Result<(), Fault> {
        self.reopen()?;
        let open = self.open.as_ref().expect("it was just opened");
        let does_write = jobs.iter().any(|job| job.kind != Kind::Read);
        if does_write {
            let is_durable = jobs.iter().any(|job| job.kind == Kind::Write);
            let level = if is_durable { "FULL" } else { "NORMAL" };
            open.connection.pragma_update(None, "synchronous", level)?;
        }
        transact(open, jobs, does_write, self.place.path())?;
        // Only now: a file that is taken away before this is noticed here, and one that is taken away after it was
        // still there when the answer was made.
        open.check_place(&self.place)?;
        if does_write {
            let now = Instant::now();
            let since = self.untidy.as_ref().map_or(now, |untidy| untidy.since);
            let at = (now + QUIET).min(since + UNTIDY);
            self.untidy = Some(Untidy { since, at });
        }
        Ok(())
    }

    /// Opens the file again where that is called for.
    fn reopen(&mut self) -> Result<(), Fault> {
        if let Some(open) = self
            .open
            .take_if(|open| open.check_place(&self.place).is_err())
        {
            open.abandon();
        }
        if self.open.is_none() {
            let open = Open::new(&self.place, Absent::Fail, Some(self.before), Duration::ZERO)?;
            self.before = open.files();
            self.open = Some(open);
        }
        Ok(())
    }

    /// After an error: a connection that may be of no more use is given up.
    fn recover(&mut self, fault: &Fault) {
        if !fault.leaves_connection()
            && let Some(open) = self.open.take()
        {
            open.abandon();
        }
    }

    /// Moves what is in the log to the file and empties the log: old tokens stay in it otherwise. Where others use the file at
    /// this moment, later.
    fn tidy(&mut self) {
        let is_done = self.open.as_ref().is_some_and(|open| {
            let sql = "PRAGMA wal_checkpoint(TRUNCATE)";
            open.check_place(&self.place).is_ok()
                && open.connection.query_row(sql, [], |row| row.get(0)) == Ok(0)
        });
        self.untidy = self
            .untidy
            .take()
            .filter(|_| !is_done)
            .map(|untidy| Untidy {
                at: Instant::now() + QUIET,
                ..untidy
            });
    }
}

fn transact(open: &Open, jobs: &mut [Job], does_write: bool, path: &Path) -> Result<(), Fault> {
    let behavior = if does_write {
        TransactionBehavior::Immediate
    } else {
        TransactionBehavior::Deferred
    };
    let transaction = Transaction::new_unchecked(&open.connection, behavior)?;
    if does_write {
        schema::check(&transaction, schema::latest(), path)?;
    }
    for job in jobs {
        job.run(&transaction)?;
    }
    transaction.commit()?;
    Ok(())
}

/// How long to leave a locked file alone: not the same for all processes, lest they come back together.
fn pause() -> Duration {
    Duration::from_micros(500 + RandomState::new().hash_one(0) % 7500)
}

impl Fault {
    /// Whether the connection is as good as before.
    fn leaves_connection(&self) -> bool {
        match self {
            Self::Store(_) => true,
            Self::Sqlite(error) => error.sqlite_error_code() == Some(ErrorCode::DiskFull),
        }
    }
}

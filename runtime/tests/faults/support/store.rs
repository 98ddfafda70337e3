//! A store that fails on demand.

use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use token_refresh_runtime::Timestamp;
use token_refresh_runtime::session::store::{
    Acquired, Entry, Lease, MemoryStore, Owner, Pending, Record, Removed, Store, StoreError,
    Version, Written,
};
use token_refresh_runtime::session::{ManualClock, SessionKey};

/// A store in memory that does not always do what it is asked. Clones are the same store.
#[derive(Clone, Debug)]
pub(crate) struct FaultyStore {
    inner: MemoryStore,
    faults: Arc<Faults>,
}

#[derive(Debug, Default)]
struct Faults {
    mood: AtomicU8,
    /// Writes that were asked for.
    writes: AtomicU64,
    /// Calls of any kind.
    calls: AtomicU64,
    changed: tokio::sync::Notify,
    /// Whether leases are kept from being released.
    holds_releases: tokio::sync::watch::Sender<bool>,
    /// What passes on this clock while the next write is under way.
    pause: Mutex<Option<(ManualClock, Duration)>>,
}

/// What it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Mood {
    /// What it is asked.
    Good = 0,
    /// It reads and leases, and writes nothing: a full disk, a mount that is read-only.
    ReadOnly = 1,
    /// It writes, and says that it does not know whether it did: the answer to COMMIT was lost.
    Unsure = 2,
    /// It does nothing: the database is down.
    Down = 3,
    /// It panics.
    Panics = 4,
}

impl FaultyStore {
    pub(crate) fn new(inner: MemoryStore) -> Self {
        Self {
            inner,
            faults: Arc::default(),
        }
    }

    pub(crate) fn is(&self, mood: Mood) {
        self.faults.mood.store(mood as u8, Ordering::SeqCst);
    }

    /// What is stored, whatever the mood.
    pub(crate) async fn entry(&self, key: &SessionKey) -> Option<Entry> {
        self.inner.load(key).await.expect("memory does not fail")
    }

    /// How often it was asked for anything.
    pub(crate) fn calls(&self) -> u64 {
        self.faults.calls.load(Ordering::SeqCst) + self.writes()
    }

    /// How often it was asked to write.
    pub(crate) fn writes(&self) -> u64 {
        self.faults.writes.load(Ordering::SeqCst)
    }

    /// Waits until it was asked to write so often.
    pub(crate) async fn until_writes(&self, count: u64) {
        loop {
            let changed = self.faults.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            if self.writes() >= count {
                return;
            }
            changed.await;
        }
    }

    /// Keeps every release waiting, or lets them go on.
    pub(crate) fn hold_releases(&self, is_held: bool) {
        self.faults.holds_releases.send_replace(is_held);
    }

    /// So much time passes on this clock while the next write is under way.
    pub(crate) fn pause_at_next_write(&self, clock: &ManualClock, span: Duration) {
        *self.faults.pause.lock().unwrap() = Some((clock.clone(), span));
    }

    fn mood(&self) -> Mood {
        match self.faults.mood.load(Ordering::SeqCst) {
            1 => Mood::ReadOnly,
            2 => Mood::Unsure,
            3 => Mood::Down,
            4 => Mood::Panics,
            _ => Mood::Good,
        }
    }

    /// Counts a call and says whether the store is up.
    fn up(&self) -> Result<(), StoreError> {
        self.faults.calls.fetch_add(1, Ordering::SeqCst);
        match self.mood() {
            Mood::Down => Err(StoreError::unavailable("the database is down")),
            Mood::Panics => panic!("the store has a bug"),
            _ => Ok(()),
        }
    }
}

impl Store for FaultyStore {
    fn load<'a>(&'a self, key: &'a SessionKey) -> Pending<'a, Option<Entry>> {
        Box::pin(async {
            self.up()?;
            self.inner.load(key).await
        })
    }

    fn write<'a>(
        &'a self,
        key: &'a SessionKey,
        expected: Option<Version>,
        record: &'a Record,
    ) -> Pending<'a, Written> {
        Box::pin(async move {
            let mood = self.mood();
            let outcome = match mood {
                Mood::Good | Mood::Panics => self.inner.write(key, expected, record).await,
                Mood::Unsure => {
                    self.inner.write(key, expected, record).await?;
                    Err(StoreError::unavailable("the connection ended at COMMIT"))
                }
                Mood::ReadOnly => Err(StoreError::unavailable("the disk is full")),
                Mood::Down => Err(StoreError::unavailable("the database is down")),
            };
            if let Some((clock, span)) = self.faults.pause.lock().unwrap().take() {
                clock.advance(span);
            }
            self.faults.writes.fetch_add(1, Ordering::SeqCst);
            self.faults.changed.notify_waiters();
            outcome
        })
    }

    fn remove<'a>(&'a self, key: &'a SessionKey, expected: Version) -> Pending<'a, Removed> {
        Box::pin(async move {
            self.up()?;
            self.inner.remove(key, expected).await
        })
    }

    fn acquire<'a>(
        &'a self,
        key: &'a SessionKey,
        owner: &'a Owner,
        hold: Duration,
    ) -> Pending<'a, Acquired> {
        Box::pin(async move {
            self.up()?;
            self.inner.acquire(key, owner, hold).await
        })
    }

    fn renew<'a>(&'a self, lease: &'a Lease, hold: Duration) -> Pending<'a, bool> {
        Box::pin(async move {
            self.up()?;
            self.inner.renew(lease, hold).await
        })
    }

    fn release<'a>(&'a self, lease: &'a Lease) -> Pending<'a, ()> {
        Box::pin(async move {
            self.up()?;
            let mut held = self.faults.holds_releases.subscribe();
            held.wait_for(|is_held| !is_held)
                .await
                .expect("it is in here");
            self.inner.release(lease).await
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
            self.up()?;
            self.inner.claim_due(provider, now, limit, hold).await
        })
    }
}

/// A store as a stopped process has it: its leases are not renewed, and it does not know.
#[derive(Debug)]
pub(crate) struct Unrenewed(pub(crate) FaultyStore);

impl Store for Unrenewed {
    fn load<'a>(&'a self, key: &'a SessionKey) -> Pending<'a, Option<Entry>> {
        self.0.load(key)
    }

    fn write<'a>(
        &'a self,
        key: &'a SessionKey,
        expected: Option<Version>,
        record: &'a Record,
    ) -> Pending<'a, Written> {
        self.0.write(key, expected, record)
    }

    fn remove<'a>(&'a self, key: &'a SessionKey, expected: Version) -> Pending<'a, Removed> {
        self.0.remove(key, expected)
    }

    fn acquire<'a>(
        &'a self,
        key: &'a SessionKey,
        owner: &'a Owner,
        hold: Duration,
    ) -> Pending<'a, Acquired> {
        self.0.acquire(key, owner, hold)
    }

    fn renew<'a>(&'a self, _: &'a Lease, _: Duration) -> Pending<'a, bool> {
        Box::pin(async { Ok(true) })
    }

    fn release<'a>(&'a self, lease: &'a Lease) -> Pending<'a, ()> {
        self.0.release(lease)
    }

    fn claim_due<'a>(
        &'a self,
        provider: &'a str,
        now: Timestamp,
        limit: usize,
        hold: Duration,
    ) -> Pending<'a, Vec<SessionKey>> {
        self.0.claim_due(provider, now, limit, hold)
    }
}

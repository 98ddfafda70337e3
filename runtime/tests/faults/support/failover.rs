//! A store with a copy that lags: what it had confirmed is gone once the copy takes over.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use token_refresh_runtime::Timestamp;
use token_refresh_runtime::session::SessionKey;
use token_refresh_runtime::session::store::{
    Acquired, Entry, Lease, MemoryStore, Owner, Pending, Record, Removed, Store, Version, Written,
};

/// A primary and its copy. Both are given the same writes, so that their versions agree. Clones are the same store.
#[derive(Clone, Debug)]
pub(crate) struct Failover {
    primary: MemoryStore,
    copy: MemoryStore,
    /// The copy hears no more of what is written.
    is_cut_off: Arc<AtomicBool>,
    has_taken_over: Arc<AtomicBool>,
}

impl Failover {
    /// Of two stores that are empty.
    pub(crate) fn new(primary: MemoryStore, copy: MemoryStore) -> Self {
        Self {
            primary,
            copy,
            is_cut_off: Arc::default(),
            has_taken_over: Arc::default(),
        }
    }

    pub(crate) fn cut_off(&self) {
        self.is_cut_off.store(true, Ordering::SeqCst);
    }

    pub(crate) fn fail_over(&self) {
        self.has_taken_over.store(true, Ordering::SeqCst);
    }

    fn now(&self) -> &MemoryStore {
        if self.has_taken_over.load(Ordering::SeqCst) {
            &self.copy
        } else {
            &self.primary
        }
    }
}

impl Store for Failover {
    fn load<'a>(&'a self, key: &'a SessionKey) -> Pending<'a, Option<Entry>> {
        self.now().load(key)
    }

    fn write<'a>(
        &'a self,
        key: &'a SessionKey,
        expected: Option<Version>,
        record: &'a Record,
    ) -> Pending<'a, Written> {
        Box::pin(async move {
            let written = self.now().write(key, expected, record).await?;
            let is_copied = !self.is_cut_off.load(Ordering::SeqCst);
            if is_copied && matches!(written, Written::Stored(_)) {
                self.copy.write(key, expected, record).await?;
            }
            Ok(written)
        })
    }

    fn remove<'a>(&'a self, key: &'a SessionKey, expected: Version) -> Pending<'a, Removed> {
        self.now().remove(key, expected)
    }

    fn acquire<'a>(
        &'a self,
        key: &'a SessionKey,
        owner: &'a Owner,
        hold: Duration,
    ) -> Pending<'a, Acquired> {
        self.now().acquire(key, owner, hold)
    }

    fn renew<'a>(&'a self, lease: &'a Lease, hold: Duration) -> Pending<'a, bool> {
        self.now().renew(lease, hold)
    }

    fn release<'a>(&'a self, lease: &'a Lease) -> Pending<'a, ()> {
        self.now().release(lease)
    }

    fn claim_due<'a>(
        &'a self,
        provider: &'a str,
        now: Timestamp,
        limit: usize,
        hold: Duration,
    ) -> Pending<'a, Vec<SessionKey>> {
        self.now().claim_due(provider, now, limit, hold)
    }
}

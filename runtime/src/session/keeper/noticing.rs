//! The keeper's store, which tells the schedule when sessions that are written here fall due.

use std::sync::Arc;
use std::time::Duration;

use super::agenda::Agenda;
use crate::Timestamp;
use crate::session::SessionKey;
use crate::session::store::{
    Acquired, Entry, Lease, Owner, Pending, Record, Removed, Store, Version, Written,
};

/// A store whose writes are noticed.
#[derive(Debug)]
pub(super) struct Noticing {
    store: Arc<dyn Store>,
    agenda: Arc<Agenda>,
}

impl Noticing {
    pub(super) fn new(store: Arc<dyn Store>, agenda: Arc<Agenda>) -> Self {
        Self { store, agenda }
    }
}

impl Store for Noticing {
    fn load<'a>(&'a self, key: &'a SessionKey) -> Pending<'a, Option<Entry>> {
        self.store.load(key)
    }

    fn write<'a>(
        &'a self,
        key: &'a SessionKey,
        expected: Option<Version>,
        record: &'a Record,
    ) -> Pending<'a, Written> {
        let Some(due) = record.due else {
            return self.store.write(key, expected, record);
        };
        Box::pin(async move {
            let written = self.store.write(key, expected, record).await?;
            if let Written::Stored(_) = written {
                self.agenda.add(due);
            }
            Ok(written)
        })
    }

    fn remove<'a>(&'a self, key: &'a SessionKey, expected: Version) -> Pending<'a, Removed> {
        self.store.remove(key, expected)
    }

    fn acquire<'a>(
        &'a self,
        key: &'a SessionKey,
        owner: &'a Owner,
        hold: Duration,
    ) -> Pending<'a, Acquired> {
        self.store.acquire(key, owner, hold)
    }

    fn renew<'a>(&'a self, lease: &'a Lease, hold: Duration) -> Pending<'a, bool> {
        self.store.renew(lease, hold)
    }

    fn release<'a>(&'a self, lease: &'a Lease) -> Pending<'a, ()> {
        self.store.release(lease)
    }

    fn claim_due<'a>(
        &'a self,
        provider: &'a str,
        now: Timestamp,
        limit: usize,
        hold: Duration,
    ) -> Pending<'a, Vec<SessionKey>> {
        self.store.claim_due(provider, now, limit, hold)
    }
}

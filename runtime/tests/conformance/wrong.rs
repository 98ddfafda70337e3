//! Stores that are wrong in one way each.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use token_refresh_runtime::Timestamp;
use token_refresh_runtime::session::SessionKey;
use token_refresh_runtime::session::store::{
    Acquired, Entry, Lease, MemoryStore, Owner, Pending, Record, Removed, Store, StoreError,
    Version, Written,
};

/// In which way a store is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    Fails,
    InventsRecords,
    LosesDue,
    CutsRecords,
    IgnoresVersion,
    ChecksThenWrites,
    CreatesTwice,
    RemovesAnyVersion,
    RemovesAfterLosing,
    VersionsFallAfterRemoval,
    VersionStaysOnSameBytes,
    ShowsRecordInError,
    FoldsCase,
    TrimsKeys,
    JoinsKeys,
    CutsKeys,
    TakesLongKeys,
    TearsLoads,
    LeasesTwice,
    LeasesSameOwnerTwice,
    LeaseNeedsRecord,
    ChecksThenLeases,
    NeverReleases,
    AnyoneReleases,
    AnyoneRenews,
    OldFenceRenews,
    LeaseNeverEnds,
    RenewDoesNothing,
    FencesRepeat,
    LeaseBlocksWrites,
    LeaseLetsWritesThrough,
    RemovalFreesLease,
    SaysNothingIsLeft,
    DueIgnoresNow,
    DueLatestFirst,
    DueIgnoresLimit,
    HandsOutTwice,
    ChecksThenHandsOut,
    NeverAgain,
    NotAgainWhenWritten,
    RemovedIsDue,
    ClaimWrites,
    ClaimTakesLease,
    Panics,
    DroppedWriteJams,
    DroppedWriteTears,
    DroppedLeaseStays,
    DroppedClaimIsLost,
}

use Fault::*;

impl Fault {
    /// Each way to be wrong, and the rule that has to find it.
    pub(crate) const ALL: &[(Fault, &str)] = &[
        (InventsRecords, "nothing-is-there"),
        (LosesDue, "written-is-loaded"),
        (CutsRecords, "written-is-loaded"),
        (IgnoresVersion, "write-expects-version"),
        (Panics, "write-expects-version"),
        (RemovesAnyVersion, "remove-expects-version"),
        (VersionStaysOnSameBytes, "versions-grow"),
        (VersionsFallAfterRemoval, "versions-outlive-removal"),
        (ShowsRecordInError, "shows-no-record"),
        (FoldsCase, "keys-are-apart"),
        (TrimsKeys, "keys-are-apart"),
        (JoinsKeys, "keys-are-apart"),
        (CutsKeys, "keys-are-apart"),
        (TakesLongKeys, "keys-are-refused"),
        (ChecksThenWrites, "no-update-is-lost"),
        (CreatesTwice, "one-creates"),
        (RemovesAfterLosing, "one-of-write-and-remove"),
        (TearsLoads, "loads-are-whole"),
        (LeasesTwice, "lease-has-one-owner"),
        (LeasesTwice, "holders-take-turns"),
        (LeasesSameOwnerTwice, "lease-has-one-owner"),
        (SaysNothingIsLeft, "lease-has-one-owner"),
        (LeaseNeedsRecord, "lease-needs-no-record"),
        (ChecksThenLeases, "one-acquires"),
        (NeverReleases, "released-is-free"),
        (AnyoneReleases, "owner-releases"),
        (AnyoneRenews, "owner-renews"),
        (OldFenceRenews, "owner-renews"),
        (LeaseNeverEnds, "lease-runs-out"),
        (RenewDoesNothing, "renewed-lease-lasts"),
        (FencesRepeat, "fences-grow"),
        (LeaseBlocksWrites, "lease-guards-no-write"),
        (LeaseLetsWritesThrough, "lease-guards-no-write"),
        (RemovalFreesLease, "remove-keeps-lease"),
        (DueIgnoresNow, "due-is-handed-out"),
        (DueLatestFirst, "due-is-handed-out"),
        (DueIgnoresLimit, "due-is-handed-out"),
        (HandsOutTwice, "due-once-in-hold"),
        (NeverAgain, "due-again-after-hold"),
        (NotAgainWhenWritten, "due-again-when-written"),
        (RemovedIsDue, "removed-is-not-due"),
        (ClaimWrites, "claim-changes-nothing"),
        (ClaimTakesLease, "claim-changes-nothing"),
        (ChecksThenHandsOut, "workers-share"),
        (DroppedWriteJams, "abandoned-write"),
        (DroppedWriteTears, "abandoned-write"),
        (DroppedLeaseStays, "abandoned-lease"),
        (DroppedClaimIsLost, "abandoned-claim"),
    ];
}

/// What a wrong store's handles share.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    leases: HashMap<SessionKey, Lease>,
    /// What versions of a key count from.
    bases: HashMap<SessionKey, u64>,
    removed: Vec<SessionKey>,
    claimed: HashSet<SessionKey>,
    is_jammed: bool,
}

#[derive(Debug)]
pub(crate) struct Wrong {
    fault: Fault,
    store: MemoryStore,
    notes: Arc<Mutex<Notes>>,
}

const FOR_EVER: Duration = Duration::from_secs(1_000_000);

impl Wrong {
    pub(crate) fn new(fault: Fault, store: MemoryStore, notes: Arc<Mutex<Notes>>) -> Self {
        Self {
            fault,
            store,
            notes,
        }
    }

    fn notes(&self) -> MutexGuard<'_, Notes> {
        self.notes.lock().unwrap()
    }

    fn is(&self, fault: Fault) -> bool {
        self.fault == fault
    }

    fn fail(&self) -> Result<(), StoreError> {
        if self.is(Fails) {
            return Err(StoreError::unavailable("it always fails"));
        }
        Ok(())
    }

    /// The key that this store takes it for.
    fn key(&self, key: &SessionKey) -> SessionKey {
        let (provider, subject) = (key.provider(), key.subject());
        let cut = |text: &str| {
            text.chars()
                .filter(|c| *c != '\0')
                .take(255)
                .collect::<String>()
        };
        match self.fault {
            FoldsCase => SessionKey::new(provider, subject.to_lowercase()),
            TrimsKeys => SessionKey::new(provider, subject.trim()),
            JoinsKeys => {
                let joined = format!("{provider}:{subject}");
                let half = joined.chars().count() / 2;
                let left: String = joined.chars().take(half).collect();
                SessionKey::new(&*left, &joined[left.len()..])
            }
            CutsKeys if key.check().is_ok() => SessionKey::new(provider, cut(subject)),
            TakesLongKeys if key.check().is_err() => SessionKey::new(cut(provider), cut(subject)),
            _ => key.clone(),
        }
    }

    /// The version that is stored for one that was shown, of a store that counts from one in each life.
    fn inner(&self, key: &SessionKey, version: Version) -> Version {
        let base = self.notes().bases.get(key).copied().unwrap_or_default();
        Version(version.0.wrapping_add(base))
    }

    async fn load(&self, key: &SessionKey) -> Result<Option<Entry>, StoreError> {
        self.fail()?;
        let key = self.key(key);
        let mut entry = self.store.load(&key).await?;
        match (self.fault, &mut entry) {
            (InventsRecords, None) => {
                let record = Record::new("", None);
                entry = Some(Entry {
                    version: Version(0),
                    record,
                });
            }
            (TearsLoads, Some(entry)) => {
                tokio::task::yield_now().await;
                if let Some(later) = self.store.load(&key).await? {
                    entry.record.bytes = later.record.bytes;
                }
            }
            (VersionsFallAfterRemoval, Some(entry)) => {
                let base = self.notes().bases.get(&key).copied().unwrap_or_default();
                entry.version.0 -= base;
            }
            _ => {}
        }
        Ok(entry)
    }

    async fn write(
        &self,
        key: &SessionKey,
        expected: Option<Version>,
        record: &Record,
    ) -> Result<Written, StoreError> {
        self.fail()?;
        if self.is(ShowsRecordInError) && key.check().is_err() {
            let text = String::from_utf8_lossy(&record.bytes).into_owned();
            return Err(StoreError::refused(format!("cannot store {text}")));
        }
        let key = self.key(key);
        let current = self.store.load(&key).await?;
        let version = current.as_ref().map(|entry| entry.version);
        let mut record = record.clone();
        let mut expects = expected;
        match self.fault {
            LosesDue => record.due = None,
            CutsRecords => record.bytes.truncate(65_535),
            IgnoresVersion => expects = version,
            ChecksThenWrites if version == expected => {
                tokio::task::yield_now().await;
                expects = self.store.load(&key).await?.map(|entry| entry.version);
            }
            CreatesTwice if expected.is_none() && version.is_none() => {
                tokio::task::yield_now().await;
                expects = self.store.load(&key).await?.map(|entry| entry.version);
            }
            Panics if version != expected => panic!("this store panics"),
            VersionStaysOnSameBytes => {
                if let Some(entry) = current.filter(|entry| entry.record.bytes == record.bytes)
                    && Some(entry.version) == expected
                {
                    return Ok(Written::Stored(entry.version));
                }
            }
            LeaseBlocksWrites if self.notes().leases.contains_key(&key) => {
                return Ok(Written::Conflict);
            }
            LeaseLetsWritesThrough if self.notes().leases.contains_key(&key) => expects = version,
            VersionsFallAfterRemoval => expects = expected.map(|shown| self.inner(&key, shown)),
            DroppedWriteJams => {
                if std::mem::replace(&mut self.notes().is_jammed, true) {
                    return Err(StoreError::unavailable("someone else is writing"));
                }
                tokio::task::yield_now().await;
                self.notes().is_jammed = false;
            }
            DroppedWriteTears => {
                let half = Record::new(&record.bytes[..record.bytes.len() / 2], None);
                let Written::Stored(version) = self.store.write(&key, expects, &half).await? else {
                    return Ok(Written::Conflict);
                };
                tokio::task::yield_now().await;
                expects = Some(version);
            }
            _ => {}
        }
        let written = self.store.write(&key, expects, &record).await?;
        let Written::Stored(version) = written else {
            return Ok(written);
        };
        let mut notes = self.notes();
        notes.removed.retain(|removed| *removed != key);
        if self.is(VersionsFallAfterRemoval) {
            let base = notes.bases.entry(key).or_insert(version.0 - 1);
            return Ok(Written::Stored(Version(version.0 - *base)));
        }
        Ok(written)
    }

    async fn remove(&self, key: &SessionKey, expected: Version) -> Result<Removed, StoreError> {
        self.fail()?;
        let key = self.key(key);
        let mut expects = expected;
        match self.fault {
            RemovesAnyVersion => {
                let entry = self.store.load(&key).await?;
                expects = entry.map_or(expected, |entry| entry.version);
            }
            VersionsFallAfterRemoval => expects = self.inner(&key, expected),
            _ => {}
        }
        let removed = self.store.remove(&key, expects).await?;
        if removed == Removed::Conflict {
            let after = if self.is(RemovesAfterLosing) {
                Removed::Removed
            } else {
                removed
            };
            return Ok(after);
        }
        let lease = {
            let mut notes = self.notes();
            notes.bases.remove(&key);
            notes.removed.push(key.clone());
            notes.leases.get(&key).cloned()
        };
        if let Some(lease) = lease.filter(|_| self.is(RemovalFreesLease)) {
            self.store.release(&lease).await?;
        }
        Ok(removed)
    }

    async fn acquire(
        &self,
        key: &SessionKey,
        owner: &Owner,
        hold: Duration,
    ) -> Result<Acquired, StoreError> {
        self.fail()?;
        let key = self.key(key);
        if self.is(LeaseNeedsRecord) && self.store.load(&key).await?.is_none() {
            return Ok(Acquired::Held { remaining: hold });
        }
        if self.is(ChecksThenLeases) && !self.notes().leases.contains_key(&key) {
            tokio::task::yield_now().await;
            self.notes().leases.remove(&key);
            let fence = 1;
            let lease = Lease {
                key,
                owner: owner.clone(),
                fence,
            };
            self.notes().leases.insert(lease.key.clone(), lease.clone());
            return Ok(Acquired::Lease(lease));
        }
        let mut span = if self.is(LeaseNeverEnds) {
            FOR_EVER
        } else {
            hold
        };
        if self.is(DroppedLeaseStays) {
            span = FOR_EVER;
        }
        let acquired = self.store.acquire(&key, owner, span).await?;
        if self.is(DroppedLeaseStays)
            && let Acquired::Lease(lease) = &acquired
        {
            tokio::task::yield_now().await;
            self.store.renew(lease, hold).await?;
        }
        let current = self.notes().leases.get(&key).cloned();
        match (acquired, current) {
            (Acquired::Held { .. }, Some(current)) if self.is(LeasesTwice) => {
                Ok(Acquired::Lease(Lease {
                    fence: current.fence + 1,
                    owner: owner.clone(),
                    ..current
                }))
            }
            (Acquired::Held { .. }, Some(current))
                if self.is(LeasesSameOwnerTwice) && current.owner == *owner =>
            {
                Ok(Acquired::Lease(current))
            }
            (Acquired::Held { .. }, _) if self.is(SaysNothingIsLeft) => Ok(Acquired::Held {
                remaining: Duration::ZERO,
            }),
            (Acquired::Lease(lease), _) => {
                self.notes().leases.insert(key, lease.clone());
                let fence = if self.is(FencesRepeat) {
                    7
                } else {
                    lease.fence
                };
                Ok(Acquired::Lease(Lease { fence, ..lease }))
            }
            (other, _) => Ok(other),
        }
    }

    async fn renew(&self, lease: &Lease, hold: Duration) -> Result<bool, StoreError> {
        self.fail()?;
        let current = self.notes().leases.get(&lease.key).cloned();
        match (self.fault, current) {
            (AnyoneRenews | FencesRepeat, Some(current)) => self.store.renew(&current, hold).await,
            (OldFenceRenews, Some(current)) if current.owner == lease.owner => {
                self.store.renew(&current, hold).await
            }
            (RenewDoesNothing, Some(current)) => Ok(current == *lease),
            _ => self.store.renew(lease, hold).await,
        }
    }

    async fn release(&self, lease: &Lease) -> Result<(), StoreError> {
        self.fail()?;
        let current = self.notes().leases.get(&lease.key).cloned();
        match (self.fault, current) {
            (NeverReleases, _) => Ok(()),
            (AnyoneReleases | FencesRepeat, Some(current)) => self.store.release(&current).await,
            _ => self.store.release(lease).await,
        }
    }

    async fn claim_due(
        &self,
        provider: &str,
        now: Timestamp,
        limit: usize,
        hold: Duration,
    ) -> Result<Vec<SessionKey>, StoreError> {
        self.fail()?;
        let now = if self.is(DueIgnoresNow) {
            Timestamp::MAX
        } else {
            now
        };
        let limit = if self.is(DueIgnoresLimit) {
            limit.saturating_add(1)
        } else {
            limit
        };
        let hold = match self.fault {
            HandsOutTwice => Duration::ZERO,
            NeverAgain => FOR_EVER,
            _ => hold,
        };
        if self.is(ChecksThenHandsOut) {
            let keys = self
                .store
                .claim_due(provider, now, limit, Duration::ZERO)
                .await?;
            tokio::task::yield_now().await;
            self.store.claim_due(provider, now, limit, hold).await?;
            return Ok(keys);
        }
        let mut keys = self.store.claim_due(provider, now, limit, hold).await?;
        match self.fault {
            DueLatestFirst => keys.reverse(),
            DroppedClaimIsLost => {
                keys.retain(|key| self.notes().claimed.insert(key.clone()));
                tokio::task::yield_now().await;
                self.notes().claimed.retain(|key| !keys.contains(key));
            }
            NotAgainWhenWritten => keys.retain(|key| self.notes().claimed.insert(key.clone())),
            RemovedIsDue => keys.extend(self.notes().removed.clone()),
            ClaimWrites => self.rewrite(&keys, |due| due.plus_millis(60_000)).await?,
            ClaimTakesLease => {
                for key in &keys {
                    self.store.acquire(key, &Owner::unique(), hold).await?;
                }
            }
            _ => {}
        }
        Ok(keys)
    }

    async fn rewrite(
        &self,
        keys: &[SessionKey],
        due: impl Fn(Timestamp) -> Timestamp,
    ) -> Result<(), StoreError> {
        for key in keys {
            let Some(Entry {
                version,
                mut record,
            }) = self.store.load(key).await?
            else {
                continue;
            };
            record.due = record.due.map(&due);
            self.store.write(key, Some(version), &record).await?;
        }
        Ok(())
    }
}

impl Store for Wrong {
    fn load<'a>(&'a self, key: &'a SessionKey) -> Pending<'a, Option<Entry>> {
        Box::pin(self.load(key))
    }

    fn write<'a>(
        &'a self,
        key: &'a SessionKey,
        expected: Option<Version>,
        record: &'a Record,
    ) -> Pending<'a, Written> {
        Box::pin(self.write(key, expected, record))
    }

    fn remove<'a>(&'a self, key: &'a SessionKey, expected: Version) -> Pending<'a, Removed> {
        Box::pin(self.remove(key, expected))
    }

    fn acquire<'a>(
        &'a self,
        key: &'a SessionKey,
        owner: &'a Owner,
        hold: Duration,
    ) -> Pending<'a, Acquired> {
        Box::pin(self.acquire(key, owner, hold))
    }

    fn renew<'a>(&'a self, lease: &'a Lease, hold: Duration) -> Pending<'a, bool> {
        Box::pin(self.renew(lease, hold))
    }

    fn release<'a>(&'a self, lease: &'a Lease) -> Pending<'a, ()> {
        Box::pin(self.release(lease))
    }

    fn claim_due<'a>(
        &'a self,
        provider: &'a str,
        now: Timestamp,
        limit: usize,
        hold: Duration,
    ) -> Pending<'a, Vec<SessionKey>> {
        Box::pin(self.claim_due(provider, now, limit, hold))
    }
}

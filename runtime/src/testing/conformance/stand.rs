//! What every rule stands on: two handles of one store, keys that nobody else has, and time.

use std::fmt::Debug;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use crate::Timestamp;
use crate::session::SessionKey;
use crate::session::store::{
    Acquired, Entry, Lease, Owner, Record, Removed, Store, StoreError, Version, Written,
};

/// Lets so much time pass by the store's clock.
pub(super) type Pass =
    Arc<dyn Fn(Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> + Send + Sync>;
/// A rule that is being tried.
pub(super) type Trial = Pin<Box<dyn Future<Output = Outcome> + Send>>;
/// Whether a rule holds.
pub(super) type Outcome<T = ()> = Result<T, Fault>;

/// How a rule is broken.
#[derive(Debug)]
pub(super) struct Fault(pub(super) String);

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self(format!("the store fails: {error}"))
    }
}

/// A hold that ends while a rule waits for it.
pub(super) const SHORT: Duration = Duration::from_millis(200);
/// A hold that does not end while the rules are tried.
pub(super) const LONG: Duration = Duration::from_secs(3600);

/// Fails with this unless it holds.
pub(super) fn ensure(holds: bool, how: impl FnOnce() -> String) -> Outcome {
    if holds { Ok(()) } else { Err(Fault(how())) }
}

/// Fails unless both are the same.
pub(super) fn same<T: PartialEq + Debug>(what: &str, found: &T, expected: &T) -> Outcome {
    ensure(found == expected, || {
        format!("{what}: found {found:?}, expected {expected:?}")
    })
}

/// Two handles of one store, as two processes have it, and what a rule needs beside them.
#[derive(Clone)]
pub(super) struct Stand {
    pub(super) one: Arc<dyn Store>,
    pub(super) other: Arc<dyn Store>,
    pass: Pass,
    /// A provider that no one else has.
    pub(super) provider: Arc<str>,
}

impl Stand {
    pub(super) fn new(
        one: &Arc<dyn Store>,
        other: &Arc<dyn Store>,
        pass: &Pass,
        rule: &str,
    ) -> Self {
        Self {
            one: Arc::clone(one),
            other: Arc::clone(other),
            pass: Arc::clone(pass),
            provider: format!("{rule} {}", crate::generate::uuid()).into(),
        }
    }

    /// The handles, again and again: what a rule does by turns.
    pub(super) fn handle(&self, turn: usize) -> &Arc<dyn Store> {
        if turn.is_multiple_of(2) {
            &self.one
        } else {
            &self.other
        }
    }

    pub(super) fn key(&self, subject: impl Into<Arc<str>>) -> SessionKey {
        SessionKey::new(Arc::clone(&self.provider), subject)
    }

    pub(super) async fn pass(&self, span: Duration) {
        (self.pass)(span).await;
    }

    /// Asks until the answer is yes; time passes in between.
    pub(super) async fn until<F>(&self, what: &str, ask: impl Fn() -> F) -> Outcome
    where
        F: Future<Output = Outcome<bool>>,
    {
        // Twenty seconds: a busy machine is late, and a store may count in whole seconds.
        for _ in 0..400 {
            if ask().await? {
                return Ok(());
            }
            self.pass(Duration::from_millis(50)).await;
        }
        Err(Fault(format!("{what} does not come about")))
    }

    /// Stores a record, which has to go well.
    pub(super) async fn write(
        &self,
        key: &SessionKey,
        expected: Option<Version>,
        record: &Record,
    ) -> Outcome<Version> {
        match self.one.write(key, expected, record).await? {
            Written::Stored(version) => Ok(version),
            Written::Conflict => Err(Fault(format!(
                "a write that expects {expected:?}, which is there, is a conflict"
            ))),
        }
    }

    /// Tries to store a record, which has to be a conflict.
    pub(super) async fn conflict(
        &self,
        key: &SessionKey,
        expected: Option<Version>,
        record: &Record,
    ) -> Outcome {
        let written = self.one.write(key, expected, record).await?;
        ensure(written == Written::Conflict, || {
            format!("a write that expects {expected:?}, which is not there, is stored")
        })
    }

    pub(super) async fn remove(&self, key: &SessionKey, expected: Version) -> Outcome {
        let removed = self.one.remove(key, expected).await?;
        ensure(removed == Removed::Removed, || {
            format!("a removal that expects {expected:?}, which is there, is a conflict")
        })
    }

    /// What the other handle sees, which has to be there.
    pub(super) async fn load(&self, key: &SessionKey) -> Outcome<Entry> {
        let entry = self.other.load(key).await?;
        entry.ok_or_else(|| Fault("what was written is not there".to_owned()))
    }

    /// Takes a lease, which has to be free.
    pub(super) async fn lease(
        &self,
        key: &SessionKey,
        owner: &Owner,
        hold: Duration,
    ) -> Outcome<Lease> {
        match self.one.acquire(key, owner, hold).await? {
            Acquired::Lease(lease) => Ok(lease),
            Acquired::Held { remaining } => Err(Fault(format!(
                "a lease that is free is held for another {remaining:?}"
            ))),
        }
    }

    /// Tries to take a lease, which has to be held. What is left of it comes back.
    pub(super) async fn held(&self, key: &SessionKey, owner: &Owner) -> Outcome<Duration> {
        match self.other.acquire(key, owner, SHORT).await? {
            Acquired::Held { remaining } => Ok(remaining),
            Acquired::Lease(_) => Err(Fault(
                "a lease that is held is given to someone else".to_owned(),
            )),
        }
    }

    /// What is handed out, as subjects.
    pub(super) async fn claim(
        &self,
        now: i64,
        limit: usize,
        hold: Duration,
    ) -> Outcome<Vec<String>> {
        let now = Timestamp::from_unix_millis(now);
        let keys = self.one.claim_due(&self.provider, now, limit, hold).await?;
        for key in &keys {
            same(
                "the provider of what is handed out",
                &key.provider(),
                &&*self.provider,
            )?;
        }
        Ok(keys.iter().map(|key| key.subject().to_owned()).collect())
    }
}

/// A record of this text, never due.
pub(super) fn record(text: &str) -> Record {
    Record::new(text, None)
}

/// A record that is due then, in milliseconds.
pub(super) fn due_at(millis: i64) -> Record {
    Record::new("due", Some(Timestamp::from_unix_millis(millis)))
}

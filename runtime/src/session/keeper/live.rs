//! The sources that someone holds, by subject: handed out again to whoever asks, forgotten with the last of their holders.
//!
//! It knows nothing of sources, so that a model checker can try it by itself (`tests/keeper_model.rs`).

use std::collections::HashMap;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

use super::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

/// Few enough to cost nothing, enough that threads which ask at one time seldom meet.
const SHARDS: usize = 16;

/// A map that keeps nothing alive. Each value holds its [`Slot`], and takes it along when it goes.
///
/// No lock is held while a value is dropped: its slot would wait for that lock for ever.
pub(super) struct Live<T> {
    shards: [Mutex<Shard<T>>; SHARDS],
}

type Shard<T> = HashMap<Arc<str>, Weak<T>>;

/// A value's place in the map. When it is dropped, so is the entry.
pub(super) struct Slot<T> {
    live: Weak<Live<T>>,
    subject: Arc<str>,
}

impl<T> Live<T> {
    pub(super) fn new() -> Self {
        Self {
            shards: std::array::from_fn(|_| Mutex::new(HashMap::new())),
        }
    }

    /// The value that someone holds, or else a new one. `make` puts the slot into what it makes.
    pub(super) fn get_or_make(
        self: &Arc<Self>,
        subject: &str,
        make: impl FnOnce(Arc<str>, Slot<T>) -> Arc<T>,
    ) -> Arc<T> {
        let mut shard = self.shard(subject);
        if let Some(value) = shard.get(subject).and_then(Weak::upgrade) {
            // The lock goes first: this may be the last holder by the time the caller drops it.
            drop(shard);
            return value;
        }
        let subject: Arc<str> = subject.into();
        let slot = Slot {
            live: Arc::downgrade(self),
            subject: Arc::clone(&subject),
        };
        let value = make(Arc::clone(&subject), slot);
        shard.insert(subject, Arc::downgrade(&value));
        drop(shard);
        value
    }

    /// All that someone holds now.
    pub(super) fn all(&self) -> Vec<Arc<T>> {
        let mut all = Vec::new();
        for shard in &self.shards {
            all.extend(lock(shard).values().filter_map(Weak::upgrade));
        }
        all
    }

    /// How many entries there are.
    pub(super) fn len(&self) -> usize {
        self.shards.iter().map(|shard| lock(shard).len()).sum()
    }

    fn shard(&self, subject: &str) -> MutexGuard<'_, Shard<T>> {
        // The same in each run, as the model checker needs it; the map in the shard has a random hash of its own.
        let hasher = BuildHasherDefault::<DefaultHasher>::new();
        let hash = usize::try_from(hasher.hash_one(subject) % SHARDS as u64);
        lock(&self.shards[hash.expect("it is below sixteen")])
    }
}

impl<T> Drop for Slot<T> {
    fn drop(&mut self) {
        let Some(live) = self.live.upgrade() else {
            return;
        };
        let mut shard = live.shard(&self.subject);
        // A successor may have the entry by now: it was made after this value's last holder was gone, before this line.
        let is_gone = shard
            .get(&*self.subject)
            .is_some_and(|value| value.strong_count() == 0);
        if is_gone {
            shard.remove(&*self.subject);
            if shard.len() < shard.capacity() / 4 {
                let room = shard.len() * 2;
                shard.shrink_to(room);
            }
        }
    }
}

/// What is under the lock is whole whenever it is let go, whatever a holder's panic broke off.
fn lock<T>(shard: &Mutex<Shard<T>>) -> MutexGuard<'_, Shard<T>> {
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}

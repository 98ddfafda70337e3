//! The sessions of one provider.

use std::collections::{BTreeSet, HashMap};
use std::hash::{BuildHasher, RandomState};

use super::heap::{Heap, NOWHERE};
use super::index::Index;
use super::slots::{Slot, Slots};
use crate::Timestamp;
use crate::session::store::{Entry, Record, Version};

/// Sessions by their subject, and by when they are due.
#[derive(Default)]
pub(super) struct Sessions {
    slots: Slots,
    index: Index,
    hasher: RandomState,
    /// What is due some time and not handed out.
    due: Heap,
    /// What is handed out, by when that ends.
    claims: BTreeSet<(u64, u32)>,
    claimed: HashMap<u32, u64>,
}

impl Sessions {
    pub(super) fn len(&self) -> usize {
        self.slots.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(super) fn version(&self, subject: &str) -> Option<Version> {
        Some(self.slots.get(self.find(subject)?).version())
    }

    pub(super) fn load(&self, subject: &str) -> Option<Entry> {
        Some(self.slots.get(self.find(subject)?).entry())
    }

    pub(super) fn write(&mut self, subject: &str, version: Version, record: &Record) {
        let slot = Slot::new(subject, version, record, NOWHERE);
        let id = if let Some(id) = self.find(subject) {
            self.forget_times(id);
            *self.slots.get_mut(id) = slot;
            id
        } else {
            let id = self.slots.insert(slot);
            let (slots, hasher) = (&self.slots, &self.hasher);
            let hash_of = |id| hasher.hash_one(slots.get(id).subject());
            self.index.insert(hash_of(id), id, hash_of);
            id
        };
        self.due.insert(&mut self.slots, id);
    }

    pub(super) fn remove(&mut self, subject: &str) {
        let Some(id) = self.find(subject) else { return };
        self.forget_times(id);
        let (slots, hasher) = (&self.slots, &self.hasher);
        let hash_of = |id| hasher.hash_one(slots.get(id).subject());
        self.index.remove(hash_of(id), id, hash_of);
        self.slots.remove(id);
    }

    /// The subjects of what is due, the earliest first. Each is held back until the store's clock shows `until`.
    pub(super) fn claim_due(
        &mut self,
        due: Timestamp,
        limit: usize,
        now: u64,
        until: u64,
    ) -> Vec<Box<str>> {
        self.end_claims(now);
        let mut subjects = Vec::new();
        while subjects.len() < limit {
            let is_due = |id: &u32| self.slots.get(*id).due().is_some_and(|at| at <= due);
            let Some(id) = self.due.first().filter(is_due) else {
                break;
            };
            self.due.remove(&mut self.slots, id);
            self.claims.insert((until, id));
            self.claimed.insert(id, until);
            subjects.push(self.slots.get(id).subject().into());
        }
        subjects
    }

    /// What was handed out long enough ago may be handed out again.
    fn end_claims(&mut self, now: u64) {
        while let Some((until, id)) = self.claims.first().copied()
            && until <= now
        {
            self.claims.remove(&(until, id));
            self.claimed.remove(&id);
            self.due.insert(&mut self.slots, id);
        }
    }

    /// Takes a session out of what is due and of what is handed out.
    fn forget_times(&mut self, id: u32) {
        self.due.remove(&mut self.slots, id);
        if let Some(until) = self.claimed.remove(&id) {
            self.claims.remove(&(until, id));
        }
    }

    fn find(&self, subject: &str) -> Option<u32> {
        let hash = self.hasher.hash_one(subject);
        self.index
            .find(hash, |id| self.slots.get(id).has_subject(subject))
    }
}

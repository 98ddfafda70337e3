//! What is due first: a heap of sessions' numbers, each of which knows its place, so that any can be taken out.

use super::slots::Slots;
use crate::Timestamp;

#[derive(Default)]
pub(super) struct Heap {
    ids: Vec<u32>,
}

/// The place of a session that is not in the heap.
pub(super) const NOWHERE: u32 = u32::MAX;

impl Heap {
    /// The one that is due first.
    pub(super) fn first(&self) -> Option<u32> {
        self.ids.first().copied()
    }

    /// Puts a session in, where it is not in and is ever due.
    pub(super) fn insert(&mut self, slots: &mut Slots, id: u32) {
        if slots.get(id).due().is_none() {
            return;
        }
        let last = self.ids.len();
        self.ids.push(id);
        self.set(slots, last, id);
        self.rise(slots, last);
    }

    /// Takes a session out, where it is in.
    pub(super) fn remove(&mut self, slots: &mut Slots, id: u32) {
        let place = slots.get(id).place;
        if place == NOWHERE {
            return;
        }
        let place = place as usize;
        self.ids.swap_remove(place);
        slots.get_mut(id).place = NOWHERE;
        if let Some(moved) = self.ids.get(place).copied() {
            self.set(slots, place, moved);
            let place = self.rise(slots, place);
            self.sink(slots, place);
        }
        // What is gone gives its memory back, once it is most of it.
        if self.ids.len() * 4 < self.ids.capacity() {
            self.ids.shrink_to(self.ids.len() * 2);
        }
    }

    fn rise(&mut self, slots: &mut Slots, mut place: usize) -> usize {
        while place > 0 {
            let parent = (place - 1) / 2;
            if !self.is_before(slots, place, parent) {
                break;
            }
            self.swap(slots, place, parent);
            place = parent;
        }
        place
    }

    fn sink(&mut self, slots: &mut Slots, mut place: usize) {
        loop {
            let mut first = place;
            for child in [2 * place + 1, 2 * place + 2] {
                if child < self.ids.len() && self.is_before(slots, child, first) {
                    first = child;
                }
            }
            if first == place {
                return;
            }
            self.swap(slots, place, first);
            place = first;
        }
    }

    fn is_before(&self, slots: &Slots, left: usize, right: usize) -> bool {
        let due = |place: usize| slots.get(self.ids[place]).due().unwrap_or(Timestamp::MAX);
        due(left) < due(right)
    }

    fn swap(&mut self, slots: &mut Slots, left: usize, right: usize) {
        self.ids.swap(left, right);
        self.set(slots, left, self.ids[left]);
        self.set(slots, right, self.ids[right]);
    }

    fn set(&self, slots: &mut Slots, place: usize, id: u32) {
        debug_assert_eq!(self.ids[place], id);
        slots.get_mut(id).place =
            u32::try_from(place).expect("there are no more places than numbers");
    }
}

//! From a hash to the numbers of what may have it: four bytes a session, where a map would keep the key twice.

/// Open addressing with linear probing; what is removed is closed up by moving what follows.
#[derive(Default)]
pub(super) struct Index {
    /// A power of two, or none.
    cells: Vec<u32>,
    used: usize,
}

const EMPTY: u32 = u32::MAX;

impl Index {
    /// The number among those of this hash that `is_it`.
    pub(super) fn find(&self, hash: u64, is_it: impl Fn(u32) -> bool) -> Option<u32> {
        let mut cell = self.home(hash)?;
        loop {
            match self.cells[cell] {
                EMPTY => return None,
                id if is_it(id) => return Some(id),
                _ => cell = self.after(cell),
            }
        }
    }

    /// Adds a number that is not there yet. `hash_of` tells the hashes of those that are.
    pub(super) fn insert(&mut self, hash: u64, id: u32, hash_of: impl Fn(u32) -> u64) {
        // At seven eighths, a search that fails looks at some thirty cells, which are two lines of cache.
        if (self.used + 1) * 8 > self.cells.len() * 7 {
            self.grow(hash_of);
        }
        self.put(hash, id);
        self.used += 1;
    }

    /// Takes a number out that is there.
    pub(super) fn remove(&mut self, hash: u64, id: u32, hash_of: impl Fn(u32) -> u64) {
        let Some(mut hole) = self.home(hash) else {
            return;
        };
        while self.cells[hole] != id {
            if self.cells[hole] == EMPTY {
                return;
            }
            hole = self.after(hole);
        }
        self.used -= 1;
        let mut next = self.after(hole);
        while self.cells[next] != EMPTY {
            let wanted = self.home_of(hash_of(self.cells[next]));
            // It may move into the hole unless it would then stand before its home.
            if self.distance(wanted, next) >= self.distance(hole, next) {
                self.cells[hole] = self.cells[next];
                hole = next;
            }
            next = self.after(next);
        }
        self.cells[hole] = EMPTY;
    }

    fn grow(&mut self, hash_of: impl Fn(u32) -> u64) {
        let larger = (self.cells.len() * 2).max(8);
        let before = std::mem::replace(&mut self.cells, vec![EMPTY; larger]);
        for id in before.into_iter().filter(|id| *id != EMPTY) {
            self.put(hash_of(id), id);
        }
    }

    fn put(&mut self, hash: u64, id: u32) {
        let mut cell = self.home_of(hash);
        while self.cells[cell] != EMPTY {
            cell = self.after(cell);
        }
        self.cells[cell] = id;
    }

    fn home(&self, hash: u64) -> Option<usize> {
        (!self.cells.is_empty()).then(|| self.home_of(hash))
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "the lowest bits are what is wanted"
    )]
    fn home_of(&self, hash: u64) -> usize {
        hash as usize & (self.cells.len() - 1)
    }

    fn after(&self, cell: usize) -> usize {
        (cell + 1) & (self.cells.len() - 1)
    }

    /// How many steps from one cell to another.
    fn distance(&self, from: usize, to: usize) -> usize {
        to.wrapping_sub(from) & (self.cells.len() - 1)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(100))]

        /// Hashes that meet often, as those of a full table do.
        #[test]
        fn finds_what_a_set_has(steps in vec((any::<bool>(), 0..60_u32), 0..200)) {
            let hash_of = |id: u32| u64::from(id / 5 * 3);
            let mut index = Index::default();
            let mut model = BTreeSet::new();
            for (is_insert, id) in steps {
                if is_insert && model.insert(id) {
                    index.insert(hash_of(id), id, hash_of);
                } else if !is_insert {
                    index.remove(hash_of(id), id, hash_of);
                    model.remove(&id);
                }
                for id in 0..60 {
                    let found = index.find(hash_of(id), |found| found == id);
                    prop_assert_eq!(found.is_some(), model.contains(&id), "{}", id);
                }
                prop_assert_eq!(index.used, model.len());
            }
        }
    }
}

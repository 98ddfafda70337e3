//! Sessions by number: what is kept of one, in as few bytes as it takes.

use zeroize::Zeroizing;

use crate::Timestamp;
use crate::session::store::{Entry, Record, Version};
use crate::session::wire::{Reader, number_of_bytes, put_number};

/// So many are allocated at once: growing moves none of the others.
const CHUNK: usize = 1024;

/// The sessions of one provider. A number is used again when its session is gone.
#[derive(Default)]
pub(super) struct Slots {
    chunks: Vec<Vec<Slot>>,
    free: Vec<u32>,
    live: usize,
}

/// One session. Thirty-two bytes, and one allocation of the exact length.
#[derive(Default)]
pub(super) struct Slot {
    /// The subject, the version as a number of variable length, the record.
    blob: Zeroizing<Box<[u8]>>,
    /// When it is due, in milliseconds; [`NEVER`] for never.
    due: i64,
    subject: u32,
    /// Where it stands in the heap of what is due; the heap's to say.
    pub(super) place: u32,
}

const NEVER: i64 = i64::MAX;

impl Slots {
    pub(super) fn len(&self) -> usize {
        self.live
    }

    pub(super) fn get(&self, id: u32) -> &Slot {
        let id = id as usize;
        &self.chunks[id / CHUNK][id % CHUNK]
    }

    pub(super) fn get_mut(&mut self, id: u32) -> &mut Slot {
        let id = id as usize;
        &mut self.chunks[id / CHUNK][id % CHUNK]
    }

    pub(super) fn insert(&mut self, slot: Slot) -> u32 {
        self.live += 1;
        if let Some(id) = self.free.pop() {
            *self.get_mut(id) = slot;
            return id;
        }
        if self.chunks.last().is_none_or(|chunk| chunk.len() == CHUNK) {
            self.chunks.push(Vec::with_capacity(CHUNK));
        }
        let full = (self.chunks.len() - 1) * CHUNK;
        let last = self.chunks.last_mut().expect("there is one by now");
        last.push(slot);
        u32::try_from(full + last.len() - 1)
            .expect("memory ends before four thousand million sessions")
    }

    pub(super) fn remove(&mut self, id: u32) {
        *self.get_mut(id) = Slot::default();
        self.free.push(id);
        self.live -= 1;
    }
}

impl Slot {
    pub(super) fn new(subject: &str, version: Version, record: &Record, place: u32) -> Self {
        let length = subject.len() + number_of_bytes(version.0) + record.bytes.len();
        let mut blob = Vec::with_capacity(length);
        blob.extend_from_slice(subject.as_bytes());
        put_number(&mut blob, version.0);
        blob.extend_from_slice(&record.bytes);
        debug_assert_eq!(
            blob.len(),
            length,
            "a longer one would be moved and its copy left"
        );
        Self {
            blob: Zeroizing::new(blob.into_boxed_slice()),
            due: record.due.map_or(NEVER, Timestamp::unix_millis),
            subject: u32::try_from(subject.len()).expect("the key was checked"),
            place,
        }
    }

    pub(super) fn subject(&self) -> &str {
        std::str::from_utf8(&self.blob[..self.subject as usize]).expect("it was written from text")
    }

    pub(super) fn has_subject(&self, subject: &str) -> bool {
        &self.blob[..self.subject as usize] == subject.as_bytes()
    }

    pub(super) fn version(&self) -> Version {
        self.version_and_record().0
    }

    pub(super) fn entry(&self) -> Entry {
        let (version, bytes) = self.version_and_record();
        Entry {
            version,
            record: Record::new(bytes, self.due()),
        }
    }

    pub(super) fn due(&self) -> Option<Timestamp> {
        (self.due != NEVER).then(|| Timestamp::from_unix_millis(self.due))
    }

    fn version_and_record(&self) -> (Version, &[u8]) {
        let mut reader = Reader::of(&self.blob[self.subject as usize..]);
        let version = reader.number().expect("it was written as one");
        (Version(version), reader.rest())
    }
}

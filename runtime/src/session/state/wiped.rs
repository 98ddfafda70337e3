//! That no secret is left in memory by what is dropped: the memory of this process is looked through.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use super::State;
use crate::session::SessionKey;
use crate::session::store::{MemoryStore, Record, Removed, Store, Version, Written};
use crate::{Secret, Timestamp, Token, json};

/// What is looked for, in a form that is not found itself.
struct Hidden(Vec<u8>);

const MASK: u8 = 0x55;
/// More than is looked for is long.
const OVERLAP: usize = 128;

impl Hidden {
    /// A text that was never anywhere in this process, and the way to find it.
    fn new() -> (Self, Secret) {
        let text = Secret::new(format!("{0}{0}", crate::generate::uuid()));
        let masked = text.expose().bytes().map(|byte| byte ^ MASK).collect();
        (Self(masked), text)
    }

    /// How many times it stands in this memory.
    fn count(&self, memory: &[u8]) -> usize {
        let first = self.0[0] ^ MASK;
        let starts = memory
            .iter()
            .enumerate()
            .filter(|(_, byte)| **byte == first);
        let is_here = |(start, _): &(usize, &u8)| {
            let found = memory.get(*start..*start + self.0.len());
            found.is_some_and(|found| {
                found
                    .iter()
                    .zip(&self.0)
                    .all(|(byte, masked)| byte ^ MASK == *masked)
            })
        };
        starts.filter(is_here).count()
    }

    /// How many times it stands in what this process may write to.
    fn left(&self) -> usize {
        let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
        let mut memory = File::open("/proc/self/mem").unwrap();
        // One buffer that never grows: what it held would be found where it was.
        let mut buffer = vec![0; 1 << 16];
        let mut found = 0;
        for line in maps.lines().filter(|line| line.contains(" rw-p ")) {
            let (range, _) = line.split_once(' ').unwrap();
            let (start, end) = range.split_once('-').unwrap();
            let number = |text| u64::from_str_radix(text, 16).unwrap();
            let mut at = number(start);
            memory.seek(SeekFrom::Start(at)).unwrap();
            // Another thread may have given the memory back meanwhile.
            while at < number(end)
                && let Ok(read @ 1..) = memory.read(&mut buffer)
            {
                found += self.count(&buffer[..read]);
                buffer.fill(0);
                // Once more what may stand across the border.
                at += read as u64 - if read > OVERLAP { OVERLAP as u64 } else { 0 };
                memory.seek(SeekFrom::Start(at)).unwrap();
            }
        }
        found
    }
}

fn state(text: &Secret) -> State {
    let mut state = State::default();
    state
        .kept
        .put_token("refreshToken", Token::new(text.clone()));
    state.kept.put_input_json("key", json!(text.expose()));
    state
        .kept
        .put_extra("list", json!([{"key": text.expose()}]));
    state
}

#[test]
fn what_is_there_is_found() {
    let (hidden, text) = Hidden::new();
    assert!(hidden.left() > 0);
    let state = state(&text);
    drop(text);
    assert!(hidden.left() > 0);
    drop(state);
}

#[tokio::test]
async fn nothing_is_left_of_what_is_dropped() {
    let (hidden, text) = Hidden::new();
    let first = state(&text);
    drop(text);
    let bytes = first.encode();
    let second = State::decode(&bytes).unwrap();
    drop((first, bytes));
    let record = Record {
        bytes: second.encode(),
        due: Some(Timestamp::MIN),
    };
    drop(second);
    #[cfg(feature = "encryption")]
    {
        use crate::session::store::{Key, Keys, Sealed};
        keep(
            Sealed::new(MemoryStore::new(), Keys::new(Key::new(1, [7; 32]))),
            &record,
        )
        .await;
    }
    keep(MemoryStore::new(), &record).await;
    drop(record);
    assert_eq!(hidden.left(), 0);
}

/// Writes, overwrites, loads and removes.
async fn keep(store: impl Store, record: &Record) {
    let key = SessionKey::new("example", "a");
    let mut version: Option<Version> = None;
    for _ in 0..3 {
        let Written::Stored(written) = store.write(&key, version, record).await.unwrap() else {
            panic!("nobody else writes");
        };
        let entry = store.load(&key).await.unwrap().unwrap();
        assert_eq!(entry.record.bytes, record.bytes);
        version = Some(written);
    }
    let removed = store.remove(&key, version.unwrap()).await.unwrap();
    assert_eq!(removed, Removed::Removed);
    store.write(&key, None, record).await.unwrap();
}

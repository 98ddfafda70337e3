//! Files that are not as they should be: refused with a clear error, and left exactly as they are.

use std::fs;
use std::path::Path;

use rusqlite::Connection;
use token_refresh_runtime::session::store::StoreErrorKind::{Corrupt, Refused};
use token_refresh_runtime::session::store::{SqliteStore, Store, StoreErrorKind};

use crate::support::*;

/// A file with a few sessions, all in it and nothing in the log.
async fn filled(path: &Path) -> Vec<u8> {
    let store = open(path).await;
    for number in 0..3 {
        put(&store, &key(number), None, &record(number as u64)).await;
    }
    drop(store);
    wait_until_closed(path);
    fs::read(path).unwrap()
}

/// Makes the file hold this, with the mode it has.
fn overwrite(path: &Path, bytes: &[u8]) {
    fs::write(path, bytes).unwrap();
}

async fn refuses(path: &Path, bytes: &[u8], kind: StoreErrorKind, says: &str) {
    overwrite(path, bytes);
    assert_error(SqliteStore::open(path).await, kind, says);
    // The thread that tried has let go of it when it answers.
    assert_eq!(fs::read(path).unwrap(), bytes, "it was not left as it is");
}

#[tokio::test]
async fn a_file_that_was_cut_off_is_refused() {
    let (_folder, path) = folder();
    let whole = filled(&path).await;
    refuses(&path, &[], Corrupt, "it is empty").await;
    let cuts = [
        1,
        99,
        100,
        4095,
        4096,
        8192,
        whole.len() / 2,
        whole.len() - 1,
    ];
    for cut in cuts {
        refuses(&path, &whole[..cut], Corrupt, "It is left as it is").await;
    }
    overwrite(&path, &whole);
    let store = open(&path).await;
    let found = store.load(&key(2)).await.unwrap().unwrap();
    assert_eq!(count_of(&found.record), 2);
}

#[tokio::test]
async fn what_is_no_database_is_refused() {
    let (_folder, path) = folder();
    drop(open(&path).await);
    wait_until_closed(&path);
    refuses(&path, &[0; 8192], Corrupt, "it is no SQLite database").await;
    let text = "{\"refresh_token\": \"in a file of another library\"}";
    refuses(
        &path,
        text.as_bytes(),
        Corrupt,
        "too short for a SQLite database",
    )
    .await;
    refuses(
        &path,
        text.repeat(99).as_bytes(),
        Corrupt,
        "it is no SQLite database",
    )
    .await;
}

#[tokio::test]
async fn a_database_of_another_program_is_refused() {
    let (folder, path) = folder();
    drop(open(&path).await);
    wait_until_closed(&path);
    let other = folder.path().join("other.db");
    let connection = Connection::open(&other).unwrap();
    connection
        .execute_batch("CREATE TABLE sessions (id); INSERT INTO sessions VALUES (1)")
        .unwrap();
    drop(connection);
    let bytes = fs::read(other).unwrap();
    refuses(
        &path,
        &bytes,
        Refused,
        "a SQLite database of another program",
    )
    .await;
}

/// SQLite does not notice a wrong byte in a record, nor a wrong one in an index; the checksum and the check at the start do.
#[tokio::test]
async fn a_wrong_byte_anywhere_is_noticed_or_makes_no_difference() {
    let (_folder, path) = folder();
    let whole = filled(&path).await;
    let step = whole.len() / often(100, 4000);
    let name = |place: &usize| whole[*place..].starts_with(b"customer-1");
    let names: Vec<_> = (0..whole.len()).filter(name).collect();
    assert!(names.len() > 1, "it is in the table and in an index");
    let positions = (0..whole.len()).step_by(step);
    let (mut refused, mut reported, mut harmless) = (0, 0, 0);
    for position in positions.chain(names) {
        // Another file each time: the one before may still be open.
        let (_folder, path) = folder();
        drop(open(&path).await);
        wait_until_closed(&path);
        let mut bytes = whole.clone();
        bytes[position] ^= 1 << (position % 8);
        overwrite(&path, &bytes);
        let store = match SqliteStore::builder(&path).open().await {
            Ok(store) => store,
            Err(error) => {
                assert_ne!(
                    error.kind(),
                    StoreErrorKind::Unavailable,
                    "at {position}: {error}"
                );
                assert_eq!(fs::read(&path).unwrap(), bytes, "at {position}");
                refused += 1;
                continue;
            }
        };
        let mut is_damaged = false;
        for number in 0..3 {
            match store.load(&key(number)).await {
                Ok(Some(found)) => assert_eq!(count_of(&found.record), number as u64),
                Ok(None) => panic!("at {position}: a session is lost and nobody is told"),
                Err(error) => {
                    assert_eq!(error.kind(), Corrupt, "at {position}: {error}");
                    is_damaged = true;
                }
            }
        }
        if is_damaged {
            reported += 1;
        } else {
            harmless += 1;
        }
    }
    println!(
        "one wrong bit: refused {refused}, reported when read {reported}, harmless {harmless}"
    );
    assert!(refused > 0 && reported > 0);
}

/// As after a power cut, which leaves any part of what was not yet flushed: an earlier state, never half of one.
#[tokio::test]
async fn a_log_that_was_cut_off_gives_an_earlier_state() {
    let (folder, path) = folder();
    let store = open(&path).await;
    let mut version = None;
    for count in 1..=4 {
        version = Some(put(&store, &key(1), version, &record(count)).await);
    }
    let (file, log) = (
        fs::read(&path).unwrap(),
        fs::read(beside(&path, "-wal")).unwrap(),
    );
    assert!(log.len() > 4 * 8000, "all four are in the log");
    let after = folder.path().join("after.db");
    drop(open(&after).await);
    let mut seen = std::collections::BTreeSet::new();
    let cuts = (0..log.len()).step_by(log.len() / often(60, 2000));
    for cut in cuts.chain([log.len()]) {
        wait_until_closed(&after);
        overwrite(&after, &file);
        overwrite(&beside(&after, "-wal"), &log[..cut]);
        std::fs::set_permissions(
            beside(&after, "-wal"),
            std::os::unix::fs::PermissionsExt::from_mode(0o600),
        )
        .unwrap();
        let store = open(&after).await;
        let found = store.load(&key(1)).await.unwrap();
        seen.insert(found.map_or(0, |found| count_of(&found.record)));
    }
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), [0, 1, 2, 3, 4]);
}

#[tokio::test]
async fn one_sessions_damage_is_no_others_trouble() {
    let (_folder, path) = folder();
    let whole = filled(&path).await;
    let (mut bytes, text) = (whole.clone(), format!("{:020}", 1).repeat(3));
    let at = whole
        .windows(text.len())
        .position(|found| found == text.as_bytes());
    bytes[at.unwrap() + 5] = b'9';
    overwrite(&path, &bytes);
    let store = open(&path).await;
    assert_error(
        store.load(&key(1)).await,
        Corrupt,
        "example/customer-1 is damaged",
    );
    let found = store.load(&key(2)).await.unwrap().unwrap();
    let version = put(&store, &key(2), Some(found.version), &record(9)).await;
    assert!(version > found.version);
}

/// A later version may bring the file up to date while this one has it open.
#[tokio::test]
async fn a_file_of_a_later_version_is_refused() {
    let (_folder, path) = folder();
    let store = open(&path).await;
    let version = put(&store, &key(1), None, &record(1)).await;
    let later = Connection::open(&path).unwrap();
    let take_over = "PRAGMA user_version = 99; UPDATE about SET value = 98";
    later.execute_batch(take_over).unwrap();
    let written = store.write(&key(1), Some(version), &record(2)).await;
    assert_error(
        written,
        Refused,
        "written by a later version of this library",
    );
    let opened = SqliteStore::open(&path).await;
    assert_error(
        opened,
        Refused,
        "it has schema 99, which programs from schema 98 on can use",
    );
    later.execute_batch("UPDATE about SET value = 1").unwrap();
    put(&store, &key(1), Some(version), &record(3)).await;
    open(&path).await;
}

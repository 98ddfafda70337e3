//! The file is taken away, or another is put in its place, while it is open.

use std::fs;

use token_refresh_runtime::session::store::Store;
use token_refresh_runtime::session::store::StoreErrorKind::{Corrupt, Refused, Unavailable};

use crate::support::*;

#[tokio::test]
async fn a_file_that_was_taken_away_is_missed_and_not_made_anew() {
    let (folder, path) = folder();
    let store = open(&path).await;
    let version = put(&store, &key(1), None, &record(1)).await;
    let aside = folder.path().join("aside.db");
    for suffix in ["", "-wal", "-shm"] {
        fs::rename(beside(&path, suffix), beside(&aside, suffix)).unwrap();
    }
    let late = store.write(&key(1), Some(version), &record(2)).await;
    assert_error(late, Unavailable, "is not there any more");
    assert_error(
        store.load(&key(1)).await,
        Unavailable,
        "is not there any more",
    );
    assert!(!path.exists());

    for suffix in ["", "-wal", "-shm"] {
        fs::rename(beside(&aside, suffix), beside(&path, suffix)).unwrap();
    }
    put(&store, &key(1), Some(version), &record(3)).await;
    let found = open(&path).await.load(&key(1)).await.unwrap().unwrap();
    assert_eq!(count_of(&found.record), 3);
}

#[tokio::test]
async fn a_file_that_was_put_in_its_place_is_used() {
    let (folder, path) = folder();
    let backup = folder.path().join("backup.db");
    let store = open(&path).await;
    let version = put(&store, &key(1), None, &record(1)).await;
    drop(store);
    wait_until_closed(&path);
    fs::copy(&path, &backup).unwrap();

    let store = open(&path).await;
    let later = put(&store, &key(1), Some(version), &record(2)).await;
    for suffix in ["-wal", "-shm"] {
        fs::remove_file(beside(&path, suffix)).unwrap();
    }
    fs::rename(&backup, &path).unwrap();
    let found = store.load(&key(1)).await.unwrap().unwrap();
    assert_eq!((found.version, count_of(&found.record)), (version, 1));
    let newest = put(&store, &key(1), Some(version), &record(3)).await;
    assert!(
        newest > later,
        "what the lost file gave out is not given out again"
    );
    assert!(
        beside(&path, "-wal").exists(),
        "the new file's log is left alone"
    );
    let found = open(&path).await.load(&key(1)).await.unwrap().unwrap();
    assert_eq!(count_of(&found.record), 3);
}

#[tokio::test]
async fn rubbish_that_was_put_in_its_place_is_refused() {
    let (_folder, path) = folder();
    let store = open(&path).await;
    let version = put(&store, &key(1), None, &record(1)).await;
    let other = path.with_extension("other");
    fs::write(&other, "rubbish".repeat(999)).unwrap();
    fs::set_permissions(&other, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    fs::rename(&other, &path).unwrap();
    let result = store.write(&key(1), Some(version), &record(2)).await;
    assert_error(result, Refused, "is still the log of the file before");
    fs::remove_file(beside(&path, "-wal")).unwrap();
    let result = store.write(&key(1), Some(version), &record(2)).await;
    assert_error(result, Corrupt, "it is no SQLite database");
    assert_eq!(fs::read(&path).unwrap(), b"rubbish".repeat(999));
}

/// Other processes that open the file now begin a new log: what goes on in the old one, they never see.
#[tokio::test]
async fn a_log_that_was_removed_is_noticed() {
    let (_folder, path) = folder();
    let store = open(&path).await;
    let version = put(&store, &key(1), None, &record(1)).await;
    fs::remove_file(beside(&path, "-wal")).unwrap();
    let entry = store.load(&key(1)).await.unwrap();
    let expected = entry.map(|entry| entry.version);
    let next = put(&store, &key(1), expected, &record(2)).await;
    assert!(next > version);
    let found = open(&path).await.load(&key(1)).await.unwrap().unwrap();
    assert_eq!(count_of(&found.record), 2);
}

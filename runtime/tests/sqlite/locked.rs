//! Another process has the file locked.

use std::time::Duration;

use rusqlite::Connection;
use token_refresh_runtime::session::store::StoreErrorKind::Unavailable;
use token_refresh_runtime::session::store::{Owner, SqliteStore, Store};

use crate::support::*;

#[tokio::test]
async fn reads_go_on_and_writes_wait_no_longer_than_they_should() {
    let (_folder, path) = folder();
    let patience = Duration::from_millis(100);
    let store = SqliteStore::builder(&path).patience(patience);
    let store = store.open().await.unwrap();
    let version = put(&store, &key(1), None, &record(1)).await;

    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let began = std::time::Instant::now();
    let second = record(2);
    let first_key = key(1);
    let write = store.write(&first_key, Some(version), &second);
    let read = async {
        let found = store.load(&first_key).await.unwrap().unwrap();
        (count_of(&found.record), began.elapsed() < patience)
    };
    let (written, (count, was_soon)) = tokio::join!(write, read);
    assert_eq!(count, 1);
    assert!(was_soon, "a read does not wait for the write before it");
    assert_error(written, Unavailable, "no turn came within 100ms");
    assert!(began.elapsed() < Duration::from_secs(5));
    let owner = Owner::named("one");
    let lease = store.acquire(&first_key, &owner, patience).await;
    assert_error(lease, Unavailable, "locked by another process");

    other.execute_batch("ROLLBACK").unwrap();
    put(&store, &key(1), Some(version), &record(3)).await;
}

#[tokio::test]
async fn a_write_that_waits_is_done_when_the_file_is_free() {
    let (_folder, path) = folder();
    let store = open(&path).await;
    let version = put(&store, &key(1), None, &record(1)).await;
    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let writing = tokio::spawn({
        let store = store.clone();
        async move { put(&store, &key(1), Some(version), &record(2)).await }
    });
    // The worker has been at it by the time that it has answered this.
    tokio::task::yield_now().await;
    store.load(&key(1)).await.unwrap();
    assert!(!writing.is_finished());
    other.execute_batch("COMMIT").unwrap();
    assert!(writing.await.unwrap() > version);
}

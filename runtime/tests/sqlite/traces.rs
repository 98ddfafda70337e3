//! What stays behind of tokens that were replaced or removed, and what errors show.

use std::fs;

use token_refresh_runtime::session::store::{Record, Removed, SqliteStore, Store};

use crate::support::*;

fn holds(path: &std::path::Path, text: &str) -> bool {
    ["", "-wal"].iter().any(|suffix| {
        let bytes = fs::read(beside(path, suffix)).unwrap();
        bytes
            .windows(text.len())
            .any(|found| found == text.as_bytes())
    })
}

#[tokio::test]
async fn old_tokens_are_gone_from_the_disk_soon_after() {
    let (_folder, path) = folder();
    let store = open(&path).await;
    let old = Record::new(["planted-old-token"; 500].join("/"), None);
    let new = Record::new(["planted-new-token"; 100].join("/"), None);
    let version = put(&store, &key(1), None, &old).await;
    assert!(
        holds(&path, "planted-old-token"),
        "the test looks in the right place"
    );
    let version = put(&store, &key(1), Some(version), &new).await;
    wait_for("the old token is gone", || {
        !holds(&path, "planted-old-token")
    });
    assert!(holds(&path, "planted-new-token"));
    assert_eq!(
        store.remove(&key(1), version).await.unwrap(),
        Removed::Removed
    );
    wait_for("the new token is gone too", || {
        !holds(&path, "planted-new-token")
    });
}

#[tokio::test]
async fn no_error_shows_a_record() {
    let (_folder, path) = folder();
    let store = open(&path).await;
    let secret = Record::new("planted-secret-token", None);
    let version = put(&store, &key(1), None, &secret).await;
    assert!(!format!("{store:?} {secret:?}").contains("planted"));
    let connection = rusqlite::Connection::open(&path).unwrap();
    let errors = [
        "UPDATE sessions SET record = 'planted-secret-token'",
        "UPDATE sessions SET checksum = 1",
        "ALTER TABLE sessions RENAME COLUMN record TO planted_other",
        "DROP TABLE sessions",
    ];
    for damage in errors {
        let _ = connection.execute_batch(damage);
        for error in [
            store.load(&key(1)).await.map(drop),
            store.write(&key(1), Some(version), &secret).await.map(drop),
        ] {
            let Err(error) = error else { continue };
            let shown = format!("{error} {error:?} {:?}", std::error::Error::source(&error));
            assert!(!shown.contains("planted"), "{shown}");
        }
    }
    drop(store);
    let error = SqliteStore::open(&path).await.err();
    assert!(!format!("{error:?}").contains("planted"));
}

//! What only jobs made by hand can show.

use std::sync::mpsc;

use super::*;
use crate::session::store::StoreErrorKind;

async fn store() -> (tempfile::TempDir, SqliteStore) {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path().join("tokens.db")).await;
    (folder, store.unwrap())
}

/// What SQLite flushes at a commit: 2 is everything, 1 is nothing but what keeps the file whole.
#[tokio::test]
async fn a_write_is_flushed_and_a_lease_need_not_be() {
    let (_folder, store) = store().await;
    let level = |connection: &Connection| -> Result<i64, Fault> {
        Ok(connection.pragma_query_value(None, "synchronous", |row| row.get(0))?)
    };
    assert_eq!(store.ask(Kind::Write, level).await.unwrap(), 2);
    assert_eq!(store.ask(Kind::Lease, level).await.unwrap(), 1);
    assert_eq!(store.ask(Kind::Write, level).await.unwrap(), 2);
}

#[tokio::test]
async fn a_file_that_is_taken_away_during_a_write_is_noticed() {
    let (_folder, store) = store().await;
    let path = store.path().to_owned();
    let aside = path.with_extension("aside");
    let written = store.ask(Kind::Write, move |_| {
        std::fs::rename(&path, &aside).unwrap();
        Ok(())
    });
    assert_eq!(
        written.await.unwrap_err().kind(),
        StoreErrorKind::Unavailable
    );
}

/// Holds the worker up until the sender is dropped.
fn hold_up(store: &SqliteStore) -> (mpsc::Sender<()>, impl Future + use<>) {
    let (go_on, wait) = mpsc::channel::<()>();
    let wait = std::sync::Mutex::new(wait);
    let store = store.clone();
    let held = async move {
        let wait = move |_: &Connection| {
            let _ = wait.lock().unwrap().recv();
            Ok(())
        };
        store.ask(Kind::Read, wait).await
    };
    (go_on, held)
}

#[tokio::test]
async fn what_was_asked_meanwhile_shares_a_transaction_but_no_trouble() {
    let (_folder, store) = store().await;
    let (go_on, held) = hold_up(&store);
    let turns = |connection: &Connection| {
        connection
            .execute_batch("CREATE TEMP TABLE IF NOT EXISTS turns (id INTEGER PRIMARY KEY)")?;
        connection.execute("INSERT INTO turns DEFAULT VALUES", [])?;
        Ok(connection.query_row("SELECT max(id) FROM turns", [], |row| row.get::<_, i64>(0))?)
    };
    let breaks = |connection: &Connection| {
        connection.execute_batch("this is no SQL")?;
        Ok(())
    };
    let release = async move { drop(go_on) };
    let (_, first, broken, last, ()) = tokio::join!(
        held,
        store.ask(Kind::Write, turns),
        store.ask(Kind::Write, breaks),
        store.ask(Kind::Write, turns),
        release,
    );
    assert_eq!(broken.unwrap_err().kind(), StoreErrorKind::Corrupt);
    // The error of the one has cost a new connection; the others were done again after it, and once each.
    assert_eq!((first.unwrap(), last.unwrap()), (1, 1));
}

#[tokio::test]
async fn a_call_that_was_given_up_before_its_turn_does_not_take_place() {
    let (_folder, store) = store().await;
    let (go_on, held) = hold_up(&store);
    let key = SessionKey::new("example", "customer-1");
    let given_up = async {
        let record = Record::new("bytes", None);
        tokio::select! {
            biased;
            _ = store.write(&key, None, &record) => panic!("the worker is held up"),
            () = std::future::ready(()) => drop(go_on),
        }
    };
    tokio::join!(held, given_up);
    assert!(store.load(&key).await.unwrap().is_none());
}

#[tokio::test]
async fn the_queue_has_an_end() {
    use std::task::{Context, Poll, Waker};
    let (_folder, store) = store().await;
    let (go_on, held) = hold_up(&store);
    let key = SessionKey::new("example", "customer-1");
    let mut calls: Vec<_> = (0..QUEUE + 100).map(|_| store.load(&key)).collect();
    let mut held = Box::pin(held);
    let mut context = Context::from_waker(Waker::noop());
    assert!(matches!(held.as_mut().poll(&mut context), Poll::Pending));
    for call in &mut calls {
        assert!(matches!(call.as_mut().poll(&mut context), Poll::Pending));
    }
    assert_eq!(store.0.room.available_permits(), 0);
    drop(go_on);
    held.await;
    for call in calls {
        call.await.unwrap();
    }
    assert!(store.0.room.available_permits() > 0);
}

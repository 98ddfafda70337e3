//! What a store owes, where SQLite has its own ways: see `testing::conformance` for the rest.

use std::time::Duration;

use token_refresh_runtime::Timestamp;
use token_refresh_runtime::session::store::{
    Acquired, Lease, Owner, Record, Removed, SqliteStore, Store, Version, Written,
};
use token_refresh_runtime::session::{Clock, ManualClock};

use crate::support::*;

const MINUTE: Duration = Duration::from_secs(60);
const DAY: i64 = 86_400_000;

async fn with_clock(path: &std::path::Path) -> (SqliteStore, ManualClock) {
    let clock = ManualClock::at(Timestamp::from_unix_seconds(1_700_000_000));
    let store = SqliteStore::builder(path).clock(Clock::Manual(clock.clone()));
    (store.open().await.unwrap(), clock)
}

async fn acquire(store: &SqliteStore, owner: &Owner) -> Acquired {
    store.acquire(&key(1), owner, MINUTE).await.unwrap()
}

async fn take(store: &SqliteStore, owner: &Owner) -> Lease {
    match acquire(store, owner).await {
        Acquired::Lease(lease) => lease,
        held @ Acquired::Held { .. } => panic!("{held:?}"),
    }
}

#[tokio::test]
async fn a_write_needs_the_version_of_now() {
    let (_folder, path) = folder();
    let store = open(&path).await;
    let first = put(&store, &key(1), None, &record(1)).await;
    let second = put(&store, &key(1), Some(first), &record(2)).await;
    assert!(second > first);
    for stale in [None, Some(first), Some(Version(u64::MAX))] {
        let written = store.write(&key(1), stale, &record(3)).await.unwrap();
        assert_eq!(written, Written::Conflict);
    }
    let found = store.load(&key(1)).await.unwrap().unwrap();
    assert_eq!((found.version, count_of(&found.record)), (second, 2));

    assert_eq!(
        store.remove(&key(1), first).await.unwrap(),
        Removed::Conflict
    );
    assert_eq!(
        store.remove(&key(1), second).await.unwrap(),
        Removed::Removed
    );
    assert!(store.load(&key(1)).await.unwrap().is_none());
    let third = put(&store, &key(1), None, &record(3)).await;
    assert!(
        third > second,
        "not even after a removal is a version used again"
    );
}

#[tokio::test]
async fn no_version_comes_back_in_a_new_file() {
    let (_folder, path) = folder();
    let store = open(&path).await;
    let before = put(&store, &key(1), None, &record(1)).await;
    drop(store);
    wait_until_closed(&path);
    std::fs::remove_file(&path).unwrap();

    let store = open(&path).await;
    let after = put(&store, &key(1), None, &record(2)).await;
    assert!(
        after > before,
        "a program that still knows {before:?} would take {after:?} for its own"
    );
}

#[tokio::test]
async fn many_clones_at_once_lose_no_update() {
    let (_folder, path) = folder();
    let store = open(&path).await;
    put(&store, &key(1), None, &record(0)).await;
    let tasks: Vec<_> = (0..20)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move {
                for _ in 0..10 {
                    loop {
                        let entry = store.load(&key(1)).await.unwrap().unwrap();
                        let next = record(count_of(&entry.record) + 1);
                        let written = store.write(&key(1), Some(entry.version), &next).await;
                        if written.unwrap() != Written::Conflict {
                            break;
                        }
                    }
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let found = store.load(&key(1)).await.unwrap().unwrap();
    assert_eq!(count_of(&found.record), 200);
}

#[tokio::test]
async fn calls_that_are_given_up_leave_the_store_usable() {
    use std::task::{Context, Poll, Waker};
    let (_folder, path) = folder();
    let store = open(&path).await;
    // More than the queue takes.
    for _ in 0..3000 {
        let (key, record) = (key(1), record(1));
        let mut call = store.write(&key, None, &record);
        let polled = call.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        assert!(matches!(polled, Poll::Pending));
    }
    let entry = store.load(&key(1)).await.unwrap();
    put(
        &store,
        &key(1),
        entry.map(|entry| entry.version),
        &record(2),
    )
    .await;
}

#[tokio::test]
async fn a_lease_is_one_owners_until_its_time_is_over() {
    let (_folder, path) = folder();
    let (store, clock) = with_clock(&path).await;
    let (one, other) = (Owner::named("one"), Owner::named("other"));
    let lease = take(&store, &one).await;
    clock.advance(MINUTE / 3);
    let remaining = MINUTE * 2 / 3;
    assert_eq!(acquire(&store, &other).await, Acquired::Held { remaining });
    assert_eq!(acquire(&store, &one).await, Acquired::Held { remaining });
    assert!(store.renew(&lease, MINUTE).await.unwrap());
    clock.advance(remaining);
    assert!(matches!(
        acquire(&store, &other).await,
        Acquired::Held { .. }
    ));
    clock.advance(MINUTE);
    assert!(!store.renew(&lease, MINUTE).await.unwrap(), "it is over");
    let next = take(&store, &other).await;
    assert!(next.fence > lease.fence);
    store.release(&lease).await.unwrap();
    assert!(matches!(acquire(&store, &one).await, Acquired::Held { .. }));
    store.release(&next).await.unwrap();
    assert!(take(&store, &one).await.fence > next.fence);
}

#[tokio::test]
async fn a_clock_set_back_does_not_keep_a_lease_for_ever() {
    let (_folder, path) = folder();
    let (store, clock) = with_clock(&path).await;
    let (one, other) = (Owner::named("one"), Owner::named("other"));
    let lease = take(&store, &one).await;
    clock.step_wall(-50);
    let held = acquire(&store, &other).await;
    assert!(
        matches!(held, Acquired::Held { .. }),
        "a small step ends no lease: {held:?}"
    );
    assert!(store.renew(&lease, MINUTE).await.unwrap());
    clock.step_wall(-DAY);
    let next = take(&store, &other).await;
    assert!(
        next.fence > lease.fence,
        "the fence does not go by the clock alone"
    );
    assert!(!store.renew(&lease, MINUTE).await.unwrap());
}

#[tokio::test]
async fn what_is_due_is_handed_out_once() {
    let (_folder, path) = folder();
    let (store, clock) = with_clock(&path).await;
    let at = Timestamp::from_unix_seconds;
    for number in 0..10 {
        let record = Record::new("bytes", Some(at(100 - i64::try_from(number).unwrap())));
        put(&store, &key(number), None, &record).await;
    }
    put(&store, &key(10), None, &Record::new("bytes", None)).await;
    let claim = async |now, limit| {
        store
            .claim_due("example", at(now), limit, MINUTE)
            .await
            .unwrap()
    };
    assert_eq!(claim(90, 5).await, []);
    assert_eq!(claim(95, 2).await, [key(9), key(8)], "the earliest first");
    assert_eq!(claim(95, 0).await, []);
    assert_eq!(claim(95, 99).await, [key(7), key(6), key(5)]);
    assert_eq!(claim(95, 99).await, []);
    assert_eq!(
        store.claim_due("other", at(999), 9, MINUTE).await.unwrap(),
        []
    );

    let entry = store.load(&key(9)).await.unwrap().unwrap();
    put(&store, &key(9), Some(entry.version), &entry.record).await;
    assert_eq!(
        claim(95, 99).await,
        [key(9)],
        "it was written in between and is due again"
    );
    clock.advance(MINUTE);
    assert_eq!(
        claim(95, 99).await.len(),
        5,
        "those who held them did nothing"
    );
    clock.step_wall(-DAY);
    assert_eq!(claim(95, 99).await.len(), 5, "they are not lost for a day");
    assert_eq!(
        store
            .claim_due("example", at(95), 99, MINUTE / 4)
            .await
            .unwrap(),
        []
    );
}

/// Asks SQLite how it goes about it: each part of the search is a range of an index, and nothing is sorted.
#[tokio::test]
async fn finding_what_is_due_reads_what_is_due() {
    let (_folder, path) = folder();
    drop(open(&path).await);
    let connection = rusqlite::Connection::open(&path).unwrap();
    let sql = "EXPLAIN QUERY PLAN SELECT rowid, subject FROM sessions WHERE provider = 'example' AND due <= 5
               AND due IS NOT NULL AND claimed_until IS NULL ORDER BY due LIMIT 3";
    let plan: String = connection.query_row(sql, [], |row| row.get(3)).unwrap();
    assert_eq!(
        plan,
        "SEARCH sessions USING INDEX sessions_due (provider=? AND due>? AND due<?)"
    );
    let sql = "EXPLAIN QUERY PLAN UPDATE sessions SET claimed_at = NULL, claimed_until = NULL
               WHERE provider = 'example' AND claimed_until <= 5";
    let plan: String = connection.query_row(sql, [], |row| row.get(3)).unwrap();
    let index = "SEARCH sessions USING INDEX sessions_claimed (provider=? AND claimed_until<?)";
    assert!(plan.starts_with(index), "{plan}");
}

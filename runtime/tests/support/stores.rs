//! What every store is tried with.

use std::sync::Arc;
use std::time::{Duration, Instant};

use token_refresh_runtime::Timestamp;
use token_refresh_runtime::session::SessionKey;
use token_refresh_runtime::session::store::{
    Acquired, Entry, Owner, Record, Removed, Store, StoreError, StoreErrorKind, Version, Written,
};

pub const HOLD: Duration = Duration::from_secs(60);

/// A record of this text.
pub fn record(text: &str, due: Option<i64>) -> Record {
    Record::new(text.as_bytes(), due.map(Timestamp::from_unix_seconds))
}

/// The version of what was stored.
pub fn stored(written: Written) -> Version {
    match written {
        Written::Stored(version) => version,
        Written::Conflict => panic!("the version is the expected one"),
    }
}

/// The contract in short.
pub async fn in_short(store: &dyn Store) {
    let key = SessionKey::new("acme", "one");
    let first = stored(
        store
            .write(&key, None, &record("a", Some(5)))
            .await
            .unwrap(),
    );
    assert_eq!(
        store.write(&key, None, &record("b", None)).await.unwrap(),
        Written::Conflict
    );
    let second = stored(
        store
            .write(&key, Some(first), &record("b", Some(6)))
            .await
            .unwrap(),
    );
    assert!(second > first);
    let owner = Owner::unique();
    let Acquired::Lease(lease) = store.acquire(&key, &owner, HOLD).await.unwrap() else {
        panic!()
    };
    assert!(
        matches!(store.acquire(&key, &owner, HOLD).await.unwrap(), Acquired::Held { remaining } if remaining > HOLD / 2 && remaining <= HOLD)
    );
    assert!(store.renew(&lease, HOLD).await.unwrap());
    store.release(&lease).await.unwrap();
    assert!(!store.renew(&lease, HOLD).await.unwrap());
    let now = Timestamp::from_unix_seconds(6);
    assert_eq!(
        store.claim_due("acme", now, 5, HOLD).await.unwrap(),
        vec![key.clone()]
    );
    assert_eq!(store.claim_due("acme", now, 5, HOLD).await.unwrap(), vec![]);
    assert_eq!(store.remove(&key, first).await.unwrap(), Removed::Conflict);
    assert_eq!(store.remove(&key, second).await.unwrap(), Removed::Removed);
    assert!(store.load(&key).await.unwrap().is_none());
    let third = stored(
        store
            .write(&key, None, &record("a", Some(5)))
            .await
            .unwrap(),
    );
    assert!(third > second);
}

/// What the error of a store that is in trouble looks like.
pub fn assert_unavailable<T: std::fmt::Debug>(result: Result<T, StoreError>) {
    let error = result.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Unavailable, "{error:?}");
}

/// Asks until it works again, for half a minute: a connection that was cut may cost an error.
pub async fn until_it_works<T, F>(mut work: impl FnMut() -> F) -> T
where
    F: Future<Output = Result<T, StoreError>>,
{
    let began = Instant::now();
    loop {
        match work().await {
            Ok(value) => return value,
            Err(error) if began.elapsed() > Duration::from_secs(30) => panic!("{error:?}"),
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}

/// A store that was connected in one runtime serves the next, a thread without any, and whoever gives up.
pub fn serves_whoever_asks<S: Store + Clone>(connect: impl AsyncFnOnce() -> Result<S, StoreError>) {
    let runtime = || {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap()
    };
    let first = runtime();
    let store = first.block_on(connect()).unwrap();
    let key = SessionKey::new("acme", "whoever");
    let one = first
        .block_on(store.write(&key, None, &record("one", None)))
        .unwrap();
    // Polled once and dropped, with the runtime it was asked in.
    first.block_on(async {
        let two = record("two", None);
        let work = store.write(&key, Some(stored(one)), &two);
        tokio::select! { biased; _ = work => {}, () = std::future::ready(()) => {} }
    });
    drop(first);
    let second = runtime();
    let entry = second.block_on(until_it_is(&store, &key, b"two"));
    drop(second);
    let three = record("three", None);
    let third = store.write(&key, Some(entry.version), &three);
    stored(without_a_runtime(third).unwrap());
}

async fn until_it_is(store: &impl Store, key: &SessionKey, bytes: &[u8]) -> Entry {
    let began = Instant::now();
    loop {
        let entry = store.load(key).await.unwrap().unwrap();
        if *entry.record.bytes == bytes {
            return entry;
        }
        assert!(
            began.elapsed() < Duration::from_secs(30),
            "the write came to nothing"
        );
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

fn without_a_runtime<T>(future: impl Future<Output = T>) -> T {
    struct Unpark(std::thread::Thread);
    impl std::task::Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Arc::new(Unpark(std::thread::current())).into();
    let mut context = std::task::Context::from_waker(&waker);
    let mut future = std::pin::pin!(future);
    loop {
        if let std::task::Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
        std::thread::park();
    }
}

/// Many at once are handed every due session, and none twice.
pub async fn shares_what_is_due(store: impl Store + Clone, sessions: usize) {
    for index in 0..sessions {
        let key = SessionKey::new("acme", format!("due-{index}"));
        let due = i64::try_from(index).unwrap();
        stored(
            store
                .write(&key, None, &record("r", Some(due)))
                .await
                .unwrap(),
        );
    }
    let now = Timestamp::from_unix_seconds(i64::try_from(sessions).unwrap());
    let workers: Vec<_> = (0..8)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move {
                let mut mine = Vec::new();
                loop {
                    let keys = store.claim_due("acme", now, 7, HOLD).await.unwrap();
                    if keys.is_empty() {
                        return mine;
                    }
                    mine.extend(keys);
                }
            })
        })
        .collect();
    let mut all = Vec::new();
    for worker in workers {
        all.extend(worker.await.unwrap());
    }
    // `SKIP LOCKED` may leave a row to the next look of someone who has gone home: look again.
    all.extend(store.claim_due("acme", now, sessions, HOLD).await.unwrap());
    assert_eq!(all.len(), sessions);
    let distinct: std::collections::BTreeSet<_> = all.into_iter().collect();
    assert_eq!(distinct.len(), sessions);
}

/// The answer to a write is lost: an error that says nothing, and the truth on the next look.
pub async fn survives_a_lost_answer(store: impl Store, lose: impl Fn()) {
    let key = SessionKey::new("acme", "lost-answer");
    let first = stored(
        store
            .write(&key, None, &record("first", None))
            .await
            .unwrap(),
    );
    // Once more, so that the statement is prepared: the next answer is the commit's.
    let zero = record("zero", None);
    let first = stored(store.write(&key, Some(first), &zero).await.unwrap());
    lose();
    assert_unavailable(
        store
            .write(&key, Some(first), &record("second", None))
            .await,
    );
    let entry = until_it_works(|| store.load(&key)).await.unwrap();
    assert_eq!(**entry.record.bytes, *b"second");
    assert!(entry.version > first);
    let again = store
        .write(&key, Some(first), &record("third", None))
        .await
        .unwrap();
    assert_eq!(again, Written::Conflict);
    stored(
        store
            .write(&key, Some(entry.version), &record("third", None))
            .await
            .unwrap(),
    );
}

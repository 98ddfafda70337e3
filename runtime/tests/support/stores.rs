//! What every store is tried with.

use std::time::Duration;

use token_refresh_runtime::Timestamp;
use token_refresh_runtime::session::SessionKey;
use token_refresh_runtime::session::store::{
    Acquired, Owner, Record, Removed, Store, Version, Written,
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

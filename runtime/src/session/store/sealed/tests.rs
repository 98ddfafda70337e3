use std::collections::BTreeSet;

use super::*;
use crate::session::store::{MemoryStore, StoreErrorKind};

const SECRET: &str = "planted-refresh-token";

fn key(subject: &str) -> SessionKey {
    SessionKey::new("example", subject)
}

fn keys(ids: &[u32]) -> Keys {
    let one = |id: u32| Key::new(id, [u8::try_from(id).unwrap(); 32]);
    let (first, older) = ids.split_first().unwrap();
    older
        .iter()
        .fold(Keys::new(one(*first)), |keys, id| keys.and(one(*id)))
}

fn sealed(store: &MemoryStore, ids: &[u32]) -> Sealed<MemoryStore> {
    Sealed::new(store.clone(), keys(ids))
}

async fn write(
    store: &impl Store,
    subject: &str,
    expected: Option<Version>,
    bytes: &[u8],
) -> Version {
    let record = Record::new(bytes, Some(Timestamp::from_unix_seconds(7)));
    match store.write(&key(subject), expected, &record).await.unwrap() {
        Written::Stored(version) => version,
        Written::Conflict => panic!("nobody else writes"),
    }
}

async fn raw(store: &MemoryStore, subject: &str) -> Vec<u8> {
    store
        .load(&key(subject))
        .await
        .unwrap()
        .unwrap()
        .record
        .bytes
        .to_vec()
}

async fn refusal(store: &impl Store, subject: &str) -> String {
    let error = store.load(&key(subject)).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Corrupt);
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains(SECRET), "{shown}");
    error.to_string()
}

#[tokio::test]
async fn what_is_written_is_read_and_not_seen() {
    let inner = MemoryStore::new();
    let store = sealed(&inner, &[1]);
    let mut seen = BTreeSet::new();
    let mut version = None;
    for bytes in [SECRET.as_bytes(), SECRET.as_bytes(), b""] {
        let written = write(&store, "a", version, bytes).await;
        let entry = store.load(&key("a")).await.unwrap().unwrap();
        assert_eq!((entry.version, &**entry.record.bytes), (written, bytes));
        assert_eq!(entry.record.due, Some(Timestamp::from_unix_seconds(7)));
        let raw = raw(&inner, "a").await;
        assert_eq!(raw.len(), bytes.len() + 1 + 1 + NONCE + TAG);
        assert!(
            !raw.windows(8)
                .any(|part| SECRET.as_bytes().windows(8).any(|secret| part == secret))
        );
        assert!(seen.insert(raw), "a nonce is never used twice");
        version = Some(written);
    }
}

#[tokio::test]
async fn a_record_that_was_changed_or_cut_does_not_open() {
    let inner = MemoryStore::new();
    let store = sealed(&inner, &[1]);
    let mut version = write(&store, "a", None, SECRET.as_bytes()).await;
    let good = raw(&inner, "a").await;
    for bit in 0..good.len() * 8 {
        let mut changed = good.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        version = write(&inner, "a", Some(version), &changed).await;
        refusal(&store, "a").await;
    }
    for length in 0..good.len() {
        version = write(&inner, "a", Some(version), &good[..length]).await;
        refusal(&store, "a").await;
    }
    assert_eq!(
        refusal(&store, "a").await,
        "the record of example/a does not open with key 1: it was damaged or cut, it was another session's, or the key of this number was another one"
    );
    write(&inner, "a", Some(version), &good[..5]).await;
    assert_eq!(
        refusal(&store, "a").await,
        "the sealed record of example/a is cut"
    );
}

#[tokio::test]
async fn a_record_that_was_moved_does_not_open() {
    let inner = MemoryStore::new();
    let store = sealed(&inner, &[1]);
    write(&store, "a", None, SECRET.as_bytes()).await;
    write(&inner, "b", None, &raw(&inner, "a").await).await;
    assert!(
        refusal(&store, "b")
            .await
            .starts_with("the record of example/b does not open with key 1")
    );
    // Neither where provider and subject run together to the same text.
    let (from, to) = (SessionKey::new("pq", "r"), SessionKey::new("p", "qr"));
    store
        .write(&from, None, &Record::new("x", None))
        .await
        .unwrap();
    let record = inner.load(&from).await.unwrap().unwrap().record;
    inner.write(&to, None, &record).await.unwrap();
    assert_eq!(
        store.load(&to).await.unwrap_err().kind(),
        StoreErrorKind::Corrupt
    );
}

#[tokio::test]
async fn keys_change_without_a_pause() {
    let inner = MemoryStore::new();
    let first = write(&sealed(&inner, &[1]), "a", None, SECRET.as_bytes()).await;
    // The new one opens only, then it seals, and at last the old one is gone.
    let both = sealed(&inner, &[1, 2]);
    assert!(both.load(&key("a")).await.unwrap().is_some());
    let turned = sealed(&inner, &[2, 1]);
    assert!(turned.load(&key("a")).await.unwrap().is_some());
    assert_eq!(sealed_with(&raw(&inner, "a").await), Some(1));
    write(&turned, "a", Some(first), SECRET.as_bytes()).await;
    assert_eq!(sealed_with(&raw(&inner, "a").await), Some(2));
    assert!(
        sealed(&inner, &[2])
            .load(&key("a"))
            .await
            .unwrap()
            .is_some()
    );
    assert!(both.load(&key("a")).await.unwrap().is_some());
    let without = sealed(&inner, &[1, 3]);
    assert_eq!(
        refusal(&without, "a").await,
        "the record of example/a is sealed with key 2, which is not here; here are 1, 3"
    );
}

#[tokio::test]
async fn a_key_of_the_same_number_but_other_bytes_does_not_open() {
    let inner = MemoryStore::new();
    write(&sealed(&inner, &[1]), "a", None, SECRET.as_bytes()).await;
    let other = Sealed::new(inner.clone(), Keys::new(Key::new(1, [99; 32])));
    assert!(refusal(&other, "a").await.contains("key 1"));
    let twice = Sealed::new(
        inner,
        Keys::new(Key::new(1, [99; 32])).and(Key::new(1, [1; 32])),
    );
    assert!(twice.load(&key("a")).await.unwrap().is_some());
}

#[tokio::test]
async fn resealing_changes_the_key_and_nothing_else() {
    let inner = MemoryStore::new();
    write(&sealed(&inner, &[1]), "a", None, SECRET.as_bytes()).await;
    let turned = sealed(&inner, &[2, 1]);
    assert!(!turned.reseal(&key("nobody")).await.unwrap());
    assert!(turned.reseal(&key("a")).await.unwrap());
    assert!(!turned.reseal(&key("a")).await.unwrap());
    assert_eq!(sealed_with(&raw(&inner, "a").await), Some(2));
    let entry = sealed(&inner, &[2]).load(&key("a")).await.unwrap().unwrap();
    assert_eq!(&**entry.record.bytes, SECRET.as_bytes());
    assert_eq!(entry.record.due, Some(Timestamp::from_unix_seconds(7)));
    assert!(sealed(&inner, &[3]).reseal(&key("a")).await.is_err());
}

#[tokio::test]
async fn a_plain_record_is_read_only_where_that_was_asked_for() {
    let inner = MemoryStore::new();
    let version = write(
        &inner,
        "a",
        None,
        &crate::session::state::State::default().encode(),
    )
    .await;
    let store = sealed(&inner, &[1]);
    assert_eq!(
        refusal(&store, "a").await,
        "the record of example/a is not sealed: it was written without keys, or by someone else"
    );
    let store = store.reading_plain();
    let entry = store.load(&key("a")).await.unwrap().unwrap();
    assert_eq!(entry.version, version);
    assert!(store.reseal(&key("a")).await.unwrap());
    assert_eq!(sealed_with(&raw(&inner, "a").await), Some(1));
    assert_eq!(
        store.load(&key("a")).await.unwrap().unwrap().record.bytes,
        entry.record.bytes
    );
}

#[tokio::test]
async fn without_its_keys_a_sealed_record_says_what_it_is() {
    let inner = MemoryStore::new();
    write(&sealed(&inner, &[1]), "a", None, SECRET.as_bytes()).await;
    let error = crate::session::state::State::decode(&raw(&inner, "a").await).unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Corrupt);
    assert_eq!(
        error.to_string(),
        "the session's record is sealed, and the store was opened without keys"
    );
}

#[test]
fn keys_are_of_32_bytes_and_not_shown() {
    let error = Key::from_slice(7, &[1; 31]).unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Refused);
    assert_eq!(error.to_string(), "key 7 is of 31 bytes instead of 32");
    let key = Key::from_slice(7, &[201; 32]).unwrap();
    let store = Sealed::new(MemoryStore::new(), Keys::new(key));
    let shown = format!("{store:?} {store:#?}");
    assert!(
        !shown.contains("201") && !shown.to_lowercase().contains("c9c9"),
        "{shown}"
    );
}

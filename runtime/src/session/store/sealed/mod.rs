//! Records encrypted before they reach a store, with a key that only the application has.

mod keys;

use std::time::Duration;

use chacha20poly1305::XNonce;
use chacha20poly1305::aead::Generate;
use zeroize::Zeroizing;

pub use self::keys::{Key, Keys};
use super::{
    Acquired, Entry, Lease, Owner, Pending, Record, Removed, Store, StoreError, Version, Written,
};
use crate::Timestamp;
use crate::session::SessionKey;
use crate::session::wire::{Reader, SEALED, number_of_bytes, put_number};

const NONCE: usize = 24;
const TAG: usize = 16;

/// A store whose records are encrypted (XChaCha20-Poly1305, a random nonce each), bound to their session.
///
/// Whoever reads the store sees which sessions there are, when they are due and how long their records are, and no
/// token. Whoever writes to it can put an older record of the same session back, or remove it; a record that was
/// changed, cut or moved to another session is found out and refused as
/// [`Corrupt`](super::StoreErrorKind::Corrupt).
///
/// ```
/// use token_refresh_runtime::session::store::{Key, Keys, MemoryStore, Sealed};
///
/// # let bytes = [7_u8; 32];
/// let store = Sealed::new(MemoryStore::new(), Keys::new(Key::new(1, bytes)));
/// # let _ = store;
/// ```
#[derive(Clone, Debug)]
pub struct Sealed<S> {
    store: S,
    keys: Keys,
    reads_plain: bool,
}

impl<S: Store> Sealed<S> {
    /// This store, its records sealed with these keys.
    pub fn new(store: S, keys: Keys) -> Self {
        Self {
            store,
            keys,
            reads_plain: false,
        }
    }

    /// Reads records that are not sealed, too: for a store that was used without keys before. Each is sealed when it is
    /// next written. Take this out again when all are: until then, whoever can write to the store can put in tokens
    /// of their own.
    #[must_use]
    pub fn reading_plain(mut self) -> Self {
        self.reads_plain = true;
        self
    }

    /// Seals the session's record with the first key, where it is not; `true`: it was sealed anew.
    ///
    /// # Errors
    /// Where the record cannot be opened, or the store fails.
    ///
    /// # Cancellation
    /// The record is as it was, or sealed anew.
    pub async fn reseal(&self, key: &SessionKey) -> Result<bool, StoreError> {
        loop {
            let Some(entry) = self.store.load(key).await? else {
                return Ok(false);
            };
            if sealed_with(&entry.record.bytes) == Some(self.keys.first().id()) {
                return Ok(false);
            }
            let record = self.seal(key, &self.open(key, entry.record)?)?;
            // A conflict means that someone wrote it meanwhile: it may be sealed by now.
            if self.store.write(key, Some(entry.version), &record).await? != Written::Conflict {
                return Ok(true);
            }
        }
    }

    /// A mark, the key's number, the nonce, the text, the tag.
    fn seal(&self, key: &SessionKey, record: &Record) -> Result<Record, StoreError> {
        let with = self.keys.first();
        let nonce = XNonce::try_generate().map_err(|error| {
            StoreError::unavailable("the operating system gives no random numbers").caused_by(error)
        })?;
        let head = 1 + number_of_bytes(u64::from(with.id())) + NONCE;
        let mut bytes = Zeroizing::new(Vec::with_capacity(head + record.bytes.len() + TAG));
        bytes.push(SEALED);
        put_number(&mut bytes, u64::from(with.id()));
        bytes.extend_from_slice(&nonce);
        bytes.extend_from_slice(&record.bytes);
        let tag = with
            .seal(&nonce, &context(with.id(), key), &mut bytes[head..])
            .ok_or_else(|| StoreError::refused("the record is too long to be sealed"))?;
        bytes.extend_from_slice(&tag);
        Ok(Record {
            bytes,
            due: record.due,
        })
    }

    fn open(&self, key: &SessionKey, record: Record) -> Result<Record, StoreError> {
        let Record { bytes, due } = record;
        let mut reader = Reader::of(&bytes);
        if reader.byte() != Some(SEALED) {
            if self.reads_plain {
                return Ok(Record { bytes, due });
            }
            return Err(StoreError::corrupt(format!(
                "the record of {key} is not sealed: it was written without keys, or by someone else"
            )));
        }
        let cut = || StoreError::corrupt(format!("the sealed record of {key} is cut"));
        let id = reader.small().ok_or_else(cut)?;
        let nonce = reader.bytes(NONCE).ok_or_else(cut)?;
        let nonce = XNonce::try_from(nonce).map_err(|_| cut())?;
        let bytes = self.open_with(key, id, &nonce, reader.rest())?;
        Ok(Record { bytes, due })
    }

    /// Tries each key of this number: that there is but one is not ours to enforce.
    fn open_with(
        &self,
        key: &SessionKey,
        id: u32,
        nonce: &XNonce,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, StoreError> {
        let context = context(id, key);
        let mut has_key = false;
        for with in self.keys.all().filter(|with| with.id() == id) {
            let mut bytes = Zeroizing::new(sealed.to_vec());
            if with.open(nonce, &context, &mut bytes).is_some() {
                return Ok(bytes);
            }
            has_key = true;
        }
        Err(StoreError::corrupt(if has_key {
            format!(
                "the record of {key} does not open with key {id}: it was damaged or cut, it was another session's, or the key of this number was another one"
            )
        } else {
            let here: Vec<_> = self.keys.all().map(|key| key.id().to_string()).collect();
            format!(
                "the record of {key} is sealed with key {id}, which is not here; here are {}",
                here.join(", ")
            )
        }))
    }
}

/// With which key a record is sealed.
fn sealed_with(bytes: &[u8]) -> Option<u32> {
    let mut reader = Reader::of(bytes);
    (reader.byte()? == SEALED).then_some(())?;
    reader.small()
}

/// What a record is bound to: the format, the key's number, the session. With lengths, so that no two sessions have the
/// same.
fn context(id: u32, key: &SessionKey) -> Vec<u8> {
    let mut context = vec![SEALED];
    put_number(&mut context, u64::from(id));
    for part in [key.provider(), key.subject()] {
        put_number(&mut context, part.len() as u64);
        context.extend_from_slice(part.as_bytes());
    }
    context
}

impl<S: Store> Store for Sealed<S> {
    fn load<'a>(&'a self, key: &'a SessionKey) -> Pending<'a, Option<Entry>> {
        Box::pin(async move {
            let Some(Entry { version, record }) = self.store.load(key).await? else {
                return Ok(None);
            };
            let record = self.open(key, record)?;
            Ok(Some(Entry { version, record }))
        })
    }

    fn write<'a>(
        &'a self,
        key: &'a SessionKey,
        expected: Option<Version>,
        record: &'a Record,
    ) -> Pending<'a, Written> {
        Box::pin(async move {
            let record = self.seal(key, record)?;
            self.store.write(key, expected, &record).await
        })
    }

    fn remove<'a>(&'a self, key: &'a SessionKey, expected: Version) -> Pending<'a, Removed> {
        self.store.remove(key, expected)
    }

    fn acquire<'a>(
        &'a self,
        key: &'a SessionKey,
        owner: &'a Owner,
        hold: Duration,
    ) -> Pending<'a, Acquired> {
        self.store.acquire(key, owner, hold)
    }

    fn renew<'a>(&'a self, lease: &'a Lease, hold: Duration) -> Pending<'a, bool> {
        self.store.renew(lease, hold)
    }

    fn release<'a>(&'a self, lease: &'a Lease) -> Pending<'a, ()> {
        self.store.release(lease)
    }

    fn claim_due<'a>(
        &'a self,
        provider: &'a str,
        now: Timestamp,
        limit: usize,
        hold: Duration,
    ) -> Pending<'a, Vec<SessionKey>> {
        self.store.claim_due(provider, now, limit, hold)
    }
}

#[cfg(test)]
mod tests;

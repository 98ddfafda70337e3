//! The keys that records are sealed with: the first seals, all open.

use std::fmt;
use std::sync::Arc;

use chacha20poly1305::aead::{AeadInOut, KeyInit};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use crate::session::store::StoreError;

/// A key of 32 bytes and the number that records name it by. It is wiped when dropped, and not shown.
pub struct Key {
    id: u32,
    cipher: XChaCha20Poly1305,
}

impl Key {
    /// A key of these bytes, which are as random as any secret, and from no password. The number is yours to choose,
    /// stands in the clear in each record, and is never given to another key.
    pub fn new(id: u32, bytes: impl Into<Zeroizing<[u8; 32]>>) -> Self {
        let bytes: Zeroizing<[u8; 32]> = bytes.into();
        Self {
            id,
            cipher: XChaCha20Poly1305::new((&*bytes).into()),
        }
    }

    /// The same, of bytes whose number only shows now: from a file, or a secret store.
    ///
    /// # Errors
    /// [`Refused`](crate::session::store::StoreErrorKind::Refused) where they are not 32.
    pub fn from_slice(id: u32, bytes: &[u8]) -> Result<Self, StoreError> {
        let cipher = XChaCha20Poly1305::new_from_slice(bytes).map_err(|_| {
            let found = bytes.len();
            StoreError::refused(format!("key {id} is of {found} bytes instead of 32"))
        })?;
        Ok(Self { id, cipher })
    }

    /// The number that records name it by.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// Encrypts in place, and gives the tag.
    pub(super) fn seal(&self, nonce: &XNonce, context: &[u8], text: &mut [u8]) -> Option<[u8; 16]> {
        let tag = self
            .cipher
            .encrypt_inout_detached(nonce, context, text.into());
        Some(tag.ok()?.into())
    }

    /// Decrypts what has its tag at the end; the plain text is left.
    pub(super) fn open(&self, nonce: &XNonce, context: &[u8], text: &mut Vec<u8>) -> Option<()> {
        self.cipher.decrypt_in_place(nonce, context, text).ok()
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Key({}, [redacted])", self.id)
    }
}

/// The keys of a store: the first seals what is written, all of them open what is read.
///
/// To change keys, put the new one first and keep the old one behind it until nothing is sealed with it any more: each
/// record is sealed anew when it is next written, and [`Sealed::reseal`](super::Sealed::reseal) does it at once. In a
/// fleet, hand the new key to every worker as one that opens before it seals anywhere.
///
/// Stores cannot list what they hold. Before an old key is dropped, the application goes through its own subjects and calls
/// [`Sealed::reseal`](super::Sealed::reseal) for each session: a record that is still sealed with a dropped key does not open.
///
/// ```
/// use token_refresh_runtime::session::store::{Key, Keys};
///
/// # let (bytes_of_2025, bytes_of_2026) = ([1_u8; 32], [2_u8; 32]);
/// let keys = Keys::new(Key::new(2026, bytes_of_2026)).and(Key::new(2025, bytes_of_2025));
/// assert_eq!(format!("{keys:?}"), "[Key(2026, [redacted]), Key(2025, [redacted])]");
/// ```
#[derive(Clone)]
pub struct Keys {
    first: Arc<Key>,
    older: Vec<Arc<Key>>,
}

impl Keys {
    /// This key, which seals and opens.
    pub fn new(first: Key) -> Self {
        Self {
            first: Arc::new(first),
            older: Vec::new(),
        }
    }

    /// And this one, which only opens.
    #[must_use]
    pub fn and(mut self, older: Key) -> Self {
        self.older.push(Arc::new(older));
        self
    }

    pub(super) fn first(&self) -> &Key {
        &self.first
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Key> {
        std::iter::once(&*self.first).chain(self.older.iter().map(|key| &**key))
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.all()).finish()
    }
}

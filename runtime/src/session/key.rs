//! Which session is meant.

use std::fmt;
use std::sync::Arc;

use super::store::StoreError;

/// One subject's tokens at one provider: `customer-42` at `xellar`.
///
/// The subject is the application's own name for the session. It is shown in logs, events and errors: take an
/// id, not a person's name or address.
///
/// Any text will do, the empty one and slashes too, and stores tell keys apart by every byte. The provider and the
/// subject are of [`SessionKey::LONGEST`] bytes at most each and have no NUL, which not every store can keep:
/// [`SessionKey::check`].
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionKey {
    provider: Arc<str>,
    subject: Arc<str>,
}

impl SessionKey {
    /// How many bytes of UTF-8 the provider and the subject may have, each.
    pub const LONGEST: usize = 512;

    /// This subject at this provider (see [`Keep::STORED_AS`](crate::Keep::STORED_AS)).
    pub fn new(provider: impl Into<Arc<str>>, subject: impl Into<Arc<str>>) -> Self {
        Self {
            provider: provider.into(),
            subject: subject.into(),
        }
    }

    /// What every store asks first.
    ///
    /// # Errors
    /// [`Refused`](super::store::StoreErrorKind::Refused) where a part is too long or has a NUL.
    pub fn check(&self) -> Result<(), StoreError> {
        for part in [&*self.provider, &*self.subject] {
            if part.len() > Self::LONGEST {
                return Err(StoreError::refused(format!(
                    "a session's key has a part of {} bytes; stores keep {} at most",
                    part.len(),
                    Self::LONGEST
                )));
            }
            if part.contains('\0') {
                return Err(StoreError::refused(
                    "a session's key has a NUL, which stores do not keep",
                ));
            }
        }
        Ok(())
    }

    /// Under which name the provider's sessions are kept.
    pub fn provider(&self) -> &str {
        &self.provider
    }

    /// The application's own name for the session.
    pub fn subject(&self) -> &str {
        &self.subject
    }
}

impl fmt::Display for SessionKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.provider, self.subject)
    }
}

impl fmt::Debug for SessionKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

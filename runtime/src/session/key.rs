//! Which session is meant.

use std::fmt;
use std::sync::Arc;

/// One subject's tokens at one provider: `customer-42` at `xellar`.
///
/// The subject is the application's own name for the session. It is shown in logs, events and errors: take an
/// id, not a person's name or address.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionKey {
    provider: Arc<str>,
    subject: Arc<str>,
}

impl SessionKey {
    /// This subject at this provider (see [`Keep::STORED_AS`](crate::Keep::STORED_AS)).
    pub fn new(provider: impl Into<Arc<str>>, subject: impl Into<Arc<str>>) -> Self {
        Self {
            provider: provider.into(),
            subject: subject.into(),
        }
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

//! Why there is no token: one error for all who wait, with questions instead of text to parse.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::SessionKey;
use crate::{Failure, Reauthentication, Timestamp};

/// Why a session has no token to give. Cheap to clone: everyone who waited for a refresh gets the same one.
///
/// Neither `Display` nor `Debug` shows a token, a body or a header.
#[derive(Clone)]
pub struct SessionError(Arc<Inner>);

struct Inner {
    key: SessionKey,
    kind: SessionErrorKind,
    how: Reauthentication,
    since: Option<Timestamp>,
    retry_at: Option<Timestamp>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// What an application can do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SessionErrorKind {
    /// The user has to sign in: the session is over, its window is closed, or there never was one. No call is made
    /// until new tokens are put in.
    Reauthenticate,
    /// The client's own settings are wrong, its credentials or a value that cannot be sent. The tokens are kept.
    Misconfigured,
    /// There were too many calls; the next one is made no earlier than [`SessionError::retry_at`].
    RateLimited,
    /// The provider, or the way there, has a passing trouble.
    Transient,
    /// The provider accepts no call yet.
    TooEarly,
    /// The answer was lost after the request went out: nobody knows whether the grant was spent.
    InDoubt,
    /// The answer is a success that cannot be read, or brought a token that was over when it came.
    Protocol,
    /// The provider says that the request itself is wrong.
    Rejected,
    /// The store did not do what it was asked.
    Store,
    /// The source or its keeper was shut down.
    ShutDown,
}

impl SessionError {
    pub(crate) fn new(key: &SessionKey, kind: SessionErrorKind, how: Reauthentication) -> Self {
        Self(Arc::new(Inner {
            key: key.clone(),
            kind,
            how,
            since: None,
            retry_at: None,
            source: None,
        }))
    }

    /// With an instant since which it is so.
    pub(crate) fn since_instant(self, since: Option<Timestamp>) -> Self {
        self.with(|inner| inner.since = since)
    }

    /// With the instant of the next try.
    pub(crate) fn retried_at(self, retry_at: Option<Timestamp>) -> Self {
        self.with(|inner| inner.retry_at = retry_at)
    }

    /// With what lies behind it.
    pub(crate) fn caused_by(self, source: impl StdError + Send + Sync + 'static) -> Self {
        self.caused_by_any(Box::new(source))
    }

    /// The same, whatever its type.
    pub(crate) fn caused_by_any(self, source: Box<dyn StdError + Send + Sync>) -> Self {
        self.with(|inner| inner.source = Some(source))
    }

    fn with(mut self, change: impl FnOnce(&mut Inner)) -> Self {
        let inner = Arc::get_mut(&mut self.0).expect("an error is finished before it is shared");
        change(inner);
        self
    }

    /// What an application can do about it.
    pub fn kind(&self) -> SessionErrorKind {
        self.0.kind
    }

    /// Which session it is about.
    pub fn session(&self) -> &SessionKey {
        &self.0.key
    }

    /// Whether the user has to sign in: see [`Self::how`].
    pub fn needs_reauthentication(&self) -> bool {
        self.0.kind == SessionErrorKind::Reauthenticate
    }

    /// How the user signs in again, in the vendor's words.
    pub fn how(&self) -> Reauthentication {
        self.0.how
    }

    /// Whether the same call may succeed later without anyone doing anything.
    pub fn is_transient(&self) -> bool {
        matches!(
            self.0.kind,
            SessionErrorKind::Transient
                | SessionErrorKind::RateLimited
                | SessionErrorKind::TooEarly
                | SessionErrorKind::InDoubt
                | SessionErrorKind::Protocol
                | SessionErrorKind::Store
        )
    }

    /// Whether there were too many calls.
    pub fn is_rate_limited(&self) -> bool {
        self.0.kind == SessionErrorKind::RateLimited
    }

    /// Whether the provider accepts no call yet.
    pub fn is_too_early(&self) -> bool {
        self.0.kind == SessionErrorKind::TooEarly
    }

    /// Whether the client's own settings are wrong.
    pub fn is_misconfigured(&self) -> bool {
        self.0.kind == SessionErrorKind::Misconfigured
    }

    /// Whether nobody knows if the grant was spent.
    pub fn is_in_doubt(&self) -> bool {
        self.0.kind == SessionErrorKind::InDoubt
    }

    /// Since when it is so, where that is known: when the window closed, when the session ended.
    pub fn since(&self) -> Option<Timestamp> {
        self.0.since
    }

    /// No further call is made before this instant.
    pub fn retry_at(&self) -> Option<Timestamp> {
        self.0.retry_at
    }

    /// How long until then.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0
            .retry_at
            .map(|instant| instant.since(Timestamp::now()))
    }
}

impl SessionErrorKind {
    /// The kind that a refusal of this class makes.
    pub(crate) fn of(failure: Failure) -> Self {
        match failure {
            Failure::Reauthenticate => Self::Reauthenticate,
            Failure::Credentials => Self::Misconfigured,
            Failure::TooEarly => Self::TooEarly,
            Failure::RateLimited => Self::RateLimited,
            Failure::Transient => Self::Transient,
            Failure::Rejected => Self::Rejected,
        }
    }

    fn in_words(self) -> &'static str {
        match self {
            Self::Reauthenticate => "the user has to sign in",
            Self::Misconfigured => "the client's own settings are wrong",
            Self::RateLimited => "there were too many calls",
            Self::Transient => "the provider, or the way there, has a passing trouble",
            Self::TooEarly => "the provider accepts no call yet",
            Self::InDoubt => "the answer was lost, and nobody knows whether the grant was spent",
            Self::Protocol => "the provider's answer is of no use",
            Self::Rejected => "the provider says that the request is wrong",
            Self::Store => "the store did not do what it was asked",
            Self::ShutDown => "the source was shut down",
        }
    }
}

impl fmt::Display for SessionError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { key, kind, .. } = &*self.0;
        write!(formatter, "{key}: {}", kind.in_words())?;
        if let Some(since) = self.0.since {
            write!(formatter, ", since {since}")?;
        }
        if let Some(retry_at) = self.0.retry_at {
            write!(formatter, "; no call is made before {retry_at}")?;
        }
        match self.0.how.how {
            Some(how) if self.needs_reauthentication() => write!(formatter, ". {how}"),
            _ => Ok(()),
        }
    }
}

impl fmt::Debug for SessionError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut fields = formatter.debug_struct("SessionError");
        fields
            .field("session", &self.0.key)
            .field("kind", &self.0.kind);
        if let Some(since) = self.0.since {
            fields.field("since", &since);
        }
        if let Some(retry_at) = self.0.retry_at {
            fields.field("retry_at", &retry_at);
        }
        if let Some(source) = &self.0.source {
            fields.field("source", source);
        }
        fields.finish()
    }
}

impl StdError for SessionError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0
            .source
            .as_deref()
            .map(|source| source as &(dyn StdError + 'static))
    }
}

//! Why there is no token: one error for all who wait, with questions instead of text to parse.

mod kind;
mod reason;

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

pub use self::kind::SessionErrorKind;
pub use self::reason::SignInReason;
use super::{Clock, SessionKey};
use crate::{Reauthentication, Timestamp};

/// Why a session has no token to give. Cheap to clone: everyone who waited for a refresh gets the same one.
///
/// Neither `Display` nor `Debug` shows a token, a body or a header.
#[derive(Clone)]
pub struct SessionError(Arc<Inner>);

struct Inner {
    key: SessionKey,
    clock: Clock,
    kind: SessionErrorKind,
    how: Reauthentication,
    reason: Option<SignInReason>,
    since: Option<Timestamp>,
    retry_at: Option<Timestamp>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl SessionError {
    pub(crate) fn new(
        key: &SessionKey,
        clock: &Clock,
        kind: SessionErrorKind,
        how: Reauthentication,
    ) -> Self {
        Self(Arc::new(Inner {
            key: key.clone(),
            clock: clock.clone(),
            kind,
            how,
            reason: None,
            since: None,
            retry_at: None,
            source: None,
        }))
    }

    /// With why the user has to sign in.
    pub(crate) fn because_of(self, reason: SignInReason) -> Self {
        self.with(|inner| inner.reason = Some(reason))
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

    /// Why the user has to sign in, where that is known; `None` of other errors.
    pub fn sign_in_reason(&self) -> Option<SignInReason> {
        self.0.reason
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

    /// How long until then, by the session's clock; nothing once it has come.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0
            .retry_at
            .map(|instant| instant.since(self.0.clock.now().wall))
    }
}

impl fmt::Display for SessionError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: ", self.0.key)?;
        match (self.0.reason, self.0.since) {
            (Some(reason), since) => reason.describe(since, formatter)?,
            (None, Some(since)) => write!(formatter, "{}, since {since}", self.0.kind.in_words())?,
            (None, None) => formatter.write_str(self.0.kind.in_words())?,
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
        if let Some(reason) = self.0.reason {
            fields.field("sign_in_reason", &reason);
        }
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

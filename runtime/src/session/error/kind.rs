//! The kinds of errors: what an application can do about each.

use crate::Failure;

/// What an application can do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SessionErrorKind {
    /// The user has to sign in: the session is over, its window is closed, or there never was one. No call is made
    /// until new tokens are put in.
    Reauthenticate,
    /// The client's own settings are wrong, its credentials or a value that cannot be sent. The tokens are kept.
    Misconfigured,
    /// There were too many calls; the next one is made no earlier than [`SessionError::retry_at`](super::SessionError::retry_at).
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

    pub(super) fn in_words(self) -> &'static str {
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

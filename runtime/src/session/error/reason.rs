//! Why the user has to sign in: what an application logs, or tells the user.

use std::fmt;

use crate::Timestamp;

/// Why the user has to sign in.
///
/// Closed and over are told by the clock and the spec alone: no call is made, for the provider would refuse it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SignInReason {
    /// Nobody has signed in yet, or the session was forgotten.
    NeverSignedIn,
    /// The session lacks something that the call needs: the spec has asked for more since the sign-in.
    Incomplete,
    /// The provider has refused, and that ended the session.
    Refused,
    /// The provider accepts a refresh only for some time, and that time has passed.
    WindowClosed,
    /// What the next token is fetched with, the refresh token say, has expired.
    GrantOver,
}

impl SignInReason {
    /// In words, with the instant since which it is so.
    pub(super) fn describe(
        self,
        since: Option<Timestamp>,
        formatter: &mut fmt::Formatter<'_>,
    ) -> fmt::Result {
        formatter.write_str(match self {
            Self::NeverSignedIn => "nobody has signed in",
            Self::Incomplete => "the session lacks what the call needs",
            Self::Refused => "the provider ended the session",
            Self::WindowClosed => "the window to refresh closed",
            Self::GrantOver => "the grant expired",
        })?;
        since.map_or(Ok(()), |since| write!(formatter, " at {since}"))
    }
}

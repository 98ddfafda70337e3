//! A request that cannot be made from the values given.

use std::fmt;

/// A value cannot stand where it has to; the place is named, the value never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct RequestError(Box<Inner>);

#[derive(Clone, PartialEq, Eq)]
struct Inner {
    place: String,
    reason: &'static str,
}

impl RequestError {
    /// The value of `place` cannot be sent, for this reason.
    #[cold]
    pub fn unfit(place: impl Into<String>, reason: &'static str) -> Self {
        Self(Box::new(Inner {
            place: place.into(),
            reason,
        }))
    }

    /// Where the value has to stand.
    pub fn place(&self) -> &str {
        &self.0.place
    }
}

impl fmt::Display for RequestError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "the value of {} cannot be sent: {}",
            self.0.place, self.0.reason
        )
    }
}

impl fmt::Debug for RequestError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "RequestError({self})")
    }
}

impl std::error::Error for RequestError {}

impl From<crate::BuildError> for RequestError {
    /// An address that only the session makes whole.
    fn from(error: crate::BuildError) -> Self {
        Self::unfit("the base URL", error.reason())
    }
}

//! A client that cannot be built from its settings.

use std::fmt;

/// A setting is missing or wrong; it is named, its value never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct BuildError(Kind);

#[derive(Clone, PartialEq, Eq)]
enum Kind {
    Missing(&'static str),
    BaseUrl(&'static str),
    Transport(String),
}

impl BuildError {
    /// A required setting was not given.
    #[cold]
    pub fn missing(setting: &'static str) -> Self {
        Self(Kind::Missing(setting))
    }

    /// The base URL cannot be one, for this reason.
    #[cold]
    pub(crate) fn base_url(reason: &'static str) -> Self {
        Self(Kind::BaseUrl(reason))
    }

    /// There is no transport, for this reason.
    #[cold]
    pub(crate) fn transport(reason: impl Into<String>) -> Self {
        Self(Kind::Transport(reason.into()))
    }

    /// What is wrong with the base URL, in fixed words.
    pub(crate) fn reason(&self) -> &'static str {
        match self.0 {
            Kind::BaseUrl(reason) => reason,
            Kind::Missing(_) => "a setting is missing",
            Kind::Transport(_) => "there is no transport",
        }
    }

    /// The builder's method that was not called, where that is the trouble.
    pub fn missing_setting(&self) -> Option<&'static str> {
        match self.0 {
            Kind::Missing(setting) => Some(setting),
            _ => None,
        }
    }
}

impl fmt::Display for BuildError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Missing(setting) => write!(
                formatter,
                "`{setting}` is missing: call `.{setting}(…)` on the builder"
            ),
            Kind::BaseUrl(reason) => write!(formatter, "the base URL cannot be used: {reason}"),
            Kind::Transport(reason) => write!(formatter, "there is no transport: {reason}"),
        }
    }
}

impl fmt::Debug for BuildError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "BuildError({self})")
    }
}

impl std::error::Error for BuildError {}

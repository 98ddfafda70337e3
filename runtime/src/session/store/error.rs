//! What goes wrong with a store.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

/// Why a store did not do what it was asked. Neither `Display` nor `Debug` shows a record.
#[derive(Clone)]
pub struct StoreError {
    kind: StoreErrorKind,
    message: String,
    source: Option<Arc<dyn Error + Send + Sync>>,
}

/// What is to be done about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StoreErrorKind {
    /// It cannot be reached, is busy, full or read-only: try again later. Whether a write took place is not known.
    Unavailable,
    /// What is kept there cannot be read: damaged, of a later version, or encrypted with a key that is not here.
    Corrupt,
    /// It will not be used as it is: a symlink, a mode that lets others read, a schema of someone else's.
    Refused,
}

impl StoreError {
    /// Of this kind. The message says what, where and what to do, and shows no record.
    pub fn new(kind: StoreErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            source: None,
        }
    }

    /// It cannot be reached, is busy, full or read-only.
    pub fn unavailable(message: impl Into<String>) -> Self {
        Self::new(StoreErrorKind::Unavailable, message)
    }

    /// What is kept there cannot be read.
    pub fn corrupt(message: impl Into<String>) -> Self {
        Self::new(StoreErrorKind::Corrupt, message)
    }

    /// It will not be used as it is.
    pub fn refused(message: impl Into<String>) -> Self {
        Self::new(StoreErrorKind::Refused, message)
    }

    /// With what lies behind it, which must show no secret either.
    #[must_use]
    pub fn caused_by(mut self, source: impl Error + Send + Sync + 'static) -> Self {
        self.source = Some(Arc::new(source));
        self
    }

    /// What is to be done about it.
    pub fn kind(&self) -> StoreErrorKind {
        self.kind
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl fmt::Debug for StoreError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut fields = formatter.debug_struct("StoreError");
        fields
            .field("kind", &self.kind)
            .field("message", &self.message);
        if let Some(source) = &self.source {
            fields.field("source", &source.to_string());
        }
        fields.finish()
    }
}

impl Error for StoreError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source
            .as_deref()
            .map(|source| source as &(dyn Error + 'static))
    }
}

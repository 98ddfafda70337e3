//! A request that came to nothing on the way: not sent, or sent and in doubt.

use std::error::Error as StdError;
use std::fmt;

use crate::Response;

/// Sending failed. What matters is whether the provider may have seen the request.
///
/// Whoever implements [`crate::Transport`] sees to it that neither the message nor the source shows the
/// address's query, a header's value or a body.
pub struct TransportError(Box<Inner>);

struct Inner {
    is_in_doubt: bool,
    reason: &'static str,
    source: Option<Box<dyn StdError + Send + Sync>>,
    partial: Option<Response>,
}

impl TransportError {
    /// The provider has not seen the request: the address was refused, the name was not found, the connection
    /// or the TLS handshake failed.
    #[cold]
    pub fn not_sent(reason: &'static str) -> Self {
        Self(Box::new(Inner {
            is_in_doubt: false,
            reason,
            source: None,
            partial: None,
        }))
    }

    /// The request, or some of it, was written, and no whole answer came.
    #[cold]
    pub fn in_doubt(reason: &'static str) -> Self {
        Self(Box::new(Inner {
            is_in_doubt: true,
            reason,
            source: None,
            partial: None,
        }))
    }

    /// With what caused it.
    #[must_use]
    pub fn caused_by(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// With as much of the answer as came: if a token can be read from it, it is rescued.
    #[must_use]
    pub fn with_partial(mut self, response: Response) -> Self {
        self.0.partial = Some(response);
        self
    }

    /// Whether the provider may have seen the request.
    pub fn is_in_doubt(&self) -> bool {
        self.0.is_in_doubt
    }

    pub(crate) fn take_partial(&mut self) -> Option<Response> {
        self.0.partial.take()
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0.reason)
    }
}

impl fmt::Debug for TransportError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.0.is_in_doubt {
            "InDoubt"
        } else {
            "NotSent"
        };
        let mut fields = formatter.debug_struct(kind);
        fields.field("reason", &self.0.reason);
        if let Some(source) = &self.0.source {
            fields.field("source", source);
        }
        fields.finish()
    }
}

impl StdError for TransportError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0
            .source
            .as_ref()
            .map(|source| &**source as &(dyn StdError + 'static))
    }
}

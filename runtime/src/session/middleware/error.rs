//! Why a request failed though there was a token.

use std::fmt;

/// Why a request was not sent, or its answer is not handed on, though there was a token. It shows no secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MiddlewareError {
    /// The token has characters that cannot stand where the spec says it is shown. Nothing was sent.
    Unfit,
    /// A redirect led to an origin that the token may not go to, and a token that is shown in the query or in a header of
    /// the vendor's own may have travelled along: take it for known there. Set
    /// [`TokenMiddleware::redirect_policy`](super::TokenMiddleware::redirect_policy) on the client, and no `Referer`.
    Redirected,
}

impl fmt::Display for MiddlewareError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Unfit => "the token cannot stand where the API wants it",
            Self::Redirected => {
                "a redirect may have taken the token to an origin that is not allowed: set the middleware's redirect policy on the client"
            }
        })
    }
}

impl std::error::Error for MiddlewareError {}

//! What the middleware asks of a source, whatever its provider: tokens that are shared, or taken.

use std::future::Future;
use std::pin::Pin;

use http::HeaderValue;
use reqwest_middleware::{Error, Result};

use super::super::TokenSource;
use super::present::value;
use crate::{Keep, SharedToken, SingleUseToken, TokenKind};

/// What comes later.
pub(super) type Later<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Where tokens come from, ready to stand in a header.
pub(super) trait Tokens: Send + Sync {
    /// The token of the next request.
    fn next(&self) -> Later<'_, Result<HeaderValue>>;

    /// The API did not take this one.
    fn refused<'a>(&'a self, token: &'a HeaderValue) -> Later<'a, ()>;
}

/// Tokens that any number of requests may show.
pub(super) struct Shared<P: Keep>(pub(super) TokenSource<P>);

impl<P: Keep> Tokens for Shared<P>
where
    P::Access: SharedToken,
{
    fn next(&self) -> Later<'_, Result<HeaderValue>> {
        Box::pin(async move { self.0.token().await.map_err(Error::middleware) })
    }

    fn refused<'a>(&'a self, token: &'a HeaderValue) -> Later<'a, ()> {
        Box::pin(async move {
            self.0.invalidate(token).await;
        })
    }
}

/// Tokens that are good for one request.
pub(super) struct Taken<P: Keep>(pub(super) TokenSource<P>);

impl<P: Keep> Tokens for Taken<P>
where
    P::Access: SingleUseToken,
{
    fn next(&self) -> Later<'_, Result<HeaderValue>> {
        Box::pin(async move {
            let token = self.0.take().await.map_err(Error::middleware)?;
            value(P::LIFECYCLE, token.token()).map_err(Error::middleware)
        })
    }

    /// It is used up either way.
    fn refused<'a>(&'a self, _: &'a HeaderValue) -> Later<'a, ()> {
        Box::pin(std::future::ready(()))
    }
}

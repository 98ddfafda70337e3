//! A middleware for `reqwest-middleware`: puts a source's token on each request to the API, and gets another one when the
//! API answers 401.

mod allowed;
mod error;
mod present;
mod tokens;

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use http::{Extensions, HeaderValue, StatusCode};
use reqwest::{Request, Response, Url};
use reqwest_middleware::{ClientWithMiddleware, Error, Middleware, Next, Result};

use self::allowed::Allowed;
pub use self::error::MiddlewareError;
use self::present::Present;
use self::tokens::{Shared, Taken, Tokens};
#[cfg(doc)]
use super::SessionError;
use super::TokenSource;
use crate::{BuildError, Keep, SharedToken, SingleUseToken};

/// Puts a source's token on each request to the API, as the provider's spec says it is shown: in a header, the query or
/// a cookie; as `Authorization: Bearer …` (RFC 6750) where the spec says nothing. What the request has there already is
/// replaced.
///
/// ```
/// use token_refresh_runtime::session::{SessionError, TokenMiddleware, TokenSource};
/// use token_refresh_runtime::{Keep, SharedToken};
///
/// async fn orders<P>(tokens: TokenSource<P>) -> Result<String, Box<dyn std::error::Error>>
/// where
///     P: Keep,
///     P::Access: SharedToken,
/// {
///     let http = TokenMiddleware::new(tokens, "https://api.example.com")?.client(|builder| builder)?;
///     match http.get("https://api.example.com/v1/orders").send().await {
///         Ok(answer) => Ok(answer.text().await?),
///         Err(reqwest_middleware::Error::Middleware(error)) => {
///             let error: SessionError = error.downcast()?;
///             if error.needs_reauthentication() {
///                 println!("sign in again: {:?}", error.how());
///             }
///             Err(error.into())
///         }
///         Err(error) => Err(error.into()),
///     }
/// }
/// ```
///
/// # Where the token goes
/// To the origins that were named ([`TokenMiddleware::new`], [`TokenMiddleware::and`]), which are https or loopback; a
/// request to any other origin is sent as it is, without a token.
///
/// Redirects are followed by the HTTP client, below every middleware. reqwest takes `Authorization` and `Cookie` off a
/// request that a redirect sends to another origin, but neither a header of the vendor's own nor, in the `Referer`, the
/// query. [`TokenMiddleware::client`] therefore sets [`TokenMiddleware::redirect_policy`] and sends no `Referer`. Whoever
/// makes the client otherwise sets both, or follows no redirects; where a token may have travelled, the answer is
/// withheld, and [`MiddlewareError::Redirected`] says so.
///
/// # After a 401
/// The token is [invalidated](TokenSource::invalidate), and the request sent once more with the next one: also a `POST`,
/// for a request that was not let in was not acted on. The answer to that is handed on, whatever it is. A body that
/// cannot be read twice (a stream) is not sent again: the 401 is handed on, and the next request has a new token. A 401 that
/// comes from elsewhere, after a redirect, says nothing about the token and is handed on.
///
/// # Errors
/// [`Error::Middleware`] with a [`SessionError`] in it where there is no token, or with a [`MiddlewareError`]; both can be
/// had by `downcast`. An error of the HTTP client's comes as it is, save that the address is taken out where the token
/// stands in the query.
///
/// # Cancellation
/// A caller may give up at any time; a refresh that is under way goes on. A single-use token that was taken is lost
/// with the request.
///
/// It logs nothing. A middleware that comes after this one sees the token: put this one last.
#[derive(Clone)]
pub struct TokenMiddleware {
    tokens: Arc<dyn Tokens>,
    present: Present,
    allowed: Allowed,
}

impl TokenMiddleware {
    /// For the API at this address, of which scheme, host and port count.
    ///
    /// # Errors
    /// Where it is no address, or neither https nor loopback.
    pub fn new<P>(source: TokenSource<P>, api: &str) -> std::result::Result<Self, BuildError>
    where
        P: Keep,
        P::Access: SharedToken,
    {
        Ok(Self {
            tokens: Arc::new(Shared(source)),
            present: Present::of(P::LIFECYCLE),
            allowed: Allowed::only(api)?,
        })
    }

    /// The same for a token that is good for one use: each request takes one, and one more after a 401.
    ///
    /// # Errors
    /// Where it is no address, or neither https nor loopback.
    pub fn single_use<P>(source: TokenSource<P>, api: &str) -> std::result::Result<Self, BuildError>
    where
        P: Keep,
        P::Access: SingleUseToken,
    {
        Ok(Self {
            tokens: Arc::new(Taken(source)),
            present: Present::of(P::LIFECYCLE),
            allowed: Allowed::only(api)?,
        })
    }

    /// Sends the token to this origin, too.
    ///
    /// # Errors
    /// Where it is no address, or neither https nor loopback.
    pub fn and(mut self, api: &str) -> std::result::Result<Self, BuildError> {
        self.allowed.add(api)?;
        Ok(self)
    }

    /// A client with this middleware alone, which follows redirects only where the token may go and sends no `Referer`.
    /// Its TLS is that of the library's own transport, rustls with ring and the platform's roots; all else is reqwest's
    /// default unless `set` says otherwise.
    ///
    /// # Errors
    /// Where TLS or reqwest cannot be set up.
    pub fn client(
        self,
        set: impl FnOnce(reqwest::ClientBuilder) -> reqwest::ClientBuilder,
    ) -> std::result::Result<ClientWithMiddleware, BuildError> {
        let tls = crate::tls::client(Vec::new())
            .map_err(|error| BuildError::transport(format!("TLS: {error}")))?;
        let builder = reqwest::Client::builder().tls_backend_preconfigured(tls);
        let client = set(builder)
            .redirect(self.redirect_policy())
            .referer(false)
            .build()
            .map_err(|error| BuildError::transport(error.without_url().to_string()))?;
        Ok(reqwest_middleware::ClientBuilder::new(client)
            .with(self)
            .build())
    }

    /// Follows ten redirects at most; from where the token goes, none to where it may not. One that is not followed is
    /// the answer.
    pub fn redirect_policy(&self) -> reqwest::redirect::Policy {
        self.allowed.redirect_policy()
    }

    async fn answer(
        &self,
        request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        if !self.allowed.holds(request.url()) {
            return next.run(request, extensions).await;
        }
        let again = request.try_clone();
        let token = self.tokens.next().await?;
        let first = self.send(request, &token, extensions, next.clone()).await?;
        if !first.is_refusal {
            return Ok(first.response);
        }
        self.tokens.refused(&token).await;
        let Some(again) = again else {
            return Ok(first.response);
        };
        let other = self.tokens.next().await?;
        if other == token {
            return Ok(first.response);
        }
        drop(first);
        let second = self.send(again, &other, extensions, next).await?;
        Ok(second.response)
    }

    async fn send(
        &self,
        mut request: Request,
        token: &HeaderValue,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Answered> {
        self.present
            .put(token, &mut request)
            .map_err(Error::middleware)?;
        let sent_to = request.url().clone();
        let response = match next.run(request, extensions).await {
            Ok(response) => response,
            Err(error) if self.present.is_in_address() => return Err(error.without_url()),
            Err(error) => return Err(error),
        };
        if self.present.travels() && !self.allowed.holds(response.url()) {
            return Err(Error::middleware(MiddlewareError::Redirected));
        }
        let is_refusal = response.status() == StatusCode::UNAUTHORIZED
            && self.has_seen_the_token(&sent_to, response.url());
        Ok(Answered {
            response,
            is_refusal,
        })
    }

    /// Whether whoever answered was shown the token: a redirect may have taken it off.
    fn has_seen_the_token(&self, sent_to: &Url, answered_from: &Url) -> bool {
        if self.present.is_in_address() {
            sent_to == answered_from
        } else {
            allowed::are_of_one_origin(sent_to, answered_from)
        }
    }
}

/// An answer, and whether it refuses the token.
struct Answered {
    response: Response,
    is_refusal: bool,
}

impl Middleware for TokenMiddleware {
    // What `async_trait` makes of an `async fn`: written out, for this is the only one.
    fn handle<'this, 'extensions, 'next, 'all>(
        &'this self,
        request: Request,
        extensions: &'extensions mut Extensions,
        next: Next<'next>,
    ) -> Pin<Box<dyn Future<Output = Result<Response>> + Send + 'all>>
    where
        'this: 'all,
        'extensions: 'all,
        'next: 'all,
        Self: 'all,
    {
        Box::pin(self.answer(request, extensions, next))
    }
}

impl fmt::Debug for TokenMiddleware {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("TokenMiddleware")
            .field("allowed", &self.allowed)
            .finish_non_exhaustive()
    }
}

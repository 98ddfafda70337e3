//! What generated token-refresh clients call: secrets, lifecycles as data, reading of answers, sending.
//!
//! A provider is two pure functions and one constant: [`Provider::request`] makes a request of a grant,
//! [`Provider::response`] makes tokens or an [`Error`] of an answer, and [`Provider::LIFECYCLE`] says what the
//! vendor's documentation says. The second function is written once, here, and reads the constant. Between the
//! two stands a [`Transport`], the only part that does any I/O.
//!
//! # Example
//! What the generator writes, by hand and cut down:
//!
//! ```
//! use token_refresh_runtime::{
//!     BaseUrl, Exchange, Expression, Lifecycle, Lifetime, Location, Mismatch, Provider, ReadTokens, Reply,
//!     Request, RequestBuilder, RequestError, Response, Role, Timestamp, Token, TokenRule, shared_token,
//! };
//!
//! #[derive(Debug)]
//! pub struct AccessToken(Token);
//! shared_token!(AccessToken, "accessToken");
//!
//! #[derive(Debug)]
//! pub struct RefreshToken(Token);
//! shared_token!(RefreshToken, "refreshToken");
//!
//! pub struct Client(BaseUrl);
//!
//! impl ReadTokens for AccessToken {
//!     fn read(reply: &mut Reply<'_>) -> Result<Self, Mismatch> {
//!         reply.token(0)
//!     }
//! }
//!
//! impl Provider for Client {
//!     type Grant = RefreshToken;
//!     type Tokens = AccessToken;
//!     type Refusal = ();
//!
//!     const LIFECYCLE: &'static Lifecycle = &Lifecycle {
//!         tokens: &[TokenRule {
//!             received: &[Location::new(Expression::ResponseBody("/access_token"))],
//!             lifetime: &[Lifetime::Seconds(Expression::ResponseBody("/expires_in"))],
//!             ..TokenRule::new("accessToken", Role::Access)
//!         }],
//!         error_code: Some(Expression::ResponseBody("/error")),
//!         ..Lifecycle::new("example", "refresh")
//!     };
//!
//!     fn request(&self, grant: &RefreshToken) -> Result<Request, RequestError> {
//!         let mut request = RequestBuilder::new("POST", &self.0);
//!         request.segment_literal("/token");
//!         request.form("grant_type", "refresh_token");
//!         request.secret_form("refresh_token", "", grant);
//!         request.content_type("application/x-www-form-urlencoded");
//!         request.finish()
//!     }
//! }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let client = Client(BaseUrl::parse("https://api.example.com")?);
//! let request = client.request(&RefreshToken::from("r3fr3sh"))?;
//! assert_eq!(request.body().as_bytes(), b"grant_type=refresh_token&refresh_token=r3fr3sh");
//!
//! // With a transport, this and the next line are `refresh(&client, &transport, &grant).await`.
//! let exchange = Exchange::of(&request, Timestamp::from_unix_seconds(1_700_000_000));
//! let answer = Response::new(r#"{"access_token": "acc3ss", "expires_in": "3600"}"#.into());
//! let token = client.response(&exchange, answer)?;
//! assert_eq!(token.expose(), "acc3ss");
//! assert_eq!(token.expiry().instant(), Some(Timestamp::from_unix_seconds(1_700_003_600)));
//!
//! let refusal = http::Response::builder().status(400).body(r#"{"error": "invalid_grant"}"#.into())?;
//! let error = client.response(&exchange, refusal).unwrap_err();
//! assert!(error.needs_reauthentication());
//! # Ok(())
//! # }
//! ```
//!
//! # Features
//! - `reqwest`: the transport over reqwest with rustls, and `tracing`.
//! - `tracing`: one debug event for each exchange, without a secret in it.
//! - `testing`: a loopback server and the checks that generated tests are made of.

mod base_url;
mod body;
mod content;
mod decision;
mod enums;
mod error;
mod exchange;
pub mod generate;
mod include;
mod json;
mod kept;
mod lifecycle;
mod provider;
mod reply;
mod request;
mod scrub;
mod secret;
#[cfg(feature = "session")]
pub mod session;
#[cfg(feature = "testing")]
pub mod testing;
mod timestamp;
#[cfg(any(feature = "reqwest", feature = "postgres", feature = "redis"))]
mod tls;
mod token;
mod transport;

pub use http;

pub use self::base_url::BaseUrl;
pub use self::body::{Body, Request, Response};
pub use self::decision::{Decision, Life, Situation};
pub use self::error::{BuildError, Error, ErrorKind, RedactedBody, RequestError, TransportError};
pub use self::exchange::Exchange;
pub use self::json::{Decode, Encode, Json, Mismatch, Object, ObjectWriter, json};
pub use self::kept::{Keep, Kept, Missing, SignIn};
pub use self::lifecycle::*;
pub use self::provider::{Provider, refresh, spend};
pub use self::reply::{ReadRefusal, ReadTokens, Reply};
pub use self::request::{AsText, RequestBuilder, Sensitive};
pub use self::secret::Secret;
pub use self::timestamp::Timestamp;
pub use self::token::{Basis, Expiry, SharedToken, SingleUseToken, Token, TokenKind};
#[cfg(feature = "reqwest")]
pub use self::transport::{ReqwestTransport, ReqwestTransportBuilder};
pub use self::transport::{Sending, SharedTransport, Transport, default_transport};

//! What generated token-refresh clients call: secrets, lifecycles as data, reading of answers, sending.

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
mod lifecycle;
mod provider;
mod reply;
mod request;
mod scrub;
mod secret;
#[cfg(feature = "testing")]
pub mod testing;
mod timestamp;
mod token;
mod transport;

pub use http;

pub use self::base_url::BaseUrl;
pub use self::body::{Body, Request, Response};
pub use self::decision::{Decision, Life, Situation};
pub use self::error::{BuildError, Error, ErrorKind, RedactedBody, RequestError, TransportError};
pub use self::exchange::Exchange;
pub use self::json::{Decode, Encode, Json, Mismatch, Object, ObjectWriter, json};
pub use self::lifecycle::*;
pub use self::provider::{Provider, refresh, spend};
pub use self::reply::{ReadRefusal, ReadTokens, Reply};
pub use self::request::{AsText, RequestBuilder, Sensitive};
pub use self::secret::Secret;
pub use self::timestamp::Timestamp;
pub use self::token::{Basis, Expiry, Token, TokenKind};
#[cfg(feature = "reqwest")]
pub use self::transport::{ReqwestTransport, ReqwestTransportBuilder};
pub use self::transport::{Sending, SharedTransport, Transport, default_transport};

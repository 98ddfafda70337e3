//! Sending: the one thing that is left to an HTTP client.

#[cfg(feature = "reqwest")]
mod reqwest;

use std::fmt::Debug;
use std::pin::Pin;
use std::sync::Arc;

#[cfg(feature = "reqwest")]
pub use self::reqwest::{ReqwestTransport, ReqwestTransportBuilder};
use crate::{BuildError, Request, Response, TransportError};

/// Sends one request and brings its answer back.
///
/// What an implementation owes, because secrets travel with the request:
///
/// - https only, save loopback;
/// - no redirect is followed: custom headers would travel along;
/// - no retry once a byte was written: the grant may be single-use;
/// - bounded time and a bounded body;
/// - nothing added but what the HTTP client cannot do without;
/// - an error tells [`TransportError::not_sent`] from [`TransportError::in_doubt`], and shows no secret.
pub trait Transport: Send + Sync + Debug {
    /// Sends the request.
    fn send(&self, request: Request) -> Sending<'_>;
}

/// An answer on its way.
pub type Sending<'a> = Pin<Box<dyn Future<Output = Result<Response, TransportError>> + Send + 'a>>;

/// A transport that clients share.
pub type SharedTransport = Arc<dyn Transport>;

/// The transport over reqwest, one for the whole process.
///
/// # Errors
/// Where the crate was built without its `reqwest` feature, or TLS cannot be set up.
#[cfg(feature = "reqwest")]
pub fn default_transport() -> Result<SharedTransport, BuildError> {
    use std::sync::OnceLock;

    static SHARED: OnceLock<SharedTransport> = OnceLock::new();
    if let Some(shared) = SHARED.get() {
        return Ok(Arc::clone(shared));
    }
    let transport: SharedTransport = Arc::new(ReqwestTransport::builder().build()?);
    Ok(Arc::clone(SHARED.get_or_init(|| transport)))
}

/// There is none: the crate was built without its `reqwest` feature.
///
/// # Errors
/// Always.
#[cfg(not(feature = "reqwest"))]
pub fn default_transport() -> Result<SharedTransport, BuildError> {
    Err(BuildError::transport(
        "enable the feature `reqwest`, or call `.transport(…)` on the builder",
    ))
}

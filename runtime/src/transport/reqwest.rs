//! The transport over reqwest: rustls with ring, the platform's roots, HTTP/1.1.

use std::time::Duration;

use bytes::Bytes;
use reqwest::redirect::Policy;
use rustls::ClientConfig;
use rustls::pki_types::CertificateDer;

use super::{Sending, Transport};
use crate::base_url::check;
use crate::{Body, BuildError, Request, Response, TransportError, tls};

/// Sends over reqwest: https only, save loopback; no redirects, no retries, no cookies, no referer, no
/// decompression; bounded time and a bounded body.
///
/// It needs a Tokio runtime with time and I/O enabled around the call, and keeps nothing of it: any runtime
/// will do, and each call may have another one.
#[derive(Clone, Debug)]
pub struct ReqwestTransport {
    /// For https; proxies as configured.
    secure: reqwest::Client,
    /// For http to loopback. Never through a proxy: the request would leave the machine in the clear.
    plain: reqwest::Client,
    body_limit: usize,
}

/// Sets up a [`ReqwestTransport`].
#[derive(Debug)]
#[must_use]
pub struct ReqwestTransportBuilder {
    connect: Duration,
    response: Duration,
    total: Duration,
    body_limit: usize,
    idle: Option<Duration>,
    proxies: Option<Vec<reqwest::Proxy>>,
    roots: Vec<CertificateDer<'static>>,
    error: Option<BuildError>,
}

impl ReqwestTransport {
    /// Starts with ten seconds to connect, twenty for each wait for bytes, thirty in all, and 1 MiB of body.
    pub fn builder() -> ReqwestTransportBuilder {
        ReqwestTransportBuilder {
            connect: Duration::from_secs(10),
            response: Duration::from_secs(20),
            total: Duration::from_secs(30),
            body_limit: 1024 * 1024,
            idle: None,
            proxies: None,
            roots: Vec::new(),
            error: None,
        }
    }
}

impl ReqwestTransportBuilder {
    /// How long name, connection and TLS may take.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect = timeout;
        self
    }

    /// How long to wait for the answer's head, and then for each further piece of it.
    pub fn response_timeout(mut self, timeout: Duration) -> Self {
        self.response = timeout;
        self
    }

    /// How long all of it may take.
    pub fn total_timeout(mut self, timeout: Duration) -> Self {
        self.total = timeout;
        self
    }

    /// How many bytes of body are read.
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = bytes;
        self
    }

    /// Keeps connections for so long after an answer. Without it each call makes its own: refreshes are rare, and
    /// a kept connection that the server has just closed leaves the next grant in doubt. Worth it for a fleet
    /// that calls one provider many times a second.
    pub fn keep_connections(mut self, idle: Duration) -> Self {
        self.idle = Some(idle);
        self
    }

    /// Goes through this proxy. Without one, those of the environment are used (`HTTPS_PROXY`, `NO_PROXY`).
    pub fn proxy(mut self, proxy: reqwest::Proxy) -> Self {
        self.proxies.get_or_insert_default().push(proxy);
        self
    }

    /// Uses no proxy, whatever the environment says.
    pub fn no_proxy(mut self) -> Self {
        self.proxies = Some(Vec::new());
        self
    }

    /// Trusts these certificates, too (PEM).
    pub fn root_certificates(mut self, pem: &[u8]) -> Self {
        match tls::roots(pem) {
            Ok(roots) => self.roots.extend(roots),
            Err(reason) => self.error = Some(BuildError::transport(reason)),
        }
        self
    }

    /// The transport.
    ///
    /// # Errors
    /// Where a root certificate cannot be read, or the platform has none.
    pub fn build(self) -> Result<ReqwestTransport, BuildError> {
        if let Some(error) = self.error {
            return Err(error);
        }
        let tls = tls::client(self.roots.clone())
            .map_err(|error| BuildError::transport(format!("TLS: {error}")))?;
        let mut secure = self.client(tls.clone());
        for proxy in self.proxies.iter().flatten() {
            secure = secure.proxy(proxy.clone());
        }
        if self.proxies.as_ref().is_some_and(Vec::is_empty) {
            secure = secure.no_proxy();
        }
        let plain = self.client(tls).no_proxy();
        let built = |client: reqwest::ClientBuilder| {
            client
                .build()
                .map_err(|error| BuildError::transport(error.without_url().to_string()))
        };
        Ok(ReqwestTransport {
            secure: built(secure)?,
            plain: built(plain)?,
            body_limit: self.body_limit,
        })
    }

    fn client(&self, tls: ClientConfig) -> reqwest::ClientBuilder {
        let pool = match self.idle {
            Some(idle) => reqwest::Client::builder().pool_idle_timeout(idle),
            None => reqwest::Client::builder().pool_max_idle_per_host(0),
        };
        pool.tls_backend_preconfigured(tls)
            .connect_timeout(self.connect)
            .read_timeout(self.response)
            .timeout(self.total)
            .redirect(Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
    }
}

impl Transport for ReqwestTransport {
    fn send(&self, request: Request) -> Sending<'_> {
        Box::pin(self.exchange(request))
    }
}

impl ReqwestTransport {
    async fn exchange(&self, request: Request) -> Result<Response, TransportError> {
        check(request.uri()).map_err(TransportError::not_sent)?;
        if tokio::runtime::Handle::try_current().is_err() {
            return Err(TransportError::not_sent("there is no Tokio runtime here"));
        }
        let client = if request.uri().scheme() == Some(&http::uri::Scheme::HTTPS) {
            &self.secure
        } else {
            &self.plain
        };
        let request = reqwest::Request::try_from(request.map(wiped_bytes)).map_err(failed)?;
        let response = client.execute(request).await.map_err(failed)?;
        self.read(response).await
    }

    /// Reads the body up to the limit. What came of an answer that breaks off goes with the error.
    async fn read(&self, mut response: reqwest::Response) -> Result<Response, TransportError> {
        let mut head = Response::new(Body::empty());
        *head.status_mut() = response.status();
        *head.headers_mut() = std::mem::take(response.headers_mut());
        let mut bytes = Vec::new();
        loop {
            match response.chunk().await {
                Ok(None) => return Ok(head.map(|_| Body::from(bytes))),
                Ok(Some(chunk)) if bytes.len() + chunk.len() > self.body_limit => {
                    let room = self.body_limit - bytes.len();
                    bytes.extend_from_slice(&chunk[..room]);
                    let partial = head.map(|_| Body::from(bytes));
                    return Err(
                        TransportError::in_doubt("the answer's body is over the limit")
                            .with_partial(partial),
                    );
                }
                Ok(Some(chunk)) => bytes.extend_from_slice(&chunk),
                Err(error) => {
                    return Err(broken_off(error).with_partial(head.map(|_| Body::from(bytes))));
                }
            }
        }
    }
}

/// The body for reqwest, wiped when it is done with it.
fn wiped_bytes(body: Body) -> reqwest::Body {
    reqwest::Body::from(Bytes::from_owner(body))
}

/// Whether the request may have been seen: a connection that did not come about carries none.
#[cold]
fn failed(error: reqwest::Error) -> TransportError {
    let kind = if error.is_builder() {
        TransportError::not_sent("the request is not one for HTTP")
    } else if error.is_connect() {
        TransportError::not_sent("no connection came about")
    } else if error.is_timeout() {
        TransportError::in_doubt("no answer came in time")
    } else {
        TransportError::in_doubt("the connection ended before the answer")
    };
    kind.caused_by(error.without_url())
}

#[cold]
fn broken_off(error: reqwest::Error) -> TransportError {
    let kind = if error.is_timeout() {
        TransportError::in_doubt("the answer did not end in time")
    } else {
        TransportError::in_doubt("the answer broke off")
    };
    kind.caused_by(error.without_url())
}

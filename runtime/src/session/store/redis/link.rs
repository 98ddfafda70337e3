//! One connection that many calls share, made again when it is lost.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use redis::aio::MultiplexedConnection;
use redis::{
    AsyncConnectionConfig, ConnectionAddr, ConnectionInfo, IntoConnectionInfo as _, RedisError,
};
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::AbortHandle;
use tokio_rustls::TlsConnector;

use super::failed;
use crate::session::store::StoreError;
use crate::tls;

/// A connection that was not used for so long is asked whether it still works.
const STALE: Duration = Duration::from_secs(20);

/// The way to one server. It is used on the background runtime, where its connection lives.
pub(super) struct Link {
    info: ConnectionInfo,
    tls: Option<TlsConnector>,
    limit: Duration,
    current: Mutex<Option<Connected>>,
    /// Held while a connection is made, so that one is.
    connecting: tokio::sync::Mutex<()>,
}

#[derive(Clone)]
struct Connected {
    connection: MultiplexedConnection,
    driver: Arc<Driver>,
    used: Instant,
}

/// The task that reads and writes; it ends with the last one who holds this.
struct Driver(AbortHandle);

impl Drop for Driver {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Link {
    /// A link to this URL, not connected yet.
    pub(super) fn new(url: &str, roots: &[u8], limit: Duration) -> Result<Self, StoreError> {
        let (url, is_secure) = plain(url);
        if url.contains('#') {
            return Err(StoreError::refused(
                "a Redis URL has no fragment here: certificates are always verified",
            ));
        }
        // The reason is not told: it may be a piece of a password with a special character.
        let info = url.as_str().into_connection_info().map_err(|_| {
            StoreError::refused(
                "the Redis URL cannot be read; it is redis://, rediss:// or redis+unix://, and special characters in a password are percent-encoded",
            )
        })?;
        let tls = is_secure.then(|| connector(roots)).transpose()?;
        Ok(Self {
            info,
            tls,
            limit,
            current: Mutex::new(None),
            connecting: tokio::sync::Mutex::new(()),
        })
    }

    /// Where it leads, for people: no user and no password.
    pub(super) fn shown(&self) -> String {
        match self.info.addr() {
            ConnectionAddr::Tcp(host, port) => format!("{host}:{port}"),
            ConnectionAddr::Unix(path) => path.display().to_string(),
            _ => "elsewhere".to_owned(),
        }
    }

    /// Does something over the connection. Where that fails with the connection, or is given up before its answer, the next call
    /// makes a new one: what is under way on the old one would be in its way.
    pub(super) async fn with<T, F>(
        &self,
        work: impl FnOnce(MultiplexedConnection) -> F,
    ) -> Result<T, RedisError>
    where
        F: Future<Output = Result<T, RedisError>>,
    {
        let connected = self.connected().await?;
        let mut guard = Guard {
            link: self,
            driver: &connected.driver,
            is_bad: true,
        };
        let result = work(connected.connection.clone()).await;
        guard.is_bad = result.as_ref().is_err_and(failed::ends_connection);
        drop(guard);
        result
    }

    async fn connected(&self) -> Result<Connected, RedisError> {
        let _connecting = self.connecting.lock().await;
        if let Some(connected) = self.kept().await {
            return Ok(connected);
        }
        let made = tokio::time::timeout(self.limit / 2, self.connect()).await;
        let connected = made.map_err(|_| std::io::Error::from(std::io::ErrorKind::TimedOut))??;
        *self.lock() = Some(connected.clone());
        Ok(connected)
    }

    /// The connection of the last call, if it still works.
    async fn kept(&self) -> Option<Connected> {
        let (mut connected, idle) = {
            let mut current = self.lock();
            let kept = current
                .as_mut()
                .filter(|kept| !kept.driver.0.is_finished())?;
            let idle = kept.used.elapsed();
            kept.used = Instant::now();
            (kept.clone(), idle)
        };
        if idle > STALE {
            let ping = redis::cmd("PING");
            let answer = ping.query_async::<()>(&mut connected.connection);
            let answer = tokio::time::timeout(STALE / 10, answer).await;
            answer.ok()?.ok()?;
        }
        Some(connected)
    }

    async fn connect(&self) -> Result<Connected, RedisError> {
        match (self.info.addr(), &self.tls) {
            (ConnectionAddr::Tcp(host, port), tls) => {
                let stream = TcpStream::connect((host.as_str(), *port)).await?;
                stream.set_nodelay(true)?;
                let Some(tls) = tls else {
                    return self.settle(stream).await;
                };
                let name = ServerName::try_from(host.clone()).map_err(std::io::Error::other)?;
                self.settle(tls.connect(name, stream).await?).await
            }
            #[cfg(unix)]
            (ConnectionAddr::Unix(path), _) => {
                self.settle(tokio::net::UnixStream::connect(path).await?)
                    .await
            }
            _ => Err(std::io::Error::from(std::io::ErrorKind::Unsupported).into()),
        }
    }

    /// Signs in over the stream.
    async fn settle(
        &self,
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    ) -> Result<Connected, RedisError> {
        // Calls are bounded from outside.
        let config = AsyncConnectionConfig::new().set_response_timeout(None);
        let settings = self.info.redis_settings();
        let (connection, driver) =
            MultiplexedConnection::new_with_config(settings, stream, config).await?;
        Ok(Connected {
            connection,
            driver: Arc::new(Driver(tokio::spawn(driver).abort_handle())),
            used: Instant::now(),
        })
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Connected>> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Gives the connection up unless it is told that all went well.
struct Guard<'a> {
    link: &'a Link,
    driver: &'a Arc<Driver>,
    is_bad: bool,
}

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        if !self.is_bad {
            return;
        }
        self.driver.0.abort();
        let mut current = self.link.lock();
        if current
            .as_ref()
            .is_some_and(|kept| Arc::ptr_eq(&kept.driver, self.driver))
        {
            *current = None;
        }
    }
}

fn connector(roots: &[u8]) -> Result<TlsConnector, StoreError> {
    let mut trusted = Vec::new();
    if !roots.is_empty() {
        trusted = tls::roots(roots).map_err(StoreError::refused)?;
    }
    let config =
        tls::client(trusted).map_err(|error| StoreError::refused(format!("TLS: {error}")))?;
    Ok(TlsConnector::from(Arc::new(config)))
}

/// The URL for a client without TLS, which ours is added to: the library's own takes the process-wide cryptography, and
/// panics where there is none, or more than one.
fn plain(url: &str) -> (String, bool) {
    for (secure, plain) in [("rediss://", "redis://"), ("valkeys://", "valkey://")] {
        if let Some(rest) = url.strip_prefix(secure) {
            return (format!("{plain}{rest}"), true);
        }
    }
    (url.to_owned(), false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(url: &str) -> Result<Link, StoreError> {
        Link::new(url, b"", Duration::from_secs(1))
    }

    #[test]
    fn no_piece_of_a_password_is_shown() {
        let shown = link("redis://app:hunter2@cache.example.com:6380/3")
            .unwrap()
            .shown();
        assert_eq!(shown, "cache.example.com:6380");
        for url in [
            "redis://app:hunter2",
            "redis://app:hunter2@cache/hunter2",
            "postgres://app:hunter2@cache",
            "rediss://app:x@cache#hunter2",
        ] {
            let error = link(url).err().unwrap();
            assert!(
                !format!("{error} {error:?}").contains("hunter2"),
                "{error:?}"
            );
        }
    }

    #[test]
    fn certificates_cannot_be_left_unverified() {
        assert!(link("rediss://cache.example.com/#insecure").is_err());
        let secure = link("rediss://cache.example.com").unwrap();
        assert!(secure.tls.is_some());
        assert!(link("redis://cache.example.com").unwrap().tls.is_none());
    }
}

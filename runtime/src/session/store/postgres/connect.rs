//! Makes connections that live on the background runtime and end their statements by themselves.

use std::time::Duration;

use deadpool_postgres::{Connect, Hook, HookError, Manager, ManagerConfig, Pool, RecyclingMethod};
use tokio::task::JoinHandle;
use tokio_postgres::config::SslMode;
use tokio_postgres::{Client, Config, Error, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::address::Address;
use crate::session::store::StoreError;
use crate::tls;

/// A connection that was not used for so long is asked whether it still works before it is given a statement.
const STALE: Duration = Duration::from_secs(20);

/// A pool of at most so many connections, none of which is made yet.
pub(super) fn pool(
    mut address: Address,
    roots: &[u8],
    limit: Duration,
    connections: usize,
) -> Result<Pool, StoreError> {
    let tls = connector(&address, roots)?;
    if address.config.get_connect_timeout().is_none() {
        address.config.connect_timeout(limit / 2);
    }
    if address.config.get_tcp_user_timeout().is_none() {
        address.config.tcp_user_timeout(limit);
    }
    let connect = Connector {
        tls,
        settings: settings(limit),
    };
    let recycling = ManagerConfig {
        recycling_method: RecyclingMethod::Fast,
    };
    let manager = Manager::from_connect(address.config, connect, recycling);
    Pool::builder(manager)
        .max_size(connections.max(1))
        .pre_recycle(Hook::async_fn(|client, metrics| {
            Box::pin(async move {
                if metrics.last_used() < STALE {
                    return Ok(());
                }
                let answer = tokio::time::timeout(STALE / 10, client.simple_query("")).await;
                match answer {
                    Ok(Ok(_)) => Ok(()),
                    _ => Err(HookError::message(
                        "the connection was lost while it was idle",
                    )),
                }
            })
        }))
        .build()
        .map_err(|error| StoreError::refused(format!("PostgreSQL: {error}")))
}

fn connector(address: &Address, roots: &[u8]) -> Result<Option<MakeRustlsConnect>, StoreError> {
    if address.config.get_ssl_mode() == SslMode::Disable {
        return Ok(None);
    }
    let mut trusted = Vec::new();
    if !roots.is_empty() {
        trusted = tls::roots(roots).map_err(StoreError::refused)?;
    }
    if let Some(file) = address
        .root_file
        .as_deref()
        .filter(|file| *file != "system")
    {
        let pem = std::fs::read(file).map_err(|error| {
            StoreError::refused(format!("`sslrootcert`, {file}, cannot be read")).caused_by(error)
        })?;
        trusted.extend(tls::roots(&pem).map_err(StoreError::refused)?);
    }
    let mut config =
        tls::client(trusted).map_err(|error| StoreError::refused(format!("TLS: {error}")))?;
    // Asked for where TLS begins at once (`sslnegotiation=direct`).
    config.alpn_protocols = vec![b"postgresql".to_vec()];
    Ok(Some(MakeRustlsConnect::new(config)))
}

/// The server gives up before we do, so that its answer says what happened. Durable, and one row version at a time,
/// whatever the defaults of the database are: an answer that comes before the data is on the disk is worth nothing here.
fn settings(limit: Duration) -> String {
    let statement = limit.as_millis() * 8 / 10;
    let lock = limit.as_millis() / 2;
    format!(
        "SET statement_timeout = {}; SET lock_timeout = {}; \
         SET default_transaction_isolation = 'read committed'; \
         SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'",
        statement.max(1),
        lock.max(1),
    )
}

/// Connects by the address in the pool, then settles the connection.
struct Connector {
    tls: Option<MakeRustlsConnect>,
    settings: String,
}

impl Connect for Connector {
    fn connect(
        &self,
        config: &Config,
    ) -> std::pin::Pin<Box<dyn Future<Output = Result<(Client, JoinHandle<()>), Error>> + Send + '_>>
    {
        let config = config.clone();
        Box::pin(async move {
            let (client, task) = match &self.tls {
                Some(tls) => {
                    let (client, connection) = config.connect(tls.clone()).await?;
                    (client, tokio::spawn(driven(connection)))
                }
                None => {
                    let (client, connection) = config.connect(NoTls).await?;
                    (client, tokio::spawn(driven(connection)))
                }
            };
            client.batch_execute(&self.settings).await?;
            Ok((client, task))
        })
    }
}

/// Drives a connection to its end. How it ended is said to the statement that was under way.
async fn driven(connection: impl Future<Output = Result<(), Error>>) {
    if let Err(error) = connection.await {
        tracing::debug!(target: "token_refresh::store", "a connection to PostgreSQL ended: {error}");
    }
}

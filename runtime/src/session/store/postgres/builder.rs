//! Sets a store in PostgreSQL up.

use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::Pool;

use super::address::Address;
use super::statements::Statements;
use super::tables::Tables;
use super::{Inner, PostgresStore, connect, failed, migrate};
use crate::session::store::{StoreError, remote};

/// Sets up a [`PostgresStore`].
#[derive(Clone, Debug)]
#[must_use]
pub struct PostgresStoreBuilder {
    schema: String,
    prefix: String,
    timeout: Duration,
    connections: usize,
    roots: Vec<u8>,
    may_migrate: bool,
}

/// Tables are made once in a store's life; other processes may stand in the queue for it.
const MIGRATION: Duration = Duration::from_secs(120);

impl PostgresStoreBuilder {
    pub(super) fn new() -> Self {
        Self {
            schema: "token_refresh".to_owned(),
            prefix: String::new(),
            timeout: Duration::from_secs(10),
            connections: 8,
            roots: Vec::new(),
            may_migrate: true,
        }
    }

    /// In which schema the tables are: `token_refresh` without this. It is made where it is missing.
    pub fn schema(mut self, name: impl Into<String>) -> Self {
        self.schema = name.into();
        self
    }

    /// What the names of tables, indexes and the sequence begin with: nothing without this. For a schema that is not
    /// ours alone.
    pub fn table_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// How long one call may take in all, with the wait for a connection: ten seconds without this. The server is told to
    /// give up a little earlier.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// How many connections are open at most: eight without this. Made when needed.
    pub fn connections(mut self, most: usize) -> Self {
        self.connections = most;
        self
    }

    /// Trusts these certificates too (PEM), besides the platform's and those of `sslrootcert`.
    pub fn root_certificates(mut self, pem: &[u8]) -> Self {
        self.roots.extend_from_slice(pem);
        self
    }

    /// Whether tables are made and brought up to date: yes without this. With `false`, someone else applies what
    /// [`migrations`](Self::migrations) gives, and the role needs no more than `SELECT`, `INSERT`, `UPDATE` and
    /// `DELETE` on the tables and `USAGE` on the schema and the sequence.
    pub fn apply_migrations(mut self, apply: bool) -> Self {
        self.may_migrate = apply;
        self
    }

    /// The SQL that makes the tables, for who applies it by hand.
    ///
    /// # Errors
    /// Where the schema or the prefix is no name.
    pub fn migrations(&self) -> Result<String, StoreError> {
        Tables::new(&self.schema, &self.prefix).map(|tables| migrate::script(&tables))
    }

    /// Connects to this database.
    ///
    /// # Errors
    /// As [`PostgresStore::connect`].
    pub async fn connect(self, url: &str) -> Result<PostgresStore, StoreError> {
        let address = Address::read(url)?;
        let shown = address.shown();
        let pool = connect::pool(address, &self.roots, self.timeout, self.connections)?;
        self.open(pool, shown).await
    }

    /// Uses this pool.
    ///
    /// # Errors
    /// As [`PostgresStore::with_pool`].
    pub async fn with_pool(self, pool: Pool) -> Result<PostgresStore, StoreError> {
        self.open(pool, "a pool of the application's".to_owned())
            .await
    }

    async fn open(self, pool: Pool, shown: String) -> Result<PostgresStore, StoreError> {
        let tables = Tables::new(&self.schema, &self.prefix)?;
        let inner = Arc::new(Inner {
            statements: Statements::of(&tables),
            pool,
            timeout: self.timeout,
            shown: format!("{shown}, schema {}", self.schema),
        });
        let opened = Arc::clone(&inner);
        let limit = self.timeout.max(MIGRATION);
        let wait = self.timeout;
        remote::run(limit, async move {
            let client = tokio::time::timeout(wait, opened.pool.get()).await;
            let mut client = client
                .map_err(|_| StoreError::unavailable("PostgreSQL gives no connection in time"))?
                .map_err(|error| {
                    let code = match &error {
                        deadpool_postgres::PoolError::Backend(error) => error.code(),
                        _ => None,
                    };
                    failed::at_the_start(failed::pool(&error), code)
                })?;
            warn_of_loss(&client).await;
            migrate::migrate(&mut client, &tables, self.may_migrate).await
        })
        .await?;
        Ok(PostgresStore(inner))
    }
}

/// Says so where the database may lose what it has answered for. No error: it may be a test's database.
async fn warn_of_loss(client: &tokio_postgres::Client) {
    let row = client
        .query_one(
            "SELECT current_setting('fsync') = 'off', current_setting('synchronous_commit') = 'off'",
            &[],
        )
        .await;
    let Ok(row) = row else { return };
    if row.get::<_, bool>(0) || row.get::<_, bool>(1) {
        tracing::warn!(
            target: "token_refresh::store",
            "this PostgreSQL answers before data is on the disk (fsync or synchronous_commit is off): a crash loses tokens that were spent for"
        );
    }
}

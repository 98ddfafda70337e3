//! Brings the tables up to date, once, however many processes start together.

use tokio_postgres::{Client, Error, Transaction};

use super::failed;
use super::tables::Tables;
use crate::session::store::StoreError;

/// The numbered files, in their order. A file that was released is never changed.
const MIGRATIONS: &[&str] = &[include_str!("migrations/0001_sessions.sql")];

/// What keeps the books; outside the numbered files, which it numbers.
const BOOKS: &str = "
CREATE TABLE {migrations} (
    number integer PRIMARY KEY,
    applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
)";

/// The version that this library makes.
fn ours() -> i32 {
    i32::try_from(MIGRATIONS.len()).unwrap_or(i32::MAX)
}

/// All of the SQL, for who applies it by hand.
pub(super) fn script(tables: &Tables) -> String {
    let mut script = format!("CREATE SCHEMA IF NOT EXISTS \"{}\";\n", tables.schema());
    script.push_str(&tables.fill(BOOKS.trim_start()));
    script.push_str(";\n");
    for (index, migration) in MIGRATIONS.iter().enumerate() {
        script.push('\n');
        script.push_str(&tables.fill(migration));
        script.push_str(&tables.fill(&done(index)));
        script.push('\n');
    }
    script
}

fn done(index: usize) -> String {
    format!(
        "INSERT INTO {{migrations}} (number) VALUES ({});",
        index + 1
    )
}

/// Makes or checks the tables.
pub(super) async fn migrate(
    client: &mut Client,
    tables: &Tables,
    may_change: bool,
) -> Result<(), StoreError> {
    let found = version(client, tables)
        .await
        .map_err(|error| told(&error))?;
    if is_enough(found)? {
        return Ok(());
    }
    if !may_change {
        return Err(StoreError::refused(format!(
            "the tables in schema {} are of version {}, and {} is needed: apply what `migrations()` gives",
            tables.schema(),
            found.unwrap_or(0),
            ours(),
        )));
    }
    let transaction = client.transaction().await.map_err(|error| told(&error))?;
    apply(&transaction, tables).await?;
    transaction.commit().await.map_err(|error| told(&error))
}

/// Whether these tables will do.
fn is_enough(found: Option<i32>) -> Result<bool, StoreError> {
    match found {
        // Every migration leaves the version before it working, not the one before that.
        Some(found) if found > ours() + 1 => Err(StoreError::refused(format!(
            "the tables are of version {found}, which is later than this library knows how to use ({})",
            ours() + 1
        ))),
        Some(found) => Ok(found >= ours()),
        None => Ok(false),
    }
}

async fn apply(transaction: &Transaction<'_>, tables: &Tables) -> Result<(), StoreError> {
    // Whoever comes second waits here, and then finds everything done. It may take longer than a statement should.
    transaction
        .batch_execute(
            "SET LOCAL lock_timeout = 0; SET LOCAL statement_timeout = 0; \
             SELECT pg_advisory_xact_lock(hashtextextended('token-refresh migrations', 0))",
        )
        .await
        .map_err(|error| told(&error))?;
    let found = version(transaction.client(), tables)
        .await
        .map_err(|error| told(&error))?;
    if is_enough(found)? {
        return Ok(());
    }
    if found.is_none() {
        make_books(transaction, tables).await?;
    }
    let first = usize::try_from(found.unwrap_or(0)).unwrap_or(0);
    for (index, migration) in MIGRATIONS.iter().enumerate().skip(first) {
        let text = tables.fill(migration) + &tables.fill(&done(index));
        transaction
            .batch_execute(&text)
            .await
            .map_err(|error| told(&error))?;
    }
    Ok(())
}

async fn make_books(transaction: &Transaction<'_>, tables: &Tables) -> Result<(), StoreError> {
    let known = transaction
        .query_one(
            "SELECT EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname = $1)",
            &[&tables.schema()],
        )
        .await
        .map_err(|error| told(&error))?;
    // `IF NOT EXISTS` wants the right to create schemas even where there is nothing to create.
    if !known.get::<_, bool>(0) {
        transaction
            .batch_execute(&format!("CREATE SCHEMA \"{}\"", tables.schema()))
            .await
            .map_err(|error| told(&error))?;
    }
    transaction
        .batch_execute(&tables.fill(BOOKS))
        .await
        .map_err(|error| told(&error))
}

/// The version of the tables; `None` where there are none.
async fn version(client: &Client, tables: &Tables) -> Result<Option<i32>, Error> {
    // Read from the catalogue's tables: `to_regclass` would answer from a cache that the wait for a lock leaves stale.
    let known = client
        .query_one(
            "SELECT EXISTS (SELECT FROM pg_catalog.pg_class AS class \
             JOIN pg_catalog.pg_namespace AS namespace ON namespace.oid = class.relnamespace \
             WHERE namespace.nspname = $1 AND class.relname = $2)",
            &[&tables.schema(), &tables.books()],
        )
        .await?;
    if !known.get::<_, bool>(0) {
        return Ok(None);
    }
    let row = client
        .query_one(
            &tables.fill("SELECT coalesce(max(number), 0) FROM {migrations}"),
            &[],
        )
        .await?;
    row.try_get(0).map(Some)
}

/// With the codes that mean that the names are taken, or that this role may not.
fn told(error: &Error) -> StoreError {
    use tokio_postgres::error::SqlState;
    let plain = failed::statement(error);
    match error.code() {
        Some(&(SqlState::DUPLICATE_TABLE | SqlState::WRONG_OBJECT_TYPE)) => {
            StoreError::refused(format!(
                "the schema holds tables of someone else's; choose another schema or prefix. {plain}"
            ))
        }
        code => failed::at_the_start(plain, code),
    }
}

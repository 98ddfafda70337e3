//! The tables: made once, by whoever comes first, and understood when they are later by one.

use token_refresh_runtime::session::store::{PostgresStore, StoreErrorKind};

use super::stores;
use super::support::servers::{self, unique};

#[tokio::test]
async fn many_who_start_at_once_make_the_tables_once() {
    let Some(server) = servers::postgres() else {
        return;
    };
    let schema = unique("started");
    let started: Vec<_> = (0..16)
        .map(|_| {
            let (schema, url) = (schema.clone(), server.url());
            tokio::spawn(async move {
                PostgresStore::builder()
                    .schema(schema)
                    .connections(1)
                    .connect(&url)
                    .await
            })
        })
        .collect();
    for store in started {
        store.await.unwrap().unwrap();
    }
    assert_eq!(
        server.sql(&format!("SELECT number FROM {schema}.migrations")),
        "1"
    );
}

#[tokio::test]
async fn tables_that_are_later_by_one_are_used_and_others_refused() {
    let Some(server) = servers::postgres() else {
        return;
    };
    let schema = unique("later");
    let builder = PostgresStore::builder().schema(&schema);
    builder.clone().connect(&server.url()).await.unwrap();
    // What a next version may do: more columns, with a default.
    server.sql(&format!(
        "ALTER TABLE {schema}.sessions ADD COLUMN note text DEFAULT ''; INSERT INTO {schema}.migrations VALUES (2)"
    ));
    let store = builder.clone().connect(&server.url()).await.unwrap();
    stores::in_short(&store).await;
    server.sql(&format!("INSERT INTO {schema}.migrations VALUES (3)"));
    let error = builder.connect(&server.url()).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Refused, "{error:?}");
}

#[tokio::test]
async fn tables_of_someone_elses_are_left_alone() {
    let Some(server) = servers::postgres() else {
        return;
    };
    let schema = unique("theirs");
    server.sql(&format!(
        "CREATE SCHEMA {schema}; CREATE TABLE {schema}.sessions (mine int)"
    ));
    let builder = PostgresStore::builder().schema(&schema);
    let error = builder.clone().connect(&server.url()).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Refused, "{error:?}");
    let left = format!("SELECT count(*) FROM pg_tables WHERE schemaname = '{schema}'");
    assert_eq!(server.sql(&left), "1", "nothing is left of the try");
    let store = builder
        .table_prefix("fresh_")
        .connect(&server.url())
        .await
        .unwrap();
    stores::in_short(&store).await;
}

#[tokio::test]
async fn someone_else_may_make_the_tables() {
    let Some(server) = servers::postgres() else {
        return;
    };
    let (schema, role) = (unique("given"), unique("clerk"));
    server.sql(&format!("CREATE ROLE {role} LOGIN"));
    let url = server.url().replace("postgres@", &format!("{role}@"));
    let builder = PostgresStore::builder()
        .schema(&schema)
        .apply_migrations(false);
    let error = builder.clone().connect(&url).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Refused, "{error:?}");
    server.sql(&builder.migrations().unwrap());
    server.sql(&format!(
        "GRANT USAGE ON SCHEMA {schema} TO {role}; GRANT USAGE ON SEQUENCE {schema}.numbers TO {role}; \
         GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {role}"
    ));
    let store = builder.connect(&url).await.unwrap();
    stores::in_short(&store).await;
}

#[tokio::test]
async fn a_role_that_may_not_make_tables_is_told_so() {
    let Some(server) = servers::postgres() else {
        return;
    };
    let role = unique("guest");
    server.sql(&format!("CREATE ROLE {role} LOGIN"));
    let url = server.url().replace("postgres@", &format!("{role}@"));
    let error = super::builder().connect(&url).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Refused, "{error:?}");
    assert!(error.to_string().contains("permission denied"), "{error}");
}

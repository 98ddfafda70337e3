//! Files of every schema there was, and of some that there will be.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::*;
use crate::Timestamp;
use crate::session::SessionKey;
use crate::session::store::sqlite::{claims, leases, records};
use crate::session::store::{Owner, Record, StoreErrorKind};

fn folder() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tokens.db");
    (folder, path)
}

fn open(path: &Path) -> Connection {
    let connection = Connection::open(path).unwrap();
    connection
        .busy_timeout(std::time::Duration::from_secs(20))
        .unwrap();
    connection
}

fn version_of(connection: &Connection) -> i32 {
    version(connection).unwrap()
}

/// Each table and index with the statement that makes it.
fn layout(connection: &Connection) -> Vec<(String, Option<String>)> {
    connection
        .prepare("SELECT name, sql FROM sqlite_schema ORDER BY name")
        .unwrap()
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap()
}

/// What this library does with a file, as far as it depends on the layout.
fn use_it(connection: &Connection) -> Result<(), Fault> {
    let (key, owner) = (
        SessionKey::new("example", "customer-1"),
        Owner::named("one"),
    );
    let (now, minute) = (Timestamp::now(), std::time::Duration::from_secs(60));
    let record = Record::new("bytes", Some(now));
    let before = records::load(connection, &key)?.map(|entry| entry.version);
    records::write(connection, &key, before, &record, now)?;
    let due = claims::Claim {
        provider: "example".to_owned(),
        due: now,
        limit: 1,
        hold: minute,
    };
    assert_eq!(
        claims::claim(connection, &due, now)?,
        std::slice::from_ref(&key)
    );
    leases::acquire(connection, &key, &owner, minute, now)?;
    let found = records::load(connection, &key)?.unwrap();
    assert_eq!(found.record.bytes, record.bytes);
    Ok(())
}

/// A step as a later version may have one: it adds, and what was there keeps its meaning.
const ADDS: Migration = Migration {
    sql: "ALTER TABLE sessions ADD COLUMN colour TEXT; CREATE TABLE later (id INTEGER) STRICT;",
    usable_from: 1,
};

/// A step after which the schema just before can still be used, and none older.
fn shuts_out(before: usize) -> Migration {
    Migration {
        sql: "DROP TABLE later;",
        usable_from: number(before),
    }
}

fn with<'a>(later: impl IntoIterator<Item = &'a Migration>) -> Vec<Migration> {
    let copy = |step: &Migration| Migration { ..*step };
    MIGRATIONS.iter().chain(later).map(copy).collect()
}

#[test]
fn every_earlier_schema_becomes_the_latest() {
    let all = with([&ADDS]);
    let (_folder, path) = folder();
    let mut fresh = open(&path.with_extension("fresh"));
    migrate(&mut fresh, &all, &path).unwrap();
    for done in 0..=all.len() {
        let path = path.with_extension(done.to_string());
        let mut connection = open(&path);
        migrate(&mut connection, &all[..done], &path).unwrap();
        assert_eq!(version_of(&connection), number(done));
        if done > 0 {
            use_it(&connection).unwrap();
        }
        migrate(&mut connection, &all, &path).unwrap();
        assert_eq!(version_of(&connection), number(all.len()));
        assert_eq!(layout(&connection), layout(&fresh));
        use_it(&connection).unwrap();
    }
}

#[test]
fn going_back_by_one_version_is_possible_and_by_more_is_refused() {
    let (_folder, path) = folder();
    let ours = latest();
    let mut connection = open(&path);
    migrate(&mut connection, &with([&ADDS]), &path).unwrap();
    use_it(&connection).unwrap();
    migrate(&mut connection, MIGRATIONS, &path).unwrap();
    use_it(&connection).unwrap();
    assert_eq!(version_of(&connection), ours + 1, "it stays as it is");

    let later = with([&ADDS, &shuts_out(MIGRATIONS.len() + 1)]);
    migrate(&mut connection, &later, &path).unwrap();
    let one_before = with([&ADDS]);
    migrate(&mut connection, &one_before, &path).unwrap();
    let Err(Fault::Store(error)) = migrate(&mut connection, MIGRATIONS, &path) else {
        panic!("two versions later is too much")
    };
    assert_eq!(error.kind(), StoreErrorKind::Refused);
    let said = error.to_string();
    assert!(said.contains("written by a later version"), "{said}");
    assert!(said.contains(&format!("has schema {}", ours + 2)), "{said}");
    assert_eq!(version_of(&connection), ours + 2, "it stays as it is");
}

#[test]
fn no_step_shuts_out_the_schema_before_it() {
    for (index, step) in MIGRATIONS.iter().enumerate() {
        let made = number(index + 1);
        assert!((1..=made).contains(&step.usable_from));
        assert!(made == 1 || step.usable_from < made, "step {made}");
    }
}

#[test]
fn what_an_older_program_writes_leaves_later_columns_alone() {
    let (_folder, path) = folder();
    let mut connection = open(&path);
    migrate(&mut connection, &with([&ADDS]), &path).unwrap();
    use_it(&connection).unwrap();
    connection
        .execute("UPDATE sessions SET colour = 'green'", [])
        .unwrap();
    use_it(&connection).unwrap();
    let colour: String = connection
        .query_row("SELECT colour FROM sessions", [], |row| row.get(0))
        .unwrap();
    assert_eq!(colour, "green");
}

/// A step that is not made to be taken twice: `ALTER TABLE … ADD COLUMN` fails the second time.
#[test]
fn of_many_that_migrate_at_once_one_does_it() {
    let (_folder, path) = folder();
    migrate(&mut open(&path), MIGRATIONS, &path).unwrap();
    let all = with([&ADDS]);
    let start = std::sync::Barrier::new(8);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let mut connection = open(&path);
                assert_eq!(version_of(&connection), latest());
                start.wait();
                migrate(&mut connection, &all, &path).unwrap();
                assert_eq!(version_of(&connection), latest() + 1);
            });
        }
    });
    use_it(&open(&path)).unwrap();
}

#[test]
fn a_step_that_fails_leaves_the_file_as_it_was() {
    let (_folder, path) = folder();
    let mut connection = open(&path);
    migrate(&mut connection, MIGRATIONS, &path).unwrap();
    let before = layout(&connection);
    let broken = Migration {
        sql: "CREATE TABLE half (id INTEGER) STRICT; CREATE TABLE sessions (id INTEGER) STRICT;",
        usable_from: 1,
    };
    migrate(&mut connection, &with([&ADDS, &broken]), &path).unwrap_err();
    assert_eq!(
        (version_of(&connection), layout(&connection)),
        (latest(), before)
    );
}

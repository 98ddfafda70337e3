//! The file itself: its mode, its name, its folder.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::Path;

use token_refresh_runtime::session::store::SqliteStore;
use token_refresh_runtime::session::store::StoreErrorKind::{Refused, Unavailable};

use crate::support::*;

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

/// The other process of the next test: it may give files any mode.
#[test]
fn writes_under_a_careless_umask() {
    let Some(path) = given_path() else { return };
    run(async {
        let store = open(&path).await;
        put(&store, &key(1), None, &record(1)).await;
        for suffix in ["", "-wal", "-shm"] {
            let mode = fs::metadata(beside(&path, suffix)).unwrap().mode() & 0o777;
            assert_eq!(mode, 0o600, "{suffix} has mode {mode:o}");
        }
    });
}

#[test]
fn all_files_are_made_for_the_owner_alone() {
    let (folder, path) = folder();
    let inner = process("file::writes_under_a_careless_umask", &path);
    let mut outer = std::process::Command::new("sh");
    outer
        .args(["-c", "umask 000; exec \"$0\" \"$@\""])
        .arg(inner.get_program())
        .args(inner.get_args())
        .env("TOKEN_REFRESH_TEST_STORE", &path);
    assert_success(outer.spawn().unwrap());
    let left: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert!(
        left.iter()
            .all(|name| name.to_str().unwrap().starts_with("tokens.db")),
        "{left:?}"
    );
}

#[tokio::test]
async fn a_file_that_others_can_read_is_refused() {
    let (_folder, path) = folder();
    let store = open(&path).await;
    put(&store, &key(1), None, &record(1)).await;
    for (of, mode) in [("", 0o640), ("", 0o602), ("-wal", 0o604)] {
        let file = beside(&path, of);
        set_mode(&file, mode);
        let help = format!("run `chmod 600 {}`", file.display());
        assert_error(SqliteStore::open(&path).await, Refused, &help);
        set_mode(&file, 0o600);
    }
    open(&path).await;
}

#[tokio::test]
async fn a_symlink_is_refused() {
    let (folder, path) = folder();
    drop(open(&path).await);
    let link = folder.path().join("link.db");
    symlink(&path, &link).unwrap();
    assert_error(SqliteStore::open(&link).await, Refused, "is a symlink");
    fs::remove_file(&link).unwrap();
    symlink("nowhere", &link).unwrap();
    assert_error(SqliteStore::open(&link).await, Refused, "is a symlink");
    assert!(!folder.path().join("nowhere").exists());
}

#[tokio::test]
async fn a_log_that_is_a_symlink_is_refused() {
    let (folder, path) = folder();
    drop(open(&path).await);
    wait_until_closed(&path);
    let prey = folder.path().join("prey");
    fs::write(&prey, "precious").unwrap();
    for suffix in ["-wal", "-shm", "-journal"] {
        let log = beside(&path, suffix);
        symlink(&prey, &log).unwrap();
        assert_error(SqliteStore::open(&path).await, Refused, "is a symlink");
        fs::remove_file(&log).unwrap();
    }
    assert_eq!(fs::read_to_string(&prey).unwrap(), "precious");
}

#[tokio::test]
async fn a_symlink_on_the_way_is_followed_once() {
    let (folder, path) = folder();
    let elsewhere = folder.path().join("elsewhere");
    symlink(path.parent().unwrap(), &elsewhere).unwrap();
    let store = open(&elsewhere.join("tokens.db")).await;
    assert_eq!(store.path(), path, "both names lead to the same log");
    fs::remove_file(&elsewhere).unwrap();
    put(&store, &key(1), None, &record(1)).await;
}

#[tokio::test]
async fn a_folder_where_anybody_may_replace_the_file_is_refused() {
    let (_folder, path) = folder();
    drop(open(&path).await);
    let folder = path.parent().unwrap();
    set_mode(folder, 0o777);
    assert_error(SqliteStore::open(&path).await, Refused, "run `chmod o-w ");
    set_mode(folder, 0o1777);
    open(&path).await;
    set_mode(folder, 0o770);
    open(&path).await;
}

#[tokio::test]
async fn a_second_name_is_refused() {
    let (folder, path) = folder();
    drop(open(&path).await);
    let second = folder.path().join("second.db");
    fs::hard_link(&path, &second).unwrap();
    for path in [&path, &second] {
        assert_error(SqliteStore::open(path).await, Refused, "a hard link");
    }
}

/// As where a process dies after it gave a new file its name, and before it took the draft's name away.
#[tokio::test]
async fn the_name_of_a_draft_that_was_left_is_taken_away() {
    let (folder, path) = folder();
    drop(open(&path).await);
    let draft = ".tokens.db.new-01234567-89ab-4cde-8f01-23456789abcd";
    let draft = folder.path().join(draft);
    fs::hard_link(&path, &draft).unwrap();
    open(&path).await;
    assert!(!draft.exists());
}

#[tokio::test]
async fn what_is_no_file_is_refused() {
    let (folder, path) = folder();
    fs::create_dir(&path).unwrap();
    assert_error(
        SqliteStore::open(&path).await,
        Refused,
        "is no regular file",
    );
    assert_error(
        SqliteStore::open("/").await,
        Refused,
        "is no path of a file",
    );
    assert_error(SqliteStore::open("").await, Refused, "is no path of a file");
    let nowhere = folder.path().join("no/tokens.db");
    assert_error(
        SqliteStore::open(nowhere).await,
        Unavailable,
        "the folder cannot be used",
    );
}

#[tokio::test]
async fn someone_elses_file_is_refused() {
    let (_folder, path) = folder();
    drop(open(&path).await);
    if std::os::unix::fs::chown(&path, Some(65534), None).is_err() {
        skipped("only root can give a file away");
        return;
    }
    assert_error(
        SqliteStore::open(&path).await,
        Refused,
        "belongs to user 65534",
    );
}

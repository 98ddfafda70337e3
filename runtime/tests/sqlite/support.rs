//! Folders, sessions, and other processes: this very program, started again.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;
use token_refresh_runtime::session::SessionKey;
use token_refresh_runtime::session::store::{
    Record, SqliteStore, Store, StoreError, StoreErrorKind, Version, Written,
};

/// A folder of its own, and the path of a store in it.
pub(crate) fn folder() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().canonicalize().unwrap().join("tokens.db");
    (folder, path)
}

pub(crate) fn key(number: usize) -> SessionKey {
    SessionKey::new("example", format!("customer-{number}"))
}

pub(crate) async fn open(path: &Path) -> SqliteStore {
    SqliteStore::open(path).await.unwrap()
}

/// A record that says how often it was written, long enough to take more than one page of the file.
pub(crate) fn record(count: u64) -> Record {
    Record::new(format!("{count:020}").repeat(400), None)
}

/// What [`record`] was given, if not one byte is wrong.
pub(crate) fn count_of(found: &Record) -> u64 {
    let text = str::from_utf8(&found.bytes).expect("the record is whole");
    let count = text[..20].parse().expect("the record is whole");
    assert_eq!(found.bytes, record(count).bytes, "the record is torn");
    count
}

/// Writes where there is nothing, or over this version.
pub(crate) async fn put(
    store: &SqliteStore,
    key: &SessionKey,
    expected: Option<Version>,
    record: &Record,
) -> Version {
    match store.write(key, expected, record).await.unwrap() {
        Written::Stored(version) => version,
        Written::Conflict => panic!("{key}: {expected:?} was the version"),
    }
}

/// Waits until nobody in this process has the file open any more.
pub(crate) fn wait_until_closed(path: &Path) {
    let log = beside(path, "-wal");
    wait_for("the last user of a file removes its log", || !log.exists());
}

pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut path = path.as_os_str().to_owned();
    path.push(suffix);
    path.into()
}

/// Looks again and again, for a minute at most.
pub(crate) fn wait_for(what: &str, mut is_so: impl FnMut() -> bool) {
    let began = std::time::Instant::now();
    while !is_so() {
        assert!(
            began.elapsed().as_secs() < 60,
            "a minute passed before {what}"
        );
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
}

/// Asserts the kind, and that the message says this.
#[track_caller]
pub(crate) fn assert_error<T: std::fmt::Debug>(
    result: Result<T, StoreError>,
    kind: StoreErrorKind,
    says: &str,
) {
    let error = result.unwrap_err();
    assert_eq!(error.kind(), kind, "{error}");
    assert!(error.to_string().contains(says), "{error}");
}

/// This program as another process, in which only the test of this name runs, with this in its environment.
pub(crate) fn process(test: &str, path: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args([test, "--exact", "--nocapture", "--test-threads=1"])
        .env("TOKEN_REFRESH_TEST_STORE", path)
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit());
    command
}

/// The store's path in a process that was started by [`process`]; `None` in the one that runs the tests.
pub(crate) fn given_path() -> Option<PathBuf> {
    std::env::var_os("TOKEN_REFRESH_TEST_STORE").map(PathBuf::from)
}

pub(crate) fn assert_success(mut child: Child) {
    let status = child.wait().unwrap();
    assert!(status.success(), "a process ended with {status}");
}

/// The number for every day, or the one for `TOKEN_REFRESH_FULL=1`.
pub(crate) fn often(usually: usize, in_full: usize) -> usize {
    match std::env::var_os("TOKEN_REFRESH_FULL") {
        Some(_) => in_full,
        None => usually,
    }
}

pub(crate) fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(work)
}

/// Says on the terminal, past the harness's capture, that this test is not done here.
pub(crate) fn skipped(reason: &str) {
    let test = std::thread::current();
    let name = test.name().unwrap_or("a test");
    let _ = writeln!(std::io::stderr(), "SKIPPED {name}: {reason}");
}

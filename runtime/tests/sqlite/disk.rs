//! A full disk and one that cannot be written.

use std::fs;
use std::path::Path;
use std::process::Command;

use token_refresh_runtime::session::store::StoreErrorKind::Unavailable;
use token_refresh_runtime::session::store::{SqliteStore, Store, Version, Written};

use crate::support::*;

/// Writes until there is no room; gives what was stored last.
async fn write_until_full(store: &SqliteStore) -> (Version, u64) {
    let mut last = (put(store, &key(0), None, &record(0)).await, 0);
    for count in 1..10_000 {
        match store.write(&key(0), Some(last.0), &record(count)).await {
            Ok(Written::Stored(version)) => last = (version, count),
            Ok(Written::Conflict) => panic!("nobody else writes"),
            Err(error) => {
                assert_eq!(error.kind(), Unavailable, "{error}");
                eprintln!("after {count} writes: {error}");
                return last;
            }
        }
    }
    panic!("the disk is never full");
}

/// What has to hold with no room, and again with room.
async fn check(path: &Path, store: &SqliteStore, last: (Version, u64), make_room: impl FnOnce()) {
    for _ in 0..3 {
        let found = store.load(&key(0)).await.unwrap().unwrap();
        assert_eq!(
            (found.version, count_of(&found.record)),
            last,
            "read while it is full"
        );
        let again = store.write(&key(0), Some(last.0), &record(7)).await;
        assert_eq!(again.unwrap_err().kind(), Unavailable);
    }
    make_room();
    put(store, &key(0), Some(last.0), &record(99_999)).await;
    let found = open(path).await.load(&key(0)).await.unwrap().unwrap();
    assert_eq!(count_of(&found.record), 99_999);
}

/// The other process of the next test, whose files may be no larger than a limit.
#[test]
fn writes_to_a_limit() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Some(path) = given_path() else { return };
    let limit = |bytes| {
        let maximum = getrlimit(Resource::Fsize).maximum;
        let current = Some(bytes);
        setrlimit(Resource::Fsize, Rlimit { current, maximum }).unwrap();
    };
    run(async {
        let store = open(&path).await;
        limit(300_000);
        let last = write_until_full(&store).await;
        check(&path, &store, last, || limit(10_000_000)).await;
    });
}

/// Needs no privileges: the kernel says "too large" to whoever passes `ulimit -f`.
#[test]
fn a_limit_of_the_files_size_tears_nothing() {
    let (_folder, path) = folder();
    let inner = process("disk::writes_to_a_limit", &path);
    // The signal that comes with it would end the process.
    assert_success(
        in_shell("trap '' XFSZ; exec \"$0\" \"$@\"", &inner)
            .spawn()
            .unwrap(),
    );
}

/// The other process of the next test, in a file system of half a megabyte.
#[test]
fn writes_to_a_full_disk() {
    let Some(path) = given_path() else { return };
    let filler = path.with_file_name("filler");
    fs::write(&filler, vec![0; 100_000]).unwrap();
    run(async {
        let store = open(&path).await;
        let last = write_until_full(&store).await;
        check(&path, &store, last, || fs::remove_file(&filler).unwrap()).await;
    });
}

#[test]
fn a_full_disk_tears_nothing() {
    let (folder, path) = folder();
    let mount = format!(
        "mount -t tmpfs -o size=512k tmpfs {} || exit 77; exec \"$0\" \"$@\"",
        folder.path().display()
    );
    let inner = process("disk::writes_to_a_full_disk", &path);
    let shell = in_shell(&mount, &inner);
    let mut command = Command::new("unshare");
    command
        .args(["--user", "--map-root-user", "--mount"])
        .arg(shell.get_program())
        .args(shell.get_args())
        .env("TOKEN_REFRESH_TEST_STORE", &path);
    let status = command.status();
    match status.as_ref().map(std::process::ExitStatus::code) {
        Ok(Some(0)) => {}
        Ok(Some(101) | None) => panic!("the process ended with {status:?}"),
        _ => skipped(&format!("no file system can be mounted here: {status:?}")),
    }
}

/// The other process of the next test, which is not root: root may write what is read-only.
#[test]
fn opens_what_is_read_only() {
    let Some(path) = given_path() else { return };
    let folder = path.parent().unwrap();
    let set_mode = |path: &Path, mode| {
        fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(mode)).unwrap();
    };
    run(async {
        let store = open(&path).await;
        put(&store, &key(1), None, &record(1)).await;
        drop(store);
        wait_until_closed(&path);
        set_mode(&path, 0o400);
        assert_error(SqliteStore::open(&path).await, Unavailable, "is read-only");
        set_mode(&path, 0o600);
        set_mode(folder, 0o500);
        assert_error(SqliteStore::open(&path).await, Unavailable, "its folder");
        let new = folder.join("new.db");
        assert_error(SqliteStore::open(new).await, Unavailable, "cannot be made");
        set_mode(folder, 0o700);
        let found = open(&path).await.load(&key(1)).await.unwrap().unwrap();
        assert_eq!(count_of(&found.record), 1);
    });
}

#[test]
fn what_is_read_only_is_unavailable_until_it_is_not() {
    use std::os::unix::fs::PermissionsExt as _;
    use std::os::unix::process::CommandExt as _;
    let (folder, path) = folder();
    let mut inner = process("disk::opens_what_is_read_only", &path);
    if rustix::process::geteuid().is_root() {
        // The program may lie where only root may go.
        let program = folder.path().join("program");
        fs::copy(inner.get_program(), &program).unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let own = folder.path().join("own");
        fs::create_dir(&own).unwrap();
        std::os::unix::fs::chown(&own, Some(65534), Some(65534)).unwrap();
        let mut command = Command::new(program);
        command
            .args(inner.get_args())
            .env("TOKEN_REFRESH_TEST_STORE", own.join("tokens.db"))
            .uid(65534)
            .gid(65534);
        inner = command;
    }
    assert_success(inner.spawn().unwrap());
}

fn in_shell(script: &str, inner: &Command) -> Command {
    let mut command = Command::new("sh");
    command
        .args(["-c", script])
        .arg(inner.get_program())
        .args(inner.get_args());
    for (name, value) in inner.get_envs() {
        command.env(name, value.unwrap());
    }
    command
}

//! A PostgreSQL of a test's own: `initdb` in a temporary folder, trust over its socket, passwords over TCP.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use super::Absent;
use super::process::{Process, find, folder, free_port, signal, wait_until};

/// A running server.
#[derive(Debug)]
pub struct Postgres {
    programs: PathBuf,
    folder: PathBuf,
    port: u16,
    as_user: Vec<OsString>,
    process: Mutex<Option<Process>>,
}

/// What is unusual about it.
#[derive(Clone, Debug, Default)]
pub struct PostgresOptions {
    /// Lines for `postgresql.conf`.
    pub settings: Vec<String>,
    /// Whether it waits for the disk. A killed server loses nothing without it; a machine without power would.
    pub fsync: bool,
    /// A certificate chain and its key, PEM: TLS is on.
    pub tls: Option<(Vec<u8>, Vec<u8>)>,
}

/// The superuser's, over TCP.
pub const PASSWORD: &str = "pgs3cret-of-the-harness";

impl Postgres {
    /// Makes a cluster and starts it.
    pub fn start(options: &PostgresOptions) -> Result<Self, Absent> {
        let programs = programs()?;
        let folder = folder("trpg");
        let as_user = unprivileged(&folder)?;
        let server = Self {
            programs,
            port: free_port(),
            as_user,
            process: Mutex::new(None),
            folder,
        };
        server.make_cluster(options)?;
        server.start_again()?;
        Ok(server)
    }

    fn make_cluster(&self, options: &PostgresOptions) -> Result<(), Absent> {
        let password = self.folder.join("password");
        self.put(&password, PASSWORD.as_bytes());
        let made = self.run(
            "initdb",
            &[
                "--username=postgres".into(),
                "--auth-local=trust".into(),
                "--auth-host=scram-sha-256".into(),
                "--encoding=UTF8".into(),
                "--no-locale".into(),
                "--no-sync".into(),
                "-D".into(),
                self.data().into_os_string(),
                format!("--pwfile={}", password.display()).into(),
            ],
        );
        if !made.status.success() {
            let text = String::from_utf8_lossy(&made.stderr).into_owned();
            return Err(Absent::Broken(format!("initdb failed: {text}")));
        }
        let mut settings = format!(
            "listen_addresses = '127.0.0.1'\nport = {}\nunix_socket_directories = '{}'\n\
             max_connections = 200\nshared_buffers = 32MB\nfsync = {}\n",
            self.port,
            self.folder.display(),
            if options.fsync { "on" } else { "off" },
        );
        if let Some((chain, key)) = &options.tls {
            self.put(&self.data().join("server.crt"), chain);
            self.put(&self.data().join("server.key"), key);
            settings.push_str("ssl = on\n");
        }
        for line in &options.settings {
            writeln!(settings, "{line}").expect("a string takes it");
        }
        self.put(
            &self.data().join("postgresql.auto.conf"),
            settings.as_bytes(),
        );
        Ok(())
    }

    /// A file that only the server's user can read.
    fn put(&self, file: &Path, bytes: &[u8]) {
        fs::write(file, bytes).expect("the folder is ours");
        fs::set_permissions(file, fs::Permissions::from_mode(0o600)).expect("it is ours");
        let owner = fs::metadata(&self.folder).expect("it is there");
        std::os::unix::fs::chown(file, Some(owner.uid()), Some(owner.gid())).expect("it is ours");
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// Runs one of its programs as the server's user.
    fn run(&self, program: &str, arguments: &[OsString]) -> Output {
        let mut words = self.as_user.clone();
        words.push(self.programs.join(program).into_os_string());
        words.extend_from_slice(arguments);
        let run = Command::new(&words[0])
            .args(&words[1..])
            .current_dir(&self.folder)
            .output();
        run.expect("the program starts")
    }

    /// Starts it again with its data, on the same port.
    pub fn start_again(&self) -> Result<(), Absent> {
        let mut command = self.as_user.clone();
        command.push(self.programs.join("postgres").into_os_string());
        command.push("-D".into());
        command.push(self.data().into_os_string());
        let began = Instant::now();
        let process = loop {
            let process = Process::start(&self.folder, "QUIT", &command);
            let is_up = || self.is_ready() || process.is_over();
            wait_until("the start of postgres", &self.folder, is_up)?;
            if !process.is_over() {
                break process;
            }
            let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
            // The children of one that was killed take a moment to notice.
            let is_held = log
                .lines()
                .rev()
                .take(3)
                .any(|line| line.contains("is still in use"));
            if !is_held || began.elapsed() > Duration::from_secs(30) {
                return Err(Absent::Broken(format!("postgres does not start:\n{log}")));
            }
            process.stop();
        };
        *self.process.lock().expect("no test panics in here") = Some(process);
        Ok(())
    }

    fn is_ready(&self) -> bool {
        let host = format!("--host={}", self.folder.display());
        let port = format!("--port={}", self.port);
        self.run("pg_isready", &[host.into(), port.into()])
            .status
            .success()
    }

    /// Ends it at once, as a crash does: `kill -9` to the postmaster, whose death its children notice.
    pub fn crash(&self) {
        let process = self.take_process();
        let file = fs::read_to_string(self.data().join("postmaster.pid")).expect("it runs");
        let pid = file
            .lines()
            .next()
            .and_then(|line| line.trim().parse().ok());
        signal(pid.expect("the first line is the process id"), "KILL");
        process.stop();
    }

    /// Ends it in an orderly way, and all its connections.
    pub fn stop(&self) {
        let process = self.take_process();
        let data = self.data().into_os_string();
        let stopped = self.run(
            "pg_ctl",
            &["stop".into(), "-m".into(), "fast".into(), "-D".into(), data],
        );
        assert!(stopped.status.success(), "{stopped:?}");
        process.stop();
    }

    fn take_process(&self) -> Process {
        let process = self.process.lock().expect("no test panics in here").take();
        process.expect("it runs")
    }

    /// Its port for TCP.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The superuser's URL over the Unix socket.
    pub fn url(&self) -> String {
        let folder = self.folder.display().to_string().replace('/', "%2F");
        format!("postgres://postgres@{folder}:{}/postgres", self.port)
    }

    /// The superuser's URL over TCP, with the password in it.
    pub fn tcp_url(&self, host: &str) -> String {
        format!(
            "postgres://postgres:{PASSWORD}@{host}:{}/postgres",
            self.port
        )
    }

    /// Runs SQL as the superuser; gives the rows, unaligned.
    pub fn sql(&self, text: &str) -> String {
        let ran = self.run(
            "psql",
            &[
                "--no-psqlrc".into(),
                "-AtqX".into(),
                "-v".into(),
                "ON_ERROR_STOP=1".into(),
                format!("--host={}", self.folder.display()).into(),
                format!("--port={}", self.port).into(),
                "--username=postgres".into(),
                "--dbname=postgres".into(),
                "-c".into(),
                text.into(),
            ],
        );
        assert!(
            ran.status.success(),
            "{text}: {}",
            String::from_utf8_lossy(&ran.stderr)
        );
        String::from_utf8(ran.stdout)
            .expect("rows are text")
            .trim()
            .to_owned()
    }
}

/// A server that runs clears its own folder away.
impl Drop for Postgres {
    fn drop(&mut self) {
        if self.process.lock().is_ok_and(|process| process.is_none()) {
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}

/// The folder of the newest version's programs: in `PATH`, or where Debian puts them.
fn programs() -> Result<PathBuf, Absent> {
    let versions = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten();
    let mut folders: Vec<PathBuf> = versions.map(|entry| entry.path().join("bin")).collect();
    folders.sort_by_key(|folder| {
        let version = folder
            .iter()
            .rev()
            .nth(1)
            .and_then(|name| name.to_str()?.parse::<u32>().ok());
        std::cmp::Reverse(version)
    });
    let initdb = find(&["initdb"], &folders).ok_or_else(|| {
        Absent::NotInstalled("PostgreSQL (initdb, postgres) is not installed".into())
    })?;
    Ok(initdb.parent().expect("a file is in a folder").to_owned())
}

/// What a command begins with so that it does not run as root, which PostgreSQL refuses, and the folder made over
/// to that user.
fn unprivileged(folder: &Path) -> Result<Vec<OsString>, Absent> {
    if fs::metadata(folder).expect("it was just made").uid() != 0 {
        return Ok(Vec::new());
    }
    let passwd = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let user = ["postgres", "nobody"].iter().find_map(|name| {
        let line = passwd
            .lines()
            .find(|line| line.split(':').next() == Some(name))?;
        let mut numbers = line.split(':').skip(2).map(str::parse::<u32>);
        Some((*name, numbers.next()?.ok()?, numbers.next()?.ok()?))
    });
    let Some((name, user, group)) = user else {
        return Err(Absent::Broken(
            "root, and no other user to run PostgreSQL as".into(),
        ));
    };
    std::os::unix::fs::chown(folder, Some(user), Some(group)).expect("root may");
    let words: Vec<String> = if let Some(program) = find(&["setpriv"], &[]) {
        let program = program.display();
        [
            format!("{program}"),
            format!("--reuid={user}"),
            format!("--regid={group}"),
            "--clear-groups".into(),
        ]
        .into()
    } else if let Some(program) = find(&["runuser"], &[]) {
        [
            program.display().to_string(),
            "-u".into(),
            name.into(),
            "--".into(),
        ]
        .into()
    } else {
        let words = [
            "su",
            name,
            "-s",
            "/bin/sh",
            "-c",
            "exec \"$0\" \"$@\"",
            "--",
        ];
        words.map(String::from).into()
    };
    Ok(words.into_iter().map(OsString::from).collect())
}

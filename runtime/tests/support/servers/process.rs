//! A server's process under a shell that ends it, and clears its folder away, when the test program is gone.

use std::ffi::OsString;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use super::{Absent, unique};

/// The shell waits for a word, or for the end of its input, which comes with the end of the test program, whatever ended it.
/// A signal from the terminal ends `read`, not the shell. A server may refuse to end: a Redis does while it writes its first AOF.
const SHELL: &str = r#"
trap : INT TERM HUP
folder=$0; signal=$1; shift
"$@" >>"$folder/log" 2>&1 &
server=$!
echo "$server"
read word || word=end
kill "-$signal" "$server" 2>/dev/null
(sleep 5; kill -9 "$server") >/dev/null 2>&1 &
late=$!
wait "$server" 2>/dev/null
kill "$late" 2>/dev/null
[ "$word" = keep ] || rm -rf "$folder"
"#;

/// One run of a server.
#[derive(Debug)]
pub struct Process {
    shell: Child,
    pid: u32,
}

impl Process {
    /// Starts `command`; it is ended with `signal`.
    pub fn start(folder: &Path, signal: &str, command: &[OsString]) -> Self {
        let mut shell = Command::new("/bin/sh")
            .arg("-c")
            .arg(SHELL)
            .arg(folder)
            .arg(signal)
            .args(command)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("there is a shell");
        let mut line = String::new();
        let stdout = shell.stdout.take().expect("it is piped");
        BufReader::new(stdout)
            .read_line(&mut line)
            .expect("the shell says the process id");
        let pid = line.trim().parse().expect("a process id");
        Self { shell, pid }
    }

    /// The process id of what was started.
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// Whether it has ended by itself.
    pub fn is_over(&self) -> bool {
        // A process that ended is a zombie until the shell looks after it.
        match fs::read_to_string(format!("/proc/{}/stat", self.pid)) {
            Ok(stat) => stat
                .rsplit(')')
                .next()
                .is_some_and(|rest| rest.starts_with(" Z")),
            Err(_) => Path::new("/proc/self").exists(),
        }
    }

    /// Ends it and keeps its folder.
    pub fn stop(mut self) {
        self.tell("keep\n");
        let _ = self.shell.wait();
    }

    fn tell(&mut self, word: &str) {
        if let Some(mut input) = self.shell.stdin.take() {
            let _ = input.write_all(word.as_bytes());
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.tell("end\n");
        let _ = self.shell.wait();
    }
}

/// A new temporary folder of a short name: the path of a Unix socket has 107 bytes at most.
pub fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(unique(name));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("the temporary folder can be written");
    folder.canonicalize().expect("it was just made")
}

/// A port that nobody listens on, below those that the system gives to connections on their way out: a server takes a second to come up,
/// and one of those would be taken by then. No two calls in a program give the same one.
pub fn free_port() -> u16 {
    const FIRST: u32 = 12_000;
    const COUNT: u32 = 18_000;
    static CALLS: AtomicU32 = AtomicU32::new(0);
    // Programs that run side by side begin far apart.
    let start = std::process::id().wrapping_mul(7919);
    (0..COUNT)
        .map(|_| start.wrapping_add(CALLS.fetch_add(1, Ordering::Relaxed)) % COUNT + FIRST)
        .filter_map(|port| u16::try_from(port).ok())
        .find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok())
        .expect("loopback has a free port")
}

/// Sends a signal.
pub fn signal(pid: u32, signal: &str) {
    let status = Command::new("kill")
        .arg(format!("-{signal}"))
        .arg(pid.to_string())
        .status();
    assert!(
        status.expect("there is `kill`").success(),
        "process {pid} is there"
    );
}

/// Waits until it holds, for a minute.
pub fn wait_until(
    what: &str,
    folder: &Path,
    mut holds: impl FnMut() -> bool,
) -> Result<(), Absent> {
    let began = Instant::now();
    while !holds() {
        if began.elapsed() > Duration::from_secs(60) {
            let log = fs::read_to_string(folder.join("log")).unwrap_or_default();
            return Err(Absent::Broken(format!(
                "{what} did not happen within a minute:\n{log}"
            )));
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}

/// The first of these programs that is installed, in `PATH` or in one of the folders.
pub fn find(names: &[&str], folders: &[PathBuf]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let places: Vec<PathBuf> = folders
        .iter()
        .cloned()
        .chain(std::env::split_paths(&path))
        .collect();
    let candidates = names
        .iter()
        .flat_map(|name| places.iter().map(move |place| place.join(name)));
    candidates.into_iter().find(|candidate| candidate.is_file())
}

//! A Redis or Valkey of a test's own, which writes each change to the disk before it answers, unless told otherwise.

use std::ffi::OsString;
use std::fs;
use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::sync::Mutex;
use std::time::Duration;

use super::Absent;
use super::process::{Process, find, folder, free_port, signal, wait_until};

/// A running server.
#[derive(Debug)]
pub struct Redis {
    program: PathBuf,
    folder: PathBuf,
    port: u16,
    tls_port: Option<u16>,
    settings: Vec<OsString>,
    process: Mutex<Option<Process>>,
}

/// What is unusual about it.
#[derive(Clone, Debug, Default)]
pub struct RedisOptions {
    /// Words for its command line, such as `--maxmemory`, `10mb`; the later ones win.
    pub settings: Vec<String>,
    /// A certificate chain and its key, PEM: it listens with TLS too.
    pub tls: Option<(Vec<u8>, Vec<u8>)>,
}

impl Redis {
    /// Starts one in a new folder.
    pub fn start(options: &RedisOptions) -> Result<Self, Absent> {
        let program =
            find(&["redis-server", "valkey-server"], &["/usr/sbin".into()]).ok_or_else(|| {
                Absent::NotInstalled(
                    "Redis (redis-server or valkey-server) is not installed".into(),
                )
            })?;
        let folder = folder("trrd");
        let mut settings: Vec<OsString> = [
            "--save",
            "",
            "--appendonly",
            "yes",
            "--appendfsync",
            "always",
        ]
        .map(OsString::from)
        .into();
        let mut tls_port = None;
        if let Some((chain, key)) = &options.tls {
            let port = free_port();
            fs::write(folder.join("chain.pem"), chain).expect("the folder is ours");
            fs::write(folder.join("key.pem"), key).expect("the folder is ours");
            for (name, value) in [
                ("--tls-port", port.to_string()),
                (
                    "--tls-cert-file",
                    folder.join("chain.pem").display().to_string(),
                ),
                (
                    "--tls-key-file",
                    folder.join("key.pem").display().to_string(),
                ),
                (
                    "--tls-ca-cert-file",
                    folder.join("chain.pem").display().to_string(),
                ),
                ("--tls-auth-clients", "no".to_owned()),
            ] {
                settings.extend([OsString::from(name), value.into()]);
            }
            tls_port = Some(port);
        }
        settings.extend(options.settings.iter().map(OsString::from));
        let server = Self {
            program,
            folder,
            port: free_port(),
            tls_port,
            settings,
            process: Mutex::new(None),
        };
        server.start_again()?;
        Ok(server)
    }

    /// Starts it again with its data, on the same port.
    pub fn start_again(&self) -> Result<(), Absent> {
        let mut command = vec![self.program.clone().into_os_string()];
        for (name, value) in [
            ("--port", self.port.to_string()),
            ("--bind", "127.0.0.1".to_owned()),
            ("--dir", self.folder.display().to_string()),
            ("--unixsocket", self.socket().display().to_string()),
            ("--daemonize", "no".to_owned()),
        ] {
            command.extend([OsString::from(name), value.into()]);
        }
        command.extend(self.settings.iter().cloned());
        let process = Process::start(&self.folder, "TERM", &command);
        let is_ready = || {
            let answer = self.try_command(&["PING"]);
            answer.is_ok_and(|answer| answer.starts_with("+PONG") || answer.starts_with("-NOAUTH"))
        };
        wait_until("the start of redis", &self.folder, || {
            is_ready() || process.is_over()
        })?;
        if process.is_over() {
            let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
            return Err(Absent::Broken(format!("redis does not start:\n{log}")));
        }
        *self.process.lock().expect("no test panics in here") = Some(process);
        Ok(())
    }

    /// `kill -9`.
    pub fn crash(&self) {
        let process = self.take_process();
        signal(process.pid(), "KILL");
        process.stop();
    }

    /// Sends it a signal.
    pub fn signal(&self, name: &str) {
        let process = self.process.lock().expect("no test panics in here");
        signal(process.as_ref().expect("it runs").pid(), name);
    }

    /// Ends it in an orderly way.
    pub fn stop(&self) {
        self.take_process().stop();
    }

    /// Throws what it has written to the disk away; it must not run.
    pub fn lose_data(&self) {
        let _ = fs::remove_dir_all(self.folder.join("appendonlydir"));
        for file in ["appendonly.aof", "dump.rdb"] {
            let _ = fs::remove_file(self.folder.join(file));
        }
    }

    fn take_process(&self) -> Process {
        let process = self.process.lock().expect("no test panics in here").take();
        process.expect("it runs")
    }

    fn socket(&self) -> PathBuf {
        self.folder.join("redis.sock")
    }

    /// Its port for TCP.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Over TCP.
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Over its Unix socket.
    pub fn socket_url(&self) -> String {
        format!("redis+unix://{}", self.socket().display())
    }

    /// With TLS, where it was started with it.
    pub fn tls_url(&self, host: &str) -> String {
        format!(
            "rediss://{host}:{}",
            self.tls_port.expect("it was started with TLS")
        )
    }

    /// Runs one command over a connection of its own; gives the raw start of the answer.
    pub fn command(&self, words: &[&str]) -> String {
        self.try_command(words).expect("it runs")
    }

    fn try_command(&self, words: &[&str]) -> std::io::Result<String> {
        let mut request = format!("*{}\r\n", words.len()).into_bytes();
        for word in words {
            request.extend_from_slice(format!("${}\r\n{word}\r\n", word.len()).as_bytes());
        }
        let mut stream = UnixStream::connect(self.socket())?;
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        stream.write_all(&request)?;
        let mut buffer = vec![0; 64 * 1024];
        let length = stream.read(&mut buffer)?;
        Ok(String::from_utf8_lossy(&buffer[..length]).into_owned())
    }
}

/// A server that runs clears its own folder away.
impl Drop for Redis {
    fn drop(&mut self) {
        if self.process.lock().is_ok_and(|process| process.is_none()) {
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}

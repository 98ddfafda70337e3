//! Reads the address of a database: what tokio-postgres reads, and what libpq knows of TLS besides.

use std::borrow::Cow;
use std::net::IpAddr;
use std::time::Duration;

use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};

use crate::session::store::StoreError;

/// An address, and the file of root certificates that it names.
pub(super) struct Address {
    pub(super) config: Config,
    pub(super) root_file: Option<String>,
}

/// The system gives a dead connection up in half a minute, not in the two hours of its default.
const IDLE: Duration = Duration::from_secs(30);

impl Address {
    /// # Errors
    /// Where it cannot be read. The reason is not told: it may be a piece of a password with a special character.
    pub(super) fn read(url: &str) -> Result<Self, StoreError> {
        if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
            return Err(StoreError::refused(
                "the address of a PostgreSQL database begins with `postgres://`",
            ));
        }
        let (text, options) = split(url);
        let mut config = text.parse::<Config>().map_err(|_| unreadable())?;
        // What stands before the last `@` of a password that is not encoded must not be looked up, or shown.
        if config
            .get_hosts()
            .iter()
            .any(|host| name(host).contains('@') && !is_socket(host))
        {
            return Err(unreadable());
        }
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            return Err(StoreError::refused("the PostgreSQL URL names no host"));
        }
        config.ssl_mode(mode(&config, options.mode.as_deref())?);
        if config.get_application_name().is_none() {
            config.application_name("token-refresh");
        }
        if config.get_keepalives_idle() > Duration::from_secs(3600) {
            config.keepalives_idle(IDLE);
        }
        Ok(Self {
            config,
            root_file: options.root_file,
        })
    }

    /// Where it leads, for people: no user and no password.
    pub(super) fn shown(&self) -> String {
        let hosts: Vec<Cow<'_, str>> = self.config.get_hosts().iter().map(name).collect();
        let database = self.config.get_dbname().unwrap_or("");
        format!("{}/{database}", hosts.join(","))
    }
}

/// Where TLS is used, the certificate is verified, name and all: to encrypt to whoever answers is worth little.
fn mode(config: &Config, asked: Option<&str>) -> Result<SslMode, StoreError> {
    if config.get_hosts().iter().all(is_socket) && config.get_hostaddrs().is_empty() {
        return Ok(SslMode::Disable);
    }
    match asked {
        Some("prefer") => Ok(SslMode::Prefer),
        Some("disable") => Ok(SslMode::Disable),
        None if stays_here(config) => Ok(SslMode::Disable),
        None | Some("require" | "verify-ca" | "verify-full") => Ok(SslMode::Require),
        Some(_) => Err(StoreError::refused(
            "`sslmode` is one of disable, prefer, require, verify-ca and verify-full",
        )),
    }
}

fn unreadable() -> StoreError {
    StoreError::refused(
        "the PostgreSQL URL cannot be read; special characters in a user or password are percent-encoded, as in `%40` for `@`",
    )
}

fn name(host: &Host) -> Cow<'_, str> {
    match host {
        Host::Tcp(name) => name.into(),
        #[cfg(unix)]
        Host::Unix(path) => path.to_string_lossy(),
    }
}

fn is_socket(host: &Host) -> bool {
    match host {
        Host::Tcp(_) => false,
        #[cfg(unix)]
        Host::Unix(_) => true,
    }
}

/// Whether no byte leaves this machine.
fn stays_here(config: &Config) -> bool {
    let is_loopback = |host: &Host| match host {
        Host::Tcp(name) => {
            name == "localhost"
                || name
                    .parse()
                    .is_ok_and(|address: IpAddr| address.is_loopback())
        }
        #[cfg(unix)]
        Host::Unix(_) => true,
    };
    config.get_hosts().iter().all(is_loopback)
        && config.get_hostaddrs().iter().all(IpAddr::is_loopback)
}

#[derive(Default)]
struct Options {
    mode: Option<String>,
    root_file: Option<String>,
}

/// Takes out what tokio-postgres does not know: it has no `verify-full` and no `sslrootcert`.
fn split(url: &str) -> (String, Options) {
    let mut options = Options::default();
    let mut take = |name: &str, value: &str| {
        let place = match name {
            "sslmode" => &mut options.mode,
            "sslrootcert" => &mut options.root_file,
            _ => return false,
        };
        *place = Some(value.to_owned());
        true
    };
    // A `?` in the credentials is none of ours.
    let host = url.find('@').unwrap_or(0);
    let Some(question) = url[host..].find('?') else {
        return (url.to_owned(), options);
    };
    let (start, query) = url.split_at(host + question);
    let kept = query[1..].split('&').filter(|pair| {
        let pair = pair.split_once('=');
        !pair.is_some_and(|(name, value)| take(name, &decoded(value)))
    });
    let kept = kept.collect::<Vec<_>>().join("&");
    let text = if kept.is_empty() {
        start.to_owned()
    } else {
        format!("{start}?{kept}")
    };
    (text, options)
}

fn decoded(value: &str) -> Cow<'_, str> {
    percent_encoding::percent_decode_str(value).decode_utf8_lossy()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode_of(url: &str) -> SslMode {
        Address::read(url).unwrap().config.get_ssl_mode()
    }

    #[test]
    fn tls_is_a_must_where_bytes_leave_the_machine() {
        assert_eq!(mode_of("postgres://db.example.com/app"), SslMode::Require);
        assert_eq!(
            mode_of("postgres://127.0.0.1,db.example.com/app"),
            SslMode::Require
        );
        assert_eq!(mode_of("postgres://localhost/app"), SslMode::Disable);
        assert_eq!(mode_of("postgres://[::1]:5433/app"), SslMode::Disable);
        assert_eq!(
            mode_of("postgres:///app?host=/run/postgresql"),
            SslMode::Disable
        );
    }

    #[test]
    fn the_mode_that_is_asked_for_is_taken() {
        for (mode, expected) in [
            ("disable", SslMode::Disable),
            ("prefer", SslMode::Prefer),
            ("require", SslMode::Require),
            ("verify-ca", SslMode::Require),
            ("verify-full", SslMode::Require),
        ] {
            let url = format!("postgres://db.example.com/app?sslmode={mode}&connect_timeout=3");
            assert_eq!(mode_of(&url), expected);
        }
        assert!(Address::read("postgres://db.example.com/app?sslmode=allow").is_err());
    }

    #[test]
    fn the_root_file_is_found() {
        let url = "postgresql://db/app?sslrootcert=%2Fetc%2Froot%20ca.pem";
        let address = Address::read(url).unwrap();
        assert_eq!(address.root_file.as_deref(), Some("/etc/root ca.pem"));
    }

    #[test]
    fn no_piece_of_a_password_is_shown() {
        for url in [
            "postgres://app:hun?ter2=@db.example.com/app",
            "postgres://app:hunter2@db.example.com/app?password=hunter2",
        ] {
            let address = Address::read(url).unwrap();
            assert_eq!(address.shown(), "db.example.com/app");
        }
        for url in [
            "postgres://app:a@hunter2@db.example.com/app",
            "postgres://app:hunter2/app",
            "postgres://app@db/app?hunter2=1",
            "host=db password=hunter2",
        ] {
            let error = Address::read(url).err().unwrap();
            assert!(
                !format!("{error} {error:?}").contains("hunter2"),
                "{error:?}"
            );
        }
    }
}

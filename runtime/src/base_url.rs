//! Where a provider is: the part of its address that settings may change.

mod expand;

use std::fmt;
use std::net::Ipv4Addr;

use http::Uri;
use http::uri::{Authority, Scheme};

use crate::BuildError;

/// An `https` address without query and fragment; `http` only for this machine's own loopback.
///
/// ```
/// use token_refresh_runtime::BaseUrl;
///
/// assert!(BaseUrl::parse("https://api.example.com/v1/").is_ok());
/// assert!(BaseUrl::parse("http://127.0.0.1:8080").is_ok());
/// assert!(BaseUrl::parse("http://api.example.com").is_err());
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct BaseUrl(String);

impl BaseUrl {
    /// Takes an address; a `/` at its end is dropped.
    ///
    /// # Errors
    /// Where it is no absolute address, is not secure, or has parts that a base cannot have.
    pub fn parse(text: &str) -> Result<Self, BuildError> {
        let uri: Uri = text
            .trim()
            .parse()
            .map_err(|_| BuildError::base_url("it is not an absolute URL"))?;
        check(&uri).map_err(BuildError::base_url)?;
        if text.contains(['?', '#']) {
            return Err(BuildError::base_url("it has a query or a fragment"));
        }
        if uri.path().split('/').any(is_dot_segment) {
            return Err(BuildError::base_url("its path has a `.` or `..` in it"));
        }
        Ok(Self(text.trim().trim_end_matches('/').to_owned()))
    }

    /// The address, without a `/` at its end.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether a request may go to this address; otherwise why not.
///
/// Transports ask too: a secret never leaves in the clear, whoever made the request.
pub(crate) fn check(uri: &Uri) -> Result<(), &'static str> {
    let (Some(scheme), Some(authority)) = (uri.scheme(), uri.authority()) else {
        return Err("it is not an absolute URL");
    };
    if authority.as_str().contains('@') {
        return Err("it has a user name in it");
    }
    if authority.host().is_empty() {
        return Err("it names no host");
    }
    if *scheme == Scheme::HTTPS || (*scheme == Scheme::HTTP && is_loopback(authority)) {
        Ok(())
    } else {
        Err("only https is allowed, and http to loopback")
    }
}

/// `localhost`, `::1`, and what `127.0.0.0/8` holds, written in full.
fn is_loopback(authority: &Authority) -> bool {
    let host = authority.host();
    host.eq_ignore_ascii_case("localhost")
        || host == "[::1]"
        || host
            .parse::<Ipv4Addr>()
            .is_ok_and(|address| address.is_loopback())
}

/// Whether URL parsers take the segment for a step in the tree and not for a name.
pub(crate) fn is_dot_segment(segment: &str) -> bool {
    let plain = segment.replace("%2e", ".").replace("%2E", ".");
    plain == "." || plain == ".."
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Debug for BaseUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_secure_or_at_home() {
        for good in [
            "https://api.example.com",
            "HTTPS://api.example.com/v1",
            "https://10.0.0.1:8443/",
            "http://localhost:1",
            "http://LOCALHOST",
            "http://127.9.9.9/x",
            "http://[::1]:8080",
        ] {
            assert!(BaseUrl::parse(good).is_ok(), "{good}");
        }
    }

    #[test]
    fn anything_else_is_refused_with_the_reason() {
        let cases = [
            ("", "it is not an absolute URL"),
            ("api.example.com", "it is not an absolute URL"),
            ("/v1", "it is not an absolute URL"),
            (
                "http://api.example.com",
                "only https is allowed, and http to loopback",
            ),
            (
                "http://localhost.example.com",
                "only https is allowed, and http to loopback",
            ),
            (
                "http://127.0.0.1.example.com",
                "only https is allowed, and http to loopback",
            ),
            (
                "http://0.0.0.0",
                "only https is allowed, and http to loopback",
            ),
            (
                "ftp://api.example.com",
                "only https is allowed, and http to loopback",
            ),
            (
                "https://user:pass@api.example.com",
                "it has a user name in it",
            ),
            (
                "http://127.0.0.1@api.example.com",
                "it has a user name in it",
            ),
            (
                "https://api.example.com?x=1",
                "it has a query or a fragment",
            ),
            ("https://api.example.com/#x", "it has a query or a fragment"),
            (
                "https://api.example.com/a/../b",
                "its path has a `.` or `..` in it",
            ),
            (
                "https://api.example.com/%2e%2E/b",
                "its path has a `.` or `..` in it",
            ),
        ];
        for (url, reason) in cases {
            let error = BaseUrl::parse(url).unwrap_err().to_string();
            assert_eq!(
                error,
                format!("the base URL cannot be used: {reason}"),
                "{url}"
            );
        }
    }

    #[test]
    fn the_last_slash_is_dropped() {
        assert_eq!(
            BaseUrl::parse("https://x.example/v1/").unwrap().as_str(),
            "https://x.example/v1"
        );
    }
}

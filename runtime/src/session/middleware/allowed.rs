//! Where a token may go: a list of origins.

use std::sync::Arc;

use reqwest::Url;
use reqwest::redirect::Policy;

use crate::{BaseUrl, BuildError};

/// How many redirects are followed: as many as reqwest does by itself.
const MOST_REDIRECTS: usize = 10;

/// The origins that a token may be sent to. All are https or loopback.
#[derive(Clone, Debug)]
pub(super) struct Allowed(Arc<[Url]>);

impl Allowed {
    /// The origin of this address.
    pub(super) fn only(address: &str) -> Result<Self, BuildError> {
        Ok(Self([origin(address)?].into()))
    }

    /// This one's, too.
    pub(super) fn add(&mut self, address: &str) -> Result<(), BuildError> {
        let one_more = origin(address)?;
        self.0 = self.0.iter().cloned().chain([one_more]).collect();
        Ok(())
    }

    /// Whether a request to there gets the token.
    pub(super) fn holds(&self, address: &Url) -> bool {
        self.0
            .iter()
            .any(|allowed| are_of_one_origin(allowed, address))
    }

    /// From where the token goes, redirects are followed only to where it may go.
    pub(super) fn redirect_policy(&self) -> Policy {
        let allowed = self.clone();
        Policy::custom(move |attempt| {
            if attempt.previous().len() > MOST_REDIRECTS {
                return attempt.error("too many redirects");
            }
            let had_it = attempt.previous().iter().any(|url| allowed.holds(url));
            if had_it && !allowed.holds(attempt.url()) {
                attempt.stop()
            } else {
                attempt.follow()
            }
        })
    }
}

/// Of an address that may be shown a secret.
fn origin(address: &str) -> Result<Url, BuildError> {
    let checked = BaseUrl::parse(address)?;
    Url::parse(checked.as_str()).map_err(|_| BuildError::base_url("it is not an absolute URL"))
}

/// Whether scheme, host and port are the same.
pub(super) fn are_of_one_origin(one: &Url, other: &Url) -> bool {
    one.scheme() == other.scheme()
        && one.host_str() == other.host_str()
        && one.port_or_known_default() == other.port_or_known_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(allowed: &str, address: &str) -> bool {
        Allowed::only(allowed)
            .unwrap()
            .holds(&Url::parse(address).unwrap())
    }

    #[test]
    fn the_path_the_case_and_the_default_port_do_not_matter() {
        for same in [
            "https://api.example.com",
            "https://API.example.COM:443/v2/orders?x=1",
            "https://user:password@api.example.com/",
        ] {
            assert!(holds("https://api.example.com/v1", same), "{same}");
        }
    }

    #[test]
    fn another_scheme_host_or_port_is_another_origin() {
        for other in [
            "http://api.example.com/",
            "https://api.example.com:8443/",
            "https://api.example.com.evil.example/",
            "https://evil.example/api.example.com",
            "https://api.example.com@evil.example/",
            "https://example.com/",
        ] {
            assert!(!holds("https://api.example.com", other), "{other}");
        }
    }

    #[test]
    fn only_what_is_secure_or_at_home_can_be_allowed() {
        assert!(Allowed::only("http://api.example.com").is_err());
        assert!(Allowed::only("api.example.com").is_err());
        assert!(Allowed::only("http://127.0.0.1:8080").is_ok());
    }

    #[test]
    fn further_origins_are_allowed_by_name() {
        let mut allowed = Allowed::only("https://api.example.com").unwrap();
        allowed.add("https://files.example.com").unwrap();
        assert!(allowed.holds(&Url::parse("https://files.example.com/1").unwrap()));
        assert!(allowed.holds(&Url::parse("https://api.example.com/1").unwrap()));
        assert!(allowed.add("http://plain.example.com").is_err());
    }
}

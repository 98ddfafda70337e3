//! Addresses with variables in them, filled in so that no value can lead the call elsewhere.

use super::BaseUrl;
use crate::{AsText, BuildError};

impl BaseUrl {
    /// Fills in the variables of an address. A value may have letters, digits and `-._~`, and a port where
    /// the host ends; one that begins the address may be a whole address itself.
    ///
    /// ```
    /// use token_refresh_runtime::BaseUrl;
    ///
    /// let url = BaseUrl::expand("https://{shop}.example.com/admin", &[("shop", &"blue")])?;
    /// assert_eq!(url.as_str(), "https://blue.example.com/admin");
    /// # Ok::<(), token_refresh_runtime::BuildError>(())
    /// ```
    ///
    /// # Errors
    /// Where a value is empty or could lead elsewhere, or what comes out is no base address.
    pub fn expand(
        template: &str,
        variables: &[(&'static str, &dyn AsText)],
    ) -> Result<Self, BuildError> {
        let mut url = String::with_capacity(template.len() + 16);
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            url.push_str(before);
            let (name, after) = after.split_once('}').unwrap_or((after, ""));
            let (_, value) = variables
                .iter()
                .find(|(known, _)| *known == name)
                .ok_or_else(|| BuildError::base_url("it has a variable without a value"))?;
            let value = value.as_text();
            if value.is_empty() {
                return Err(BuildError::base_url("a value in it is empty"));
            }
            let is_first = url.is_empty();
            if !is_first && !is_harmless(&value, after) {
                return Err(BuildError::base_url(
                    "a value in it has other characters than letters, digits and `-._~`",
                ));
            }
            url.push_str(if is_first {
                value.trim_end_matches('/')
            } else {
                &value
            });
            rest = after;
        }
        url.push_str(rest);
        Self::parse(&url)
    }
}

/// No `/`, `@`, `?`, `#`, `%` or `\`: none of these lets a value move the host or leave its segment. A port
/// may end it where nothing of the host follows.
fn is_harmless(value: &str, after: &str) -> bool {
    let (name, port) = match value.split_once(':') {
        Some((name, port)) if after.is_empty() || after.starts_with('/') => (name, port),
        _ => (value, ""),
    };
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | '~');
    name.chars().all(is_plain) && port.chars().all(|c| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_stays_in_its_place() {
        for bad in [
            "evil.test/",
            "evil.test?",
            "evil.test#",
            "user@evil.test",
            "a%2fb",
            "",
            "a\\b",
            "bücher",
        ] {
            let url = BaseUrl::expand("https://{shop}.example.com", &[("shop", &bad)]);
            assert!(url.is_err(), "{bad}");
        }
    }

    #[test]
    fn a_port_that_is_none_is_refused() {
        let url = BaseUrl::expand("https://{shop}.example.com", &[("shop", &"evil.test:443")]);
        assert!(url.is_err());
    }

    #[test]
    fn the_first_value_may_be_a_whole_address() {
        let url = BaseUrl::expand(
            "{instance}/services",
            &[("instance", &"https://eu.example.com/")],
        );
        assert_eq!(url.unwrap().as_str(), "https://eu.example.com/services");
        assert!(
            BaseUrl::expand(
                "{instance}/services",
                &[("instance", &"http://eu.example.com")]
            )
            .is_err()
        );
    }

    #[test]
    fn numbers_and_several_values_fit() {
        let url = BaseUrl::expand(
            "https://{host}:{port}/{version}",
            &[("host", &"x.example"), ("port", &8443), ("version", &"v1")],
        );
        assert_eq!(url.unwrap().as_str(), "https://x.example:8443/v1");
        let url = BaseUrl::expand("https://{host}/v1", &[("host", &"x.example:8443")]);
        assert_eq!(url.unwrap().as_str(), "https://x.example:8443/v1");
    }
}

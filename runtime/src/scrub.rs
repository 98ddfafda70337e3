//! Taking the secrets of an exchange out of a provider's text, in whatever form it repeats them.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use percent_encoding::utf8_percent_encode;
use zeroize::Zeroizing;

use crate::Secret;
use crate::json::Json;
use crate::request::UNRESERVED;

/// What stands in a secret's place.
const MARK: &str = "[redacted]";

/// Shorter texts are not looked for: they turn up by chance, and as keys they protect nothing.
const SHORTEST: usize = 8;

/// The forms in which the secrets of one exchange may be repeated.
pub(crate) struct Scrubber<'a> {
    plain: Vec<&'a str>,
    encoded: Vec<Zeroizing<String>>,
}

impl<'a> Scrubber<'a> {
    pub(crate) fn new(secrets: impl IntoIterator<Item = &'a Secret>) -> Self {
        let mut plain: Vec<&str> = secrets
            .into_iter()
            .map(Secret::expose)
            .filter(|text| text.len() >= SHORTEST)
            .collect();
        // A secret may be part of another one: the longest goes first.
        plain.sort_unstable_by(|left, right| right.len().cmp(&left.len()).then(left.cmp(right)));
        plain.dedup();
        let encoded = plain.iter().flat_map(|text| encodings(text)).collect();
        Self { plain, encoded }
    }

    /// The length of the longest form that is looked for.
    pub(crate) fn longest(&self) -> usize {
        let encoded = self.encoded.iter().map(|form| form.len());
        let lengths = self.plain.iter().map(|text| text.len()).chain(encoded);
        lengths.max().unwrap_or(0)
    }

    /// The text without the secrets.
    pub(crate) fn scrub<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut scrubbed = Cow::Borrowed(text);
        let needles = self
            .plain
            .iter()
            .copied()
            .chain(self.encoded.iter().map(|form| form.as_str()));
        for needle in needles {
            if scrubbed.contains(needle) {
                scrubbed = Cow::Owned(scrubbed.replace(needle, MARK));
            }
        }
        scrubbed
    }

    /// Takes the secrets out of every string of a tree.
    pub(crate) fn scrub_json(&self, value: &mut Json) {
        match value {
            Json::String(text) => {
                if let Cow::Owned(scrubbed) = self.scrub(text) {
                    *text = scrubbed;
                }
            }
            Json::Array(items) => items.iter_mut().for_each(|item| self.scrub_json(item)),
            Json::Object(map) => {
                let odd: Vec<String> = map.keys().filter(|key| self.finds(key)).cloned().collect();
                for key in odd {
                    let value = map.remove(&key).unwrap_or_default();
                    map.insert(self.scrub(&key).into_owned(), value);
                }
                map.values_mut().for_each(|value| self.scrub_json(value));
            }
            Json::Null | Json::Bool(_) | Json::Number(_) => {}
        }
    }

    /// Whether a secret is in the text.
    pub(crate) fn finds(&self, text: &str) -> bool {
        matches!(self.scrub(text), Cow::Owned(_))
    }
}

/// The forms of a secret that differ from its plain text: in a URL, in JSON, and in base64, where it may stand
/// at any of three offsets of a longer text.
fn encodings(text: &str) -> Vec<Zeroizing<String>> {
    let percent = utf8_percent_encode(text, UNRESERVED).to_string();
    let json = Json::from(text).to_string();
    let json = json.trim_matches('"').to_owned();
    let slashes = json.replace('/', "\\/");
    let mut forms = vec![percent, json, slashes];
    for lead in 0..3 {
        forms.extend(base64_core(text, lead));
    }
    forms.retain(|form| form != text && form.len() >= SHORTEST);
    forms.sort_unstable();
    forms.dedup();
    forms.into_iter().map(Zeroizing::new).collect()
}

/// The base64 characters that depend on `text` alone when `lead` bytes stand before it.
fn base64_core(text: &str, lead: usize) -> [String; 2] {
    let padded = Zeroizing::new([&[0; 2][..lead], text.as_bytes()].concat());
    let first = (lead * 8).div_ceil(6);
    let last = padded.len() * 8 / 6;
    [
        STANDARD_NO_PAD.encode(&*padded),
        URL_SAFE_NO_PAD.encode(&*padded),
    ]
    .map(|encoded| encoded[first..last].to_owned())
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    #[test]
    fn every_form_is_found() {
        let secret = Secret::from("s3cr3t/with+\"odd\" parts");
        let scrubber = Scrubber::new([&secret]);
        let plain = secret.expose();
        let forms = [
            plain.to_owned(),
            utf8_percent_encode(plain, UNRESERVED).to_string(),
            Json::from(plain).to_string(),
            STANDARD.encode(plain),
            STANDARD.encode(format!("user:{plain}")),
            STANDARD.encode(format!("u:{plain}:x")),
        ];
        for form in forms {
            let clean = scrubber.scrub(&form).into_owned();
            assert!(clean.contains(MARK), "{form} became {clean}");
            assert!(!clean.contains("s3cr3t"), "{clean}");
        }
    }

    #[test]
    fn the_longest_goes_first() {
        let secrets = [Secret::from("abcdefgh"), Secret::from("abcdefgh-ijkl")];
        assert_eq!(
            Scrubber::new(&secrets).scrub("x abcdefgh-ijkl y abcdefgh"),
            "x [redacted] y [redacted]"
        );
    }

    #[test]
    fn short_values_are_left() {
        let secret = Secret::from("1234");
        assert_eq!(Scrubber::new([&secret]).scrub("error 1234"), "error 1234");
    }

    #[test]
    fn trees_are_scrubbed_in_place() {
        let secret = Secret::from("s3cr3t-token");
        let mut tree =
            serde_json::json!({"message": ["bad s3cr3t-token", 1], "of s3cr3t-token": {}});
        Scrubber::new([&secret]).scrub_json(&mut tree);
        assert_eq!(
            tree,
            serde_json::json!({"message": ["bad [redacted]", 1], "of [redacted]": {}})
        );
    }
}

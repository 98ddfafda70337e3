//! Finds a secret in a text where none may be: as it is, encoded, or cut.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use percent_encoding::percent_decode_str;

/// So many characters of a secret in a row give it away.
const RUN: usize = 12;

/// Fails when one of the secrets stands in the text in any form that [`find_secret`] knows.
///
/// ```
/// use token_refresh_runtime::testing::assert_no_secrets;
///
/// assert_no_secrets(&["correct-horse-battery"], "authorization: [redacted]");
/// ```
///
/// # Panics
/// When it does; the message says which one, by its position, and in which form. An empty secret is a
/// mistake of the test and panics as well.
#[track_caller]
pub fn assert_no_secrets(secrets: &[&str], text: &str) {
    for (index, secret) in secrets.iter().enumerate() {
        if let Some(form) = find_secret(secret, text) {
            panic!("secret number {index} stands in the text, {form}:\n{text}");
        }
    }
}

/// The form in which the text gives the secret away, if it does: as it is, twelve of its characters in a
/// row, percent-encoded, escaped, in Base64 (also inside a longer value), in hexadecimal, or as a list
/// of bytes. White space in the text does not hide it.
///
/// # Panics
/// When the secret is empty.
#[track_caller]
pub fn find_secret(secret: &str, text: &str) -> Option<&'static str> {
    assert!(!secret.is_empty(), "an empty secret stands in every text");
    let dense: String = text.split_whitespace().collect();
    let has = |needle: &str| text.contains(needle) || dense.contains(needle);
    if has(secret) {
        return Some("as it is");
    }
    // Which characters are encoded, and in which case, is up to whoever encodes: decoding finds them all.
    let decode = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let (decoded, of_form) = (decode(text), decode(&text.replace('+', " ")));
    if decoded.contains(secret) || of_form.contains(secret) {
        return Some("percent-encoded");
    }
    let encoded = forms(secret).into_iter().find(|(_, form)| has(form));
    if let Some((name, _)) = encoded {
        return Some(name);
    }
    let characters: Vec<char> = secret.chars().collect();
    let is_cut = |run: &[char]| {
        let run: String = run.iter().collect();
        has(&run) || decoded.contains(&run)
    };
    characters.windows(RUN).any(is_cut).then_some("in part")
}

fn forms(secret: &str) -> Vec<(&'static str, String)> {
    let escaped = format!("{secret:?}");
    let bytes = format!("{:?}", secret.as_bytes()).replace(' ', "");
    let hex = secret.bytes().fold(String::new(), |mut hex, byte| {
        // Writing to a `String` cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    });
    let mut forms = vec![
        ("escaped", escaped.trim_matches('"').to_owned()),
        ("as bytes", bytes.trim_matches(['[', ']']).to_owned()),
        ("in hexadecimal", hex.to_ascii_uppercase()),
        ("in hexadecimal", hex),
    ];
    // Encoding works on groups of three bytes, so what a secret becomes depends on what stands before it.
    // The characters at either end are mixed with its neighbours' and do not count.
    for offset in 0..3 {
        let bytes = [&[0, 0][..offset], secret.as_bytes()].concat();
        let (start, end) = ((offset * 8).div_ceil(6), bytes.len() * 8 / 6);
        for text in [
            STANDARD_NO_PAD.encode(&bytes),
            URL_SAFE_NO_PAD.encode(&bytes),
        ] {
            if end - start >= 4 {
                forms.push(("in Base64", text[start..end].to_owned()));
            }
        }
    }
    forms
}

#[cfg(test)]
mod tests {
    use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

    use super::*;

    const SECRET: &str = "s3cr3t/with+signs=and \"more\"";

    #[test]
    fn every_form_is_found() {
        let basic = STANDARD_NO_PAD.encode(format!("user:{SECRET}"));
        let percent = utf8_percent_encode(SECRET, NON_ALPHANUMERIC).to_string();
        for (form, text) in [
            ("as it is", format!("a {SECRET} b")),
            ("as it is", "correct\n  -horse-battery".to_owned()),
            ("escaped", format!("{:?}", format!("x{SECRET}y"))),
            ("percent-encoded", format!("/path/{percent}?x")),
            ("percent-encoded", percent.to_ascii_lowercase()),
            (
                "percent-encoded",
                SECRET.replace('+', "%2B").replace(' ', "+"),
            ),
            ("percent-encoded", SECRET.replace('/', "%2f")),
            ("in Base64", format!("Basic {basic}=")),
            ("in Base64", URL_SAFE_NO_PAD.encode(SECRET)),
            ("as bytes", format!("{:?}", SECRET.as_bytes())),
            ("as bytes", format!("{:#?}", SECRET.as_bytes())),
            ("in part", "…ith+signs=and…".to_owned()),
        ] {
            let secret = if text.contains("horse") {
                "correct-horse-battery"
            } else {
                SECRET
            };
            assert_eq!(find_secret(secret, &text), Some(form), "{text}");
        }
    }

    #[test]
    fn other_texts_are_clean() {
        for text in ["", "[redacted]", "s3cr3t/with", "czNjcjN0", "{\"more\": 1}"] {
            assert_eq!(find_secret(SECRET, text), None, "{text}");
        }
    }
}

//! A body as it is read: JSON, a form, text, or nothing that can be read.

use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue};
use percent_encoding::percent_decode_str;
use zeroize::Zeroizing;

use crate::json::{Json, Wiped};

/// What a response's body is.
#[derive(Debug)]
pub(crate) enum Content {
    /// There is none.
    Empty,
    /// JSON, or a form as an object of strings.
    Tree(Wiped),
    /// Something else.
    Text(Zeroizing<String>),
    /// Not what it says it is, for this reason.
    Unreadable(&'static str),
}

impl Content {
    /// Reads a body by its media type and, where that says nothing, by how it begins.
    pub(crate) fn read(headers: &HeaderMap, body: &[u8]) -> Self {
        let body = without_bom(body);
        let media_type = media_type(headers.get(CONTENT_TYPE));
        let is_json = media_type.contains("json");
        if body.trim_ascii().is_empty() {
            return Self::Empty;
        }
        if media_type.contains("form-urlencoded") {
            return Self::Tree(Wiped(form_to_json(body)));
        }
        if is_json || looks_like_json(body) {
            return match serde_json::from_slice(body) {
                Ok(value) => Self::Tree(Wiped(value)),
                Err(error) => Self::Unreadable(in_words(&error)),
            };
        }
        match std::str::from_utf8(body) {
            Ok(text) if media_type.contains("html") || text.trim_start().starts_with('<') => {
                Self::Unreadable("it is a page of HTML or XML")
            }
            Ok(text) => Self::Text(Zeroizing::new(text.trim().to_owned())),
            Err(_) => Self::Unreadable("it is neither JSON nor text"),
        }
    }

    /// Reads a body of which the end may be missing. JSON shows by itself whether it is whole; of a form the last
    /// field may be cut, and of text nothing is sure.
    pub(crate) fn read_partial(headers: &HeaderMap, body: &[u8]) -> Self {
        let media_type = media_type(headers.get(CONTENT_TYPE));
        if media_type.contains("form-urlencoded") {
            let end = body.iter().rposition(|byte| *byte == b'&').unwrap_or(0);
            return Self::read(headers, &body[..end]);
        }
        match Self::read(headers, body) {
            Self::Text(_) => Self::Unreadable("it broke off"),
            content => content,
        }
    }
}

/// The media type without its parameters, in small letters.
pub(crate) fn media_type(value: Option<&HeaderValue>) -> String {
    let text = value
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    text.split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase()
}

/// A form as an object of strings; of a repeated field the first value counts.
pub(crate) fn form_to_json(body: &[u8]) -> Json {
    let mut map = serde_json::Map::new();
    for pair in String::from_utf8_lossy(body)
        .trim()
        .split('&')
        .filter(|pair| !pair.is_empty())
    {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        map.entry(form_text(key))
            .or_insert_with(|| Json::String(form_text(value)));
    }
    Json::Object(map)
}

fn form_text(text: &str) -> String {
    percent_decode_str(&text.replace('+', " "))
        .decode_utf8_lossy()
        .into_owned()
}

/// RFC 8259 (section 8.1) forbids the mark, and lets a reader ignore it.
pub(crate) fn without_bom(body: &[u8]) -> &[u8] {
    body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body)
}

/// Vendors send JSON as `text/plain` and `text/html`: an object, an array or a string is taken for what it is.
fn looks_like_json(body: &[u8]) -> bool {
    matches!(body.trim_ascii_start().first(), Some(b'{' | b'[' | b'"'))
}

fn in_words(error: &serde_json::Error) -> &'static str {
    if error.is_eof() {
        "its JSON ends too early"
    } else {
        "it is not JSON"
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(media_type: &'static str, body: &str) -> Content {
        let mut headers = HeaderMap::new();
        if !media_type.is_empty() {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
        }
        Content::read(&headers, body.as_bytes())
    }

    fn tree(media_type: &'static str, body: &str) -> Json {
        match read(media_type, body) {
            Content::Tree(tree) => tree.0.clone(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn json_is_found_by_type_or_by_look() {
        for media_type in [
            "application/json",
            "application/problem+json; charset=utf-8",
            "text/plain",
            "text/html",
            "",
        ] {
            assert_eq!(
                tree(media_type, " {\"a\": 1}"),
                json!({"a": 1}),
                "{media_type}"
            );
        }
        assert_eq!(tree("application/json", "\u{feff}{}"), json!({}));
        assert_eq!(tree("application/json", "12"), json!(12));
        assert_eq!(tree("", "\"a-token\""), json!("a-token"));
    }

    #[test]
    fn forms_are_objects_of_strings() {
        let form = "a=1+2&b=%C3%A9&a=3&c&=x";
        assert_eq!(
            tree("application/x-www-form-urlencoded", form),
            json!({"a": "1 2", "b": "é", "c": "", "": "x"}),
        );
    }

    #[test]
    fn the_rest_is_text_nothing_or_unreadable() {
        assert!(
            matches!(read("text/plain", " a-token\n"), Content::Text(text) if *text == "a-token")
        );
        assert!(matches!(read("", " \r\n"), Content::Empty));
        assert!(matches!(
            read("application/json", "{\"a\": "),
            Content::Unreadable("its JSON ends too early")
        ));
        assert!(matches!(
            read("application/json", "<html>"),
            Content::Unreadable("it is not JSON")
        ));
        assert!(matches!(read("", "<html>"), Content::Unreadable(_)));
        assert!(matches!(read("text/html", "Sorry"), Content::Unreadable(_)));
        assert!(matches!(
            Content::read(&HeaderMap::new(), b"\xff\xfe"),
            Content::Unreadable(_)
        ));
    }
}

//! An answer that a test gives: from a documented example, or made to fire one rule.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::{Names, pointer};
use crate::model::{Example, Json};

/// An answer.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Body,
}

/// Its body.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Body {
    Empty,
    /// JSON, with its media type.
    Json(String, Json),
    /// Text, with its media type.
    Text(String, String),
}

const JSON: &str = "application/json";

impl Answer {
    pub(super) fn empty(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Body::Empty,
        }
    }

    /// The answer that an example shows; `None` for media types whose text an example does not tell.
    pub(super) fn of(example: &Example) -> Option<Self> {
        let body = match (&example.media_type, &example.body) {
            (None, _) | (_, None) => Body::Empty,
            (Some(media_type), Some(body)) => {
                let is_json = media_type.to_ascii_lowercase().contains("json");
                match body {
                    Json::String(text) if !is_json => {
                        if media_type.contains("form-urlencoded") || media_type.contains("ml") {
                            return None;
                        }
                        Body::Text(media_type.clone(), text.clone())
                    }
                    _ if !is_json && media_type.contains("form-urlencoded") => return None,
                    body => Body::Json(media_type.clone(), body.clone()),
                }
            }
        };
        Some(Self {
            status: example.status,
            headers: example.headers.clone(),
            body,
        })
    }

    /// The value at a pointer of the body.
    pub(super) fn at(&self, pointer: &str) -> Option<Json> {
        match &self.body {
            Body::Json(_, body) => pointer::get(body, pointer).cloned(),
            Body::Text(_, text) if pointer.is_empty() => Some(Json::String(text.trim().to_owned())),
            Body::Empty | Body::Text(..) => None,
        }
    }

    /// Puts a value at a pointer of the body. Says whether there was room for it.
    pub(super) fn put(&mut self, pointer: &str, value: Json) -> bool {
        match (&mut self.body, value) {
            (Body::Text(_, text), Json::String(value)) if pointer.is_empty() => {
                *text = value;
                true
            }
            (Body::Text(..), _) => false,
            (Body::Json(_, body), value) => pointer::set(body, pointer, value),
            (empty @ Body::Empty, value) => {
                let mut body = Json::Null;
                let is_set = pointer::set(&mut body, pointer, value);
                *empty = Body::Json(JSON.to_owned(), body);
                is_set
            }
        }
    }

    /// The first header of this name.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// `Answer::json(200, r#"…"#)`
    pub(super) fn expression(&self, names: &mut Names) -> TokenStream {
        names.testing.insert("Answer");
        let status = Literal::u16_unsuffixed(self.status);
        let headers = self.header_calls();
        match &self.body {
            Body::Empty => quote!(Answer::new(#status) #headers),
            Body::Json(media_type, body) if media_type == JSON => {
                let body = raw(&pointer::text(body));
                quote!(Answer::json(#status, #body) #headers)
            }
            Body::Json(media_type, body) => {
                let body = raw(&pointer::text(body));
                quote!(Answer::new(#status).header("content-type", #media_type).body(#body) #headers)
            }
            Body::Text(media_type, text) => {
                quote!(Answer::new(#status).header("content-type", #media_type).body(#text) #headers)
            }
        }
    }

    /// The arguments of `Case::new`, where it can say this answer.
    pub(super) fn short(&self) -> Option<(Literal, Literal)> {
        let status = Literal::u16_unsuffixed(self.status);
        match &self.body {
            Body::Empty => Some((status, Literal::string(""))),
            Body::Json(media_type, body) if media_type == JSON => {
                Some((status, raw(&pointer::text(body))))
            }
            _ => None,
        }
    }

    /// `.header("retry-after", "30")`
    pub(super) fn header_calls(&self) -> TokenStream {
        let headers = self.headers.iter().map(|(name, value)| {
            let name = name.to_ascii_lowercase();
            quote!(.header(#name, #value))
        });
        headers.collect()
    }
}

/// Text as it reads best, quotes unescaped. What cannot be seen is escaped all the same:
/// a character that changes the direction of text has no place in source code.
pub(super) fn raw(text: &str) -> Literal {
    let is_plain = |c: char| c == '\n' || c.is_ascii_graphic() || c == ' ' || c.is_alphanumeric();
    if !text.chars().all(is_plain) {
        return Literal::string(text);
    }
    let source = if text.contains(['"', '\\']) {
        let mut hashes = "#".to_owned();
        while text.contains(&format!("\"{hashes}")) {
            hashes.push('#');
        }
        format!("r{hashes}\"{text}\"{hashes}")
    } else {
        format!("\"{text}\"")
    };
    source.parse().unwrap_or_else(|_| Literal::string(text))
}

/// Text of several lines as a literal in which each stands on its own, indented as the code around it.
/// [`raw`] text where that cannot be.
pub(super) fn block(text: &str) -> Literal {
    if text.trim() != text || text.lines().any(|line| line.ends_with([' ', '\t'])) {
        return Literal::string(text);
    }
    let line = |line: &str| match line {
        "" => "\n".to_owned(),
        line => format!("\n                {line}"),
    };
    let lines: String = text.split('\n').map(line).collect();
    let lines = raw(&format!("{lines}\n            "));
    if lines.to_string().contains('\n') {
        lines
    } else {
        Literal::string(text)
    }
}

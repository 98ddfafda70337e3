//! An answer that a test gives: from a documented example, or made to fire one rule.

use proc_macro2::Literal;
use syn::Expr;

use super::{Names, pointer, write};
use crate::emit::ast;
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
    pub(super) fn expression(&self, names: &mut Names) -> Expr {
        names.testing.insert("Answer");
        let status = || write::digits(self.status.into());
        let new = || ast::call(&["Answer", "new"], vec![status()]);
        let typed = |media_type: &str, body| {
            let typed = header(new(), "content-type", media_type);
            ast::method(typed, "body", vec![body])
        };
        self.with_headers(match &self.body {
            Body::Empty => new(),
            Body::Json(media_type, body) if media_type == JSON => {
                let body = write::written(raw(&pointer::text(body)));
                ast::call(&["Answer", "json"], vec![status(), body])
            }
            Body::Json(media_type, body) => {
                typed(media_type, write::written(raw(&pointer::text(body))))
            }
            Body::Text(media_type, text) => typed(media_type, ast::text(text)),
        })
    }

    /// The first arguments of `Case::new`, where it can say this answer.
    pub(super) fn short(&self) -> Option<[Expr; 2]> {
        let status = write::digits(self.status.into());
        match &self.body {
            Body::Empty => Some([status, ast::text("")]),
            Body::Json(media_type, body) if media_type == JSON => {
                Some([status, write::written(raw(&pointer::text(body)))])
            }
            _ => None,
        }
    }

    /// `of.header("retry-after", "30")`
    pub(super) fn with_headers(&self, of: Expr) -> Expr {
        self.headers.iter().fold(of, |of, (name, value)| {
            header(of, &name.to_ascii_lowercase(), value)
        })
    }
}

fn header(of: Expr, name: &str, value: &str) -> Expr {
    ast::method(of, "header", vec![ast::text(name), ast::text(value)])
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

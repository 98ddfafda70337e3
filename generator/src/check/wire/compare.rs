//! Compares what would be sent with the text of an example, and says where they part. No value is shown:
//! the vendor's own example may hold a real secret.

use std::collections::BTreeSet;

use super::super::codes;
use super::super::error_code::number;
use super::expected::{Body, Expected, Text, Tree};
use crate::diagnostic::nearest::nearest;
use crate::diagnostic::{Report, Sink};
use crate::model::{Json, WireExample};

/// Headers that differ from run to run, and the one that is compared pair by pair.
const APART: [&str; 3] = ["host", "content-length", "cookie"];

pub(super) fn compare(expected: &Expected, example: &WireExample, sink: &mut Sink) {
    let mut differs = |what: String, help: Option<String>| {
        let report = Report::new(
            codes::WIRE_DIFFERS,
            "the `wire` example is not what the spec says",
        );
        let report = report.at(example.origin, what);
        sink.push(match help {
            Some(help) => report.help(help),
            None => report,
        });
    };
    let (path, query) = example
        .target
        .split_once('?')
        .unwrap_or((&example.target, ""));
    if example.method != expected.method || !path_matches(expected, path) {
        let help = format!("{} {}", expected.method, expected.shown_path);
        differs("its request line differs".to_owned(), Some(help));
    }
    if let Some(what) = pairs_differ("query parameter", &expected.query, &pairs(query)) {
        differs(what, None);
    }
    if let Some(what) = cookies_differ(expected, example) {
        differs(what, None);
    }
    headers(expected, example, &mut differs);
    if let Some(what) = body_differs(&expected.body, &example.body) {
        differs(what, None);
    }
    unlisted(expected, example, sink);
}

fn path_matches(expected: &Expected, path: &str) -> bool {
    let path = decoded(path);
    let mut rest = path.as_str();
    for piece in &expected.path {
        let (known, is_literal) = match piece {
            Text::Is(known) => (decoded(known), true),
            Text::Begins(known) => (known.clone(), false),
        };
        let Some(after) = rest.strip_prefix(known.as_str()) else {
            return false;
        };
        rest = after;
        if !is_literal {
            // What is made anew runs up to the next `/`.
            rest = &rest[rest.find('/').unwrap_or(rest.len())..];
        }
    }
    rest.is_empty()
}

fn headers(
    expected: &Expected,
    example: &WireExample,
    differs: &mut impl FnMut(String, Option<String>),
) {
    for (name, value) in &example.headers {
        if APART.iter().any(|it| it.eq_ignore_ascii_case(name)) {
            continue;
        }
        let same = |(known, _): &&(String, Text)| known.eq_ignore_ascii_case(name);
        let mut sent = expected.headers.iter().filter(same).peekable();
        if sent.peek().is_none() {
            let known: Vec<&str> = expected
                .headers
                .iter()
                .map(|(name, _)| name.as_str())
                .collect();
            let near = nearest(name, known).map(str::to_owned);
            differs(format!("the header `{name}` is not sent"), near);
        } else if !sent.any(|(_, text)| is_value(name, text, value)) {
            let help = match (
                name.eq_ignore_ascii_case("content-type"),
                expected.headers.iter().find(same),
            ) {
                (true, Some((_, Text::Is(sent)))) => Some(format!("{name}: {sent}")),
                _ => None,
            };
            differs(format!("the header `{name}` has another value"), help);
        }
    }
}

/// Media types compare without case, and in any order.
fn is_value(name: &str, sent: &Text, listed: &str) -> bool {
    let types = |text: &str| -> BTreeSet<String> {
        text.split(',')
            .map(|part| part.trim().to_ascii_lowercase())
            .collect()
    };
    match sent {
        Text::Is(sent)
            if ["accept", "content-type"]
                .iter()
                .any(|it| it.eq_ignore_ascii_case(name)) =>
        {
            types(sent) == types(listed)
        }
        sent => sent.matches(listed),
    }
}

/// What the client adds beyond the listed headers.
fn unlisted(expected: &Expected, example: &WireExample, sink: &mut Sink) {
    let is_listed = |name: &str| {
        example
            .headers
            .iter()
            .any(|(known, _)| known.eq_ignore_ascii_case(name))
    };
    let mut names: Vec<&str> = expected
        .headers
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    if !expected.cookies.is_empty() {
        names.push("cookie");
    }
    for name in names {
        let is_own = name.eq_ignore_ascii_case("accept");
        if is_own || is_listed(name) {
            continue;
        }
        let message =
            format!("the client sends the header `{name}`, which the `wire` example does not list");
        let report =
            Report::new(codes::WIRE_HEADER, message).at(example.origin, "not in this text");
        let value = expected
            .headers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, text)| text);
        sink.push(match value {
            Some(Text::Is(value)) if name.eq_ignore_ascii_case("content-type") => {
                report.help(format!("{name}: {value}"))
            }
            _ => report.help(format!("{name}: …")),
        });
    }
}

fn cookies_differ(expected: &Expected, example: &WireExample) -> Option<String> {
    let is_cookie = |(name, _): &&(String, String)| name.eq_ignore_ascii_case("cookie");
    let (_, value) = example.headers.iter().find(is_cookie)?;
    let found: Vec<_> = value
        .split(';')
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (name.trim().to_owned(), value.trim().to_owned())
        })
        .collect();
    pairs_differ("cookie", &expected.cookies, &found)
}

fn body_differs(expected: &Body, text: &str) -> Option<String> {
    match expected {
        Body::Empty => {
            (!text.trim().is_empty()).then(|| "it has a body, but none is sent".to_owned())
        }
        Body::Text(expected) => (!expected.matches(text)).then(|| "its body differs".to_owned()),
        Body::Form(expected) => pairs_differ("form field", expected, &pairs(text.trim())),
        Body::Json(tree) => match serde_json::from_str::<serde_json::Value>(text) {
            Ok(value) => tree_differs(tree, &value, ""),
            Err(error) => Some(format!(
                "its body is not JSON: line {} of the body",
                error.line()
            )),
        },
    }
}

fn tree_differs(tree: &Tree, value: &serde_json::Value, pointer: &str) -> Option<String> {
    let place = || {
        if pointer.is_empty() {
            "the body"
        } else {
            pointer
        }
        .to_owned()
    };
    match tree {
        Tree::Any => None,
        Tree::Is(known) => {
            let known = as_tree(known);
            match known {
                Tree::Is(known) => {
                    (!same(&known, value)).then(|| format!("`{}` has another value", place()))
                }
                tree => tree_differs(&tree, value, pointer),
            }
        }
        Tree::Object(entries) => {
            let Some(object) = value.as_object() else {
                return Some(format!("`{}` is no object", place()));
            };
            let below =
                |name: &str| format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
            if let Some(name) = object
                .keys()
                .find(|key| entries.iter().all(|(name, _)| name != *key))
            {
                return Some(format!("`{}` is in its body, but is not sent", below(name)));
            }
            entries
                .iter()
                .find_map(|(name, tree)| match object.get(name) {
                    Some(value) => tree_differs(tree, value, &below(name)),
                    None => Some(format!("`{}` is sent, but is not in its body", below(name))),
                })
        }
    }
}

/// Objects of the spec compare as those that are put together.
fn as_tree(value: &Json) -> Tree {
    match value {
        Json::Object(entries) => Tree::Object(
            entries
                .iter()
                .map(|(key, value)| (key.clone(), as_tree(value)))
                .collect(),
        ),
        other => Tree::Is(other.clone()),
    }
}

fn same(known: &Json, value: &serde_json::Value) -> bool {
    match (known, value) {
        (Json::Null, serde_json::Value::Null) => true,
        (Json::Bool(one), serde_json::Value::Bool(other)) => one == other,
        (Json::String(one), serde_json::Value::String(other)) => one == other,
        (Json::Array(one), serde_json::Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Json::Object(_), other) => tree_differs(&as_tree(known), other, "").is_none(),
        (known, serde_json::Value::Number(other)) => number(known)
            .zip(other.as_f64())
            .is_some_and(|(one, other)| one.total_cmp(&other).is_eq()),
        _ => false,
    }
}

/// The first difference of two lists of pairs, whatever their order.
fn pairs_differ(
    what: &str,
    expected: &[(String, Text)],
    found: &[(String, String)],
) -> Option<String> {
    let mut left: Vec<_> = found.iter().collect();
    for (name, text) in expected {
        let at = left
            .iter()
            .position(|(known, value)| known == name && text.matches(value));
        match at {
            Some(at) => drop(left.remove(at)),
            None if left.iter().any(|(known, _)| known == name) => {
                return Some(format!("the {what} `{name}` has another value"));
            }
            None => return Some(format!("the {what} `{name}` is sent, but is not in it")),
        }
    }
    let (name, _) = left.first()?;
    Some(format!("the {what} `{name}` is in it, but is not sent"))
}

fn pairs(text: &str) -> Vec<(String, String)> {
    let pair = |pair: &str| {
        let pair = pair.replace('+', " ");
        let (name, value) = pair.split_once('=').unwrap_or((&pair, ""));
        (decoded(name), decoded(value))
    };
    text.split('&')
        .filter(|text| !text.is_empty())
        .map(pair)
        .collect()
}

fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let pair = (byte == b'%').then(|| text.get(at + 1..at + 3)).flatten();
        let pair = pair.and_then(|pair| u8::from_str_radix(pair, 16).ok());
        out.push(pair.unwrap_or(byte));
        at += if pair.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&out).into_owned()
}

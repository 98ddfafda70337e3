//! What a scalar means, what a node weighs, and words about what cannot be read.

use saphyr_parser::{ScalarStyle, Tag};

use super::build::{ALIAS_BYTES, DEPTH};
use super::scalar;
use crate::diagnostic::Report;
use crate::source::{Entry, Node, Span, Value, codes};

/// What a scalar means, by its style and tag; nothing where the tag is unknown.
pub(super) fn value(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Option<Value> {
    let Some(tag) = tag else {
        return Some(match style {
            ScalarStyle::Plain => scalar::plain(text),
            _ => Value::String(text.to_owned()),
        });
    };
    // `!` alone says: no guessing.
    if tag.suffix.is_empty() || tag.suffix == "!" {
        return Some(Value::String(text.to_owned()));
    }
    if !tag.is_yaml_core_schema() {
        return None;
    }
    match tag.suffix.as_str() {
        "str" => Some(Value::String(text.to_owned())),
        "int" => scalar::integer(text),
        "float" => match scalar::plain(text) {
            Value::Integer(_) => text.parse().ok().map(Value::Float),
            value @ Value::Float(_) => Some(value),
            _ => None,
        },
        "bool" | "null" => match scalar::plain(text) {
            value @ (Value::Bool(_) | Value::Null) => Some(value),
            _ => None,
        },
        _ => None,
    }
}

/// What a node takes in memory, roughly, and how deep it is.
pub(super) fn measure(node: &Node) -> (usize, usize) {
    let own = size_of::<Entry>();
    let inner = |(bytes, height): (usize, usize), child: &Node, extra: usize| {
        let (more, deep) = measure(child);
        (bytes + more + extra, height.max(deep + 1))
    };
    match &node.value {
        Value::String(text) => (own + text.len(), 1),
        Value::Sequence(items) => items.iter().fold((own, 1), |sum, item| inner(sum, item, 0)),
        Value::Mapping(entries) => entries.iter().fold((own, 1), |sum, entry| {
            inner(sum, &entry.node, entry.key.len())
        }),
        _ => (own, 1),
    }
}

pub(super) fn not_text(span: Span) -> Report {
    Report::new(
        codes::KEY,
        "a key has to be text; this one is a list or a mapping",
    )
    .at(span, "used as a key")
    .help("put quotes around it if it is meant as text, such as \"{id}\"")
}

pub(super) fn too_deep(span: Span) -> Report {
    Report::new(
        codes::LIMIT,
        format!("more than {DEPTH} lists and mappings stand in each other"),
    )
    .at(span, "too deep")
    .help("move inner schemas to `components/schemas` and point at them with `$ref`")
}

pub(super) fn over_budget(span: Span) -> Report {
    Report::new(
        codes::ALIAS_BUDGET,
        format!(
            "what anchors and aliases repeat in this file is more than {} MiB",
            ALIAS_BYTES >> 20
        ),
    )
    .at(span, "reading stops here")
    .help("point at shared parts with `$ref` instead of aliases")
}

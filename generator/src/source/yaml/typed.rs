//! Turns a [`Node`] into any type that serde reads, and its complaints back into places.

use serde::de::DeserializeOwned;
use serde_path_to_error::Segment;

use crate::source::{Node, Span, Value};

/// Why a node is not of the type asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeError {
    /// The nearest node, or its key where the key itself is wrong.
    pub span: Span,
    /// What is wrong, in serde's words.
    pub message: String,
}

/// Reads a node as a `T`.
pub fn typed<T: DeserializeOwned>(node: &Node) -> Result<T, TypeError> {
    serde_path_to_error::deserialize(plain(node)).map_err(|error| TypeError {
        span: place(node, error.path()),
        message: error.inner().to_string(),
    })
}

/// The node without its spans.
fn plain(node: &Node) -> serde_yaml::Value {
    match &node.value {
        Value::Null => serde_yaml::Value::Null,
        Value::Bool(value) => serde_yaml::Value::Bool(*value),
        Value::Integer(value) => serde_yaml::Value::Number(number(*value)),
        Value::Float(value) => serde_yaml::Value::Number((*value).into()),
        Value::String(text) => serde_yaml::Value::String(text.clone()),
        Value::Sequence(items) => serde_yaml::Value::Sequence(items.iter().map(plain).collect()),
        Value::Mapping(entries) => serde_yaml::Value::Mapping(
            entries
                .iter()
                .map(|entry| {
                    (
                        serde_yaml::Value::String(entry.key.clone()),
                        plain(&entry.node),
                    )
                })
                .collect(),
        ),
    }
}

/// What does not fit 64 bits is a float, as it is for JSON's readers.
#[allow(clippy::cast_precision_loss)]
fn number(value: i128) -> serde_yaml::Number {
    if let Ok(value) = i64::try_from(value) {
        return value.into();
    }
    u64::try_from(value).map_or_else(|_| (value as f64).into(), Into::into)
}

/// The deepest node on the path that there is.
fn place(root: &Node, path: &serde_path_to_error::Path) -> Span {
    let mut node = root;
    let mut span = root.span;
    for segment in path {
        let next = match segment {
            Segment::Map { key } => node.entry(key).map(|entry| (&entry.node, entry.key_span)),
            Segment::Seq { index } => node.items().get(*index).map(|item| (item, item.span)),
            _ => None,
        };
        let Some((inner, place)) = next else { break };
        node = inner;
        // A mapping's own span is many lines; its key says as much.
        span = if matches!(node.value, Value::Mapping(_)) {
            place
        } else {
            node.span
        };
    }
    span
}

/// The node as YAML, for people to read.
pub fn text(node: &Node) -> String {
    serde_yaml::to_string(&plain(node)).unwrap_or_default()
}

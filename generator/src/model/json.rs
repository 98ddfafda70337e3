//! Turns a YAML value into the [`Json`] that it stands for.

use super::Json;
use crate::source::{Node, Value};

impl From<&Node> for Json {
    fn from(node: &Node) -> Self {
        match &node.value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Bool(*value),
            Value::Integer(value) => Self::Integer(*value),
            Value::Float(value) => Self::Float(*value),
            Value::String(text) => Self::String(text.clone()),
            Value::Sequence(items) => Self::Array(items.iter().map(Self::from).collect()),
            Value::Mapping(entries) => {
                let pair =
                    |entry: &crate::source::Entry| (entry.key.clone(), Self::from(&entry.node));
                Self::Object(entries.iter().map(pair).collect())
            }
        }
    }
}

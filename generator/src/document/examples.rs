//! Turns named examples, in whichever way they are written, into those of OpenAPI 3.0.

use super::grammar;
use super::walk::Walk;
use crate::source::{Entry, Node, Value};

impl Walk<'_> {
    /// Examples by name. A list of bare values and bare values by name are understood as well.
    pub(super) fn examples(&mut self, node: &Node) -> Option<Node> {
        let entries = match &node.value {
            Value::Sequence(items) => items
                .iter()
                .enumerate()
                .map(|(index, item)| Entry {
                    key: format!("example{}", index + 1),
                    key_span: item.span,
                    node: wrapped(item),
                })
                .collect(),
            Value::Mapping(given) => given
                .iter()
                .filter_map(|entry| self.example(entry))
                .collect(),
            _ => return None,
        };
        Some(Node {
            span: node.span,
            value: Value::Mapping(entries),
        })
    }

    fn example(&mut self, entry: &Entry) -> Option<Entry> {
        let says = |key: &str| entry.node.get(key).is_some();
        let node = if says("$ref") || says("value") || says("externalValue") {
            self.or_reference(&entry.node, &grammar::EXAMPLE, entry.key_span)?
        } else if says("summary") || says("dataValue") {
            return None;
        } else {
            wrapped(&entry.node)
        };
        Some(Entry {
            node,
            key: entry.key.clone(),
            key_span: entry.key_span,
        })
    }
}

fn wrapped(value: &Node) -> Node {
    let entry = Entry {
        key: "value".to_owned(),
        key_span: value.span,
        node: value.clone(),
    };
    Node {
        span: value.span,
        value: Value::Mapping(vec![entry]),
    }
}

//! The keywords of one schema while they are being put into the words of OpenAPI 3.0.

use crate::source::{Entry, Node, Span, Value};

/// Keywords whose inner schemas are done.
pub(super) struct Keywords {
    pub(super) entries: Vec<Entry>,
    pub(super) span: Span,
}

impl Keywords {
    pub(super) fn get(&self, key: &str) -> Option<&Node> {
        self.entries
            .iter()
            .find(|entry| entry.key == key)
            .map(|entry| &entry.node)
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    pub(super) fn take(&mut self, key: &str) -> Option<Entry> {
        let index = self.entries.iter().position(|entry| entry.key == key)?;
        Some(self.entries.remove(index))
    }

    /// Puts an entry in, in the place of one of the same key.
    pub(super) fn put(&mut self, key: &str, node: Node) {
        match self.entries.iter_mut().find(|entry| entry.key == key) {
            Some(entry) => entry.node = node,
            None => self.entries.push(entry(key, node.span, node)),
        }
    }

    pub(super) fn nullable(&mut self) {
        self.put(
            "nullable",
            Node {
                span: self.span,
                value: Value::Bool(true),
            },
        );
    }
}

pub(super) fn entry(key: &str, key_span: Span, node: Node) -> Entry {
    Entry {
        key: key.to_owned(),
        key_span,
        node,
    }
}

pub(super) fn list(span: Span, items: Vec<Node>) -> Node {
    Node {
        span,
        value: Value::Sequence(items),
    }
}

pub(super) fn is_same(a: &Node, b: &Node) -> bool {
    bare(a) == bare(b)
}

/// The node with no places, to be compared.
pub(super) fn bare(node: &Node) -> Node {
    let value = match &node.value {
        Value::Sequence(items) => Value::Sequence(items.iter().map(bare).collect()),
        Value::Mapping(entries) => Value::Mapping(
            entries
                .iter()
                .map(|entry| Entry {
                    key: entry.key.clone(),
                    key_span: Span::default(),
                    node: bare(&entry.node),
                })
                .collect(),
        ),
        other => other.clone(),
    };
    Node {
        span: Span::default(),
        value,
    }
}

//! Turns a root into a document in the simplest of cases; a first step.

use crate::source::{Entry, Node, Value};

const METHODS: [&str; 8] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];

pub(super) fn cut(root: &Node) -> Node {
    let mut node = Node {
        span: root.span,
        value: Value::Null,
    };
    let entries = root.entries().iter().map(|entry| match entry.key.as_str() {
        "paths" => with(
            entry,
            mapping(&entry.node, |path| {
                let is_method = |key: &str| METHODS.contains(&key);
                let has_marked = path
                    .node
                    .entries()
                    .iter()
                    .any(|op| is_method(&op.key) && op.node.get("x-token-refresh").is_some());
                has_marked.then(|| {
                    mapping(&path.node, |op| {
                        (!is_method(&op.key) || op.node.get("x-token-refresh").is_some())
                            .then(|| inline(root, &op.node, 0))
                    })
                })
            }),
        ),
        _ => entry.clone(),
    });
    node.value = Value::Mapping(entries.collect());
    node
}

fn with(entry: &Entry, node: Node) -> Entry {
    Entry {
        node,
        ..entry.clone()
    }
}

fn mapping(node: &Node, mut map: impl FnMut(&Entry) -> Option<Node>) -> Node {
    let entries = node
        .entries()
        .iter()
        .filter_map(|entry| map(entry).map(|node| with(entry, node)));
    Node {
        span: node.span,
        value: Value::Mapping(entries.collect()),
    }
}

fn inline(root: &Node, node: &Node, depth: usize) -> Node {
    if let Some(target) = node.get("$ref").and_then(Node::as_str)
        && !target.starts_with("#/components/schemas/")
        && let Some(found) = root.pointer(target.trim_start_matches('#'))
        && depth < 50
    {
        return inline(root, found, depth + 1);
    }
    let value = match &node.value {
        Value::Mapping(_) => return mapping(node, |entry| Some(inline(root, &entry.node, depth))),
        Value::Sequence(items) => {
            Value::Sequence(items.iter().map(|item| inline(root, item, depth)).collect())
        }
        other => other.clone(),
    };
    Node {
        span: node.span,
        value,
    }
}

//! Turns the keywords of a schema, whose inner schemas are done already, into those of OpenAPI 3.0.
//!
//! What 3.1 says in other words is put into those of 3.0; what only validates, or says nothing of the
//! type that the schema has, is left out.

use super::keywords::{Keywords, entry, is_same, list};
use crate::source::{Entry, Node, Span, Value};

/// The schema that these keywords make.
pub(super) fn normalised(entries: Vec<Entry>, span: Span) -> Node {
    let mut schema = Keywords { entries, span };
    schema.constant();
    schema.examples();
    schema.limits();
    schema.content();
    schema.tuple();
    schema.patterns();
    schema.alternatives();
    let mut types = schema.types();
    schema.values(&mut types);
    if types.is_empty() {
        types.extend(schema.inferred());
    }
    schema.typed(&types);
    Node {
        span,
        value: Value::Mapping(schema.entries),
    }
}

/// A reference with other keywords beside it.
pub(super) fn around(reference: Node, beside: Vec<Entry>, span: Span) -> Node {
    let mut schema = normalised(beside, span);
    if let Value::Mapping(entries) = &mut schema.value {
        match entries.iter_mut().find(|entry| entry.key == "allOf") {
            Some(Entry {
                node:
                    Node {
                        value: Value::Sequence(items),
                        ..
                    },
                ..
            }) => items.insert(0, reference),
            _ => entries.insert(0, entry("allOf", span, list(span, vec![reference]))),
        }
    }
    schema
}

impl Keywords {
    /// `const` is an `enum` of one.
    fn constant(&mut self) {
        if let Some(constant) = self.take("const") {
            let span = constant.node.span;
            self.put("enum", list(span, vec![constant.node]));
        }
    }

    /// The first of `examples` is the `example`.
    fn examples(&mut self) {
        let Some(examples) = self.take("examples") else {
            return;
        };
        let first = match examples.node.value {
            Value::Sequence(items) => items.into_iter().next(),
            // Some documents put named examples here, as beside a media type.
            Value::Mapping(entries) => entries
                .into_iter()
                .next()
                .map(|entry| entry.node.get("value").cloned().unwrap_or(entry.node)),
            _ => None,
        };
        if let Some(first) = first.filter(|_| !self.has("example")) {
            self.put("example", first);
        }
    }

    /// An exclusive limit of its own is a limit and a flag.
    fn limits(&mut self) {
        for (exclusive, limit) in [
            ("exclusiveMinimum", "minimum"),
            ("exclusiveMaximum", "maximum"),
        ] {
            let Some(found) = self.take(exclusive) else {
                continue;
            };
            let flag = match found.node.value {
                Value::Bool(flag) => Node {
                    value: Value::Bool(flag),
                    ..found.node
                },
                _ if self.has(limit) => continue,
                _ => {
                    let span = found.node.span;
                    self.put(limit, found.node);
                    Node {
                        span,
                        value: Value::Bool(true),
                    }
                }
            };
            if self.has(limit) {
                self.put(exclusive, flag);
            }
        }
    }

    /// `contentEncoding` and `contentMediaType` are formats.
    fn content(&mut self) {
        let encoding = self.take("contentEncoding");
        let media_type = self.take("contentMediaType");
        let format = match (&encoding, &media_type) {
            (Some(_), _) => "byte",
            (None, Some(media_type))
                if media_type.node.as_str() == Some("application/octet-stream") =>
            {
                "binary"
            }
            _ => return,
        };
        if !self.has("format") {
            self.put(
                "format",
                Node {
                    span: self.span,
                    value: Value::String(format.to_owned()),
                },
            );
        }
    }

    /// The items of a tuple are any of its places'.
    fn tuple(&mut self) {
        let Some(Entry {
            node:
                Node {
                    value: Value::Sequence(mut places),
                    span,
                },
            ..
        }) = self.take("prefixItems")
        else {
            return;
        };
        places.extend(self.take("items").map(|items| items.node));
        let mut distinct: Vec<Node> = Vec::new();
        for place in places {
            if !distinct.iter().any(|other| is_same(other, &place)) {
                distinct.push(place);
            }
        }
        let items = match distinct.len() {
            1 => distinct.remove(0),
            _ => Node {
                span,
                value: Value::Mapping(vec![entry("anyOf", span, list(span, distinct))]),
            },
        };
        self.put("items", items);
    }

    /// Properties by pattern are further properties; of several patterns, of any type.
    fn patterns(&mut self) {
        let Some(Entry {
            node:
                Node {
                    value: Value::Mapping(mut patterns),
                    span,
                },
            ..
        }) = self.take("patternProperties")
        else {
            return;
        };
        let is_closed = self
            .get("additionalProperties")
            .is_none_or(|further| matches!(further.value, Value::Bool(_)));
        if is_closed && !patterns.is_empty() {
            let further = if patterns.len() == 1 {
                patterns.remove(0).node
            } else {
                Node {
                    span,
                    value: Value::Bool(true),
                }
            };
            self.put("additionalProperties", further);
        }
    }

    /// An alternative that is only null makes the schema nullable.
    fn alternatives(&mut self) {
        for key in ["anyOf", "oneOf"] {
            let Some(Entry {
                key_span,
                node:
                    Node {
                        value: Value::Sequence(items),
                        span,
                    },
                ..
            }) = self.take(key)
            else {
                continue;
            };
            let count = items.len();
            let mut rest: Vec<Node> = items.into_iter().filter(|item| !is_null(item)).collect();
            if rest.len() < count {
                self.nullable();
            }
            match rest.len() {
                0 => {}
                1 if rest.len() < count => self.only(rest.remove(0)),
                _ => self.entries.push(entry(key, key_span, list(span, rest))),
            }
        }
    }

    /// The one alternative that is left is the schema itself.
    fn only(&mut self, item: Node) {
        let is_reference = item.get("$ref").is_some();
        let collides = item
            .entries()
            .iter()
            .any(|entry| entry.key != "nullable" && self.has(&entry.key));
        if is_reference || collides {
            let span = item.span;
            match self.entries.iter_mut().find(|entry| entry.key == "allOf") {
                Some(Entry {
                    node:
                        Node {
                            value: Value::Sequence(items),
                            ..
                        },
                    ..
                }) => items.push(item),
                _ => self.put("allOf", list(span, vec![item])),
            }
        } else if let Value::Mapping(entries) = item.value {
            self.entries
                .extend(entries.into_iter().filter(|entry| entry.key != "nullable"));
        }
    }
}

/// Whether a schema takes null and nothing else.
fn is_null(node: &Node) -> bool {
    matches!(node.get("enum").map(Node::items), Some([only]) if only.value == Value::Null)
}

//! Turns the keywords of a schema, whose inner schemas are done already, into those of OpenAPI 3.0.
//!
//! What 3.1 says in other words is put into those of 3.0; what only validates, or says nothing of the
//! type that the schema has, is left out.

use std::collections::BTreeSet;

use crate::source::{Entry, Node, Span, Value};

/// Keywords that mean something beside any type.
const COMMON: [&str; 18] = [
    "type",
    "title",
    "description",
    "nullable",
    "readOnly",
    "writeOnly",
    "deprecated",
    "externalDocs",
    "example",
    "default",
    "discriminator",
    "enum",
    "allOf",
    "anyOf",
    "oneOf",
    "not",
    "$ref",
    "x-",
];

/// Keywords that mean something beside this type only.
fn of_type(ty: &str) -> &'static [&'static str] {
    match ty {
        "string" => &["format", "pattern", "minLength", "maxLength"],
        "number" | "integer" => &[
            "format",
            "multipleOf",
            "minimum",
            "maximum",
            "exclusiveMinimum",
            "exclusiveMaximum",
        ],
        "object" => &[
            "properties",
            "required",
            "additionalProperties",
            "minProperties",
            "maxProperties",
        ],
        "array" => &["items", "minItems", "maxItems", "uniqueItems"],
        _ => &[],
    }
}

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

struct Keywords {
    entries: Vec<Entry>,
    span: Span,
}

impl Keywords {
    fn get(&self, key: &str) -> Option<&Node> {
        self.entries
            .iter()
            .find(|entry| entry.key == key)
            .map(|entry| &entry.node)
    }

    fn has(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    fn take(&mut self, key: &str) -> Option<Entry> {
        let index = self.entries.iter().position(|entry| entry.key == key)?;
        Some(self.entries.remove(index))
    }

    /// Puts an entry in, in the place of one of the same key.
    fn put(&mut self, key: &str, node: Node) {
        match self.entries.iter_mut().find(|entry| entry.key == key) {
            Some(entry) => entry.node = node,
            None => self.entries.push(entry(key, node.span, node)),
        }
    }

    fn nullable(&mut self) {
        self.put(
            "nullable",
            Node {
                span: self.span,
                value: Value::Bool(true),
            },
        );
    }

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

    /// The types other than null, each once.
    fn types(&mut self) -> Vec<Node> {
        let Some(found) = self.take("type") else {
            return Vec::new();
        };
        let given = match found.node.value {
            Value::Sequence(items) => items,
            _ => vec![found.node],
        };
        let mut seen = BTreeSet::new();
        let is_null = |node: &Node| node.as_str() == Some("null");
        if given.iter().any(is_null) {
            self.nullable();
            if given.iter().all(is_null) && !self.has("enum") {
                let null = Node {
                    span: self.span,
                    value: Value::Null,
                };
                self.put("enum", list(self.span, vec![null]));
            }
        }
        let all: BTreeSet<String> = given
            .iter()
            .filter_map(Node::as_str)
            .map(str::to_owned)
            .collect();
        given
            .into_iter()
            .filter(|node| {
                let text = node.as_str().unwrap_or_default();
                let is_covered = text == "integer" && all.contains("number");
                text != "null" && !is_covered && seen.insert(text.to_owned())
            })
            .collect()
    }

    /// The values of `enum`, each once; null makes the schema nullable.
    fn values(&mut self, types: &mut [Node]) {
        let Some(found) = self.take("enum") else {
            return;
        };
        let Value::Sequence(items) = found.node.value else {
            return;
        };
        let is_text = matches!(types, [only] if only.as_str() == Some("string"));
        let mut values: Vec<Node> = Vec::new();
        let mut seen = BTreeSet::new();
        let mut has_null = false;
        for mut item in items {
            if item.value == Value::Null {
                has_null = true;
                continue;
            }
            if is_text {
                item.value = as_text(item.value);
            }
            if seen.insert(format!("{:?}", bare(&item))) {
                values.push(item);
            }
        }
        if has_null {
            self.nullable();
            if values.is_empty() {
                values.push(Node {
                    span: found.node.span,
                    value: Value::Null,
                });
            }
        }
        if !values.is_empty() {
            self.entries
                .push(entry("enum", found.key_span, list(found.node.span, values)));
        }
    }

    /// The type that goes without saying.
    fn inferred(&self) -> Option<Node> {
        if ["allOf", "anyOf", "oneOf", "not"]
            .iter()
            .any(|key| self.has(key))
        {
            return None;
        }
        let format = self
            .get("format")
            .and_then(Node::as_str)
            .unwrap_or_default();
        let values = self.get("enum").map(Node::items).unwrap_or_default();
        let all = |is: fn(&Value) -> bool| {
            !values.is_empty() && values.iter().all(|node| is(&node.value))
        };
        let ty = if all(|value| matches!(value, Value::String(_))) {
            "string"
        } else if all(|value| matches!(value, Value::Integer(_))) {
            "integer"
        } else if all(|value| matches!(value, Value::Bool(_))) {
            "boolean"
        } else if !values.is_empty() {
            return None;
        } else if self.has("properties") || self.has("additionalProperties") {
            "object"
        } else if self.has("items") {
            "array"
        } else if matches!(format, "int32" | "int64") {
            "integer"
        } else if matches!(format, "float" | "double") {
            "number"
        } else if !format.is_empty()
            || ["pattern", "minLength", "maxLength"]
                .iter()
                .any(|key| self.has(key))
        {
            "string"
        } else {
            return None;
        };
        Some(Node {
            span: self.span,
            value: Value::String(ty.to_owned()),
        })
    }

    /// Puts the type in, or an alternative for each, and takes out what means nothing beside it.
    fn typed(&mut self, types: &[Node]) {
        match types {
            [] => {}
            [ty] => {
                let text = ty.as_str().unwrap_or_default();
                self.entries.retain(|entry| {
                    is_common(&entry.key) || of_type(text).contains(&entry.key.as_str())
                });
                self.entries.insert(0, entry("type", ty.span, ty.clone()));
            }
            types => self.split(types),
        }
    }

    fn split(&mut self, types: &[Node]) {
        let values = self.take("enum");
        let alternatives = types.iter().map(|ty| {
            let text = ty.as_str().unwrap_or_default();
            let mut entries = vec![entry("type", ty.span, ty.clone())];
            entries.extend(
                self.entries
                    .iter()
                    .filter(|entry| of_type(text).contains(&entry.key.as_str()))
                    .cloned(),
            );
            let own = values
                .iter()
                .flat_map(|values| values.node.items())
                .filter(|value| is_of(value, text))
                .cloned();
            let own: Vec<Node> = own.collect();
            if let Some(values) = values.as_ref().filter(|_| !own.is_empty()) {
                entries.push(entry("enum", values.key_span, list(values.node.span, own)));
            }
            Node {
                span: ty.span,
                value: Value::Mapping(entries),
            }
        });
        let alternatives: Vec<Node> = alternatives.collect();
        self.entries.retain(|entry| is_common(&entry.key));
        // Beside alternatives of the author's own, ours would say less.
        if !self.has("anyOf") && !self.has("oneOf") {
            self.put("anyOf", list(self.span, alternatives));
        }
    }
}

fn is_common(key: &str) -> bool {
    key.starts_with("x-") || COMMON.contains(&key)
}

fn is_of(node: &Node, ty: &str) -> bool {
    match node.value {
        Value::String(_) => ty == "string",
        Value::Integer(_) => ty == "integer" || ty == "number",
        Value::Float(_) => ty == "number",
        Value::Bool(_) => ty == "boolean",
        Value::Sequence(_) => ty == "array",
        Value::Mapping(_) => ty == "object",
        Value::Null => false,
    }
}

/// Whether a schema takes null and nothing else.
fn is_null(node: &Node) -> bool {
    matches!(node.get("enum").map(Node::items), Some([only]) if only.value == Value::Null)
}

/// A value of a text's `enum` whose quotes were forgotten.
fn as_text(value: Value) -> Value {
    match value {
        Value::Integer(number) => Value::String(number.to_string()),
        Value::Float(number) => Value::String(number.to_string()),
        Value::Bool(flag) => Value::String(flag.to_string()),
        other => other,
    }
}

fn entry(key: &str, key_span: Span, node: Node) -> Entry {
    Entry {
        key: key.to_owned(),
        key_span,
        node,
    }
}

fn list(span: Span, items: Vec<Node>) -> Node {
    Node {
        span,
        value: Value::Sequence(items),
    }
}

fn is_same(a: &Node, b: &Node) -> bool {
    bare(a) == bare(b)
}

/// The node with no places, to be compared.
fn bare(node: &Node) -> Node {
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

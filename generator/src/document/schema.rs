//! Turns a schema of either dialect into one of OpenAPI 3.0 that points at other schemas by name.

mod keyword;
mod keywords;
mod kinds;
mod modern;
mod names;
mod required;
mod types;

use super::codes;
use super::keys::{is_remark, unknown};
use super::walk::Walk;
use crate::diagnostic::Report;
use crate::diagnostic::nearest::nearest;
use crate::source::{Entry, Node, Span, Value};

use self::keyword::{KEYWORDS, Keyword};
pub(super) use self::names::reference;
pub(super) use self::required::{Doubt, report};

impl Walk<'_> {
    /// A schema; nothing where it is none, of which the sink then knows.
    pub(super) fn schema(&mut self, node: &Node) -> Option<Node> {
        let mapping = |entries| {
            Some(Node {
                span: node.span,
                value: Value::Mapping(entries),
            })
        };
        let given = match &node.value {
            Value::Mapping(given) => given,
            Value::Bool(true) | Value::Null => return mapping(Vec::new()),
            // Nothing fits `false`.
            Value::Bool(false) => {
                let any = Node {
                    span: node.span,
                    value: Value::Mapping(Vec::new()),
                };
                return mapping(vec![Entry {
                    key: "not".to_owned(),
                    key_span: node.span,
                    node: any,
                }]);
            }
            _ => {
                self.wrong_type(node, "a schema is a mapping", "{type: string}");
                return None;
            }
        };
        let is_member = std::mem::take(&mut self.is_member);
        let reference = ["$ref", "$dynamicRef"]
            .into_iter()
            .find_map(|key| node.get(key));
        if let Some(reference) = reference {
            return self.schema_reference(node, reference, is_member);
        }
        let keywords = self.keywords(given);
        let made = modern::normalised(keywords, node.span);
        if !is_member {
            self.doubt_required(&made);
        }
        Some(made)
    }

    fn keywords(&mut self, given: &[Entry]) -> Vec<Entry> {
        let mut entries = Vec::with_capacity(given.len());
        for entry in given {
            if entry.key.starts_with("x-") {
                entries.push(entry.clone());
                continue;
            }
            let Some((_, keyword)) = KEYWORDS.iter().find(|(name, _)| *name == entry.key) else {
                self.unknown_keyword(entry, given);
                continue;
            };
            let is_absent = entry.node.value == Value::Null && !matches!(keyword, Keyword::Any);
            if is_absent || matches!(keyword, Keyword::Unused) {
                continue;
            }
            if let Some(node) = self.keyword(entry, *keyword) {
                // Before 2020-12 a tuple's items were a list.
                let is_tuple =
                    matches!(keyword, Keyword::Items) && matches!(node.value, Value::Sequence(_));
                let key = if is_tuple {
                    "prefixItems".to_owned()
                } else {
                    entry.key.clone()
                };
                entries.push(Entry {
                    key,
                    key_span: entry.key_span,
                    node,
                });
            }
        }
        entries
    }

    fn keyword(&mut self, entry: &Entry, keyword: Keyword) -> Option<Node> {
        let node = &entry.node;
        match keyword {
            Keyword::Any => Some(node.clone()),
            Keyword::Text => self.text(node),
            Keyword::Flag => self.flag(node),
            Keyword::Types => self.types(node),
            Keyword::Number => self.number(node),
            Keyword::Exclusive => match node.value {
                Value::Bool(_) => Some(node.clone()),
                _ => self.number(node),
            },
            Keyword::Count => self.count(node),
            Keyword::Values => self.values(node),
            Keyword::Items if matches!(node.value, Value::Sequence(_)) => self.schemas(node, false),
            Keyword::Schema | Keyword::Items => self.schema(node),
            Keyword::Further => match node.value {
                Value::Bool(_) => Some(node.clone()),
                _ => self.schema(node),
            },
            Keyword::Schemas => self.schemas(node, entry.key != "prefixItems"),
            Keyword::Properties => self.properties(node),
            Keyword::Required => self.required(entry),
            Keyword::Discriminator => self.discriminator(node, entry.key_span),
            Keyword::Docs => node
                .get("url")
                .and_then(Node::as_str)
                .is_some()
                .then(|| node.clone()),
            Keyword::Unused => None,
        }
    }

    fn number(&mut self, node: &Node) -> Option<Node> {
        if let Value::Integer(_) | Value::Float(_) = node.value {
            return Some(node.clone());
        }
        self.wrong_type(node, "this has to be a number", "0");
        None
    }

    fn count(&mut self, node: &Node) -> Option<Node> {
        #[allow(clippy::cast_possible_truncation)]
        let whole = match node.value {
            Value::Integer(number) => Some(number),
            // Converters write 36.0. The cast is exact: the number is whole and small.
            Value::Float(number) if number.fract() == 0.0 && number.abs() < 1e15 => {
                Some(number as i128)
            }
            _ => None,
        };
        let Some(number) = whole.filter(|number| *number >= 0) else {
            self.wrong_type(node, "this has to be a whole number from 0 on", "1");
            return None;
        };
        Some(Node {
            span: node.span,
            value: Value::Integer(number.min(i128::from(u32::MAX))),
        })
    }

    fn values(&mut self, node: &Node) -> Option<Node> {
        if matches!(node.value, Value::Sequence(_)) {
            return Some(node.clone());
        }
        self.wrong_type(node, "`enum` is a list", "enum: [one, two]");
        None
    }

    /// A list of schemas; members put the schema around them together.
    fn schemas(&mut self, node: &Node, are_members: bool) -> Option<Node> {
        let Value::Sequence(items) = &node.value else {
            self.wrong_type(
                node,
                "this has to be a list of schemas",
                "begin each schema with `- `",
            );
            return None;
        };
        let items = items
            .iter()
            .filter_map(|item| {
                self.is_member = are_members;
                self.schema(item)
            })
            .collect();
        self.is_member = false;
        Some(Node {
            span: node.span,
            value: Value::Sequence(items),
        })
    }

    fn properties(&mut self, node: &Node) -> Option<Node> {
        let Value::Mapping(given) = &node.value else {
            self.wrong_type(
                node,
                "`properties` maps each name to a schema",
                "name: {type: string}",
            );
            return None;
        };
        let entries = given
            .iter()
            .filter_map(|entry| {
                let node = self.schema(&entry.node)?;
                Some(Entry {
                    key: entry.key.clone(),
                    key_span: entry.key_span,
                    node,
                })
            })
            .collect();
        Some(Node {
            span: node.span,
            value: Value::Mapping(entries),
        })
    }

    /// The property that tells alternatives apart, and the schemas that its values mean.
    fn discriminator(&mut self, node: &Node, place: Span) -> Option<Node> {
        let entry = |key: &str, key_span, node| Entry {
            key: key.to_owned(),
            key_span,
            node,
        };
        // Swagger 2.0 had the name alone here.
        if node.as_str().is_some() {
            let name = entry("propertyName", node.span, node.clone());
            return Some(Node {
                span: node.span,
                value: Value::Mapping(vec![name]),
            });
        }
        let Some(name) = node
            .entry("propertyName")
            .filter(|name| name.node.as_str().is_some())
        else {
            self.sink.push(
                Report::new(
                    codes::MISSING_KEY,
                    "a discriminator has to have `propertyName`",
                )
                .at(place, "`propertyName` is missing")
                .help("propertyName: type"),
            );
            return None;
        };
        let mut entries = vec![name.clone()];
        if let Some(mapping) = node.entry("mapping") {
            let mapped = mapping.node.entries().iter().filter_map(|value| {
                Some(Entry {
                    node: self.mapped(&value.node)?,
                    ..value.clone()
                })
            });
            let mapped = Node {
                span: mapping.node.span,
                value: Value::Mapping(mapped.collect()),
            };
            entries.push(entry("mapping", mapping.key_span, mapped));
        }
        Some(Node {
            span: node.span,
            value: Value::Mapping(entries),
        })
    }

    /// A value of `mapping`: a schema's name, or a reference.
    fn mapped(&mut self, node: &Node) -> Option<Node> {
        let text = self.text(node)?;
        let text = text.as_str()?;
        let is_reference = text.contains(['#', '/'])
            || text.contains(".yaml")
            || text.contains(".json")
            || text.contains(".yml");
        let full = if is_reference {
            text.to_owned()
        } else {
            format!("#/components/schemas/{}", super::reference::escape(text))
        };
        let full = Node {
            span: node.span,
            value: Value::String(full),
        };
        let name = self.named(&full)?;
        Some(Node {
            span: node.span,
            value: Value::String(reference(&name)),
        })
    }

    fn unknown_keyword(&mut self, entry: &Entry, given: &[Entry]) {
        let is_absent = |name: &&str| !given.iter().any(|other| other.key == *name);
        let names = || KEYWORDS.iter().map(|(name, _)| *name);
        let meant = nearest(&entry.key, names().filter(is_absent));
        let code = match meant {
            Some(name) if !is_remark(name) => codes::MISSPELT_KEY,
            _ => codes::UNKNOWN_KEY,
        };
        let near = meant.or_else(|| nearest(&entry.key, names()));
        self.sink.push(unknown(code, entry, "a schema", near));
    }
}

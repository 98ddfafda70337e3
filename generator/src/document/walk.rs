//! Turns what the refresh operations reach, as written, into OpenAPI 3.0 with every reference followed.
//!
//! The walk copies; what it does not come to is not in the copy, and never judged.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::codes;
use super::grammar::{Key, Kind, Object};
use super::schema::Doubt;
use super::trees::{Target, Trees};
use crate::diagnostic::{Report, Sink};
use crate::source::{Entry, FileId, Node, Span, Value};

/// How many nodes references may repeat, for a small file can ask for any number of copies.
const REPEATED: usize = 500_000;

/// How many references may lead one to the next.
const LONGEST: usize = 50;

pub(super) struct Walk<'a> {
    pub(super) trees: Trees<'a>,
    pub(super) sink: &'a mut Sink,
    /// The name of each schema that was reached, by file and pointer.
    pub(super) names: BTreeMap<(FileId, String), String>,
    /// The names that are given away.
    pub(super) taken: BTreeSet<String>,
    /// Schemas that were reached and not yet walked.
    pub(super) pending: VecDeque<(String, Target)>,
    /// The references that are being followed.
    pub(super) trail: Vec<(FileId, String)>,
    pub(super) repeated: usize,
    /// Whether the next schema is put together with others by the one around it.
    pub(super) is_member: bool,
    /// Named schemas that others are put together from.
    pub(super) members: BTreeSet<String>,
    /// Schemas whose `required` is to be looked at once all are known.
    pub(super) doubts: Vec<Doubt>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(trees: Trees<'a>, sink: &'a mut Sink) -> Self {
        Self {
            trees,
            sink,
            names: BTreeMap::new(),
            taken: BTreeSet::new(),
            pending: VecDeque::new(),
            trail: Vec::new(),
            repeated: 0,
            is_member: false,
            members: BTreeSet::new(),
            doubts: Vec::new(),
        }
    }

    /// An object by its table. `place` is shown where something is missing in it.
    pub(super) fn object(
        &mut self,
        node: &Node,
        object: &'static Object,
        place: Span,
    ) -> Option<Node> {
        self.object_of(node, object, place, &|_| true)
    }

    /// An object, of those entries only that are reached.
    pub(super) fn object_of(
        &mut self,
        node: &Node,
        object: &'static Object,
        place: Span,
        is_reached: &dyn Fn(&Entry) -> bool,
    ) -> Option<Node> {
        let given = match &node.value {
            Value::Mapping(entries) => entries.as_slice(),
            Value::Null => &[],
            _ => {
                self.wrong_type(
                    node,
                    &format!("{} is a mapping", object.name),
                    "put its keys below, two spaces further right",
                );
                return None;
            }
        };
        let missing = self.missing(given, object, place);
        let mut entries = Vec::with_capacity(given.len());
        for entry in given.iter().filter(|entry| is_reached(entry)) {
            if entry.key.starts_with("x-") {
                entries.push(entry.clone());
                continue;
            }
            match object.key(&entry.key) {
                Some(key) => entries.extend(self.entry(entry, key)),
                None => self.unknown_key(entry, object, given),
            }
        }
        (!missing).then_some(Node {
            span: node.span,
            value: Value::Mapping(entries),
        })
    }

    fn entry(&mut self, entry: &Entry, key: &'static Key) -> Option<Entry> {
        if matches!(key.kind, Kind::Unused)
            || entry.node.value == Value::Null && !key.is_required && !matches!(key.kind, Kind::Any)
        {
            return None;
        }
        let node = self.value(&entry.node, &key.kind, entry.key_span)?;
        Some(Entry {
            key: entry.key.clone(),
            key_span: entry.key_span,
            node,
        })
    }

    /// A value by its kind; nothing where it is of another, of which the sink then knows.
    pub(super) fn value(&mut self, node: &Node, kind: &'static Kind, place: Span) -> Option<Node> {
        match kind {
            Kind::Any => Some(node.clone()),
            Kind::Text => self.text(node),
            Kind::Word(words) => self.word(node, words),
            Kind::Flag => self.flag(node),
            Kind::Object(object) => {
                let made = self.object(node, object, place)?;
                self.completed(made, object, place)
            }
            Kind::Or(object) => self.or_reference(node, object, place),
            Kind::List(kind) => self.list(node, kind),
            Kind::Map(kind) => self.map(node, kind),
            Kind::Schema => self.schema(node),
            Kind::Responses => self.responses(node, place),
            Kind::Examples => self.examples(node),
            Kind::Unused => None,
        }
    }

    fn list(&mut self, node: &Node, kind: &'static Kind) -> Option<Node> {
        let Value::Sequence(items) = &node.value else {
            if node.value != Value::Null {
                self.wrong_type(node, "this has to be a list", "begin each entry with `- `");
            }
            return None;
        };
        let items = items
            .iter()
            .filter_map(|item| self.value(item, kind, item.span))
            .collect();
        Some(Node {
            span: node.span,
            value: Value::Sequence(items),
        })
    }

    fn map(&mut self, node: &Node, kind: &'static Kind) -> Option<Node> {
        let Value::Mapping(given) = &node.value else {
            if node.value != Value::Null {
                self.wrong_type(
                    node,
                    "this has to be a mapping",
                    "write `name: value` below, two spaces further right",
                );
            }
            return None;
        };
        // `scopes: {x-…}` and the like: an extension within a map is no entry of it.
        let mut entries = Vec::with_capacity(given.len());
        for entry in given {
            let is_object = matches!(kind, Kind::Object(_) | Kind::Or(_));
            if is_object
                && entry.key.starts_with("x-")
                && !matches!(entry.node.value, Value::Mapping(_))
            {
                continue;
            }
            let empty = Node {
                span: entry.node.span,
                value: Value::Sequence(Vec::new()),
            };
            let is_empty_list = entry.node.value == Value::Null && matches!(kind, Kind::List(_));
            let given = if is_empty_list { &empty } else { &entry.node };
            let node = self.value(given, kind, entry.key_span);
            entries.extend(node.map(|node| Entry {
                node,
                key: entry.key.clone(),
                key_span: entry.key_span,
            }));
        }
        Some(Node {
            span: node.span,
            value: Value::Mapping(entries),
        })
    }

    /// An object, or what a reference to one leads to.
    pub(super) fn or_reference(
        &mut self,
        node: &Node,
        object: &'static Object,
        place: Span,
    ) -> Option<Node> {
        let Some(reference) = node.get("$ref") else {
            let made = self.object(node, object, place)?;
            return self.completed(made, object, place);
        };
        let target = self.follow(reference)?;
        let step = (target.file, target.pointer.clone());
        if self.trail.contains(&step) || self.trail.len() > LONGEST {
            self.cycle(reference);
            return None;
        }
        self.trail.push(step);
        let mut made = self.or_reference(target.node(), object, target.place());
        self.trail.pop();
        if let Some(made) = &mut made {
            self.repeat(made, reference)?;
            describe(made, node, object);
        }
        made
    }

    /// Counts what a reference copied.
    fn repeat(&mut self, made: &Node, reference: &Node) -> Option<()> {
        let before = self.repeated;
        self.repeated += size(made);
        if self.repeated <= REPEATED {
            return Some(());
        }
        if before <= REPEATED {
            self.sink.push(
                Report::new(
                    codes::REPEATED,
                    format!(
                        "what references repeat in this document is more than {REPEATED} values"
                    ),
                )
                .at(reference.span, "following stops here")
                .help("take large examples out of shared parameters and responses"),
            );
        }
        None
    }

    pub(super) fn cycle(&mut self, reference: &Node) {
        self.sink.push(
            Report::new(codes::REF_CYCLE, "this reference leads back to itself")
                .at(reference.span, "would never end")
                .help("write the object out in one of the places"),
        );
    }
}

/// In 3.1 a reference may bring its own description.
fn describe(made: &mut Node, reference: &Node, object: &'static Object) {
    for key in ["summary", "description"] {
        let Some(own) = reference
            .entry(key)
            .filter(|own| own.node.as_str().is_some() && object.key(key).is_some())
        else {
            continue;
        };
        if let Value::Mapping(entries) = &mut made.value {
            entries.retain(|entry| entry.key != key);
            entries.push(own.clone());
        }
    }
}

fn size(node: &Node) -> usize {
    match &node.value {
        Value::Mapping(entries) => entries.iter().map(|entry| size(&entry.node)).sum::<usize>() + 1,
        Value::Sequence(items) => items.iter().map(size).sum::<usize>() + 1,
        _ => 1,
    }
}

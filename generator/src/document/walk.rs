//! Turns what the refresh operations reach, as written, into OpenAPI 3.0 with every reference followed.
//!
//! The walk copies; what it does not come to is not in the copy, and never judged.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::codes;
use super::grammar::{self, Key, Kind, Object};
use super::schema::Doubt;
use super::trees::{Target, Trees};
use crate::diagnostic::nearest::nearest;
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
            Kind::Object(object) => self.object(node, object, place),
            Kind::Or(object) => self.or_reference(node, object, place),
            Kind::List(kind) => self.list(node, kind),
            Kind::Map(kind) => self.map(node, kind),
            Kind::Schema => self.schema(node),
            Kind::Responses => self.responses(node, place),
            Kind::Examples => self.examples(node),
            Kind::Unused => None,
        }
    }

    /// Text; a number or a boolean is the text that is written there: `version: 1.10`.
    pub(super) fn text(&mut self, node: &Node) -> Option<Node> {
        let text = match &node.value {
            Value::String(_) => return Some(node.clone()),
            Value::Integer(_) | Value::Float(_) | Value::Bool(_) => {
                self.trees.sources.text(node.span).to_owned()
            }
            _ => {
                self.wrong_type(node, "this has to be text", "write it between quotes");
                return None;
            }
        };
        Some(Node {
            span: node.span,
            value: Value::String(text),
        })
    }

    fn word(&mut self, node: &Node, words: &'static [&'static str]) -> Option<Node> {
        let node = self.text(node)?;
        let text = node.as_str()?;
        if words.contains(&text) {
            return Some(node);
        }
        let report = Report::new(
            codes::UNKNOWN_VALUE,
            format!("`{text}` is not a value that OpenAPI has here"),
        )
        .at(node.span, format!("expected {}", one_of(words)));
        self.sink.push(match suggestion(text, words) {
            Some(word) => report.help(word),
            None => report.help(format!("write {}", one_of(words))),
        });
        None
    }

    pub(super) fn flag(&mut self, node: &Node) -> Option<Node> {
        let flag = match &node.value {
            Value::Bool(flag) => *flag,
            // Converters from JSON to YAML and back leave these behind.
            Value::String(text) if text == "true" => true,
            Value::String(text) if text == "false" => false,
            _ => {
                self.wrong_type(node, "this is either true or false", "true");
                return None;
            }
        };
        Some(Node {
            span: node.span,
            value: Value::Bool(flag),
        })
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

    /// `responses`: the keys are statuses.
    fn responses(&mut self, node: &Node, place: Span) -> Option<Node> {
        let Value::Mapping(given) = &node.value else {
            self.wrong_type(
                node,
                "`responses` maps each status to a response",
                "'200': {description: OK}",
            );
            return None;
        };
        let mut entries = Vec::with_capacity(given.len());
        let mut has_response = false;
        for entry in given {
            if entry.key.starts_with("x-") {
                continue;
            }
            let Some(key) = status(&entry.key) else {
                self.bad_status(entry);
                has_response = true;
                continue;
            };
            has_response = true;
            if let Some(node) = self.or_reference(&entry.node, &grammar::RESPONSE, entry.key_span) {
                entries.push(Entry {
                    key,
                    key_span: entry.key_span,
                    node,
                });
            }
        }
        if !has_response {
            self.sink.push(
                Report::new(codes::MISSING_KEY, "`responses` documents no response")
                    .at(place, "at least one is needed")
                    .help("'200': {description: OK}"),
            );
        }
        Some(Node {
            span: node.span,
            value: Value::Mapping(entries),
        })
    }

    fn bad_status(&mut self, entry: &Entry) {
        let digits: String = entry
            .key
            .chars()
            .map(|c| if matches!(c, 'O' | 'o') { '0' } else { c })
            .take(3)
            .collect();
        let help = match status(&digits) {
            Some(status) => format!("'{status}':"),
            None => "'200':, '4XX': or default:".to_owned(),
        };
        self.sink.push(
            Report::new(codes::STATUS, format!("`{}` is no HTTP status", entry.key))
                .at(entry.key_span, "expected 100 to 599, `4XX` or `default`")
                .help(help),
        );
    }

    pub(super) fn wrong_type(&mut self, node: &Node, message: &str, help: &str) {
        let report = Report::new(
            codes::WRONG_TYPE,
            format!("{message}, and this is {}", kind(&node.value)),
        );
        self.sink.push(
            report
                .at(node.span, format!("is {}", kind(&node.value)))
                .help(help),
        );
    }

    /// Reports required keys that are not there; true where there are any, misspelt ones included.
    fn missing(&mut self, given: &[Entry], object: &'static Object, place: Span) -> bool {
        let mut is_missing = false;
        for key in object.keys.iter().filter(|key| key.is_required) {
            if given.iter().any(|entry| entry.key == key.name) {
                continue;
            }
            is_missing = true;
            let is_misspelt = given
                .iter()
                .any(|entry| intended(&entry.key, object, given) == Some(key.name));
            if !is_misspelt {
                self.sink.push(
                    Report::new(
                        codes::MISSING_KEY,
                        format!("{} has to have `{}`", object.name, key.name),
                    )
                    .at(place, format!("`{}` is missing", key.name))
                    .help(example(key.name)),
                );
            }
        }
        is_missing
    }

    fn unknown_key(&mut self, entry: &Entry, object: &'static Object, given: &[Entry]) {
        let names = object.keys.iter().map(|key| key.name);
        let meant = intended(&entry.key, object, given);
        let (code, near) = match meant {
            Some(name) if !is_remark(name) => (codes::MISSPELT_KEY, meant),
            _ => (
                codes::UNKNOWN_KEY,
                meant.or_else(|| nearest(&entry.key, names)),
            ),
        };
        self.sink.push(unknown(code, entry, object.name, near));
    }
}

/// The report on a key that is none.
pub(super) fn unknown(
    code: crate::diagnostic::Code,
    entry: &Entry,
    owner: &str,
    near: Option<&str>,
) -> Report {
    let report = Report::new(code, format!("{owner} has no key `{}`", entry.key));
    match near {
        Some(name) => report
            .at(entry.key_span, format!("did you mean `{name}`?"))
            .help(format!("{name}:")),
        None => report
            .at(entry.key_span, "means nothing here")
            .help(format!(
                "take it away, or call it `x-{}`",
                entry.key.trim_start_matches('$')
            )),
    }
}

/// The key that is missing and was most likely meant.
fn intended<'k>(name: &str, object: &'k Object, given: &[Entry]) -> Option<&'k str> {
    if name.starts_with("x-") || object.key(name).is_some() {
        return None;
    }
    let absent = |key: &&Key| !given.iter().any(|entry| entry.key == key.name);
    nearest(name, object.keys.iter().filter(absent).map(|key| key.name))
}

/// Keys that only people read: to misspell one changes no code.
pub(super) fn is_remark(name: &str) -> bool {
    matches!(
        name,
        "description"
            | "summary"
            | "title"
            | "tags"
            | "externalDocs"
            | "example"
            | "examples"
            | "deprecated"
            | "termsOfService"
            | "contact"
            | "license"
            | "xml"
    )
}

/// A status as OpenAPI has it: three digits, a range such as `4XX`, or `default`.
fn status(key: &str) -> Option<String> {
    if key == "default" {
        return Some(key.to_owned());
    }
    let upper = key.to_ascii_uppercase();
    let rest = upper.strip_prefix(|c: char| ('1'..='5').contains(&c))?;
    let is_status =
        rest == "XX" || rest.len() == 2 && rest.bytes().all(|byte| byte.is_ascii_digit());
    is_status.then_some(upper)
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

/// What a value is, with its article.
pub(super) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "empty",
        Value::Bool(_) => "a boolean",
        Value::Integer(_) | Value::Float(_) => "a number",
        Value::String(_) => "text",
        Value::Sequence(_) => "a list",
        Value::Mapping(_) => "a mapping",
    }
}

/// A line that could stand at a missing key.
fn example(key: &str) -> String {
    match key {
        "responses" => "responses: {'200': {description: OK}}".to_owned(),
        "in" => "in: header".to_owned(),
        "url" => "url: https://api.example.com".to_owned(),
        "content" => "content: {application/json: {schema: {type: object}}}".to_owned(),
        "type" => "type: http".to_owned(),
        "info" => "info: {title: Acme, version: '1'}".to_owned(),
        other => format!("{other}: …"),
    }
}

/// `a`, `b` or `c`
pub(super) fn one_of(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [only] => format!("`{only}`"),
        [before @ .., last] => {
            let before: Vec<String> = before.iter().map(|word| format!("`{word}`")).collect();
            format!("{} or `{last}`", before.join(", "))
        }
    }
}

/// The word that was meant, by its letters or by what Swagger 2.0 called it.
fn suggestion(text: &str, words: &'static [&'static str]) -> Option<&'static str> {
    let known = match text {
        "basic" if words.contains(&"http") => Some("{type: http, scheme: basic}"),
        "bearer" if words.contains(&"http") => Some("{type: http, scheme: bearer}"),
        _ => None,
    };
    known.or_else(|| nearest(text, words.iter().copied()))
}

//! Gives each schema that is reached a name, whatever file it stands in.

use std::collections::BTreeSet;

use super::super::reference::escape;
use super::super::trees::Target;
use super::super::walk::Walk;
use crate::source::{Entry, FileId, Node, Value};

/// Where the spec's own schemas stand.
const OWN: &str = "/components/schemas/";

/// The reference to a schema of this name.
pub(in super::super) fn reference(name: &str) -> String {
    format!("#{OWN}{name}")
}

impl Walk<'_> {
    /// A reference to a schema. What stands beside it goes around it, as `allOf`.
    pub(super) fn schema_reference(
        &mut self,
        node: &Node,
        found: &Node,
        is_member: bool,
    ) -> Option<Node> {
        let name = self.named(found)?;
        if is_member {
            self.members.insert(name.clone());
        }
        let text = Node {
            span: found.span,
            value: Value::String(reference(&name)),
        };
        let entry = Entry {
            key: "$ref".to_owned(),
            key_span: found.span,
            node: text,
        };
        let bare = Node {
            span: node.span,
            value: Value::Mapping(vec![entry]),
        };
        let beside: Vec<Entry> = node
            .entries()
            .iter()
            .filter(|entry| {
                !matches!(
                    entry.key.as_str(),
                    "$ref" | "$dynamicRef" | "summary" | "name"
                )
            })
            .cloned()
            .collect();
        let beside = self.keywords(&beside);
        if beside.is_empty() {
            return Some(bare);
        }
        Some(super::modern::around(bare, beside, node.span))
    }

    /// The name of the schema that a reference leads to, in the end.
    pub(super) fn named(&mut self, reference: &Node) -> Option<String> {
        let mut target = self.follow(reference)?;
        let mut seen: BTreeSet<(FileId, String)> = BTreeSet::new();
        while let Some(next) = alias(target.node()) {
            if !seen.insert((target.file, target.pointer.clone())) {
                self.cycle(reference);
                return None;
            }
            let next = next.clone();
            target = self.follow(&next)?;
        }
        Some(self.name(target))
    }

    fn name(&mut self, target: Target) -> String {
        let key = (target.file, target.pointer.clone());
        if let Some(name) = self.names.get(&key) {
            return name.clone();
        }
        let own = target
            .pointer
            .strip_prefix(OWN)
            .filter(|rest| !rest.contains('/') && target.file == self.trees.root);
        let is_own = own.is_some();
        let wish = match own {
            Some(rest) => rest.to_owned(),
            None => self.wish(&target),
        };
        let wish = wish.replace("~1", "/").replace("~0", "~");
        let name = self.free(&safe(&wish), is_own);
        self.names.insert(key, name.clone());
        self.pending.push_back((name.clone(), target));
        name
    }

    /// The last word of the pointer that says something, else the file's name.
    fn wish(&self, target: &Target) -> String {
        let says = |segment: &&str| {
            !segment.is_empty()
                && !matches!(*segment, "schema" | "items" | "additionalProperties")
                && segment.parse::<u32>().is_err()
        };
        if let Some(segment) = target.pointer.rsplit('/').find(says) {
            return segment.to_owned();
        }
        let file = self.trees.sources.get(target.file);
        let path = file.map_or("", |file| file.path.as_str());
        let name = path.rsplit('/').next().unwrap_or_default();
        name.split('.').next().unwrap_or_default().to_owned()
    }

    /// The name, or the first of `name2`, `name3`, … that nobody has. The spec's own schemas keep theirs.
    fn free(&mut self, wish: &str, is_own: bool) -> String {
        let mut name = wish.to_owned();
        let mut number = 2;
        while self.taken.contains(&name) || !is_own && self.trees.has_schema(&escape(&name)) {
            name = format!("{wish}{number}");
            number += 1;
        }
        self.taken.insert(name.clone());
        name
    }
}

/// The reference that a schema is, and nothing besides.
fn alias(node: &Node) -> Option<&Node> {
    let is_silent = |entry: &Entry| {
        entry.key == "$ref" || entry.key == "summary" || entry.key.starts_with("x-")
    };
    node.get("$ref")
        .filter(|_| node.entries().iter().all(is_silent))
}

/// The name with the characters that OpenAPI allows for one.
fn safe(name: &str) -> String {
    let allowed = |c: char| {
        if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') {
            c
        } else {
            '_'
        }
    };
    let name: String = name.chars().map(allowed).collect();
    if name.is_empty() {
        "Schema".to_owned()
    } else {
        name
    }
}

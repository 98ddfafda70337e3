//! Finds the operations that carry `x-token-refresh`, and where there are none, those that look as if they should.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::codes;
use super::grammar::METHODS;
use super::trees::Target;
use super::walk::Walk;
use crate::diagnostic::nearest::nearest;
use crate::diagnostic::{Report, Sink};
use crate::source::{Entry, Node, Span};

/// The key that makes an operation take part.
pub(super) const MARK: &str = "x-token-refresh";

/// A path with at least one marked operation.
pub(super) struct MarkedPath {
    /// The key in `paths`.
    pub(super) path: String,
    pub(super) key_span: Span,
    /// The path item; what the reference leads to where it is one.
    pub(super) item: Item,
}

/// Where a path item stands.
pub(super) enum Item {
    /// Among the document's paths, at this index.
    Here(Rc<Node>, usize),
    There(Target),
}

impl Item {
    pub(super) fn node(&self) -> &Node {
        match self {
            Self::Here(tree, index) => &paths(tree)[*index].node,
            Self::There(target) => target.node(),
        }
    }
}

fn paths(tree: &Node) -> &[Entry] {
    tree.get("paths").map(Node::entries).unwrap_or_default()
}

impl Walk<'_> {
    /// The marked paths; an error where there are none.
    pub(super) fn marked(&mut self) -> Vec<MarkedPath> {
        let tree = Rc::clone(&self.trees.tree);
        if let Some(entry) = tree.entry(MARK) {
            self.misplaced(entry);
        }
        let paths = paths(&tree);
        let mut marked = Vec::new();
        let mut unreached = Sink::default();
        let mut ids: BTreeMap<String, Span> = BTreeMap::new();
        for (index, entry) in paths.iter().enumerate() {
            let Some(item) = self.item(&tree, index, &mut unreached) else {
                continue;
            };
            if let Some(entry) = item.node().entry(MARK) {
                self.misplaced(entry);
            }
            self.operation_ids(item.node(), &mut ids);
            if operations(item.node()).any(|operation| is_marked(&operation.node)) {
                marked.push(MarkedPath {
                    path: entry.key.clone(),
                    key_span: entry.key_span,
                    item,
                });
            }
        }
        if marked.is_empty() {
            // The operation that is looked for may be in what could not be followed.
            self.sink.append(unreached);
            if !self.sink.has_errors() {
                self.none_marked(&tree, paths);
            }
        }
        marked
    }

    /// A path item. One that leads nowhere is not reached, and what is wrong with it is only noted.
    fn item(&mut self, tree: &Rc<Node>, index: usize, unreached: &mut Sink) -> Option<Item> {
        let Some(reference) = paths(tree)[index].node.get("$ref") else {
            return Some(Item::Here(Rc::clone(tree), index));
        };
        std::mem::swap(self.sink, unreached);
        let mut found = self.follow(reference);
        for _ in 0..8 {
            let Some(next) = found
                .as_ref()
                .and_then(|target| target.node().get("$ref").cloned())
            else {
                break;
            };
            found = self.follow(&next);
        }
        std::mem::swap(self.sink, unreached);
        found.map(Item::There)
    }

    fn misplaced(&mut self, entry: &Entry) {
        self.sink.push(
            Report::new(
                codes::MISPLACED,
                format!("`{MARK}` belongs to an operation, such as `post`"),
            )
            .at(entry.key_span, "has no effect here")
            .help("move it below the method, beside `responses`"),
        );
    }

    /// Reports an operationId that a marked operation shares with any other.
    fn operation_ids(&mut self, item: &Node, ids: &mut BTreeMap<String, Span>) {
        for operation in operations(item) {
            let Some(id) = operation.node.get("operationId") else {
                continue;
            };
            let Some(text) = id.as_str() else { continue };
            let place = if is_marked(&operation.node) {
                id.span
            } else {
                Span {
                    end: id.span.start,
                    ..id.span
                }
            };
            let Some(&first) = ids.get(text) else {
                ids.insert(text.to_owned(), place);
                continue;
            };
            // An empty place stands for an operation that is not marked: two of those are none of our business.
            let is_reached = place.start < place.end || first.start < first.end;
            if is_reached {
                let length = id.span.end - id.span.start;
                self.sink.push(
                    Report::new(
                        codes::DUPLICATE_OPERATION_ID,
                        format!("two operations have the operationId `{text}`"),
                    )
                    .at(id.span, "again here")
                    .and(
                        Span {
                            end: first.start + length,
                            ..first
                        },
                        "first defined here",
                    )
                    .help(format!("operationId: {text}2")),
                );
            }
        }
    }

    fn none_marked(&mut self, tree: &Node, paths: &[Entry]) {
        if let Some((entry, near)) = misspelt_method(paths) {
            let report = super::keys::unknown(codes::MISSPELT_KEY, entry, "a path", Some(near));
            self.sink.push(report);
            return;
        }
        if let Some((entry, near)) = misspelt_mark(paths) {
            self.sink.push(
                Report::new(
                    codes::NO_OPERATION,
                    format!("no operation carries `{MARK}`"),
                )
                .at(entry.key_span, format!("did you mean `{near}`?"))
                .help(format!("{near}:")),
            );
            return;
        }
        let report = Report::new(
            codes::NO_OPERATION,
            format!("no operation carries `{MARK}`"),
        );
        let help = format!("add `{MARK}:` to the operation that refreshes the tokens");
        let alike = look_alikes(paths);
        let report = match alike.as_slice() {
            [] => {
                let place = tree.entry("paths").map_or(
                    Span {
                        end: tree.span.start,
                        ..tree.span
                    },
                    |paths| paths.key_span,
                );
                report.at(place, "none of these operations looks like a refresh")
            }
            [(first, name), rest @ ..] => rest.iter().take(5).fold(
                report.at(*first, format!("{name} looks like a refresh")),
                |report, (span, name)| report.and(*span, format!("so does {name}")),
            ),
        };
        self.sink.push(report.help(help));
    }
}

/// The operations of a path item, by method.
pub(super) fn operations(item: &Node) -> impl Iterator<Item = &Entry> {
    item.entries()
        .iter()
        .filter(|entry| METHODS.contains(&entry.key.as_str()))
}

pub(super) fn is_marked(operation: &Node) -> bool {
    operation.get(MARK).is_some()
}

/// A key that was meant for a method, with a marked operation.
fn misspelt_method(paths: &[Entry]) -> Option<(&Entry, &'static str)> {
    let entries = paths.iter().flat_map(|path| path.node.entries());
    entries
        .filter(|entry| is_marked(&entry.node))
        .find_map(|entry| Some((entry, nearest(&entry.key, METHODS)?)))
}

/// The key of an operation that was meant for the mark.
fn misspelt_mark(paths: &[Entry]) -> Option<(&Entry, &'static str)> {
    let operations = paths.iter().flat_map(|path| operations(&path.node));
    let keys = operations.flat_map(|operation| operation.node.entries());
    keys.filter(|entry| entry.key.starts_with('x') || entry.key.contains("refresh"))
        .find_map(|entry| Some((entry, nearest(&entry.key, [MARK])?)))
}

/// Operations that speak of refreshing or of tokens, those that say both first.
fn look_alikes(paths: &[Entry]) -> Vec<(Span, String)> {
    let mut found = Vec::new();
    for path in paths {
        for operation in operations(&path.node) {
            let rank = likeness(&path.key, &operation.node);
            if rank > 0 {
                let name = format!("{} {}", operation.key.to_uppercase(), path.key);
                found.push((std::cmp::Reverse(rank), operation.key_span, name));
            }
        }
    }
    found.sort();
    found
        .into_iter()
        .map(|(_, span, name)| (span, name))
        .collect()
}

fn likeness(path: &str, operation: &Node) -> u8 {
    let texts = ["operationId", "summary"]
        .into_iter()
        .filter_map(|key| operation.get(key)?.as_str());
    let words: String = std::iter::once(path)
        .chain(texts)
        .collect::<Vec<_>>()
        .join(" ")
        .to_lowercase();
    let has = |any: &[&str]| any.iter().any(|word| words.contains(word));
    let refreshes = has(&["refresh", "renew", "extend"]);
    let is_about_tokens = has(&["token", "session", "oauth", "auth", "jwt", "login"]);
    match (refreshes, is_about_tokens) {
        (true, true) => 3,
        (false, true) if has(&["oauth/token", "oauth2/token", "/token"]) => 2,
        (true, false) if words.contains("refresh") => 1,
        _ => 0,
    }
}

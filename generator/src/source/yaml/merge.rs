//! Turns the entries of a mapping as written into those meant: merge keys put in, duplicates reported.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Report, Sink};
use crate::source::{Entry, Node, Value, codes};

/// Up to so many entries, comparing each with each is quicker than an index.
const FEW: usize = 12;

/// The entries with those that `<<` names.
pub(super) fn merged(entries: Vec<Entry>, sink: &mut Sink) -> Vec<Entry> {
    let entries = distinct(entries, sink);
    match entries.iter().position(|entry| entry.key == "<<") {
        Some(index) => with_merge(entries, index, sink),
        None => entries,
    }
}

/// The entries, each key once. Of a key that is there twice the first stays.
pub(super) fn distinct(mut entries: Vec<Entry>, sink: &mut Sink) -> Vec<Entry> {
    let duplicates = duplicates(&entries);
    for &(index, first) in &duplicates {
        let entry = &entries[index];
        sink.push(
            Report::new(
                codes::DUPLICATE_KEY,
                format!("the key `{}` is there twice", entry.key),
            )
            .at(entry.key_span, "again here")
            .and(entries[first].key_span, "first defined here")
            .help("keep one of the two"),
        );
    }
    for &(index, _) in duplicates.iter().rev() {
        entries.remove(index);
    }
    entries
}

/// Each later occurrence of a key, and where the key was first.
fn duplicates(entries: &[Entry]) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    if entries.len() <= FEW {
        for (index, entry) in entries.iter().enumerate().skip(1) {
            let first = entries[..index]
                .iter()
                .position(|other| other.key == entry.key);
            found.extend(first.map(|first| (index, first)));
        }
        return found;
    }
    let mut seen = BTreeMap::new();
    for (index, entry) in entries.iter().enumerate() {
        match seen.get(entry.key.as_str()) {
            Some(&first) => found.push((index, first)),
            None => {
                seen.insert(entry.key.as_str(), index);
            }
        }
    }
    found
}

/// Puts what `<<` names in its place; keys written out win, then earlier mappings of a list.
fn with_merge(mut entries: Vec<Entry>, index: usize, sink: &mut Sink) -> Vec<Entry> {
    let merge = entries.remove(index);
    let span = merge.node.span;
    let sources = match merge.node.value {
        Value::Sequence(items) => items,
        _ => vec![merge.node],
    };
    let mut known: BTreeSet<String> = entries.iter().map(|entry| entry.key.clone()).collect();
    let mut added = Vec::new();
    for source in sources {
        let Node {
            value: Value::Mapping(inner),
            ..
        } = source
        else {
            sink.push(
                Report::new(codes::KEY, "`<<` merges mappings only")
                    .at(merge.key_span, "merges something else")
                    .and(span, "this is no mapping")
                    .help("name an anchor of a mapping: `<<: *anchor`"),
            );
            continue;
        };
        added.extend(
            inner
                .into_iter()
                .filter(|entry| known.insert(entry.key.clone())),
        );
    }
    entries.splice(index..index, added);
    entries
}

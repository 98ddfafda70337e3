//! Finds schemas that are put together from themselves, of which no value could ever be made.

use std::collections::BTreeMap;

use super::codes;
use crate::diagnostic::{Report, Sink};
use crate::source::{Node, Span};

/// How many schemas may be put together one from the next; the stages after this one recurse.
const LONGEST: usize = 64;

/// Reports each cycle that leads through `allOf`, `anyOf` and `oneOf` alone.
pub(super) fn report(schemas: &Node, sink: &mut Sink) {
    let names: Vec<&str> = schemas
        .entries()
        .iter()
        .map(|entry| entry.key.as_str())
        .collect();
    let index: BTreeMap<&str, usize> = names
        .iter()
        .enumerate()
        .map(|(index, name)| (*name, index))
        .collect();
    let edges: Vec<Vec<(usize, Span)>> = schemas
        .entries()
        .iter()
        .map(|entry| {
            let mut found = Vec::new();
            direct(&entry.node, &index, &mut found);
            found
        })
        .collect();
    let mut state = vec![State::New; names.len()];
    for start in 0..names.len() {
        if state[start] == State::New {
            search(start, &edges, &names, &mut state, sink);
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    New,
    Open,
    Done,
}

/// Depth first, with a stack of its own: chains may be as long as the document.
fn search(
    start: usize,
    edges: &[Vec<(usize, Span)>],
    names: &[&str],
    state: &mut [State],
    sink: &mut Sink,
) {
    let mut stack = vec![(start, 0)];
    state[start] = State::Open;
    while let Some((schema, next)) = stack.last_mut() {
        let Some(&(target, span)) = edges[*schema].get(*next) else {
            state[*schema] = State::Done;
            stack.pop();
            continue;
        };
        *next += 1;
        match state[target] {
            State::Open => sink.push(
                Report::new(
                    codes::REF_CYCLE,
                    format!("the schema `{}` is put together from itself", names[target]),
                )
                .at(span, "would never end")
                .help("put one of the references into a property"),
            ),
            State::New if stack.len() >= LONGEST => {
                state[target] = State::Done;
                sink.push(
                    Report::new(
                        codes::REF_CYCLE,
                        format!("more than {LONGEST} schemas are put together one from the next"),
                    )
                    .at(span, "following stops here")
                    .help("write the properties out"),
                );
            }
            State::New => {
                state[target] = State::Open;
                stack.push((target, 0));
            }
            State::Done => {}
        }
    }
}

/// The schemas that a value of this one has to be, with nothing between.
fn direct(schema: &Node, index: &BTreeMap<&str, usize>, found: &mut Vec<(usize, Span)>) {
    if let Some(reference) = schema.get("$ref") {
        let name = reference.as_str().and_then(|text| text.rsplit('/').next());
        found.extend(
            name.and_then(|name| index.get(name))
                .map(|target| (*target, reference.span)),
        );
        return;
    }
    for key in ["allOf", "anyOf", "oneOf"] {
        for member in schema.get(key).map(Node::items).unwrap_or_default() {
            direct(member, index, found);
        }
    }
}

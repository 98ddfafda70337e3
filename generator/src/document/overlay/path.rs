//! Turns a `JSONPath` into the places that it selects. Names, indices, wildcards and one comparison are
//! understood: what overlays are written with. The rest of RFC 9535 is refused, not misread.

use std::ops::Range;

use crate::diagnostic::nearest::nearest;
use crate::source::{Node, Value};

/// One step of a path and where it is written.
#[derive(Debug, PartialEq)]
pub(super) struct Segment {
    step: Step,
    at: Range<usize>,
}

#[derive(Debug, PartialEq)]
enum Step {
    Name(String),
    Index(i64),
    All,
    /// Items in which what stands at these names is this text; without a text, is there at all.
    Where(Vec<String>, Option<String>),
}

/// What is not understood, and where.
#[derive(Debug, PartialEq)]
pub(super) struct Fault {
    pub(super) at: Range<usize>,
    pub(super) message: &'static str,
}

/// The step that selects nothing.
#[derive(Debug, PartialEq)]
pub(super) struct Missing {
    pub(super) at: Range<usize>,
    pub(super) name: Option<String>,
    pub(super) near: Option<String>,
}

/// Reads a path.
pub(super) fn parse(text: &str) -> Result<Vec<Segment>, Fault> {
    let Some(_) = text.strip_prefix('$') else {
        return Err(Fault {
            at: 0..text.len(),
            message: "a path begins with `$`",
        });
    };
    let mut segments = Vec::new();
    let mut at = 1;
    while at < text.len() {
        let rest = &text[at..];
        let (step, length) = if rest.starts_with("..") {
            return Err(Fault {
                at: at..text.len(),
                message: "`..` is not known",
            });
        } else if let Some(name) = rest.strip_prefix('.') {
            let length = name.find(['.', '[']).unwrap_or(name.len());
            (dotted(&name[..length]), length + 1)
        } else if rest.starts_with('[') {
            let length = closing(rest).ok_or(Fault {
                at: at..text.len(),
                message: "a bracket is not closed",
            })?;
            (bracketed(rest[1..length].trim()), length + 1)
        } else {
            return Err(Fault {
                at: at..text.len(),
                message: "expected `.` or `[`",
            });
        };
        let step = step.ok_or(Fault {
            at: at..at + length,
            message: "this step is not known",
        })?;
        segments.push(Segment {
            step,
            at: at..at + length,
        });
        at += length;
    }
    Ok(segments)
}

fn dotted(name: &str) -> Option<Step> {
    match name {
        "*" => Some(Step::All),
        "" => None,
        name => Some(Step::Name(name.to_owned())),
    }
}

/// The index of the bracket that closes the first one.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '\'' | '"') => quote = Some(c),
            (None, '[') => depth += 1,
            (None, ']') if depth == 1 => return Some(at),
            (None, ']') => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}

fn bracketed(inner: &str) -> Option<Step> {
    if inner == "*" {
        return Some(Step::All);
    }
    if let Some(name) = quoted(inner) {
        return Some(Step::Name(name));
    }
    if let Some(filter) = inner.strip_prefix('?') {
        return filtered(filter.trim());
    }
    inner.parse().ok().map(Step::Index)
}

fn quoted(text: &str) -> Option<String> {
    let inner = ['\'', '"']
        .into_iter()
        .find_map(|quote| text.strip_prefix(quote)?.strip_suffix(quote))?;
    (!inner.contains(['\'', '"', '\\'])).then(|| inner.to_owned())
}

/// `@.name == 'x'` or `@.name`, with or without parentheses.
fn filtered(text: &str) -> Option<Step> {
    let text = match text.strip_prefix('(') {
        Some(inner) => inner.strip_suffix(')')?.trim(),
        None => text,
    };
    let (left, right) = match text.split_once("==") {
        Some((left, right)) => (left.trim(), Some(quoted(right.trim())?)),
        None => (text, None),
    };
    let names = parse(&format!("${}", left.strip_prefix('@')?)).ok()?;
    let names: Option<Vec<String>> = names
        .into_iter()
        .map(|segment| match segment.step {
            Step::Name(name) if !name.contains([' ', '=', '&', '|', '<', '>', '!', '(']) => {
                Some(name)
            }
            _ => None,
        })
        .collect();
    names
        .filter(|names| !names.is_empty())
        .map(|names| Step::Where(names, right))
}

/// The places that a path selects, in the document's order; at least one.
pub(super) fn find(tree: &Node, segments: &[Segment]) -> Result<Vec<Vec<usize>>, Missing> {
    let mut found: Vec<(Vec<usize>, &Node)> = vec![(Vec::new(), tree)];
    for segment in segments {
        let mut next = Vec::new();
        for (place, node) in &found {
            for (step, child) in children(node) {
                if selects(&segment.step, step, child, node) {
                    let mut place = place.clone();
                    place.push(step);
                    next.push((place, child));
                }
            }
        }
        if next.is_empty() {
            let parents: Vec<&Node> = found.iter().map(|(_, node)| *node).collect();
            return Err(missing(segment, &parents));
        }
        found = next;
    }
    Ok(found.into_iter().map(|(place, _)| place).collect())
}

fn children(node: &Node) -> Vec<(usize, &Node)> {
    match &node.value {
        Value::Mapping(entries) => entries
            .iter()
            .map(|entry| &entry.node)
            .enumerate()
            .collect(),
        Value::Sequence(items) => items.iter().enumerate().collect(),
        _ => Vec::new(),
    }
}

fn selects(step: &Step, index: usize, child: &Node, parent: &Node) -> bool {
    match step {
        Step::All => true,
        Step::Name(name) => parent
            .entries()
            .get(index)
            .is_some_and(|entry| entry.key == *name),
        Step::Index(wanted) => {
            let length = i64::try_from(parent.items().len()).unwrap_or(i64::MAX);
            let wanted = if *wanted < 0 {
                wanted + length
            } else {
                *wanted
            };
            usize::try_from(wanted) == Ok(index) && !parent.items().is_empty()
        }
        Step::Where(names, text) => {
            let value = names.iter().try_fold(child, |node, name| node.get(name));
            match (value, text) {
                (Some(value), Some(text)) => value.as_str() == Some(text),
                (value, None) => value.is_some(),
                (None, Some(_)) => false,
            }
        }
    }
}

fn missing(segment: &Segment, parents: &[&Node]) -> Missing {
    let Step::Name(name) = &segment.step else {
        return Missing {
            at: segment.at.clone(),
            name: None,
            near: None,
        };
    };
    let keys = parents
        .iter()
        .flat_map(|node| node.entries())
        .map(|entry| entry.key.as_str());
    Missing {
        at: segment.at.clone(),
        name: Some(name.clone()),
        near: nearest(name, keys).map(str::to_owned),
    }
}

/// A name as it is written in a path.
pub(super) fn written(name: &str) -> String {
    let is_plain = !name.is_empty()
        && name
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'));
    if is_plain {
        format!(".{name}")
    } else {
        format!("['{name}']")
    }
}

//! Turns a document and one action on one place into the changed document.

use crate::source::{Node, Value};

/// Takes the node at this place away.
pub(super) fn remove(tree: &mut Node, place: &[usize]) {
    let Some((last, before)) = place.split_last() else {
        return;
    };
    match &mut at(tree, before).value {
        Value::Mapping(entries) if *last < entries.len() => drop(entries.remove(*last)),
        Value::Sequence(items) if *last < items.len() => drop(items.remove(*last)),
        _ => {}
    }
}

/// Merges an update into the node at this place; a list gets it as one more item.
pub(super) fn update(tree: &mut Node, place: &[usize], update: &Node) {
    let node = at(tree, place);
    match &mut node.value {
        Value::Sequence(items) => items.push(update.clone()),
        _ => merge(node, update),
    }
}

/// Mappings are merged key by key, lists joined, all else is replaced.
fn merge(node: &mut Node, update: &Node) {
    match (&mut node.value, &update.value) {
        (Value::Mapping(entries), Value::Mapping(updates)) => {
            for change in updates {
                match entries.iter_mut().find(|entry| entry.key == change.key) {
                    Some(entry) => merge(&mut entry.node, &change.node),
                    None => entries.push(change.clone()),
                }
            }
        }
        (Value::Sequence(items), Value::Sequence(more)) => items.extend(more.iter().cloned()),
        _ => *node = update.clone(),
    }
}

fn at<'n>(tree: &'n mut Node, place: &[usize]) -> &'n mut Node {
    place.iter().fold(tree, |node, step| {
        // Places were found in this tree, and actions on several go from the last to the first.
        match &mut node.value {
            Value::Mapping(entries) => &mut entries[*step].node,
            Value::Sequence(items) => &mut items[*step],
            _ => unreachable!("a place leads through lists and mappings"),
        }
    })
}

//! Turns an overlay and the document that it extends into one document (Overlay specification 1.0).

mod apply;
mod path;

use super::codes;
use super::trees::{self, Parsed};
use crate::diagnostic::nearest::nearest;
use crate::diagnostic::{Report, Sink};
use crate::source::{self, Entry, FileId, Node, Refusal, Root, SourceSet, Value};

const KEYS: [&str; 4] = ["overlay", "info", "extends", "actions"];
const ACTION_KEYS: [&str; 4] = ["target", "description", "update", "remove"];

/// Whether the root is an overlay.
pub(super) fn is_overlay(root: &Root) -> bool {
    root.node.entry("overlay").is_some()
}

/// The document with the actions applied, and the file that it came from.
pub(super) fn applied(
    root: &Root,
    sources: &mut SourceSet,
    parsed: &mut Parsed,
    sink: &mut Sink,
) -> Option<(Node, FileId)> {
    let overlay = &root.node;
    unknown_keys(overlay, &KEYS, "an overlay", sink);
    let place = overlay
        .entry("overlay")
        .map_or(overlay.span, |entry| entry.key_span);
    let Some(extends) = overlay.get("extends") else {
        sink.push(
            Report::new(
                codes::OVERLAY,
                "an overlay names the document that it changes",
            )
            .at(place, "`extends` is missing")
            .help("extends: vendor.yaml"),
        );
        return None;
    };
    let base = base(root, extends, sources, sink)?;
    let mut tree = (*trees::read(sources, parsed, base, sink)?).clone();
    if tree.entry("overlay").is_some() {
        sink.push(
            Report::new(codes::OVERLAY, "an overlay cannot extend another overlay")
                .at(extends.span, "is an overlay itself")
                .help("name the OpenAPI document, and put all actions here"),
        );
        return None;
    }
    let Some(actions) = overlay
        .get("actions")
        .filter(|actions| !actions.items().is_empty())
    else {
        sink.push(
            Report::new(codes::OVERLAY, "an overlay has a list of `actions`")
                .at(place, "`actions` is missing or empty")
                .help("actions: [{target: $.paths['/token'].post, update: {…}}]"),
        );
        return None;
    };
    for action in actions.items() {
        self::action(action, &mut tree, sources, sink);
    }
    Some((tree, base))
}

/// The file that `extends` names.
fn base(root: &Root, extends: &Node, sources: &mut SourceSet, sink: &mut Sink) -> Option<FileId> {
    let report = |message: String| {
        Report::new(codes::REF_OUTSIDE, message).at(extends.span, "this document")
    };
    let Some(path) = extends.as_str() else {
        sink.push(
            Report::new(codes::WRONG_TYPE, "`extends` is the path of a file")
                .at(extends.span, "is no text")
                .help("extends: vendor.yaml"),
        );
        return None;
    };
    let refusal = match source::referenced(
        sources,
        root.file,
        root.file,
        &super::reference::decoded(path),
    ) {
        Ok(file) => return Some(file),
        Err(refusal) => refusal,
    };
    let (folder, name) = path.split_at(path.rfind('/').map_or(0, |slash| slash + 1));
    sink.push(match refusal {
        Refusal::Remote => report("nothing is fetched from the network".into()).help(format!(
            "save the document beside the overlay: `extends: {name}`"
        )),
        Refusal::Absolute | Refusal::Outside => {
            report("this document is outside the specs folder".into())
                .help(format!("copy it beside the overlay: `extends: {name}`"))
        }
        Refusal::Missing(near) => Report::new(codes::OVERLAY, format!("there is no file `{path}`"))
            .at(
                extends.span,
                near.as_ref()
                    .map_or("not beside this overlay".to_owned(), |near| {
                        format!("did you mean `{near}`?")
                    }),
            )
            .help(
                near.map_or("save the vendor's document there".to_owned(), |near| {
                    format!("extends: {folder}{near}")
                }),
            ),
        Refusal::Unreadable(reason) => {
            Report::new(codes::OVERLAY, format!("`{path}` cannot be read: {reason}"))
                .at(extends.span, "this file")
                .help("see whether the file is text and may be read")
        }
    });
    None
}

fn action(action: &Node, tree: &mut Node, sources: &SourceSet, sink: &mut Sink) {
    if let Some(copy) = action.entry("copy") {
        sink.push(
            Report::new(
                codes::OVERLAY,
                "`copy` of Overlay 1.1 is not understood yet",
            )
            .at(copy.key_span, "not yet")
            .help("write what is to be copied into an `update`"),
        );
        return;
    }
    unknown_keys(action, &ACTION_KEYS, "an action", sink);
    let Some(target) = action
        .get("target")
        .filter(|target| target.as_str().is_some())
    else {
        sink.push(
            Report::new(codes::OVERLAY, "an action has a `target`")
                .at(
                    action
                        .entries()
                        .first()
                        .map_or(action.span, |first| first.key_span),
                    "`target` is missing",
                )
                .help("target: $.paths['/token'].post"),
        );
        return;
    };
    let segments = match path::parse(target.as_str().unwrap_or_default()) {
        Ok(segments) => segments,
        Err(fault) => {
            sink.push(
                Report::new(codes::JSON_PATH, format!("this JSONPath is not understood: {}", fault.message))
                    .at(sources.within(target, fault.at), "from here on")
                    .help("names, indices, `*` and `[?@.name == 'x']` are; all of RFC 9535 comes later: $.paths['/token'].post"),
            );
            return;
        }
    };
    let found = match path::find(tree, &segments) {
        Ok(found) => found,
        Err(missing) => {
            sink.push(nothing(target, &missing, sources));
            return;
        }
    };
    let removes = action
        .get("remove")
        .is_some_and(|remove| remove.value == Value::Bool(true));
    match action.get("update") {
        _ if removes => found
            .iter()
            .rev()
            .for_each(|place| apply::remove(tree, place)),
        Some(update) => found
            .iter()
            .for_each(|place| apply::update(tree, place, update)),
        None => sink.push(
            Report::new(
                codes::OVERLAY,
                "an action has an `update`, or `remove: true`",
            )
            .at(target.span, "nothing is done with this")
            .help("remove: true"),
        ),
    }
}

fn nothing(target: &Node, missing: &path::Missing, sources: &SourceSet) -> Report {
    let report = Report::new(
        codes::OVERLAY_TARGET,
        "this action matches nothing in the document",
    );
    let span = sources.within(target, missing.at.clone());
    let text = target.as_str().unwrap_or_default();
    match (&missing.name, &missing.near) {
        (Some(name), Some(near)) => {
            let before = text.get(..missing.at.start).unwrap_or_default();
            let after = text.get(missing.at.end..).unwrap_or_default();
            report
                .at(
                    span,
                    format!("there is no `{name}`; did you mean `{near}`?"),
                )
                .help(format!("target: {before}{}{after}", path::written(near)))
        }
        (Some(name), None) => report
            .at(span, format!("there is no `{name}` here"))
            .help("take the action away, or point it at something that exists"),
        (None, _) => report
            .at(span, "matches nothing")
            .help("take the action away, or point it at something that exists"),
    }
}

fn unknown_keys(node: &Node, keys: &[&str], owner: &str, sink: &mut Sink) {
    let is_unknown =
        |entry: &&Entry| !entry.key.starts_with("x-") && !keys.contains(&entry.key.as_str());
    for entry in node.entries().iter().filter(is_unknown) {
        let near = nearest(&entry.key, keys.iter().copied());
        let code = if near.is_some() {
            codes::MISSPELT_KEY
        } else {
            codes::UNKNOWN_KEY
        };
        sink.push(super::keys::unknown(code, entry, owner, near));
    }
}

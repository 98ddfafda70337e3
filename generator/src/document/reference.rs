//! Turns the text of a `$ref` into what it leads to, or into words about why it leads nowhere.

use super::codes;
use super::trees::{Nowhere, Target};
use super::walk::Walk;
use crate::diagnostic::Report;
use crate::diagnostic::nearest::nearest;
use crate::source::{Node, Refusal, Value};

/// What was found wanting in a pointer.
struct Missing {
    pointer: String,
    segment: String,
    near: Option<String>,
    known: Vec<String>,
}

impl Walk<'_> {
    /// What a `$ref` leads to; nothing where it leads nowhere, of which the sink then knows.
    pub(super) fn follow(&mut self, reference: &Node) -> Option<Target> {
        let Some(text) = reference.as_str() else {
            self.no_text(reference);
            return None;
        };
        let (path, fragment) = text.split_once('#').unwrap_or((text, ""));
        let file = match self
            .trees
            .open(reference.span.file, &decoded(path), self.sink)
        {
            Ok(file) => file?,
            Err(refusal) => {
                self.refused(reference, path, &refusal);
                return None;
            }
        };
        let pointer = decoded(fragment);
        let pointer = if pointer.is_empty() || pointer.starts_with('/') {
            pointer
        } else if let Some(found) = self.trees.anchor(file, &pointer) {
            found
        } else {
            self.no_pointer(reference, path, fragment);
            return None;
        };
        let found = self
            .trees
            .find(file, &pointer, |nowhere: Nowhere<'_>| Missing {
                near: nearest(&nowhere.missing, keys(nowhere.parent)).map(str::to_owned),
                known: keys(nowhere.parent).take(6).map(str::to_owned).collect(),
                pointer: nowhere.pointer,
                segment: nowhere.missing,
            });
        match found {
            Ok(target) => Some(target),
            Err(missing) => {
                self.nowhere(reference, path, &missing?);
                None
            }
        }
    }

    fn no_text(&mut self, reference: &Node) {
        let report = if reference.value == Value::Null {
            // `$ref: #/components/…`: what follows the `#` is a comment.
            Report::new(
                codes::REF_NOWHERE,
                "this `$ref` is empty: without quotes a `#` begins a comment",
            )
            .at(reference.span, "has no value")
            .help("$ref: '#/components/schemas/NAME'")
        } else {
            Report::new(codes::WRONG_TYPE, "a `$ref` is text")
                .at(reference.span, "is something else")
                .help("$ref: '#/components/schemas/NAME'")
        };
        self.sink.push(report);
    }

    fn nowhere(&mut self, reference: &Node, path: &str, missing: &Missing) {
        let text = reference.as_str().unwrap_or_default();
        let within = match missing.pointer.as_str() {
            "" => "the document".to_owned(),
            pointer => format!("`{pointer}`"),
        };
        // The missing segment is underlined, where it can be found in the text as it is written.
        let escaped = escape(&missing.segment);
        let start = path.len() + 1 + missing.pointer.len() + 1;
        let is_verbatim = text.get(start..start + escaped.len()) == Some(escaped.as_str());
        let span = if is_verbatim {
            self.trees
                .sources
                .within(reference, start..start + escaped.len())
        } else {
            reference.span
        };
        let label = match (&missing.near, missing.known.as_slice()) {
            (Some(near), _) => format!("did you mean `{near}`?"),
            (None, []) => format!("there is nothing in {within}"),
            (None, known) => format!("{within} has {}", listed(known)),
        };
        let report = Report::new(
            codes::REF_NOWHERE,
            format!(
                "`{text}` leads nowhere: there is no `{}` in {within}",
                missing.segment
            ),
        )
        .at(span, label);
        let rest = text
            .get(start + escaped.len()..)
            .filter(|_| is_verbatim)
            .unwrap_or_default();
        self.sink.push(match &missing.near {
            Some(near) => report.help(format!(
                "$ref: '{path}#{}/{}{rest}'",
                missing.pointer,
                escape(near)
            )),
            None => report.help("point at something that exists, or add it"),
        });
    }

    /// A fragment that is neither a pointer nor an anchor.
    fn no_pointer(&mut self, reference: &Node, path: &str, fragment: &str) {
        let help = match path {
            "" => format!("$ref: '#/components/schemas/{fragment}'"),
            path => format!("$ref: '{path}#/{fragment}'"),
        };
        self.sink.push(
            Report::new(
                codes::REF_NOWHERE,
                format!("no schema has the `$anchor` that `#{fragment}` names"),
            )
            .at(reference.span, "a pointer begins with `#/`")
            .help(help),
        );
    }

    fn refused(&mut self, reference: &Node, path: &str, refusal: &Refusal) {
        let fragment = reference
            .as_str()
            .and_then(|text| text.split_once('#'))
            .map_or(String::new(), |(_, rest)| format!("#{rest}"));
        let name = path.rsplit('/').next().unwrap_or_default();
        let copy = format!("$ref: 'shared/{name}{fragment}'");
        let report = match refusal {
            Refusal::Remote => {
                Report::new(codes::REF_OUTSIDE, "nothing is fetched from the network")
                    .at(reference.span, "is a URL")
                    .help(format!(
                        "save the file beside the spec and point at it: {copy}"
                    ))
            }
            Refusal::Absolute => Report::new(
                codes::REF_OUTSIDE,
                "a path in a `$ref` is relative, with `/` between its parts",
            )
            .at(reference.span, "is not relative")
            .help(format!(
                "copy the file beside the spec and point at it: {copy}"
            )),
            Refusal::Outside => Report::new(
                codes::REF_OUTSIDE,
                "this reference leads out of the specs folder",
            )
            .at(reference.span, "nothing outside it is read")
            .help(format!(
                "copy the file beside the spec and point at it: {copy}"
            )),
            Refusal::Missing(near) => self.no_file(reference, path, &fragment, near.as_deref()),
            Refusal::Unreadable(reason) => Report::new(
                codes::REF_NOWHERE,
                format!("`{path}` cannot be read: {reason}"),
            )
            .at(reference.span, "this file")
            .help("see whether the file is text and may be read"),
        };
        self.sink.push(report);
    }

    fn no_file(
        &mut self,
        reference: &Node,
        path: &str,
        fragment: &str,
        near: Option<&str>,
    ) -> Report {
        let report = Report::new(codes::REF_NOWHERE, format!("there is no file `{path}`"));
        // `$ref: Token` was meant for a schema more often than for a file.
        if self.trees.has_schema(&escape(path)) {
            return report
                .at(reference.span, "names no file, but a schema")
                .help(format!("$ref: '#/components/schemas/{}'", escape(path)));
        }
        let folder = path
            .rsplit_once('/')
            .map_or(String::new(), |(folder, _)| format!("{folder}/"));
        match near {
            Some(near) => report
                .at(reference.span, format!("did you mean `{near}`?"))
                .help(format!("$ref: '{folder}{near}{fragment}'")),
            None => report
                .at(
                    reference.span,
                    "paths are relative to the file that they stand in",
                )
                .help("a schema of this document is '#/components/schemas/NAME'"),
        }
    }
}

fn keys(node: &Node) -> impl Iterator<Item = &str> {
    node.entries().iter().map(|entry| entry.key.as_str())
}

fn listed(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

pub(super) fn escape(segment: &str) -> String {
    segment.replace('~', "~0").replace('/', "~1")
}

/// The text with `%XX` decoded; as it is where that is no UTF-8.
pub(super) fn decoded(text: &str) -> String {
    if !text.contains('%') {
        return text.to_owned();
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let digits = after
            .get(..2)
            .and_then(|digits| std::str::from_utf8(digits).ok());
        let byte = digits
            .filter(|_| first == b'%')
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(byte.unwrap_or(first));
        rest = if byte.is_some() { &after[2..] } else { after };
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

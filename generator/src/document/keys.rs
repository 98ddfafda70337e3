//! Says which keys of an object are missing, misspelt or unknown.

use super::codes;
use super::grammar::{Key, Object};
use super::walk::Walk;
use crate::diagnostic::nearest::nearest;
use crate::diagnostic::{Code, Report};
use crate::source::{Entry, Span};

impl Walk<'_> {
    /// Reports required keys that are not there; true where there are any, misspelt ones included.
    pub(super) fn missing(
        &mut self,
        given: &[Entry],
        object: &'static Object,
        place: Span,
    ) -> bool {
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

    pub(super) fn unknown_key(&mut self, entry: &Entry, object: &'static Object, given: &[Entry]) {
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
pub(super) fn unknown(code: Code, entry: &Entry, owner: &str, near: Option<&str>) -> Report {
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

//! Finds names in `required` that are no properties, of the schema or of any that it is put together from.

use std::collections::BTreeSet;

use super::super::codes;
use super::super::walk::Walk;
use crate::diagnostic::nearest::nearest;
use crate::diagnostic::{Report, Sink};
use crate::source::{Node, Value};

/// A schema whose `required` names what is not among its own properties.
pub(in super::super) struct Doubt {
    /// The named schema that it is; none for one within another.
    pub(in super::super) name: Option<String>,
    pub(in super::super) schema: Node,
}

impl Walk<'_> {
    /// Notes the schema where its own properties do not settle the matter.
    pub(super) fn doubt_required(&mut self, schema: &Node) {
        let properties = schema.get("properties");
        let is_own = |name: &&Node| {
            name.as_str().is_some_and(|name| {
                properties.is_some_and(|properties| properties.get(name).is_some())
            })
        };
        if !wanted(schema).iter().all(is_own) {
            self.doubts.push(Doubt {
                name: None,
                schema: schema.clone(),
            });
        }
    }
}

/// Reports what is left once every schema is known.
pub(in super::super) fn report(
    doubts: &[Doubt],
    members: &BTreeSet<String>,
    schemas: &Node,
    sink: &mut Sink,
) {
    for doubt in doubts {
        // What others are put together from may require what they bring.
        if doubt
            .name
            .as_ref()
            .is_some_and(|name| members.contains(name))
        {
            continue;
        }
        let mut known = BTreeSet::new();
        let mut seen = BTreeSet::new();
        collect(&doubt.schema, schemas, &mut known, &mut seen);
        let is_open = doubt
            .schema
            .get("additionalProperties")
            .is_some_and(|further| further.value != Value::Bool(false));
        for name in wanted(&doubt.schema) {
            let Some(text) = name.as_str().filter(|text| !known.contains(text)) else {
                continue;
            };
            let near = nearest(text, known.iter().copied());
            if near.is_none() && is_open {
                continue;
            }
            let report = Report::new(
                codes::REQUIRED,
                format!("`required` names `{text}`, which is no property"),
            );
            let report = match doubt.schema.entry("properties") {
                Some(properties) => report.and(properties.key_span, "the properties"),
                None => report,
            };
            sink.push(match near {
                Some(near) => report
                    .at(name.span, format!("did you mean `{near}`?"))
                    .help(near),
                None => report.at(name.span, "no such property").help(format!(
                    "add `{text}` to `properties`, or take it away here"
                )),
            });
        }
    }
}

/// What a schema requires, itself and in what is put together in its place.
fn wanted(schema: &Node) -> Vec<&Node> {
    let mut names: Vec<&Node> = schema
        .get("required")
        .map(Node::items)
        .unwrap_or_default()
        .iter()
        .collect();
    for key in ["allOf", "anyOf", "oneOf"] {
        for member in schema.get(key).map(Node::items).unwrap_or_default() {
            names.extend(wanted(member));
        }
    }
    names
}

/// The properties of a schema and of all that it is put together from.
fn collect<'a>(
    schema: &'a Node,
    schemas: &'a Node,
    known: &mut BTreeSet<&'a str>,
    seen: &mut BTreeSet<&'a str>,
) {
    if let Some(reference) = schema.get("$ref").and_then(Node::as_str) {
        if seen.insert(reference) {
            let name = reference.rsplit('/').next().unwrap_or_default();
            if let Some(schema) = schemas.get(name) {
                collect(schema, schemas, known, seen);
            }
        }
        return;
    }
    known.extend(
        schema
            .get("properties")
            .map(Node::entries)
            .unwrap_or_default()
            .iter()
            .map(|entry| entry.key.as_str()),
    );
    for key in ["allOf", "anyOf", "oneOf"] {
        for member in schema.get(key).map(Node::items).unwrap_or_default() {
            collect(member, schemas, known, seen);
        }
    }
}

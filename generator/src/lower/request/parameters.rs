//! Turns the parameters of an operation and its path into parts.

use super::security::Security;
use super::{Builder, Slot, input_name, is_single_value};
use crate::diagnostic::Report;
use crate::lower::codes;
use crate::lower::rules::same;
use crate::lower::schema::{is_true, text};
use crate::model::{Part, Place};
use crate::source::Node;

/// Headers that OpenAPI says to ignore among the parameters.
const IGNORED: &[&str] = &["authorization", "accept", "content-type"];

impl<'a> Builder<'a, '_, '_> {
    /// The parameters' parts; one whose place a security scheme fills has none of its own.
    pub(super) fn parameters(&mut self, security: &Security) -> Vec<Part> {
        let mut parts: Vec<Part> = Vec::new();
        for node in self.parameter_nodes() {
            let Some(place) = place(node) else { continue };
            let is_there = |part: &Part| is_same_place(&part.place, &place);
            let is_taken = security.fills(&place) || parts.iter().any(is_there);
            if !is_taken && !self.is_ignored(&place) {
                parts.extend(self.parameter(node, place));
            }
        }
        parts
    }

    /// The path's parameters and the operation's, which come before the path's of the same place.
    pub(super) fn parameter_nodes(&self) -> Vec<&'a Node> {
        let of = |node: &'a Node| node.get("parameters").map_or(&[][..], Node::items);
        let own = of(self.nodes.operation);
        let is_overridden = |node: &Node| {
            let Some(at) = place(node) else { return true };
            own.iter()
                .filter_map(place)
                .any(|other| is_same_place(&other, &at))
        };
        let inherited = of(self.nodes.path_item)
            .iter()
            .filter(|node| !is_overridden(node));
        inherited.chain(own).collect()
    }

    fn is_ignored(&self, place: &Place) -> bool {
        let Place::Header(name) = place else {
            return false;
        };
        IGNORED
            .iter()
            .any(|ignored| name.eq_ignore_ascii_case(ignored))
            && !self.rules.mentions(place)
    }

    fn parameter(&mut self, node: &'a Node, place: Place) -> Option<Part> {
        let name = text(node, "name")?;
        let is_path = matches!(place, Place::Path(_));
        if is_path && self.not_in_path(name, node.span) {
            return None;
        }
        let is_required = is_path || is_true(node, "required");
        let schema = node.get("schema");
        if !self.is_single(node, schema) {
            self.cannot_send(node, name, is_required);
            return None;
        }
        Some(self.fill(Slot {
            place,
            name: input_name(name),
            keys: Vec::new(),
            schema,
            is_required,
            is_secret: false,
            is_of_choice: false,
            prefix: "",
            description: text(node, "description"),
            origin: node.span,
        }))
    }

    /// Whether the value is one piece of text.
    fn is_single(&self, node: &Node, schema: Option<&'a Node>) -> bool {
        let schemas = self.shapes.schemas;
        let Some(schema) = schema else {
            return node.get("content").is_none();
        };
        is_single_value(schemas, schemas.get(schema))
    }

    fn cannot_send(&mut self, node: &Node, name: &str, is_required: bool) {
        let message = format!("the parameter `{name}` is no single value");
        let report = if is_required {
            Report::new(codes::STRUCTURED_PARAMETER, message)
                .at(node.span, "a list, an object or other content")
                .help("describe it as the text that is sent: `schema: {type: string}`")
        } else {
            Report::new(codes::PARAMETER_LEFT_OUT, message)
                .at(node.span, "optional, so it is never sent")
                .help("describe it as the text that is sent, if it is wanted: `schema: {type: string}`")
        };
        self.sink.push(report);
    }
}

/// Where a parameter goes.
fn place(node: &Node) -> Option<Place> {
    let name = text(node, "name")?.to_owned();
    match text(node, "in")? {
        "path" => Some(Place::Path(name)),
        "query" => Some(Place::Query(name)),
        "header" => Some(Place::Header(name)),
        "cookie" => Some(Place::Cookie(name)),
        _ => None,
    }
}

/// Whether two places are one.
pub(super) fn is_same_place(one: &Place, other: &Place) -> bool {
    match (one.expression(), other.expression()) {
        (Some(one), Some(other)) => same(&one, &other),
        (None, None) => true,
        // Basic is a header, too.
        (Some(at), None) | (None, Some(at)) => {
            matches!(at, crate::model::Expression::RequestHeader(name) if name.eq_ignore_ascii_case("authorization"))
        }
    }
}

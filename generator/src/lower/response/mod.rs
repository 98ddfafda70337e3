//! Turns the documented responses into what a success holds, what a refusal holds, and examples of both.

mod examples;
mod refusals;
mod success;
mod synthesis;

pub(super) use self::examples::{Maker, examples};
pub(super) use self::refusals::refusals;
pub(super) use self::success::success;

use super::documented::status_range;
use super::media;
use super::schema::{Found, Kind, Schema, Schemas};
use crate::source::{Entry, Node, Span};

/// A documented response.
#[derive(Clone, Copy, Debug)]
pub(super) struct Response<'a> {
    /// The status as the document has it.
    pub(super) key: &'a str,
    /// Where the status stands.
    pub(super) key_span: Span,
    /// First and last status.
    pub(super) range: (u16, u16),
    /// The response itself.
    pub(super) node: &'a Node,
    /// The content that is read as JSON.
    pub(super) json: Option<&'a Entry>,
    /// Whether it is read as a success.
    pub(super) is_success: bool,
}

/// The documented responses of an operation. Where no 2xx is documented, `default` is the success, too.
pub(super) fn responses<'a>(operation: &'a Node, schemas: &Schemas<'a>) -> Vec<Response<'a>> {
    let entries = operation.get("responses").map_or(&[][..], Node::entries);
    let mut responses: Vec<_> = entries
        .iter()
        .filter_map(|entry| response(entry, schemas))
        .collect();
    if !responses.iter().any(|response| response.is_success) {
        let default = responses
            .iter_mut()
            .find(|response| response.key == "default");
        if let Some(default) = default {
            default.is_success = true;
        }
    }
    responses
}

fn response<'a>(entry: &'a Entry, schemas: &Schemas<'a>) -> Option<Response<'a>> {
    let range = status_range(&entry.key)?;
    let contents = entry.node.get("content").map_or(&[][..], Node::entries);
    let json = contents.iter().find(|content| media::is_json(&content.key));
    // Vendors document JSON as text, and send it so.
    let json = json.or_else(|| {
        contents
            .iter()
            .find(|content| is_structured(content, schemas))
    });
    Some(Response {
        key: &entry.key,
        key_span: entry.key_span,
        range,
        node: &entry.node,
        json,
        is_success: (200..=299).contains(&range.0) && range.1 <= 299,
    })
}

fn is_structured<'a>(content: &'a Entry, schemas: &Schemas<'a>) -> bool {
    let schema = content
        .node
        .get("schema")
        .map(|node| schemas.kind(schemas.get(node)));
    matches!(schema, Some(Kind::Object(_) | Kind::Map(_) | Kind::List(_)))
}

impl<'a> Response<'a> {
    /// The schema of the JSON body.
    pub(super) fn schema(&self) -> Option<&'a Node> {
        self.json?.node.get("schema")
    }

    /// What stands at a pointer of the JSON body; `None`: there is no such body, or it says nothing.
    pub(super) fn locate(
        &self,
        pointer: &str,
        schemas: &Schemas<'a>,
    ) -> Option<(Schema<'a>, bool)> {
        match schemas.locate(schemas.get(self.schema()?), pointer) {
            Found::Here { schema, is_certain } => Some((schema, is_certain)),
            Found::Anything | Found::Nowhere => None,
        }
    }

    /// The documented header of this name.
    pub(super) fn header(&self, name: &str) -> Option<&'a Node> {
        let headers = self.node.get("headers").map_or(&[][..], Node::entries);
        let header = headers
            .iter()
            .find(|entry| entry.key.eq_ignore_ascii_case(name))?;
        Some(&header.node)
    }
}

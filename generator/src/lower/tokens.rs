//! Turns the block's tokens into the model's: names, words, and whether a success always carries them.

use super::codes;
use super::extension::{Extension, TokenEntry};
use super::names;
use super::request::Nodes;
use super::reserved;
use super::response::Response;
use super::schema::{Found, Schema, Schemas, is_true, text};
use super::shapes::Shapes;
use crate::diagnostic::{Report, Sink};
use crate::model::{Expression, Location, Role, Token};
use crate::source::Node;

/// What tokens are looked up in.
pub(super) struct Reader<'a, 'r> {
    pub(super) nodes: Nodes<'a>,
    pub(super) schemas: &'a Schemas<'a>,
    pub(super) responses: &'r [Response<'a>],
}

/// The tokens, in the block's order.
pub(super) fn tokens<'a>(
    extension: &Extension,
    reader: &Reader<'a, '_>,
    shapes: &mut Shapes<'a>,
    sink: &mut Sink,
) -> Vec<Token> {
    let is_access = |entry: &&TokenEntry| entry.role == Role::Access && !entry.received.is_empty();
    let has_one = extension.tokens.iter().filter(is_access).count() == 1;
    let mut tokens: Vec<Token> = Vec::new();
    for entry in &extension.tokens {
        let mut token = token(entry, reader, shapes);
        // An answer that lacks the access token is no success.
        token.is_always_received |= has_one && is_access(&entry);
        if let Some(first) = tokens
            .iter()
            .find(|first| first.name.rust == token.name.rust)
        {
            let message = format!(
                "`{}` and `{}` are both `{}` in Rust",
                first.name.wire, token.name.wire, token.name.rust
            );
            let report = Report::new(codes::COLLIDING_NAMES, message)
                .at(token.origin, "has the same name")
                .and(first.origin, "first used here")
                .help("give one of the tokens another name");
            sink.push(report);
        }
        tokens.push(token);
    }
    tokens
}

fn token<'a>(entry: &TokenEntry, reader: &Reader<'a, '_>, shapes: &mut Shapes<'a>) -> Token {
    let is_extended =
        entry.role == Role::Access && entry.received.is_empty() && !entry.lifetime.is_empty();
    Token {
        name: names::field(&entry.name),
        ty: shapes.claim_type(&type_name(entry), "Token"),
        origin: entry.key_span,
        description: reader.description(entry),
        role: entry.role,
        sent: entry.sent.clone(),
        received: entry.received.clone(),
        is_always_received: reader.is_always_received(entry),
        is_extended,
        lifetime: entry.lifetime.clone(),
        renewed: entry.renewed,
        uses: entry.uses,
        previous: entry.previous.clone(),
        present: entry.present.clone(),
    }
}

/// The newtype's name. One that the generated module needs for itself says what the token is for.
fn type_name(entry: &TokenEntry) -> String {
    let name = names::pascal(&entry.name);
    if !reserved::TYPES.contains(&name.as_str()) {
        return entry.name.clone();
    }
    let role = match entry.role {
        Role::Access => "access",
        Role::Refresh => "refresh",
        Role::Other => "other",
    };
    match name.as_str() {
        "Token" => format!("{role} token"),
        _ => format!("{name} token"),
    }
}

impl<'a> Reader<'a, '_> {
    /// The schema's words: from where it is received, else from where it is sent.
    fn description(&self, entry: &TokenEntry) -> Option<String> {
        let mut received = entry.received.iter().map(|location| &location.value);
        let described = received.find_map(|location| self.received_description(location));
        let sent = entry.sent.as_ref();
        let described = described.or_else(|| self.sent_description(&sent?.value.at));
        described.map(str::to_owned)
    }

    fn received_description(&self, location: &Location) -> Option<&'a str> {
        let mut successes = self.responses.iter().filter(|response| response.is_success);
        match &location.at {
            Expression::ResponseBody(pointer) => {
                successes.find_map(|response| response.locate(pointer, self.schemas)?.0.description)
            }
            Expression::ResponseHeader(name) => {
                successes.find_map(|response| text(response.header(name)?, "description"))
            }
            _ => None,
        }
    }

    fn sent_description(&self, at: &Expression) -> Option<&'a str> {
        if let Expression::RequestBody(pointer) = at {
            return self.body_schema(pointer)?.description;
        }
        let (place, name) = match at {
            Expression::RequestHeader(name) => ("header", name),
            Expression::RequestQuery(name) => ("query", name),
            Expression::RequestPath(name) => ("path", name),
            Expression::RequestCookie(name) => ("cookie", name),
            _ => return None,
        };
        let lists = [self.nodes.operation, self.nodes.path_item].into_iter();
        let mut parameters = lists
            .filter_map(|node| node.get("parameters"))
            .flat_map(Node::items);
        let is_it = |node: &&'a Node| {
            text(node, "in") == Some(place)
                && text(node, "name").is_some_and(|known| known.eq_ignore_ascii_case(name))
        };
        text(parameters.find(is_it)?, "description")
    }

    fn body_schema(&self, pointer: &str) -> Option<Schema<'a>> {
        let content = self.nodes.operation.get("requestBody")?.get("content")?;
        let mut schemas = content
            .entries()
            .iter()
            .filter_map(|entry| entry.node.get("schema"));
        schemas.find_map(
            |node| match self.schemas.locate(self.schemas.get(node), pointer) {
                Found::Here { schema, .. } => Some(schema),
                Found::Anything | Found::Nowhere => None,
            },
        )
    }

    /// Whether each documented success has it in one of its places.
    fn is_always_received(&self, entry: &TokenEntry) -> bool {
        let mut successes = self
            .responses
            .iter()
            .filter(|response| response.is_success)
            .peekable();
        let is_in = |response: &Response<'a>| {
            entry
                .received
                .iter()
                .any(|location| self.is_certain(response, &location.value))
        };
        successes.peek().is_some() && successes.all(is_in)
    }

    fn is_certain(&self, response: &Response<'a>, location: &Location) -> bool {
        match &location.at {
            Expression::ResponseBody(pointer) => {
                let found = response.locate(pointer, self.schemas);
                found.is_some_and(|(schema, is_certain)| is_certain && !schema.is_nullable)
            }
            Expression::ResponseHeader(name) => response
                .header(name)
                .is_some_and(|header| is_true(header, "required")),
            _ => false,
        }
    }
}

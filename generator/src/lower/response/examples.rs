//! Collects an example of every documented response: the author's own, else one made from the schema.

use super::{Response, synthesis};
use crate::lower::names::{self, Scope};
use crate::lower::sample::{self, Sample};
use crate::lower::schema::Schemas;
use crate::model::{Example, Expression, Json, Lifecycle, Name, Token};
use crate::source::{Entry, Node, Span};

/// What examples are made with.
pub(in crate::lower) struct Maker<'a, 'm> {
    pub(in crate::lower) schemas: &'a Schemas<'a>,
    pub(in crate::lower) tokens: &'m [Token],
    pub(in crate::lower) lifecycle: &'m Lifecycle,
}

/// A given example: its name, its value and its place.
type Given<'a> = (String, &'a Node, Span);

/// The examples, in the document's order.
pub(in crate::lower) fn examples<'a>(
    responses: &[Response<'a>],
    maker: &Maker<'a, '_>,
) -> Vec<Example> {
    let mut examples = Vec::new();
    for response in responses {
        let Some(status) = stands_for(response, responses) else {
            continue;
        };
        maker.response(response, status, &mut examples);
    }
    examples
}

/// A status that the response stands for and no other one does.
fn stands_for(response: &Response<'_>, all: &[Response<'_>]) -> Option<u16> {
    let (first, last) = response.range;
    let is_free = |status: &u16| {
        let others = all.iter().filter(|other| other.key != response.key);
        let narrower = |other: &Response<'_>| {
            (other.range.0..=other.range.1).contains(status)
                && other.range.1 - other.range.0 < last - first
        };
        !others.into_iter().any(narrower)
    };
    if response.key == "default" {
        // As a success where it is the only one; else a failure, the server's first.
        let likely: &[u16] = if response.is_success { &[200] } else { &[] };
        let likely = likely.iter().copied().chain(500..=599).chain(400..=499);
        return likely.into_iter().find(is_free);
    }
    (first..=last).find(is_free)
}

impl<'a> Maker<'a, '_> {
    fn response(&self, response: &Response<'a>, status: u16, examples: &mut Vec<Example>) {
        let headers = self.headers(response);
        let mut scope = Scope::default();
        let mut add = |name: String, media_type: Option<&str>, body: Option<Json>, origin: Span| {
            examples.push(Example {
                name: Name {
                    rust: scope.claim(names::plain_snake(&name)),
                    wire: name,
                },
                status,
                media_type: media_type.map(str::to_owned),
                body,
                headers: headers.clone(),
                origin,
            });
        };
        let contents = response.node.get("content").map_or(&[][..], Node::entries);
        if contents.is_empty() {
            add("empty".to_owned(), None, None, response.key_span);
        }
        for content in contents {
            let given = given_nodes(content);
            if given.is_empty() {
                let body = self.made(response, content);
                add(
                    "example".to_owned(),
                    Some(&content.key),
                    body,
                    content.key_span,
                );
            }
            // Whether they fit their schemas is for the checks to say.
            for (name, node, origin) in given {
                add(name, Some(&content.key), Some(Json::from(node)), origin);
            }
        }
    }

    /// An example made from the schema, with values that the lifecycle can read.
    fn made(&self, response: &Response<'a>, content: &'a Entry) -> Option<Json> {
        let schema = self.schemas.get(content.node.get("schema")?);
        let mut body = synthesis::example(schema, "example", self.schemas);
        if !response.is_success {
            return Some(body);
        }
        let is_json = response.json.is_some_and(|json| json.key == content.key);
        let samples = sample::values(self.tokens, self.lifecycle);
        for Sample {
            pointer,
            value,
            is_needed,
        } in samples
        {
            let is_read = is_json || pointer.is_empty();
            // A place of an alternative that the example is not would make it neither of both.
            if !is_read || !is_needed && !synthesis::has_parent(&body, &pointer) {
                continue;
            }
            let place = self.schemas.locate(schema, &pointer);
            if synthesis::is_given(place) {
                continue;
            }
            if let Some(value) = sample::fitted(value, place, self.schemas) {
                synthesis::put(&mut body, &pointer, value);
            }
        }
        Some(body)
    }

    /// The headers that are documented with a value, or that a token or its end is read from.
    fn headers(&self, response: &Response<'a>) -> Vec<(String, String)> {
        let entries = response.node.get("headers").map_or(&[][..], Node::entries);
        let given = |entry: &'a Entry| {
            let node = entry.node.get("example").or_else(|| {
                let examples = entry.node.get("examples")?.entries().first()?;
                examples.node.get("value")
            });
            let schema = entry
                .node
                .get("schema")
                .map(|node| self.schemas.get(node).node);
            let node = node.or_else(|| schema?.get("example"))?;
            Some(crate::lower::unions::scalar_text(&node.value))
        };
        let header = |entry: &'a Entry| {
            let needed = || {
                response
                    .is_success
                    .then(|| self.needed(&entry.key))
                    .flatten()
            };
            Some((entry.key.clone(), given(entry).or_else(needed)?))
        };
        entries.iter().filter_map(header).collect()
    }

    fn needed(&self, name: &str) -> Option<String> {
        let is_it = |at: &Expression| matches!(at, Expression::ResponseHeader(header) if header.eq_ignore_ascii_case(name));
        sample::header(self.tokens, is_it)
    }
}

/// `example`, `examples`, or what the schema has.
fn given_nodes(content: &Entry) -> Vec<Given<'_>> {
    let listed = content.node.get("examples").map_or(&[][..], Node::entries);
    let listed = listed
        .iter()
        .filter_map(|entry| Some((entry.key.clone(), entry.node.get("value")?, entry.key_span)));
    let listed: Vec<_> = listed.collect();
    if !listed.is_empty() {
        return listed;
    }
    let single = content.node.entry("example");
    let single = single.or_else(|| content.node.get("schema")?.entry("example"));
    single
        .map(|entry| ("example".to_owned(), &entry.node, entry.key_span))
        .into_iter()
        .collect()
}

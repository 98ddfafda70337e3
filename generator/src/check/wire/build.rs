//! Builds the request of an example from the model and the given values.

use super::super::codes;
use super::super::scope::{Scope, names};
use super::expected::{Body, Expected, Text, Tree};
use super::given::Given;
use crate::diagnostic::{Report, Sink};
use crate::model::{
    self, AuthChoice, Json, Part, PartSource, PathPiece, Place, Server, UrlPiece, WireExample,
};

pub(super) struct Builder<'a> {
    scope: &'a Scope<'a>,
    given: &'a Given<'a>,
    missing: Vec<String>,
}

/// A value to be sent.
enum Value {
    Known(Json),
    /// Made anew on each call.
    Made,
}

impl<'a> Builder<'a> {
    pub(super) fn new(scope: &'a Scope<'a>, given: &'a Given<'a>) -> Self {
        Self {
            scope,
            given,
            missing: Vec::new(),
        }
    }

    /// Reports what the request needs and `given` lacks; whether there was anything.
    pub(super) fn report_missing(&self, example: &WireExample, sink: &mut Sink) -> bool {
        if self.missing.is_empty() {
            return false;
        }
        let message = format!("the request needs {}", names(&self.missing));
        let report =
            Report::new(codes::WIRE_MISSING, message).at(example.origin, "`given` lacks it");
        sink.push(report.help(format!("given: {{{}: …}}", self.missing[0])));
        true
    }

    pub(super) fn request(&mut self) -> Expected {
        let request = &self.scope.operation.request;
        let mut expected = Expected {
            method: request.method.clone(),
            ..Expected::default()
        };
        self.path(&mut expected);
        let mut form = Vec::new();
        let mut tree = Tree::Object(Vec::new());
        let mut whole = None;
        let chosen = self.choice().map_or(&[][..], |choice| &choice.parts);
        for part in request.parts.iter().chain(chosen) {
            let Some(value) = self.value(&part.source, part.is_required) else {
                continue;
            };
            let written = text(part, &value);
            match &part.place {
                Place::Path(_) => {}
                Place::Query(name) => expected.query.push((name.clone(), written)),
                Place::Header(name) => expected.headers.push((name.clone(), written)),
                Place::Cookie(name) => expected.cookies.push((name.clone(), written)),
                Place::Basic => expected.headers.push(("authorization".to_owned(), written)),
                Place::Body(pointer) => match &request.body {
                    model::Body::Json(_) => tree.put(pointer, json(part, value)),
                    model::Body::Form => {
                        form.push((unescaped(pointer), written));
                    }
                    model::Body::Text(_) => whole = Some(written),
                    model::Body::Empty => {}
                },
            }
        }
        let (body, content_type) = match &request.body {
            model::Body::Empty => (Body::Empty, None),
            model::Body::Json(content_type) => (Body::Json(tree), Some(content_type.as_str())),
            model::Body::Form => (Body::Form(form), Some("application/x-www-form-urlencoded")),
            model::Body::Text(content_type) => match whole {
                Some(text) => (Body::Text(text), Some(content_type.as_str())),
                None => (Body::Empty, None),
            },
        };
        expected.body = body;
        let own = [
            ("content-type", content_type),
            ("accept", request.accept.as_deref()),
        ];
        for (name, value) in own {
            let value = value.map(|value| (name.to_owned(), Text::Is(value.to_owned())));
            expected.headers.extend(value);
        }
        expected
    }

    fn path(&mut self, expected: &mut Expected) {
        let request = &self.scope.operation.request;
        let base = self.base_path();
        expected.shown_path.clone_from(&base);
        expected.path.push(Text::Is(base));
        for piece in &request.path {
            match piece {
                PathPiece::Literal(text) => {
                    expected.shown_path.push_str(text);
                    expected.path.push(Text::Is(text.clone()));
                }
                PathPiece::Part(index) => {
                    let Some(part) = request.parts.get(*index) else {
                        continue;
                    };
                    if let Place::Path(name) = &part.place {
                        expected.shown_path.extend(["{", name, "}"]);
                    }
                    if let Some(value) = self.value(&part.source, true) {
                        expected.path.push(match text(part, &value) {
                            // The comparison decodes what is there.
                            Text::Is(text) => Text::Is(text.replace('%', "%25")),
                            made @ Text::Begins(_) => made,
                        });
                    }
                }
            }
        }
    }

    /// The path of the server's URL, which the operation's stands after.
    fn base_path(&mut self) -> String {
        let servers = self
            .scope
            .operation
            .servers
            .as_ref()
            .unwrap_or(&self.scope.provider.servers);
        let named = match self.given.get(&self.scope.provider.server_name.wire) {
            Some(Json::String(name)) => servers
                .iter()
                .find(|server| server.name.wire.eq_ignore_ascii_case(name)),
            _ => None,
        };
        let Some(server) = named.or_else(|| servers.first()) else {
            return String::new();
        };
        let url = self.url(server);
        let path = match url.split_once("://") {
            Some((_, rest)) => rest.find('/').map_or("", |at| &rest[at..]),
            None => url.as_str(),
        };
        path.trim_end_matches('/').to_owned()
    }

    fn url(&mut self, server: &Server) -> String {
        let mut url = String::new();
        for piece in &server.url {
            match piece {
                UrlPiece::Literal(text) => url.push_str(text),
                // Variables of the host are not part of the target, so none is missed here.
                UrlPiece::Variable(source) => match self.value(source, false) {
                    Some(Value::Known(value)) => url.push_str(&plain(&value)),
                    Some(Value::Made) | None => url.push('_'),
                },
            }
        }
        url
    }

    /// The way of authentication that the given values speak of.
    fn choice(&mut self) -> Option<&'a AuthChoice> {
        let choices = &self.scope.operation.request.choices;
        let names = |choice: &AuthChoice| -> Vec<String> {
            choice
                .parts
                .iter()
                .flat_map(|part| self.names(&part.source))
                .collect()
        };
        let is_given = |choice: &&AuthChoice| {
            names(choice)
                .iter()
                .all(|name| self.given.get(name).is_some())
        };
        let chosen = choices
            .iter()
            .filter(is_given)
            .max_by_key(|choice| choice.parts.len());
        if chosen.is_none() {
            let first = choices.first().map(names);
            self.missing.extend(first.into_iter().flatten());
        }
        chosen
    }

    /// The inputs and tokens of a source.
    fn names(&self, source: &PartSource) -> Vec<String> {
        match source {
            PartSource::Basic(user, password) => {
                let mut names = self.names(user);
                names.extend(self.names(password));
                names
            }
            _ => self
                .name(source)
                .map(|(name, _)| name.to_owned())
                .into_iter()
                .collect(),
        }
    }

    fn name(&self, source: &PartSource) -> Option<(&'a str, Option<&'a Json>)> {
        let operation = self.scope.operation;
        match source {
            PartSource::Token(index) => operation
                .tokens
                .get(*index)
                .map(|token| (token.name.wire.as_str(), None)),
            PartSource::Setting(index) => {
                let input = self.scope.provider.settings.get(*index)?;
                Some((input.name.wire.as_str(), input.default.as_ref()))
            }
            PartSource::Session(index) => {
                let input = operation.session_inputs.get(*index)?;
                Some((input.name.wire.as_str(), input.default.as_ref()))
            }
            PartSource::Constant(_) | PartSource::Generated(_) | PartSource::Basic(..) => None,
        }
    }

    fn value(&mut self, source: &PartSource, is_required: bool) -> Option<Value> {
        match source {
            PartSource::Constant(value) => return Some(Value::Known(value.clone())),
            PartSource::Generated(_) => return Some(Value::Made),
            PartSource::Basic(user, password) => {
                let user = self.value(user, is_required)?;
                let password = self.value(password, is_required)?;
                let (Value::Known(user), Value::Known(password)) = (user, password) else {
                    return Some(Value::Made);
                };
                let pair = format!("{}:{}", plain(&user), plain(&password));
                return Some(Value::Known(Json::String(format!(
                    "Basic {}",
                    base64(pair.as_bytes())
                ))));
            }
            PartSource::Token(_) | PartSource::Setting(_) | PartSource::Session(_) => {}
        }
        let (name, default) = self.name(source)?;
        let value = self.given.get(name).or(default);
        if value.is_none() && is_required && !self.missing.iter().any(|known| known == name) {
            self.missing.push(name.to_owned());
        }
        value.map(|value| Value::Known(value.clone()))
    }
}

/// The name of a form field, of which the pointer has one segment.
fn unescaped(pointer: &str) -> String {
    pointer
        .trim_start_matches('/')
        .replace("~1", "/")
        .replace("~0", "~")
}

/// The value as text, with what stands before it.
fn text(part: &Part, value: &Value) -> Text {
    match value {
        Value::Known(value) => Text::Is(format!("{}{}", part.prefix, plain(value))),
        Value::Made => Text::Begins(part.prefix.clone()),
    }
}

fn json(part: &Part, value: Value) -> Tree {
    match value {
        Value::Known(Json::String(text)) => {
            Tree::Is(Json::String(format!("{}{text}", part.prefix)))
        }
        Value::Known(value) => Tree::Is(value),
        Value::Made => Tree::Any,
    }
}

fn plain(value: &Json) -> String {
    match value {
        Json::Null | Json::Array(_) | Json::Object(_) => String::new(),
        Json::Bool(value) => value.to_string(),
        Json::Integer(number) => number.to_string(),
        Json::Float(number) => number.to_string(),
        Json::String(text) => text.clone(),
    }
}

/// RFC 4648, section 4: not worth a dependency for one header.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |index: usize| usize::from(chunk.get(index).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4 {
            let letter = LETTERS[bits >> (18 - 6 * place) & 63];
            text.push(if place > chunk.len() {
                '='
            } else {
                char::from(letter)
            });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::base64;

    #[test]
    fn base64_is_that_of_the_rfc() {
        // RFC 4648, section 10.
        for (text, expected) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(text.as_bytes()), expected);
        }
    }
}

//! Finds what the extension says of a place in the request: its token, or its entry in `inputs`.

use super::extension::{Extension, InputEntry};
use crate::model::{Expression, InputKey, Place};
use crate::source::Span;

/// The extension's pointers into the request, and which of the tokens have found their place.
#[derive(Debug)]
pub(super) struct Rules<'e> {
    entries: &'e [InputEntry],
    sent: Vec<Sent<'e>>,
}

/// A token that the request carries.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sent<'e> {
    /// Its index.
    pub(super) token: usize,
    /// Where it goes.
    pub(super) at: &'e Expression,
    /// Text before it.
    pub(super) prefix: &'e str,
    /// Where the block says so.
    pub(super) span: Span,
    is_used: bool,
}

impl<'e> Rules<'e> {
    pub(super) fn of(extension: &'e Extension) -> Self {
        let sent = extension
            .tokens
            .iter()
            .enumerate()
            .filter_map(|(token, entry)| {
                let sent = entry.sent.as_ref()?;
                Some(Sent {
                    token,
                    at: &sent.value.at,
                    prefix: &sent.value.prefix,
                    span: sent.span,
                    is_used: false,
                })
            });
        Self {
            entries: &extension.inputs,
            sent: sent.collect(),
        }
    }

    /// The token that the request carries at this place.
    pub(super) fn token(&mut self, place: &Place) -> Option<Sent<'e>> {
        let at = place.expression()?;
        let sent = self.sent.iter_mut().find(|sent| same(sent.at, &at))?;
        sent.is_used = true;
        Some(*sent)
    }

    /// Whether a token is sent below this place of the body.
    pub(super) fn has_token_below(&self, pointer: &str) -> bool {
        self.sent.iter().any(|sent| match sent.at {
            Expression::RequestBody(at) => is_below(at, pointer),
            _ => false,
        })
    }

    /// Every place in the body that the extension points at.
    pub(super) fn body_pointers(&self) -> Vec<&'e str> {
        let sent = self.sent.iter().map(|sent| sent.at);
        let keys = self
            .entries
            .iter()
            .filter_map(|entry| match &entry.key.value {
                InputKey::Expression(at) => Some(at),
                _ => None,
            });
        let pointer = |at: &'e Expression| match at {
            Expression::RequestBody(pointer) => Some(pointer.as_str()),
            _ => None,
        };
        sent.chain(keys).filter_map(pointer).collect()
    }

    /// Whether the extension points at this place at all.
    pub(super) fn mentions(&self, place: &Place) -> bool {
        let Some(at) = place.expression() else {
            return false;
        };
        self.sent.iter().any(|sent| same(sent.at, &at))
            || self
                .entries
                .iter()
                .any(|entry| is_key(&entry.key.value, &InputKey::Expression(at.clone())))
    }

    /// The entry of one of these keys.
    pub(super) fn entry(&self, keys: &[InputKey]) -> Option<&'e InputEntry> {
        let is_meant = |entry: &&InputEntry| keys.iter().any(|key| is_key(&entry.key.value, key));
        self.entries.iter().find(is_meant)
    }

    /// Tokens that no part of the document has a place for.
    pub(super) fn unplaced(&self) -> impl Iterator<Item = Sent<'e>> {
        self.sent.iter().filter(|sent| !sent.is_used).copied()
    }
}

/// Header names are compared without case.
pub(super) fn same(one: &Expression, other: &Expression) -> bool {
    match (one, other) {
        (Expression::RequestHeader(one), Expression::RequestHeader(other)) => {
            one.eq_ignore_ascii_case(other)
        }
        _ => one == other,
    }
}

fn is_key(one: &InputKey, other: &InputKey) -> bool {
    match (one, other) {
        (InputKey::Expression(one), InputKey::Expression(other)) => same(one, other),
        _ => one == other,
    }
}

fn is_below(pointer: &str, above: &str) -> bool {
    pointer
        .strip_prefix(above)
        .is_some_and(|rest| rest.starts_with('/'))
}

/// A key of `inputs` as the block writes it.
pub(super) fn key_text(key: &InputKey) -> String {
    match key {
        InputKey::Expression(at) => expression_text(at),
        InputKey::ServerVariable(name) => format!("$server.{name}"),
        InputKey::Server => "$server".to_owned(),
        InputKey::Security(scheme) => format!("security.{scheme}"),
        InputKey::SecurityUsername(scheme) => format!("security.{scheme}.username"),
        InputKey::SecurityPassword(scheme) => format!("security.{scheme}.password"),
    }
}

/// A runtime expression as the block writes it.
pub(super) fn expression_text(at: &Expression) -> String {
    let body = |side: &str, pointer: &str| match pointer {
        "" => format!("${side}.body"),
        pointer => format!("${side}.body#{pointer}"),
    };
    match at {
        Expression::Url => "$url".to_owned(),
        Expression::Method => "$method".to_owned(),
        Expression::StatusCode => "$statusCode".to_owned(),
        Expression::RequestHeader(name) => format!("$request.header.{name}"),
        Expression::RequestQuery(name) => format!("$request.query.{name}"),
        Expression::RequestPath(name) => format!("$request.path.{name}"),
        Expression::RequestCookie(name) => format!("$request.cookie.{name}"),
        Expression::RequestBody(pointer) => body("request", pointer),
        Expression::ResponseHeader(name) => format!("$response.header.{name}"),
        Expression::ResponseBody(pointer) => body("response", pointer),
    }
}

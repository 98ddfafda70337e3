//! Finding the tokens of an answer: which position of each list, which text.

use crate::exchange::Value;
use crate::json::Mismatch;
use crate::{Lifecycle, Role, Secret, TokenRule};

use super::Answer;

/// A token's text, and which of its places it came from.
#[derive(Debug)]
pub(crate) struct TokenValue {
    pub(super) text: Secret,
    pub(super) position: usize,
}

/// What an answer has for a token.
#[derive(Debug)]
pub(super) enum Found {
    /// Its text.
    Received(TokenValue),
    /// It is not received: the sent one lives on, with this text.
    Extended(TokenValue),
    /// The answer never carries it.
    NotReceived,
    /// The answer does not carry it this time, or carries an empty text.
    Absent,
    /// There is something else in its place.
    Wrong(Mismatch),
}

/// Looks up every token of the lifecycle, in its order.
pub(super) fn find(answer: &Answer<'_>) -> Vec<Found> {
    let rules = answer.lifecycle.tokens;
    rules
        .iter()
        .map(|rule| find_one(answer, rule, position(answer, rule)))
        .collect()
}

/// Takes the texts out, unless something else stands in a token's place.
pub(super) fn texts(
    lifecycle: &Lifecycle,
    found: Vec<Found>,
) -> Result<Vec<Option<TokenValue>>, Mismatch> {
    debug_assert_eq!(lifecycle.tokens.len(), found.len());
    let text = |found| match found {
        Found::Received(value) | Found::Extended(value) => Ok(Some(value)),
        Found::NotReceived | Found::Absent => Ok(None),
        Found::Wrong(mismatch) => Err(mismatch),
    };
    found.into_iter().map(text).collect()
}

fn find_one(answer: &Answer<'_>, rule: &TokenRule, position: usize) -> Found {
    if rule.received.is_empty() {
        return sent(answer, rule);
    }
    match at(answer, rule, position) {
        Found::Absent => (0..rule.received.len())
            .map(|position| at(answer, rule, position))
            .find(|found| matches!(found, Found::Wrong(_)))
            .unwrap_or(Found::Absent),
        found => found,
    }
}

/// A token that is sent and not received lives on.
fn sent(answer: &Answer<'_>, rule: &TokenRule) -> Found {
    match sent_text(answer, rule) {
        Some(text) => Found::Extended(TokenValue { text, position: 0 }),
        None => Found::NotReceived,
    }
}

/// The token's text as it was sent.
fn sent_text(answer: &Answer<'_>, rule: &TokenRule) -> Option<Secret> {
    let value = answer.find(rule.sent?)?;
    Some(Secret::from(answer.exchange.secret_in(value.text()?))).filter(|text| !text.is_empty())
}

/// What stands for a token that the answer leaves out, so that what the answer says of its end can be read: the
/// sent one, if any.
#[cfg(feature = "session")]
pub(super) fn left_out(answer: &Answer<'_>, rule: &TokenRule) -> TokenValue {
    TokenValue {
        text: sent_text(answer, rule).unwrap_or_else(|| Secret::new("")),
        position: position(answer, rule),
    }
}

/// Which position of its list a token takes: lists of one length choose together, the access token leading.
fn position(answer: &Answer<'_>, rule: &TokenRule) -> usize {
    let length = rule.received.len();
    if length < 2 {
        return 0;
    }
    let group = || {
        answer
            .lifecycle
            .tokens
            .iter()
            .filter(|other| other.received.len() == length)
    };
    let first_of = |role: Option<Role>| {
        (0..length).find(|&position| {
            let mut members = group().filter(|member| role.is_none_or(|role| member.role == role));
            members.any(|member| matches!(at(answer, member, position), Found::Received(_)))
        })
    };
    first_of(Some(Role::Access))
        .or_else(|| first_of(None))
        .unwrap_or(0)
}

fn at(answer: &Answer<'_>, rule: &TokenRule, position: usize) -> Found {
    let Some(location) = rule.received.get(position) else {
        return Found::Absent;
    };
    let Some(value) = answer.locate(location) else {
        return Found::Absent;
    };
    let text = match &value {
        Value::Json(json) if json.is_null() => return Found::Absent,
        Value::Json(json) => match json.as_str() {
            Some(text) => text,
            None => return Found::Wrong(wrong(location, json)),
        },
        Value::Text(text) => text,
        Value::Number(_) => return Found::Absent,
    };
    match without_prefix(text, location.prefix).trim() {
        "" => Found::Absent,
        text => Found::Received(TokenValue {
            text: Secret::from(text),
            position,
        }),
    }
}

#[cold]
fn wrong(location: &crate::Location, json: &crate::Json) -> Mismatch {
    let mismatch = Mismatch::found("a token", json);
    match location.at {
        crate::Expression::ResponseBody(pointer) => mismatch.at(pointer),
        _ => mismatch,
    }
}

/// The text behind the prefix. A vendor that once leaves the prefix out still sent a token.
fn without_prefix<'t>(text: &'t str, prefix: &str) -> &'t str {
    let text = text.trim();
    let Some((start, rest)) = text.split_at_checked(prefix.trim_end().len()) else {
        return text;
    };
    let is_whole = rest.is_empty() || !prefix.ends_with(' ') || rest.starts_with(' ');
    if is_whole && start.eq_ignore_ascii_case(prefix.trim_end()) {
        rest.trim_start()
    } else {
        text
    }
}

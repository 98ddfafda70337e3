//! What a failed call means: the spec's rules, then the codes and statuses that everyone agrees on.

use super::{Answer, condition};
use crate::exchange::Value;
use crate::{Expression, Failure, FailureRule, Json, Literal};

/// What a failed call means; the first rule that matches wins.
pub(super) fn classify(answer: &Answer<'_>) -> Failure {
    let rule = answer
        .lifecycle
        .failures
        .iter()
        .find(|rule| matches(rule, answer));
    rule.map(|rule| rule.means)
        .or_else(|| by_code(answer))
        .unwrap_or_else(|| by_status(answer))
}

/// The provider's code as text, where it has one.
pub(super) fn code_text(answer: &Answer<'_>) -> Option<String> {
    match answer.find(answer.lifecycle.error_code?)? {
        Value::Json(Json::String(text)) => Some(text.clone()),
        Value::Json(Json::Number(number)) => Some(number.to_string()),
        Value::Json(_) => None,
        Value::Text(text) => Some(text.into_owned()),
        Value::Number(number) => Some(number.to_string()),
    }
}

/// Whether all that a rule names matches.
fn matches(rule: &FailureRule, answer: &Answer<'_>) -> bool {
    let status = answer.status();
    let has_status = rule.status.is_empty()
        || rule
            .status
            .iter()
            .any(|range| (range.first..=range.last).contains(&status));
    let has_code =
        || rule.codes.is_empty() || rule.codes.iter().any(|code| has_code(answer, *code));
    let holds = || {
        rule.condition
            .is_none_or(|condition| condition::holds(condition, answer))
    };
    has_status && has_code() && holds()
}

fn has_code(answer: &Answer<'_>, code: Literal) -> bool {
    let place = answer.lifecycle.error_code;
    place.is_some_and(|place: Expression| condition::equals(place, code, answer))
}

/// RFC 6749's codes (section 5.2), which mean the same nearly everywhere.
fn by_code(answer: &Answer<'_>) -> Option<Failure> {
    let means = |code, failure| has_code(answer, Literal::String(code)).then_some(failure);
    means("invalid_grant", Failure::Reauthenticate)
        .or_else(|| means("invalid_client", Failure::Credentials))
        .or_else(|| means("unauthorized_client", Failure::Credentials))
}

fn by_status(answer: &Answer<'_>) -> Failure {
    match answer.status() {
        401 => answer.lifecycle.unauthorized,
        403 => Failure::Credentials,
        408 | 425 | 500..=599 => Failure::Transient,
        429 => Failure::RateLimited,
        // What is left: other 4xx, a redirect (none is followed), a 2xx that is no success.
        _ => Failure::Rejected,
    }
}

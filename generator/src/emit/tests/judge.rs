//! What the spec says of an answer, by the text of the spec format: a success, or a failure of which class.
//!
//! This is the second reading of those rules in the project. The first is the runtime's, and that the two agree is
//! what the generated tests show.

use super::answer::{Answer, Body};
use crate::model::{
    Comparison, Condition, Expression, Failure, FailureRule, Json, Literal, Location, Operand,
    Operation, Role, Token,
};

/// What an answer is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Verdict {
    Success,
    /// A failure of this class, by the rule of this index or else by default.
    Refused(Failure, Option<usize>),
}

/// A value in a condition.
#[derive(Clone, Debug, PartialEq)]
enum Fact {
    Null,
    Bool(bool),
    Number(f64),
    Text(String),
    Structure,
}

/// What the spec says of an answer; `None` where that depends on more than the answer.
pub(super) fn judge(operation: &Operation, answer: &Answer) -> Option<Verdict> {
    if (200..300).contains(&answer.status) {
        let holds = match &operation.lifecycle.success {
            Some(success) => holds(&success.value, answer)?,
            None => true,
        };
        if holds && has_access_token(operation, answer) {
            return Some(Verdict::Success);
        }
    }
    for (index, rule) in operation.lifecycle.failures.iter().enumerate() {
        if matches(operation, rule, answer)? {
            return Some(Verdict::Refused(rule.means, Some(index)));
        }
    }
    let code = code(operation, answer)?;
    let is = |name: &str| code == Fact::Text(name.to_owned());
    let failure = if is("invalid_grant") {
        Failure::Reauthenticate
    } else if is("invalid_client") || is("unauthorized_client") {
        Failure::Credentials
    } else {
        match answer.status {
            401 => operation.lifecycle.unauthorized,
            403 => Failure::Credentials,
            408 | 425 | 500.. => Failure::Transient,
            429 => Failure::RateLimited,
            _ => Failure::Rejected,
        }
    };
    Some(Verdict::Refused(failure, None))
}

/// The text of a token in an answer, and the position of its list that it came from.
pub(super) fn received(
    operation: &Operation,
    token: &Token,
    answer: &Answer,
) -> Option<(String, usize)> {
    let length = token.received.len();
    let position = if length < 2 {
        0
    } else {
        together(operation, length, answer)
    };
    let positions = [position]
        .into_iter()
        .chain((0..length).filter(|_| length < 2));
    positions.into_iter().find_map(|position| {
        let location = &token.received.get(position)?.value;
        Some((locate(location, answer)?, position))
    })
}

/// Lists of one length choose one position together, the access token leading.
fn together(operation: &Operation, length: usize, answer: &Answer) -> usize {
    let first = |role: Option<Role>| {
        (0..length).find(|position| {
            let mut group = operation
                .tokens
                .iter()
                .filter(|token| token.received.len() == length);
            group.any(|token| {
                let is_meant = role.is_none_or(|role| token.role == role);
                is_meant && locate(&token.received[*position].value, answer).is_some()
            })
        })
    };
    first(Some(Role::Access))
        .or_else(|| first(None))
        .unwrap_or(0)
}

fn locate(location: &Location, answer: &Answer) -> Option<String> {
    let text = match (&location.at, &location.cookie) {
        (Expression::ResponseHeader(name), Some(cookie)) => {
            let headers = answer
                .headers
                .iter()
                .filter(|(known, _)| known.eq_ignore_ascii_case(name));
            headers
                .filter_map(|(_, value)| value.split(';').next()?.split_once('='))
                .find_map(|(name, value)| {
                    (name.trim() == cookie).then(|| value.trim().to_owned())
                })?
        }
        (Expression::ResponseHeader(name), None) => answer.header(name)?.to_owned(),
        (Expression::ResponseBody(pointer), _) => match answer.at(pointer)? {
            Json::String(text) => text,
            _ => return None,
        },
        _ => return None,
    };
    let prefix = location.prefix.trim_end();
    let text = text.trim();
    let text = match text.get(..prefix.len()) {
        Some(start) if start.eq_ignore_ascii_case(prefix) => text[prefix.len()..].trim(),
        _ => text,
    };
    (!text.is_empty()).then(|| text.to_owned())
}

fn has_access_token(operation: &Operation, answer: &Answer) -> bool {
    let comes = |token: &&Token| !token.received.is_empty() || token.sent.is_some();
    let is_access = |token: &&Token| token.role == Role::Access;
    let has_role = operation
        .tokens
        .iter()
        .filter(comes)
        .any(|token| is_access(&token));
    let mut wanted = operation
        .tokens
        .iter()
        .filter(comes)
        .filter(|token| !has_role || is_access(token))
        .peekable();
    let is_there =
        |token: &Token| token.received.is_empty() || received(operation, token, answer).is_some();
    wanted.peek().is_none() || wanted.any(is_there)
}

fn matches(operation: &Operation, rule: &FailureRule, answer: &Answer) -> Option<bool> {
    let has_status = rule.status.is_empty()
        || rule
            .status
            .iter()
            .any(|range| (range.value.0..=range.value.1).contains(&answer.status));
    if !has_status {
        return Some(false);
    }
    if !rule.codes.is_empty() {
        let code = code(operation, answer)?;
        if !rule
            .codes
            .iter()
            .any(|literal| is_equal(&code, &fact_of(&literal.value)))
        {
            return Some(false);
        }
    }
    rule.condition
        .as_ref()
        .map_or(Some(true), |condition| holds(&condition.value, answer))
}

fn code(operation: &Operation, answer: &Answer) -> Option<Fact> {
    match &operation.lifecycle.error_code {
        Some(place) => fact(&Operand::Expression(place.clone()), answer),
        None => Some(Fact::Null),
    }
}

/// Whether a condition holds; `None` where that depends on more than the answer.
pub(super) fn holds(condition: &Condition, answer: &Answer) -> Option<bool> {
    match condition {
        Condition::Compare(left, comparison, right) => Some(compare(
            &fact(left, answer)?,
            *comparison,
            &fact(right, answer)?,
        )),
        Condition::Holds(operand) => Some(fact(operand, answer)? == Fact::Bool(true)),
        Condition::Not(inner) => Some(!holds(inner, answer)?),
        Condition::All(inner) => inner
            .iter()
            .try_fold(true, |all, part| Some(all & holds(part, answer)?)),
        Condition::Any(inner) => inner
            .iter()
            .try_fold(false, |any, part| Some(any | holds(part, answer)?)),
    }
}

fn fact(operand: &Operand, answer: &Answer) -> Option<Fact> {
    let expression = match operand {
        Operand::Literal(literal) => return Some(fact_of(literal)),
        Operand::Expression(expression) => expression,
    };
    match expression {
        Expression::StatusCode => Some(Fact::Number(answer.status.into())),
        Expression::ResponseHeader(name) => Some(
            answer
                .header(name)
                .map_or(Fact::Null, |value| Fact::Text(value.trim().to_owned())),
        ),
        Expression::ResponseBody(_) if matches!(answer.body, Body::Empty) => Some(Fact::Null),
        Expression::ResponseBody(pointer) => Some(match answer.at(pointer) {
            None | Some(Json::Null) => Fact::Null,
            Some(Json::Bool(value)) => Fact::Bool(value),
            // Beyond 2^53 the runtime, too, compares as floats.
            #[expect(clippy::cast_precision_loss, reason = "as the runtime does")]
            Some(Json::Integer(value)) => Fact::Number(value as f64),
            Some(Json::Float(value)) => Fact::Number(value),
            Some(Json::String(value)) => Fact::Text(value),
            Some(Json::Array(_) | Json::Object(_)) => Fact::Structure,
        }),
        _ => None,
    }
}

fn fact_of(literal: &Literal) -> Fact {
    match literal {
        Literal::Null => Fact::Null,
        Literal::Bool(value) => Fact::Bool(*value),
        Literal::Number(value) => Fact::Number(*value),
        Literal::String(value) => Fact::Text(value.clone()),
    }
}

/// Objects and arrays equal nothing, not even themselves; texts are compared without case.
fn is_equal(left: &Fact, right: &Fact) -> bool {
    match (left, right) {
        (Fact::Structure, _) | (_, Fact::Structure) => false,
        (Fact::Text(left), Fact::Text(right)) => left.to_lowercase() == right.to_lowercase(),
        _ => left == right,
    }
}

fn compare(left: &Fact, comparison: Comparison, right: &Fact) -> bool {
    let order = match (left, right) {
        (Fact::Number(left), Fact::Number(right)) => left.partial_cmp(right),
        (Fact::Text(left), Fact::Text(right)) => {
            Some(left.to_lowercase().cmp(&right.to_lowercase()))
        }
        _ => None,
    };
    match comparison {
        Comparison::Equal => is_equal(left, right),
        Comparison::NotEqual => !is_equal(left, right),
        Comparison::Less => order.is_some_and(std::cmp::Ordering::is_lt),
        Comparison::LessOrEqual => order.is_some_and(std::cmp::Ordering::is_le),
        Comparison::Greater => order.is_some_and(std::cmp::Ordering::is_gt),
        Comparison::GreaterOrEqual => order.is_some_and(std::cmp::Ordering::is_ge),
    }
}

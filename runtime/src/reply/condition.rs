//! Deciding conditions as Arazzo has them: types agree, text without case, what is not there is null.

use std::cmp::Ordering;

use super::Answer;
use crate::exchange::Value;
use crate::{Comparison, Condition, Expression, Json, Literal, Operand};

/// Whether a condition holds for an answer.
pub(super) fn holds(condition: Condition, answer: &Answer<'_>) -> bool {
    match condition {
        Condition::Compare(left, comparison, right) => with_fact(left, answer, |left| {
            with_fact(right, answer, |right| compare(left, comparison, right))
        }),
        Condition::Holds(operand) => with_fact(operand, answer, |fact| fact == Fact::Bool(true)),
        Condition::Not(inner) => !holds(*inner, answer),
        Condition::All(inner) => inner.iter().all(|condition| holds(*condition, answer)),
        Condition::Any(inner) => inner.iter().any(|condition| holds(*condition, answer)),
    }
}

/// Whether what an expression points at equals a constant.
pub(super) fn equals(expression: Expression, literal: Literal, answer: &Answer<'_>) -> bool {
    with_fact(Operand::Expression(expression), answer, |found| {
        found == Fact::of(literal)
    })
}

/// A value in a condition. Objects and arrays equal nothing, not even themselves.
#[derive(Clone, Copy, Debug)]
enum Fact<'a> {
    Null,
    Bool(bool),
    Number(f64),
    Text(&'a str),
    Structure,
}

impl Fact<'_> {
    fn of(literal: Literal) -> Self {
        match literal {
            Literal::Null => Self::Null,
            Literal::Bool(value) => Self::Bool(value),
            Literal::Number(value) => Self::Number(value),
            Literal::String(value) => Self::Text(value),
        }
    }
}

impl PartialEq for Fact<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (*self, *other) {
            (Self::Null, Self::Null) => true,
            (Self::Bool(left), Self::Bool(right)) => left == right,
            (Self::Number(left), Self::Number(right)) => left == right,
            (Self::Text(left), Self::Text(right)) => same_text(left, right),
            _ => false,
        }
    }
}

fn with_fact<T>(operand: Operand, answer: &Answer<'_>, decide: impl FnOnce(Fact<'_>) -> T) -> T {
    match operand {
        Operand::Literal(literal) => decide(Fact::of(literal)),
        Operand::Expression(expression) => match answer.find(expression) {
            None | Some(Value::Json(Json::Null)) => decide(Fact::Null),
            Some(Value::Json(Json::Bool(value))) => decide(Fact::Bool(*value)),
            Some(Value::Json(Json::Number(value))) => {
                decide(value.as_f64().map_or(Fact::Null, Fact::Number))
            }
            Some(Value::Json(Json::String(value))) => decide(Fact::Text(value)),
            Some(Value::Json(Json::Array(_) | Json::Object(_))) => decide(Fact::Structure),
            Some(Value::Text(value)) => decide(Fact::Text(&value)),
            Some(Value::Number(value)) => decide(Fact::Number(value)),
        },
    }
}

fn compare(left: Fact<'_>, comparison: Comparison, right: Fact<'_>) -> bool {
    let order = match (left, right) {
        (Fact::Number(left), Fact::Number(right)) => left.partial_cmp(&right),
        (Fact::Text(left), Fact::Text(right)) => {
            Some(left.to_lowercase().cmp(&right.to_lowercase()))
        }
        _ => None,
    };
    match comparison {
        Comparison::Equal => left == right,
        Comparison::NotEqual => left != right,
        Comparison::Less => order == Some(Ordering::Less),
        Comparison::LessOrEqual => order.is_some_and(Ordering::is_le),
        Comparison::Greater => order == Some(Ordering::Greater),
        Comparison::GreaterOrEqual => order.is_some_and(Ordering::is_ge),
    }
}

fn same_text(left: &str, right: &str) -> bool {
    left.eq_ignore_ascii_case(right) || left.to_lowercase() == right.to_lowercase()
}

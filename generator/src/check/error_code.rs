//! Codes are looked for where there are codes, and are of the type and among the values that stand there.
//!
//! `0` is not `"0"`: a code of the wrong type never matches, and the failure is taken for another.

use super::codes;
use super::pointers::find_anywhere;
use super::scope::{Find, Scope, names, report_nowhere};
use super::status::matching;
use crate::diagnostic::nearest::nearest;
use crate::diagnostic::{Report, Sink};
use crate::lower::extension::written;
use crate::model::{Expression, Facts, FailureRule, Json, JsonType, Literal, Operand, Spanned};

pub(super) fn check(scope: &Scope<'_>, sink: &mut Sink) {
    let lifecycle = &scope.operation.lifecycle;
    let rules = lifecycle
        .failures
        .iter()
        .filter(|rule| !rule.codes.is_empty());
    let Some(at) = stated(scope) else {
        if let Some(code) = rules.flat_map(|rule| &rule.codes).next() {
            let report = Report::new(
                codes::NO_ERROR_CODE,
                "nothing says where this vendor puts its codes",
            );
            let report = report.at(code.span, "compared with what?");
            sink.push(report.help("errorCode: $response.body#/error/code"));
        }
        return;
    };
    if !check_place(scope, &at, sink) {
        return;
    }
    for rule in rules {
        check_rule(scope, &at, rule, sink);
    }
}

/// `errorCode` with its place; the default has the block's.
fn stated(scope: &Scope<'_>) -> Option<Spanned<Expression>> {
    let lifecycle = &scope.operation.lifecycle;
    let value = lifecycle.error_code.clone()?;
    let operand = Operand::Expression(value.clone());
    let span = lifecycle
        .operands
        .iter()
        .find(|it| it.value == operand)
        .map(|it| it.span);
    Some(Spanned {
        value,
        span: span.unwrap_or(lifecycle.origin),
    })
}

/// `errorCode` itself: it leads somewhere, and not to an object.
fn check_place(scope: &Scope<'_>, at: &Spanned<Expression>, sink: &mut Sink) -> bool {
    let all: Vec<_> = scope.responses().iter().collect();
    match find_anywhere(scope, &all, &at.value) {
        Find::Open => true,
        Find::Nowhere(instead) => {
            let code = codes::NOWHERE_IN_RESPONSE;
            report_nowhere(code, "errorCode", &at.value, at.span, &instead, sink);
            false
        }
        Find::Found(facts) => {
            let is_code = |facts: &Facts| {
                let is_scalar = |ty: &JsonType| {
                    !matches!(ty, JsonType::Array | JsonType::Object | JsonType::Null)
                };
                facts.types.is_empty() || facts.types.iter().any(is_scalar)
            };
            if facts.iter().any(is_code) {
                return true;
            }
            let Some(first) = facts.first() else {
                return true;
            };
            let message = format!("`errorCode` points at {}, which is no code", first.words());
            let report = Report::new(codes::ERROR_CODE_TYPE, message)
                .at(at.span, "expected text or a number");
            sink.push(report.and(first.origin, "the schema"));
            false
        }
    }
}

fn check_rule(scope: &Scope<'_>, at: &Spanned<Expression>, rule: &FailureRule, sink: &mut Sink) {
    let statuses: Vec<_> = rule.status.iter().map(|status| status.value).collect();
    let among = matching(scope, &statuses);
    if among.is_empty() {
        // The status is complained of already.
        return;
    }
    let facts = match find_anywhere(scope, &among, &at.value) {
        Find::Open => return,
        Find::Found(facts) => facts,
        Find::Nowhere(instead) => {
            let message = format!(
                "no response with this status has a code at `{}`",
                written(&at.value)
            );
            let report =
                Report::new(codes::CODE_TYPE, message).at(rule.codes[0].span, instead.words);
            let is_default = at.span == scope.operation.lifecycle.origin;
            sink.push(if is_default {
                report
            } else {
                report.and(at.span, "the code is looked for here")
            });
            return;
        }
    };
    for code in &rule.codes {
        if let Some((label, help)) = mismatch(&code.value, &facts) {
            let message = format!("{} is never the code", shown(&code.value));
            let report = Report::new(codes::CODE_TYPE, message).at(code.span, label);
            let report = match facts.first().and_then(Facts::schema) {
                Some(origin) => report.and(origin, "by this schema"),
                None => report,
            };
            sink.push(match help {
                Some(help) => report.help(help),
                None => report,
            });
        }
    }
}

/// Why a value can never be equal to a literal, and what could be written instead.
pub(super) fn mismatch(literal: &Literal, facts: &[Facts]) -> Option<(String, Option<String>)> {
    if facts.is_empty() || facts.iter().any(|facts| may_equal(literal, facts)) {
        return None;
    }
    let of_type: Vec<&Facts> = facts
        .iter()
        .filter(|facts| has_type(literal, facts))
        .collect();
    if of_type.is_empty() {
        let words: Vec<_> = facts.iter().map(Facts::words).collect();
        return Some((
            format!("it is {}", words.join(" or ")),
            retyped(literal, facts),
        ));
    }
    let values: Vec<String> = of_type
        .iter()
        .flat_map(|facts| &facts.values)
        .map(shown_json)
        .collect();
    if values.is_empty() {
        return Some(("it is a whole number".to_owned(), None));
    }
    let near = nearest(&plain(literal), values.iter().map(String::as_str)).map(str::to_owned);
    Some((format!("it is one of {}", names(&values)), near))
}

fn has_type(literal: &Literal, facts: &Facts) -> bool {
    match literal {
        // What is not there is null, too.
        Literal::Null => true,
        Literal::Bool(_) => facts.may_be(JsonType::Boolean),
        Literal::Number(_) => facts.may_be(JsonType::Integer) || facts.may_be(JsonType::Number),
        Literal::String(_) => facts.may_be(JsonType::String),
    }
}

fn may_equal(literal: &Literal, facts: &Facts) -> bool {
    if matches!(literal, Literal::Null) {
        return true;
    }
    if let Literal::Number(number) = literal
        && number.fract() != 0.0
        && !facts.may_be(JsonType::Number)
    {
        return false;
    }
    let is_value = |value: &Json| equals(value, literal);
    has_type(literal, facts) && (facts.values.is_empty() || facts.values.iter().any(is_value))
}

/// Whether a value equals a literal: text without regard to case, types have to agree.
pub(super) fn equals(value: &Json, literal: &Literal) -> bool {
    match (value, literal) {
        (Json::Null, Literal::Null) => true,
        (Json::Bool(one), Literal::Bool(other)) => one == other,
        (Json::String(one), Literal::String(other)) => one.to_lowercase() == other.to_lowercase(),
        (value, Literal::Number(other)) => {
            number(value).is_some_and(|one| one.total_cmp(other).is_eq())
        }
        _ => false,
    }
}

/// A number of the spec as conditions compare it.
#[allow(
    clippy::cast_precision_loss,
    reason = "JSON's own numbers are no more precise"
)]
pub(super) fn number(value: &Json) -> Option<f64> {
    match value {
        Json::Integer(number) => Some(*number as f64),
        Json::Float(number) => Some(*number),
        _ => None,
    }
}

/// The same value written as the type that stands there.
fn retyped(literal: &Literal, facts: &[Facts]) -> Option<String> {
    let may_be = |ty| facts.iter().any(|facts| facts.may_be(ty));
    match literal {
        Literal::Number(number) if may_be(JsonType::String) => Some(format!("\"{number}\"")),
        Literal::Bool(value) if may_be(JsonType::String) => Some(format!("\"{value}\"")),
        Literal::String(text) if may_be(JsonType::Integer) => {
            text.parse::<i64>().ok().map(|it| it.to_string())
        }
        Literal::String(text) if may_be(JsonType::Boolean) => {
            text.parse::<bool>().ok().map(|it| it.to_string())
        }
        _ => None,
    }
}

fn plain(literal: &Literal) -> String {
    match literal {
        Literal::Null => "null".to_owned(),
        Literal::Bool(value) => value.to_string(),
        Literal::Number(number) => number.to_string(),
        Literal::String(text) => text.clone(),
    }
}

/// A literal as conditions write it.
pub(super) fn shown(literal: &Literal) -> String {
    match literal {
        Literal::String(text) => format!("`'{text}'`"),
        other => format!("`{}`", plain(other)),
    }
}

fn shown_json(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        Json::Integer(number) => number.to_string(),
        Json::Float(number) => number.to_string(),
        Json::Bool(value) => value.to_string(),
        Json::Null | Json::Array(_) | Json::Object(_) => "null".to_owned(),
    }
}

//! No failure is hidden by one before it: the first match wins, so the later one would never be asked.

use super::codes;
use super::scope::Scope;
use crate::diagnostic::{Report, Sink};
use crate::model::{FailureRule, Literal, Spanned};
use crate::source::Span;

pub(super) fn check(scope: &Scope<'_>, sink: &mut Sink) {
    let rules = &scope.operation.lifecycle.failures;
    for (index, rule) in rules.iter().enumerate() {
        let before = &rules[..index];
        let codes = || rule.codes.iter().map(Some);
        let hidden: Vec<_> = codes()
            .filter_map(|code| Some((code, hiding(before, rule, code)?)))
            .collect();
        if rule.codes.is_empty() {
            if let Some(by) = hiding(before, rule, None) {
                report(
                    rule.origin,
                    by,
                    "this failure is hidden by one before it",
                    sink,
                );
            }
        } else if hidden.len() == rule.codes.len() {
            report(
                rule.origin,
                hidden[0].1,
                "this failure is hidden by one before it",
                sink,
            );
        } else {
            for (code, by) in hidden {
                let span = code.map_or(rule.origin, |code| code.span);
                report(
                    span,
                    by,
                    "this code is matched by a failure before it",
                    sink,
                );
            }
        }
    }
}

fn report(span: Span, by: Span, message: &str, sink: &mut Sink) {
    let report = Report::new(codes::HIDDEN, message).at(span, "never asked");
    let report = report.and(by, "this one matches first");
    sink.push(report.help("put what is more special first"));
}

/// The rule that matches whatever this one would match with this code, where there is one for each status.
fn hiding(
    before: &[FailureRule],
    rule: &FailureRule,
    code: Option<&Spanned<Literal>>,
) -> Option<Span> {
    let covers = |other: &&FailureRule, status: Option<(u16, u16)>| {
        let has_status = other.status.is_empty()
            || status.is_some_and(|(first, last)| {
                let holds = |it: &Spanned<(u16, u16)>| it.value.0 <= first && it.value.1 >= last;
                other.status.iter().any(holds)
            });
        let has_code = other.codes.is_empty()
            || code
                .is_some_and(|code| other.codes.iter().any(|it| is_same(&it.value, &code.value)));
        let has_condition = match (&other.condition, &rule.condition) {
            (None, _) => true,
            (Some(one), Some(this)) => one.value == this.value,
            (Some(_), None) => false,
        };
        has_status && has_code && has_condition
    };
    let find = |status| before.iter().find(|other| covers(other, status));
    if rule.status.is_empty() {
        return find(None).map(|other| other.origin);
    }
    let by: Option<Vec<_>> = rule
        .status
        .iter()
        .map(|status| find(Some(status.value)))
        .collect();
    by?.first().map(|other| other.origin)
}

fn is_same(one: &Literal, other: &Literal) -> bool {
    match (one, other) {
        (Literal::String(one), Literal::String(other)) => {
            one.to_lowercase() == other.to_lowercase()
        }
        _ => one == other,
    }
}

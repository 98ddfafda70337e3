//! Tests of refusals: the documented ones, and one for each failure rule and each default.

use std::collections::BTreeSet;

use quote::quote;
use syn::{Expr, Item};

use super::answer::Answer;
use super::judge::{self, Verdict};
use super::solve::{self, Wish};
use super::{Names, decode, test, write};
use crate::emit::context::Context;
use crate::emit::docs::code;
use crate::emit::{ast, item};
use crate::model::{Failure, FailureRule, Operation, Refusal};

/// Names of test functions, each once.
#[derive(Default)]
pub(super) struct Functions(BTreeSet<String>);

impl Functions {
    /// This name, or this name with a number.
    pub(super) fn name(&mut self, wanted: &str) -> String {
        let mut name = wanted.to_owned();
        let mut number = 2;
        while !self.0.insert(name.clone()) {
            name = format!("{wanted}_{number}");
            number += 1;
        }
        name
    }
}

/// `fn refusals()` and its test; `None` where no refusal is documented with an example.
pub(super) fn refusals(cx: &Context<'_>, names: &mut Names) -> Option<[Item; 2]> {
    let mut seen = Vec::new();
    let mut rows = Vec::new();
    for example in &cx.operation.examples {
        let Some(answer) = Answer::of(example) else {
            continue;
        };
        let Some(Verdict::Refused(means, _)) = judge::judge(cx.operation, &answer) else {
            continue;
        };
        if seen.contains(&answer) {
            continue;
        }
        let typed = decode::refusal(cx.operation, &answer).map(|refusal| typed(cx, names, refusal));
        rows.push(row(names, &answer, means, typed));
        seen.push(answer);
    }
    if rows.is_empty() {
        return None;
    }
    let case = item::generic("Case", vec![write::ty(names.ty(cx, "Refusal"))]);
    let function = write::Function {
        attributes: vec![item::doc("The documented refusals, and what each means.")],
        name: "refusals",
        output: Some(write::array_type(case, rows.len())),
        ..write::Function::default()
    };
    names.testing.extend(["Case", "check_failures"]);
    let arguments = vec![write::local("refresh"), write::made("refusals")];
    let test = test(
        Vec::new(),
        &["Each documented refusal is typed, with its status and its meaning."],
        "documented_refusals",
        None,
        vec![write::awaited(ast::call(&["check_failures"], arguments))],
    );
    Some([function.of(vec![ast::value(write::array(rows))]), test])
}

/// `|refusal| matches!(refusal, Refusal::BadRequest(_))`
fn typed(cx: &Context<'_>, names: &mut Names, refusal: &Refusal) -> Expr {
    let variant = write::within(names.ty(cx, "Refusal"), &refusal.name.rust);
    let content = refusal.body.as_ref().map(|_| quote!((_)));
    let matches = write::macro_call("matches", quote!(refusal, #variant #content));
    write::closure("refusal", matches)
}

fn row(names: &mut Names, answer: &Answer, means: Failure, typed: Option<Expr>) -> Expr {
    let means = ast::named(&["Failure", failure(means)]);
    let case = match answer.short() {
        Some([status, body]) => {
            let case = ast::call(&["Case", "new"], vec![status, body, means]);
            answer.with_headers(case)
        }
        None => {
            let answer = answer.expression(names);
            ast::call(&["Case", "of"], vec![answer, means])
        }
    };
    match typed {
        Some(typed) => ast::method(case, "typed", vec![typed]),
        None => case,
    }
}

fn failure(failure: Failure) -> &'static str {
    match failure {
        Failure::Reauthenticate => "Reauthenticate",
        Failure::Credentials => "Credentials",
        Failure::TooEarly => "TooEarly",
        Failure::RateLimited => "RateLimited",
        Failure::Transient => "Transient",
        Failure::Rejected => "Rejected",
    }
}

/// The test of the rules and the defaults.
pub(super) fn failures(cx: &Context<'_>, names: &mut Names) -> Item {
    let mut answers: Vec<(Answer, Failure)> = Vec::new();
    let mut untried = Vec::new();
    for (index, rule) in cx.operation.lifecycle.failures.iter().enumerate() {
        let found = of_rule(cx.operation, index, rule);
        if found.is_empty() {
            untried.push(index + 1);
        }
        answers.extend(found.into_iter().map(|answer| (answer, rule.means)));
    }
    answers.extend(defaults(cx.operation));
    let rows: Vec<_> = answers
        .iter()
        .map(|(answer, means)| row(names, answer, *means, None))
        .collect();
    names.testing.extend(["Case", "check_failures"]);
    let mut sentences = vec!["Each failure rule and each default means what the description says."];
    let rules;
    if !untried.is_empty() {
        let numbers: Vec<_> = untried
            .iter()
            .map(|number| code(&number.to_string()))
            .collect();
        rules = format!(
            "Not tried, for what fires them cannot be told from the description: rule {}.",
            numbers.join(", ")
        );
        sentences.extend(["", &rules]);
    }
    let arguments = vec![write::local("refresh"), write::local("cases")];
    let body = vec![
        ast::bind("cases", write::array(rows)),
        write::awaited(ast::call(&["check_failures"], arguments)),
    ];
    test(Vec::new(), &sentences, "failures", None, body)
}

/// Answers that fire this rule and no earlier one: one for each of its codes and statuses.
fn of_rule(operation: &Operation, index: usize, rule: &FailureRule) -> Vec<Answer> {
    let conditions = rule
        .condition
        .as_ref()
        .map_or_else(|| vec![Wish::default()], |c| solve::wishes(&c.value, true));
    let place = operation.lifecycle.error_code.as_ref();
    let codes: Vec<Wish> = match (rule.codes.as_slice(), place) {
        ([], _) => vec![Wish::default()],
        (codes, Some(place)) => codes
            .iter()
            .filter_map(|code| Wish::of(place, code.value.clone()))
            .collect(),
        (_, None) => Vec::new(),
    };
    let fires = |answer: &Answer| matches!(judge::judge(operation, answer), Some(Verdict::Refused(_, Some(by))) if by == index);
    let make = |code: &Wish, statuses: &[u16]| {
        conditions.iter().find_map(|condition| {
            let wish = code.and(condition);
            let statuses = wish
                .status
                .map_or_else(|| statuses.to_vec(), |status| vec![status]);
            statuses.iter().find_map(|status| {
                let mut answer = Answer::empty(*status);
                (wish.grant(&mut answer) && fires(&answer)).then_some(answer)
            })
        })
    };
    let all = statuses(rule);
    let mut answers: Vec<Answer> = codes.iter().filter_map(|code| make(code, &all)).collect();
    let ranges = rule
        .status
        .iter()
        .map(|range| candidates(range.value))
        .skip(1);
    answers.extend(ranges.filter_map(|range| make(codes.first()?, &range)));
    let mut different: Vec<Answer> = Vec::new();
    for answer in answers {
        if !different.contains(&answer) {
            different.push(answer);
        }
    }
    different
}

/// Statuses to try a rule with, the likely ones first. A success is the last: it is one only if the rules are asked.
const LIKELY: [u16; 11] = [400, 401, 403, 404, 409, 422, 429, 500, 503, 302, 200];

fn statuses(rule: &FailureRule) -> Vec<u16> {
    match rule.status.first() {
        Some(range) => {
            let mut statuses = candidates(range.value);
            statuses.extend(
                rule.status[1..]
                    .iter()
                    .flat_map(|range| candidates(range.value)),
            );
            statuses
        }
        None => LIKELY.to_vec(),
    }
}

fn candidates((first, last): (u16, u16)) -> Vec<u16> {
    // An answer below 200 is not the last one, and 204 and 304 have no body.
    let can_be = |status: &u16| (200..600).contains(status) && ![204, 205, 304].contains(status);
    let likely = LIKELY
        .into_iter()
        .filter(|status| (first..=last).contains(status));
    [first]
        .into_iter()
        .chain(likely)
        .chain([last])
        .filter(can_be)
        .collect()
}

/// Statuses and codes that every provider shares, where no rule takes them.
fn defaults(operation: &Operation) -> Vec<(Answer, Failure)> {
    let statuses = [400, 401, 403, 408, 425, 429, 500, 503].map(Answer::empty);
    let codes = ["invalid_grant", "invalid_client", "unauthorized_client"]
        .into_iter()
        .filter_map(|code| {
            let place = operation.lifecycle.error_code.as_ref()?;
            let mut answer = Answer::empty(400);
            let literal = crate::model::Literal::String(code.to_owned());
            Wish::of(place, literal)?
                .grant(&mut answer)
                .then_some(answer)
        });
    let by_default = |answer: Answer| match judge::judge(operation, &answer) {
        Some(Verdict::Refused(means, None)) => Some((answer, means)),
        _ => None,
    };
    statuses
        .into_iter()
        .chain(codes)
        .filter_map(by_default)
        .collect()
}

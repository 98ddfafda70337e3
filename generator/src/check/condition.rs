//! Every comparison of a condition can hold: its pointers lead somewhere, and what stands there can have
//! the value that it is compared with.

use super::codes;
use super::error_code::{mismatch, shown};
use super::pointers::find_anywhere;
use super::scope::{Find, Scope, operand_span, report_nowhere};
use super::status::{documented, matching};
use crate::diagnostic::{Report, Sink};
use crate::model::{
    Comparison, Condition, DocumentedResponse, Expression, Facts, JsonType, Literal, Operand,
    Spanned,
};
use crate::source::Span;

pub(super) fn check(scope: &Scope<'_>, sink: &mut Sink) {
    let lifecycle = &scope.operation.lifecycle;
    if let Some(success) = &lifecycle.success {
        let responses = scope.successes();
        Rule {
            scope,
            key: "success",
            condition: success,
            sink,
        }
        .walk(&success.value, &responses, true);
    }
    for rule in &lifecycle.failures {
        let Some(condition) = &rule.condition else {
            continue;
        };
        let statuses: Vec<_> = rule.status.iter().map(|status| status.value).collect();
        let responses = matching(scope, &statuses);
        Rule {
            scope,
            key: "condition",
            condition,
            sink,
        }
        .walk(&condition.value, &responses, true);
    }
}

/// The condition being walked.
struct Rule<'a, 's> {
    scope: &'a Scope<'a>,
    key: &'static str,
    condition: &'a Spanned<Condition>,
    sink: &'s mut Sink,
}

impl Rule<'_, '_> {
    /// Looks at each comparison; `is_wanted` is false below a `!`, where one that never holds is no harm.
    fn walk(&mut self, condition: &Condition, responses: &[&DocumentedResponse], is_wanted: bool) {
        match condition {
            Condition::All(parts) => {
                let narrowed = self.narrowed(parts, responses);
                for part in parts {
                    self.walk(part, &narrowed, is_wanted);
                }
            }
            Condition::Any(parts) => {
                for part in parts {
                    self.walk(part, responses, is_wanted);
                }
            }
            Condition::Not(inner) => self.walk(inner, responses, !is_wanted),
            Condition::Holds(operand) => self.holds(operand, responses, is_wanted),
            Condition::Compare(left, comparison, right) => {
                let is_equal = match comparison {
                    Comparison::NotEqual => !is_wanted,
                    _ => is_wanted,
                };
                self.compare(left, *comparison, right, responses, is_equal);
                self.compare(right, turned(*comparison), left, responses, is_equal);
            }
        }
    }

    /// Within `$statusCode == 400 && …` the rest is about the responses of that status.
    fn narrowed<'r>(
        &self,
        parts: &[Condition],
        responses: &[&'r DocumentedResponse],
    ) -> Vec<&'r DocumentedResponse> {
        let statuses: Vec<(u16, u16)> = parts.iter().filter_map(status_of).collect();
        if statuses.is_empty() {
            return responses.to_vec();
        }
        let among = matching(self.scope, &statuses);
        let is_among =
            |response: &&&DocumentedResponse| among.iter().any(|it| it.origin == response.origin);
        responses.iter().filter(is_among).copied().collect()
    }

    fn holds(&mut self, operand: &Operand, responses: &[&DocumentedResponse], is_wanted: bool) {
        let Operand::Expression(at) = operand else {
            let label = "this is the same for every response";
            self.report(
                "a condition that is a constant decides nothing",
                operand,
                label,
                None,
            );
            return;
        };
        let Some(facts) = self.facts(operand, at, responses) else {
            return;
        };
        let may_be = facts.is_empty() || facts.iter().any(|facts| facts.may_be(JsonType::Boolean));
        if is_wanted && !may_be {
            let label = format!("it is {}, never `true`", words(&facts));
            let message = "this condition can never hold";
            self.report(
                message,
                operand,
                &label,
                facts.first().and_then(Facts::schema),
            );
        }
    }

    /// One side of a comparison, as far as the other is a literal.
    fn compare(
        &mut self,
        one: &Operand,
        comparison: Comparison,
        other: &Operand,
        responses: &[&DocumentedResponse],
        is_wanted: bool,
    ) {
        let Operand::Expression(at) = one else {
            if matches!(other, Operand::Literal(_))
                && matches!(
                    comparison,
                    Comparison::Equal | Comparison::Less | Comparison::LessOrEqual
                )
            {
                let label = "two constants are compared";
                self.report(
                    "a condition that is a constant decides nothing",
                    one,
                    label,
                    None,
                );
            }
            return;
        };
        let Some(facts) = self.facts(one, at, responses) else {
            return;
        };
        let Operand::Literal(literal) = other else {
            return;
        };
        if !is_wanted {
            return;
        }
        let never = "this condition can never hold";
        match at {
            Expression::StatusCode => self.status(comparison, literal, other, responses),
            Expression::Method => {
                let method = Literal::String(self.scope.operation.request.method.clone());
                if matches!(comparison, Comparison::Equal) && !is_same(&method, literal) {
                    let label = format!("the method is always {}", shown(&method));
                    self.report(never, other, &label, None);
                }
            }
            _ if matches!(comparison, Comparison::Equal | Comparison::NotEqual) => {
                if let Some((label, near)) = mismatch(literal, &facts) {
                    let schema = facts.first().and_then(Facts::schema);
                    self.report_with(
                        never,
                        other,
                        &label,
                        schema,
                        near.map(|near| operand(&near)),
                    );
                }
            }
            _ => self.order(literal, other, &facts),
        }
    }

    /// `<` and the like need two numbers, or two texts.
    fn order(&mut self, literal: &Literal, operand: &Operand, facts: &[Facts]) {
        let may_be = |ty| facts.is_empty() || facts.iter().any(|facts| facts.may_be(ty));
        let fits = match literal {
            Literal::Number(_) => may_be(JsonType::Number) || may_be(JsonType::Integer),
            Literal::String(_) => may_be(JsonType::String),
            Literal::Bool(_) | Literal::Null => false,
        };
        if !fits {
            let label = match literal {
                Literal::Bool(_) | Literal::Null => "it has no order".to_owned(),
                Literal::Number(_) | Literal::String(_) => format!("it is {}", words(facts)),
            };
            let origin = facts.first().and_then(Facts::schema);
            self.report("this condition can never hold", operand, &label, origin);
        }
    }

    fn status(
        &mut self,
        comparison: Comparison,
        literal: &Literal,
        operand: &Operand,
        responses: &[&DocumentedResponse],
    ) {
        let Literal::Number(number) = literal else {
            self.report(
                "this condition can never hold",
                operand,
                "a status is a number",
                None,
            );
            return;
        };
        let holds = |response: &&&DocumentedResponse| {
            let (first, last) = (f64::from(response.range.0), f64::from(response.range.1));
            match comparison {
                Comparison::Equal => first <= *number && last >= *number && number.fract() == 0.0,
                Comparison::NotEqual => true,
                Comparison::Less => first < *number,
                Comparison::LessOrEqual => first <= *number,
                Comparison::Greater => last > *number,
                Comparison::GreaterOrEqual => last >= *number,
            }
        };
        let all: Vec<_> = self.scope.responses().iter().collect();
        if responses.iter().any(|response| holds(&response)) {
            return;
        }
        if all.iter().any(|response| holds(&response)) {
            let label = "the statuses before it leave no such response";
            self.report("this condition can never hold", operand, label, None);
            return;
        }
        let span = operand_span(self.scope, self.condition.span, operand);
        let message = format!("the status {number} is not documented");
        let report =
            Report::new(codes::UNDOCUMENTED_STATUS, message).at(span, documented(self.scope));
        self.sink
            .push(report.help(format!("\"{number}\": {{description: …}}")));
    }

    /// What stands at an expression; nothing when that is reported, empty when the documents leave it open.
    fn facts(
        &mut self,
        operand: &Operand,
        at: &Expression,
        responses: &[&DocumentedResponse],
    ) -> Option<Vec<Facts>> {
        let find = if at.is_of_request() {
            self.scope.find_in_request(at)
        } else if responses.is_empty() {
            // That the status is not documented is told elsewhere.
            return Some(Vec::new());
        } else if at.is_of_response() {
            find_anywhere(self.scope, responses, at)
        } else {
            return Some(Vec::new());
        };
        match find {
            Find::Open => Some(Vec::new()),
            Find::Found(facts) => Some(facts),
            Find::Nowhere(instead) => {
                let span = operand_span(self.scope, self.condition.span, operand);
                let code = if at.is_of_request() {
                    codes::NOWHERE_IN_REQUEST
                } else {
                    codes::NOWHERE_IN_RESPONSE
                };
                report_nowhere(code, self.key, at, span, &instead, self.sink);
                None
            }
        }
    }

    fn report(&mut self, message: &str, operand: &Operand, label: &str, schema: Option<Span>) {
        self.report_with(message, operand, label, schema, None);
    }

    fn report_with(
        &mut self,
        message: &str,
        operand: &Operand,
        label: &str,
        schema: Option<Span>,
        help: Option<String>,
    ) {
        let span = operand_span(self.scope, self.condition.span, operand);
        let mut report = Report::new(codes::NEVER_HOLDS, message).at(span, label);
        if let Some(origin) = schema {
            report = report.and(origin, "by this schema");
        }
        self.sink.push(match help {
            Some(help) => report.help(help),
            None => report,
        });
    }
}

/// A value as conditions write it: numbers and booleans bare, text in single quotes.
fn operand(value: &str) -> String {
    let is_bare = value.parse::<f64>().is_ok() || value.parse::<bool>().is_ok();
    if is_bare {
        return value.to_owned();
    }
    format!("'{}'", value.trim_matches('"').replace('\'', "''"))
}

fn words(facts: &[Facts]) -> String {
    let words: Vec<_> = facts.iter().map(Facts::words).collect();
    words.join(" or ")
}

fn is_same(one: &Literal, other: &Literal) -> bool {
    match (one, other) {
        (Literal::String(one), Literal::String(other)) => one.eq_ignore_ascii_case(other),
        _ => one == other,
    }
}

/// The comparison with its sides changed.
fn turned(comparison: Comparison) -> Comparison {
    match comparison {
        Comparison::Less => Comparison::Greater,
        Comparison::LessOrEqual => Comparison::GreaterOrEqual,
        Comparison::Greater => Comparison::Less,
        Comparison::GreaterOrEqual => Comparison::LessOrEqual,
        same => same,
    }
}

/// The status of `$statusCode == NUMBER`.
fn status_of(condition: &Condition) -> Option<(u16, u16)> {
    let number = match condition {
        Condition::Compare(
            Operand::Expression(Expression::StatusCode),
            Comparison::Equal,
            Operand::Literal(Literal::Number(number)),
        )
        | Condition::Compare(
            Operand::Literal(Literal::Number(number)),
            Comparison::Equal,
            Operand::Expression(Expression::StatusCode),
        ) => *number,
        _ => return None,
    };
    let status = (100..=599).find(|status| f64::from(*status).total_cmp(&number).is_eq())?;
    Some((status, status))
}

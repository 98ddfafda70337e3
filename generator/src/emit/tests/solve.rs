//! Finds answers for which a condition holds.

use super::answer::Answer;
use crate::model::{Comparison, Condition, Expression, Json, Literal, Operand};

/// What an answer has to have.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Wish {
    pub(super) status: Option<u16>,
    body: Vec<(String, Json)>,
    headers: Vec<(String, String)>,
}

/// Enough for every condition that a person writes; more alternatives are not looked at.
const LIMIT: usize = 32;

/// Wishes that make the condition hold (or fail); whoever grants one has to look whether it truly does.
/// Empty where the condition is of a kind that is not solved.
pub(super) fn wishes(condition: &Condition, is_wanted: bool) -> Vec<Wish> {
    match condition {
        Condition::Compare(left, comparison, right) => compare(left, *comparison, right, is_wanted),
        Condition::Holds(operand) => compare(
            operand,
            Comparison::Equal,
            &Operand::Literal(Literal::Bool(true)),
            is_wanted,
        ),
        Condition::Not(inner) => wishes(inner, !is_wanted),
        Condition::All(inner) if is_wanted => all(inner, true),
        Condition::Any(inner) if !is_wanted => all(inner, false),
        Condition::All(inner) | Condition::Any(inner) => inner
            .iter()
            .flat_map(|part| wishes(part, is_wanted))
            .take(LIMIT)
            .collect(),
    }
}

/// Every part at once: each way of one with each way of the others.
fn all(parts: &[Condition], is_wanted: bool) -> Vec<Wish> {
    parts.iter().fold(vec![Wish::default()], |so_far, part| {
        let ways = wishes(part, is_wanted);
        let both = so_far
            .iter()
            .flat_map(|one| ways.iter().map(|other| one.and(other)));
        both.take(LIMIT).collect()
    })
}

fn compare(left: &Operand, comparison: Comparison, right: &Operand, is_wanted: bool) -> Vec<Wish> {
    let (expression, comparison, literal) = match (left, right) {
        (Operand::Expression(expression), Operand::Literal(literal)) => {
            (expression, comparison, literal)
        }
        (Operand::Literal(literal), Operand::Expression(expression)) => {
            (expression, mirrored(comparison), literal)
        }
        _ => return Vec::new(),
    };
    let comparison = if is_wanted {
        comparison
    } else {
        opposite(comparison)
    };
    let mut ways: Vec<Wish> = values(comparison, literal)
        .into_iter()
        .filter_map(|value| wish(expression, value))
        .collect();
    if comparison == Comparison::NotEqual && *literal != Literal::Null {
        // What is not there is null, and so not equal.
        ways.push(Wish::default());
    }
    ways
}

/// Values that stand in this relation to the constant.
fn values(comparison: Comparison, literal: &Literal) -> Vec<Literal> {
    let same = || vec![literal.clone()];
    match (comparison, literal) {
        (Comparison::Equal, _)
        | (
            Comparison::LessOrEqual | Comparison::GreaterOrEqual,
            Literal::Number(_) | Literal::String(_),
        ) => same(),
        (Comparison::NotEqual, Literal::Null) => {
            vec![Literal::String("other".to_owned()), Literal::Number(1.0)]
        }
        (Comparison::NotEqual, Literal::Bool(value)) => vec![Literal::Bool(!value)],
        (Comparison::NotEqual | Comparison::Greater, Literal::Number(value)) => {
            vec![Literal::Number(value + 1.0)]
        }
        (Comparison::NotEqual | Comparison::Greater, Literal::String(text)) => {
            vec![Literal::String(format!("{text}-other"))]
        }
        (Comparison::Less, Literal::Number(value)) => vec![Literal::Number(value - 1.0)],
        _ => Vec::new(),
    }
}

fn wish(expression: &Expression, value: Literal) -> Option<Wish> {
    let mut wish = Wish::default();
    match expression {
        Expression::StatusCode => match value {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "it is in the range of statuses"
            )]
            Literal::Number(status) if (200.0..600.0).contains(&status) => {
                wish.status = Some(status as u16);
            }
            _ => return None,
        },
        Expression::ResponseBody(pointer) => wish.body.push((pointer.clone(), json(value))),
        Expression::ResponseHeader(name) => match value {
            Literal::String(text) => wish.headers.push((name.clone(), text)),
            Literal::Null => {}
            Literal::Bool(_) | Literal::Number(_) => return None,
        },
        _ => return None,
    }
    Some(wish)
}

/// A constant as JSON.
pub(super) fn json(literal: Literal) -> Json {
    match literal {
        Literal::Null => Json::Null,
        Literal::Bool(value) => Json::Bool(value),
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a whole number that a double holds exactly"
        )]
        Literal::Number(value) if value.fract() == 0.0 && value.abs() < 1e15 => {
            Json::Integer(value as i128)
        }
        Literal::Number(value) => Json::Float(value),
        Literal::String(text) => Json::String(text),
    }
}

fn mirrored(comparison: Comparison) -> Comparison {
    match comparison {
        Comparison::Less => Comparison::Greater,
        Comparison::LessOrEqual => Comparison::GreaterOrEqual,
        Comparison::Greater => Comparison::Less,
        Comparison::GreaterOrEqual => Comparison::LessOrEqual,
        same => same,
    }
}

fn opposite(comparison: Comparison) -> Comparison {
    match comparison {
        Comparison::Equal => Comparison::NotEqual,
        Comparison::NotEqual => Comparison::Equal,
        Comparison::Less => Comparison::GreaterOrEqual,
        Comparison::LessOrEqual => Comparison::Greater,
        Comparison::Greater => Comparison::LessOrEqual,
        Comparison::GreaterOrEqual => Comparison::Less,
    }
}

impl Wish {
    /// This value at this place; `None` where an answer cannot have it there.
    pub(super) fn of(expression: &Expression, value: Literal) -> Option<Self> {
        wish(expression, value)
    }

    /// Both.
    pub(super) fn and(&self, other: &Self) -> Self {
        let mut both = self.clone();
        both.status = self.status.or(other.status);
        both.body.extend(other.body.iter().cloned());
        both.headers.extend(other.headers.iter().cloned());
        both
    }

    /// Changes an answer so that it has all this; says whether there was room for it.
    pub(super) fn grant(&self, answer: &mut Answer) -> bool {
        answer.headers.extend(self.headers.iter().cloned());
        self.body
            .iter()
            .all(|(pointer, value)| answer.put(pointer, value.clone()))
    }
}

#[cfg(test)]
mod unit {
    use super::*;
    use crate::emit::tests::judge;

    fn compare(pointer: &str, comparison: Comparison, literal: Literal) -> Condition {
        let place = Expression::ResponseBody(pointer.to_owned());
        Condition::Compare(
            Operand::Expression(place),
            comparison,
            Operand::Literal(literal),
        )
    }

    fn is_solved(condition: &Condition, is_wanted: bool) -> bool {
        wishes(condition, is_wanted).iter().any(|wish| {
            let mut answer = Answer::empty(wish.status.unwrap_or(400));
            wish.grant(&mut answer) && judge::holds(condition, &answer) == Some(is_wanted)
        })
    }

    #[test]
    fn each_comparison_has_an_answer_for_which_it_holds_and_one_for_which_not() {
        let text = || Literal::String("a".to_owned());
        for (comparison, literal) in [
            (Comparison::Equal, text()),
            (Comparison::NotEqual, text()),
            (Comparison::Equal, Literal::Null),
            (Comparison::NotEqual, Literal::Null),
            (Comparison::Equal, Literal::Bool(false)),
            (Comparison::Less, Literal::Number(3.0)),
            (Comparison::LessOrEqual, Literal::Number(3.0)),
            (Comparison::Greater, Literal::Number(3.0)),
            (Comparison::GreaterOrEqual, text()),
        ] {
            let condition = compare("/a/0/b", comparison, literal);
            assert!(is_solved(&condition, true), "{condition:?}");
            assert!(
                is_solved(&condition, false) || comparison == Comparison::GreaterOrEqual,
                "{condition:?}"
            );
        }
    }

    #[test]
    fn parts_are_solved_together() {
        let one = compare("/a", Comparison::Equal, Literal::Number(1.0));
        let two = compare("/b", Comparison::NotEqual, Literal::Null);
        let status = Operand::Expression(Expression::StatusCode);
        let three = Condition::Compare(
            Operand::Literal(Literal::Number(500.0)),
            Comparison::Equal,
            status,
        );
        let any = Condition::Any(vec![two.clone(), Condition::Not(Box::new(one.clone()))]);
        let all = Condition::All(vec![one, any, three]);
        assert!(is_solved(&all, true));
        assert!(is_solved(&all, false));
    }

    #[test]
    fn what_depends_on_the_request_is_left() {
        let request = Operand::Expression(Expression::RequestBody("/a".to_owned()));
        let condition = Condition::Holds(request);
        assert_eq!(wishes(&condition, true), Vec::new());
    }
}

//! Examples keep to their schemas, and those of a success are one: generated tests replay them.

use std::cell::Cell;

use super::codes;
use super::error_code::{equals, number};
use super::scope::Scope;
use crate::diagnostic::{Report, Sink};
use crate::lower::extension::written;
use crate::model::{
    Comparison, Condition, DocumentedBody, DocumentedResponse, Example, Expression, Further, Json,
    JsonType, Literal, Operand, Schema, SchemaId, Schemas,
};

pub(super) fn check(scope: &Scope<'_>, sink: &mut Sink) {
    let mut successes = Vec::new();
    for example in &scope.operation.examples {
        let Some((response, body)) = documented(scope, example) else {
            continue;
        };
        if !body.has_example {
            // The example is our own, made from the schema.
            continue;
        }
        let fuel = Cell::new(FUEL);
        let mut judge = Judge {
            schemas: scope.schemas(),
            fuel: &fuel,
            faults: Vec::new(),
        };
        if let (Some(id), Some(value)) = (body.schema, &example.body) {
            judge.value(id, value, "", 0);
        }
        if let Some((pointer, fault)) = judge.faults.into_iter().next() {
            let place = if pointer.is_empty() {
                "the whole".to_owned()
            } else {
                format!("`{pointer}`")
            };
            let message = format!("the example `{}` contradicts its schema", example.name.wire);
            let report = Report::new(codes::EXAMPLE, message);
            sink.push(report.at(example.origin, format!("{place} {fault}")));
        } else if scope
            .successes()
            .iter()
            .any(|success| success.origin == response.origin)
        {
            successes.push(example);
        }
    }
    check_successes(scope, &successes, sink);
}

/// Of the examples of a 2xx, those for which `success` does not hold are refusals; but one has to be a
/// success, and a success has to have its tokens.
fn check_successes(scope: &Scope<'_>, examples: &[&Example], sink: &mut Sink) {
    let lifecycle = &scope.operation.lifecycle;
    let holds = |example: &&&Example| {
        let success = lifecycle.success.as_ref();
        success
            .is_none_or(|success| Exchange { scope, example }.judge(&success.value) != Some(false))
    };
    let real: Vec<_> = examples.iter().filter(holds).collect();
    if let (Some(first), Some(success), true) =
        (examples.first(), &lifecycle.success, real.is_empty())
    {
        let message = "by `success`, no example of a 2xx is a success";
        let report = Report::new(codes::EXAMPLE_SUCCESS, message)
            .at(success.span, "never true of the examples");
        sink.push(report.and(first.origin, "this one, for instance"));
    }
    for example in real {
        let tokens = scope
            .operation
            .tokens
            .iter()
            .filter(|token| token.is_always_received);
        for token in tokens {
            let is_there = |at: &Expression| match at {
                Expression::ResponseBody(pointer) => example
                    .body
                    .as_ref()
                    .and_then(|body| at_pointer(body, pointer))
                    .is_some_and(|value| {
                        !matches!(value, Json::Null) && *value != Json::String(String::new())
                    }),
                // Headers of an example are optional in a document.
                _ => true,
            };
            if let Some(location) = token.received.first()
                && !token
                    .received
                    .iter()
                    .any(|location| is_there(&location.value.at))
            {
                let message = format!(
                    "the example `{}` has no `{}`",
                    example.name.wire, token.name.wire
                );
                let report = Report::new(codes::EXAMPLE_SUCCESS, message);
                let label = format!("nothing at `{}`", written(&location.value.at));
                sink.push(
                    report
                        .at(example.origin, label)
                        .and(location.span, "the token is read from here"),
                );
            }
        }
    }
}

fn documented<'a>(
    scope: &Scope<'a>,
    example: &Example,
) -> Option<(&'a DocumentedResponse, &'a DocumentedBody)> {
    let holds = |response: &&DocumentedResponse| {
        (response.range.0..=response.range.1).contains(&example.status)
    };
    let responses = scope.responses().iter().filter(holds);
    let response = responses.min_by_key(|response| response.range.1 - response.range.0)?;
    let media_type = example.media_type.as_deref()?;
    let body = response
        .bodies
        .iter()
        .find(|body| body.media_type == media_type)?;
    Some((response, body))
}

/// Compares a value with a schema; the first fault is enough.
struct Judge<'a> {
    schemas: &'a Schemas,
    fuel: &'a Cell<usize>,
    faults: Vec<(String, String)>,
}

/// Values deeper than this are not looked into: no schema of a token is.
const DEPTH: usize = 32;

/// An example is taken to be right when so many pairs of schema and value have been compared.
const FUEL: usize = 20_000;

impl Judge<'_> {
    fn value(&mut self, id: SchemaId, value: &Json, pointer: &str, depth: usize) {
        let Some(schema) = self
            .schemas
            .get(id)
            .filter(|_| depth < DEPTH && self.burn())
        else {
            return;
        };
        if let Some(fault) = self.own_fault(schema, id, value) {
            self.faults.push((pointer.to_owned(), fault));
            return;
        }
        for part in &schema.all_of {
            self.value(*part, value, pointer, depth + 1);
        }
        for list in &schema.any_of {
            self.any(list, value, pointer, depth);
        }
        match value {
            Json::Object(entries) => self.object(schema, entries, pointer, depth),
            Json::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    if let Some(id) = schema.items {
                        self.value(id, item, &format!("{pointer}/{index}"), depth + 1);
                    }
                }
            }
            _ => {}
        }
    }

    fn burn(&self) -> bool {
        self.fuel.set(self.fuel.get().saturating_sub(1));
        self.fuel.get() > 0
    }

    fn any(&mut self, list: &[SchemaId], value: &Json, pointer: &str, depth: usize) {
        let fits = |id: &SchemaId| {
            let mut judge = Judge {
                faults: Vec::new(),
                ..*self
            };
            judge.value(*id, value, pointer, depth + 1);
            judge.faults.is_empty()
        };
        if !list.iter().any(fits) {
            self.faults.push((
                pointer.to_owned(),
                "fits none of the alternatives".to_owned(),
            ));
        }
    }

    fn object(&mut self, schema: &Schema, entries: &[(String, Json)], pointer: &str, depth: usize) {
        for name in &schema.required {
            if entries.iter().all(|(key, _)| key != name) {
                self.faults
                    .push((pointer.to_owned(), format!("lacks the required `{name}`")));
            }
        }
        for (name, value) in entries {
            let below = format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
            let property = schema
                .properties
                .iter()
                .find(|property| property.name == *name);
            match (property, schema.further) {
                (Some(property), _) => self.value(property.schema, value, &below, depth + 1),
                (None, Further::Of(id)) => self.value(id, value, &below, depth + 1),
                (None, Further::Closed) => self
                    .faults
                    .push((below, "is no property of the schema".to_owned())),
                (None, Further::Open | Further::Unsaid) => {}
            }
        }
    }

    fn own_fault(&self, schema: &Schema, id: SchemaId, value: &Json) -> Option<String> {
        let ty = JsonType::of(value);
        if matches!(value, Json::Null) {
            let facts = self.schemas.facts(id);
            let may_be = schema.is_nullable || facts.may_be(JsonType::Null);
            return (!may_be).then(|| "is null, which the schema does not allow".to_owned());
        }
        let is_whole = matches!(value, Json::Float(number) if number.fract() == 0.0);
        let fits = |known: &JsonType| {
            *known == ty
                || (*known == JsonType::Number && ty == JsonType::Integer)
                || (*known == JsonType::Integer && is_whole)
        };
        if !schema.types.is_empty() && !schema.types.iter().any(fits) {
            let words: Vec<_> = schema.types.iter().map(|ty| ty.words()).collect();
            return Some(format!(
                "is {}, the schema has {}",
                ty.words(),
                words.join(" or ")
            ));
        }
        (!schema.values.is_empty() && !schema.values.contains(value))
            .then(|| "is none of the listed values".to_owned())
    }
}

/// An example as conditions see it.
struct Exchange<'a> {
    scope: &'a Scope<'a>,
    example: &'a Example,
}

impl Exchange<'_> {
    /// Whether a condition holds; nothing where it is about what an example does not tell.
    fn judge(&self, condition: &Condition) -> Option<bool> {
        match condition {
            Condition::Not(inner) => self.judge(inner).map(|holds| !holds),
            Condition::All(parts) => {
                let parts: Vec<_> = parts.iter().map(|part| self.judge(part)).collect();
                if parts.contains(&Some(false)) {
                    return Some(false);
                }
                (!parts.contains(&None)).then_some(true)
            }
            Condition::Any(parts) => {
                let parts: Vec<_> = parts.iter().map(|part| self.judge(part)).collect();
                if parts.contains(&Some(true)) {
                    return Some(true);
                }
                (!parts.contains(&None)).then_some(false)
            }
            Condition::Holds(operand) => self.value(operand).map(|value| value == Json::Bool(true)),
            Condition::Compare(left, comparison, right) => Some(compare(
                &self.value(left)?,
                *comparison,
                &self.value(right)?,
            )),
        }
    }

    fn value(&self, operand: &Operand) -> Option<Json> {
        match operand {
            Operand::Literal(literal) => Some(of_literal(literal)),
            Operand::Expression(Expression::StatusCode) => {
                Some(Json::Integer(self.example.status.into()))
            }
            Operand::Expression(Expression::Method) => {
                Some(Json::String(self.scope.operation.request.method.clone()))
            }
            Operand::Expression(Expression::ResponseBody(pointer)) => {
                let value = self
                    .example
                    .body
                    .as_ref()
                    .and_then(|body| at_pointer(body, pointer));
                Some(value.cloned().unwrap_or(Json::Null))
            }
            Operand::Expression(_) => None,
        }
    }
}

fn of_literal(literal: &Literal) -> Json {
    match literal {
        Literal::Null => Json::Null,
        Literal::Bool(value) => Json::Bool(*value),
        Literal::Number(number) => Json::Float(*number),
        Literal::String(text) => Json::String(text.clone()),
    }
}

fn compare(left: &Json, comparison: Comparison, right: &Json) -> bool {
    let is_equal = match (number(left), number(right), right) {
        (Some(left), Some(right), _) => left.total_cmp(&right).is_eq(),
        (_, _, Json::String(text)) => equals(left, &Literal::String(text.clone())),
        _ => left == right,
    };
    let order = match (left, right) {
        (Json::String(left), Json::String(right)) => {
            Some(left.to_lowercase().cmp(&right.to_lowercase()))
        }
        _ => number(left)
            .zip(number(right))
            .map(|(left, right)| left.total_cmp(&right)),
    };
    match comparison {
        Comparison::Equal => is_equal,
        Comparison::NotEqual => !is_equal,
        Comparison::Less => order.is_some_and(std::cmp::Ordering::is_lt),
        Comparison::LessOrEqual => order.is_some_and(std::cmp::Ordering::is_le),
        Comparison::Greater => order.is_some_and(std::cmp::Ordering::is_gt),
        Comparison::GreaterOrEqual => order.is_some_and(std::cmp::Ordering::is_ge),
    }
}

/// The value at a JSON pointer.
pub(super) fn at_pointer<'a>(value: &'a Json, pointer: &str) -> Option<&'a Json> {
    pointer
        .split('/')
        .skip(1)
        .try_fold(value, |value, segment| {
            let segment = segment.replace("~1", "/").replace("~0", "~");
            match value {
                Json::Object(entries) => entries
                    .iter()
                    .find(|(key, _)| *key == segment)
                    .map(|(_, value)| value),
                Json::Array(items) => items.get(segment.parse::<usize>().ok()?),
                _ => None,
            }
        })
}

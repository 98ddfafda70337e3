//! A constant of `inputs` is one that the schema allows.

use super::codes;
use super::error_code::equals;
use super::scope::{Find, Scope};
use crate::diagnostic::{Report, Sink};
use crate::model::{Facts, Json, JsonType, Literal, PartSource, Place};

pub(super) fn check(scope: &Scope<'_>, sink: &mut Sink) {
    for part in &scope.operation.request.parts {
        let (PartSource::Constant(value), Some(at)) = (&part.source, part.place.expression())
        else {
            continue;
        };
        let Find::Found(facts) = scope.find_in_request(&at) else {
            continue;
        };
        // Outside a JSON body everything is written as text.
        let is_text = !matches!(part.place, Place::Body(_));
        if facts.iter().any(|facts| allows(facts, value, is_text)) {
            continue;
        }
        let Some(first) = facts.first() else { continue };
        let report = Report::new(
            codes::CONSTANT,
            "this value is not one that the schema allows",
        );
        let label = if first.may_be(JsonType::of(value)) {
            "it is none of the listed values".to_owned()
        } else {
            format!(
                "it is {}, the schema has {}",
                JsonType::of(value).words(),
                first.words()
            )
        };
        sink.push(
            report
                .at(part.origin, label)
                .and(first.origin, "the schema"),
        );
    }
}

fn allows(facts: &Facts, value: &Json, is_text: bool) -> bool {
    let has_type = is_text || facts.may_be(JsonType::of(value)) || matches!(value, Json::Null);
    let is_listed = |listed: &Json| match listed {
        Json::String(text) => equals(value, &Literal::String(text.clone())),
        listed => listed == value,
    };
    has_type && (is_text || facts.values.is_empty() || facts.values.iter().any(is_listed))
}

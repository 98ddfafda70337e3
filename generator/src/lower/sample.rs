//! Values for made examples that the lifecycle can read: tokens, ends of life, what a success has to say.

use super::names;
use super::schema::{Found, Kind, Schemas};
use crate::model::{
    ClockFormat, Comparison, Condition, Expression, InstantFormat, Json, Lifecycle, Lifetime,
    Literal, Location, Operand, Token,
};

/// 2033-05-18T03:33:20Z, which every clock that runs these tests has before it.
const INSTANT: i128 = 2_000_000_000;

/// A JWT whose `exp` is that instant, signed by nobody.
const JWT: &str = "eyJhbGciOiJub25lIn0.eyJleHAiOjIwMDAwMDAwMDB9.ZXhhbXBsZQ";

/// What stands where in the body of a success.
#[derive(Debug)]
pub(super) struct Sample {
    pub(super) pointer: String,
    pub(super) value: Json,
    /// Whether it is no success without it.
    pub(super) is_needed: bool,
}

impl Sample {
    fn needed(pointer: &str, value: Json) -> Self {
        Self {
            pointer: pointer.to_owned(),
            value,
            is_needed: true,
        }
    }
}

/// What stands where in the body of a success, in order.
pub(super) fn values(tokens: &[Token], lifecycle: &Lifecycle) -> Vec<Sample> {
    let mut values = Vec::new();
    for token in tokens {
        let first = token.received.first().map(|location| &location.value);
        if let Some(Location {
            at: Expression::ResponseBody(pointer),
            prefix,
            ..
        }) = first
        {
            let text = format!("{prefix}{}", token_text(token));
            values.push(Sample::needed(pointer, Json::String(text)));
        }
        for lifetime in &token.lifetime {
            if let Some((Expression::ResponseBody(pointer), value)) = end(&lifetime.value) {
                values.push(Sample {
                    is_needed: false,
                    ..Sample::needed(pointer, value)
                });
            }
        }
    }
    if let Some(success) = &lifecycle.success {
        conditions(&success.value, &mut values);
    }
    values
}

/// The value of a header that a token is read from.
pub(super) fn header(tokens: &[Token], is_it: impl Fn(&Expression) -> bool) -> Option<String> {
    for token in tokens {
        for location in &token.received {
            if is_it(&location.value.at) {
                let text = format!("{}{}", location.value.prefix, token_text(token));
                let cookie = location.value.cookie.as_ref();
                return Some(match cookie {
                    Some(name) => format!("{name}={text}; Path=/; Secure"),
                    None => text,
                });
            }
        }
        for lifetime in &token.lifetime {
            if let Some((_, value)) = end(&lifetime.value).filter(|(at, _)| is_it(at)) {
                return Some(json_text(&value));
            }
        }
    }
    None
}

/// The value in the form that the schema asks for; `None`: the schema has no such place.
pub(super) fn fitted<'a>(value: Json, place: Found<'a>, schemas: &Schemas<'a>) -> Option<Json> {
    let schema = match place {
        Found::Here { schema, .. } => schema,
        Found::Anything => return Some(value),
        Found::Nowhere => return None,
    };
    match (schemas.kind(schema), value) {
        (Kind::String, value @ (Json::Integer(_) | Json::Float(_) | Json::Bool(_))) => {
            Some(Json::String(json_text(&value)))
        }
        // The author's own values are better than ours where ours are none of them.
        (Kind::Values(values), value) => values
            .iter()
            .any(|node| Json::from(*node) == value)
            .then_some(value),
        (_, value) => Some(value),
    }
}

fn json_text(value: &Json) -> String {
    match value {
        Json::Bool(value) => value.to_string(),
        Json::Integer(value) => value.to_string(),
        Json::Float(value) => value.to_string(),
        Json::String(text) => text.clone(),
        Json::Null | Json::Array(_) | Json::Object(_) => String::new(),
    }
}

fn token_text(token: &Token) -> String {
    let is_jwt = token
        .lifetime
        .iter()
        .any(|lifetime| lifetime.value == Lifetime::JwtExpiry);
    if is_jwt {
        JWT.to_owned()
    } else {
        format!("example-{}", names::words(&token.name.wire).join("-"))
    }
}

/// An hour, or the instant.
fn end(lifetime: &Lifetime) -> Option<(&Expression, Json)> {
    let text = |text: &str| Json::String(text.to_owned());
    Some(match lifetime {
        Lifetime::Seconds(at) => (at, Json::Integer(3600)),
        Lifetime::Milliseconds(at) => (at, Json::Integer(3_600_000)),
        Lifetime::Minutes(at) => (at, Json::Integer(60)),
        Lifetime::Clock(at, ClockFormat::HoursMinutesSeconds) => (at, text("01:00:00")),
        Lifetime::Clock(at, ClockFormat::DaysHoursMinutes) => (at, text("0:01:00")),
        Lifetime::Until(at, format) => (at, instant(format)?),
        Lifetime::JwtExpiry | Lifetime::Fixed(_) | Lifetime::Unlimited | Lifetime::Unknown => {
            return None;
        }
    })
}

fn instant(format: &InstantFormat) -> Option<Json> {
    Some(match format {
        InstantFormat::UnixSeconds | InstantFormat::Unix => Json::Integer(INSTANT),
        InstantFormat::UnixMilliseconds => Json::Integer(INSTANT * 1000),
        InstantFormat::DateTime => Json::String("2033-05-18T03:33:20Z".to_owned()),
        InstantFormat::Pattern(pattern) => Json::String(formatted(pattern)?),
    })
}

/// The instant by a `strftime` pattern; `None` where the pattern has something else in it.
fn formatted(pattern: &str) -> Option<String> {
    let mut text = String::new();
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        if character != '%' {
            text.push(character);
            continue;
        }
        text.push_str(match characters.next()? {
            'Y' => "2033",
            'y' | 'M' => "33",
            'm' => "05",
            'd' | 'e' => "18",
            'b' | 'h' | 'B' => "May",
            'a' => "Wed",
            'A' => "Wednesday",
            'H' | 'I' => "03",
            'S' => "20",
            'p' => "AM",
            'j' => "138",
            'f' => "000000",
            'z' => "+0000",
            'Z' => "UTC",
            'F' => "2033-05-18",
            'T' => "03:33:20",
            'D' => "05/18/33",
            'R' => "03:33",
            's' => "2000000000",
            '%' => "%",
            _ => return None,
        });
    }
    Some(text)
}

/// What a success predicate asks for, where it says so plainly.
fn conditions(condition: &Condition, values: &mut Vec<Sample>) {
    match condition {
        Condition::Compare(one, Comparison::Equal, other) => match (one, other) {
            (Operand::Expression(at), Operand::Literal(literal))
            | (Operand::Literal(literal), Operand::Expression(at)) => {
                if let Expression::ResponseBody(pointer) = at {
                    values.push(Sample::needed(pointer, literal_json(literal)));
                }
            }
            _ => {}
        },
        Condition::Holds(Operand::Expression(Expression::ResponseBody(pointer))) => {
            values.push(Sample::needed(pointer, Json::Bool(true)));
        }
        Condition::All(all) => all
            .iter()
            .for_each(|condition| conditions(condition, values)),
        Condition::Any(any) => {
            if let Some(first) = any.first() {
                conditions(first, values);
            }
        }
        Condition::Compare(..) | Condition::Holds(_) | Condition::Not(_) => {}
    }
}

fn literal_json(literal: &Literal) -> Json {
    match literal {
        Literal::Null => Json::Null,
        Literal::Bool(value) => Json::Bool(*value),
        #[expect(
            clippy::cast_possible_truncation,
            reason = "whole and small, as the guard says"
        )]
        Literal::Number(number) if number.fract() == 0.0 && number.abs() < 1e15 => {
            Json::Integer(*number as i128)
        }
        Literal::Number(number) => Json::Float(*number),
        Literal::String(text) => Json::String(text.clone()),
    }
}

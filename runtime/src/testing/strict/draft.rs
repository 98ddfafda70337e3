//! An answer that is being put together, value by value, at the places that a lifecycle names.

use crate::testing::Answer;
use crate::{Body, Comparison, Condition, Expression, Json, Literal, Operand, Response, json};

/// An answer in the making.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    pub(super) status: u16,
    headers: Vec<(String, String)>,
    pub(super) body: Json,
    /// The body where it is no JSON.
    text: Option<String>,
}

impl Draft {
    pub(super) fn new(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Json::Null,
            text: None,
        }
    }

    /// The same with this JSON to begin with.
    pub(super) fn on(mut self, template: &Json) -> Self {
        self.body = template.clone();
        self
    }

    pub(super) fn header(&mut self, name: &str, value: String) {
        self.headers.push((name.to_owned(), value));
    }

    /// Puts a value where an expression points; what points into the request is not ours to change.
    pub(super) fn put(&mut self, place: Expression, value: Json) {
        match place {
            Expression::ResponseBody("") => self.text = Some(plain(&value)),
            Expression::ResponseBody(pointer) => set(&mut self.body, pointer, value),
            Expression::ResponseHeader(name) => {
                self.headers
                    .retain(|(other, _)| !other.eq_ignore_ascii_case(name));
                self.header(name, plain(&value));
            }
            Expression::StatusCode => {
                let status = value.as_u64().and_then(|status| status.try_into().ok());
                self.status = status.unwrap_or(self.status);
            }
            _ => {}
        }
    }

    /// Changes what has to be changed for the condition to hold, or not to.
    pub(super) fn make(&mut self, condition: Condition, holds: bool) {
        match condition {
            Condition::Compare(Operand::Expression(place), comparison, Operand::Literal(value)) => {
                self.put(place, making(comparison, value, holds));
            }
            Condition::Compare(Operand::Literal(value), comparison, Operand::Expression(place)) => {
                self.put(place, making(turned(comparison), value, holds));
            }
            Condition::Holds(Operand::Expression(place)) => self.put(place, json!(holds)),
            Condition::Not(inner) => self.make(*inner, !holds),
            Condition::All(inner) if holds => inner.iter().for_each(|one| self.make(*one, true)),
            Condition::Any(inner) if !holds => inner.iter().for_each(|one| self.make(*one, false)),
            Condition::All(inner) | Condition::Any(inner) => {
                if let Some(one) = inner.first() {
                    self.make(*one, holds);
                }
            }
            // Two constants, or two places: there is nothing to set.
            Condition::Compare(..) | Condition::Holds(Operand::Literal(_)) => {}
        }
    }

    /// The answer as a client reads it.
    pub(super) fn response(&self) -> Option<Response> {
        let mut builder = http::Response::builder().status(self.status);
        for (name, value) in &self.all_headers() {
            builder = builder.header(name.as_str(), value.as_str());
        }
        builder.body(Body::from(self.bytes())).ok()
    }

    pub(super) fn into_answer(self) -> Answer {
        let mut answer = Answer::new(self.status).body(self.bytes());
        for (name, value) in &self.all_headers() {
            answer = answer.header(name, value);
        }
        answer
    }

    fn bytes(&self) -> Vec<u8> {
        match (&self.text, &self.body) {
            (Some(text), _) => text.clone().into_bytes(),
            (None, Json::Null) => Vec::new(),
            (None, body) => body.to_string().into_bytes(),
        }
    }

    fn all_headers(&self) -> Vec<(String, String)> {
        let media_type = match (&self.text, &self.body) {
            (Some(_), _) => Some("text/plain"),
            (None, Json::Null) => None,
            (None, _) => Some("application/json"),
        };
        let media_type = media_type.map(|text| ("content-type".to_owned(), text.to_owned()));
        media_type.into_iter().chain(self.headers.clone()).collect()
    }
}

/// A value of which the comparison with a constant holds, or does not.
fn making(comparison: Comparison, constant: Literal, holds: bool) -> Json {
    let is_equal = match comparison {
        Comparison::Equal | Comparison::LessOrEqual | Comparison::GreaterOrEqual => holds,
        Comparison::NotEqual => !holds,
        Comparison::Less | Comparison::Greater => false,
    };
    if is_equal {
        return constant_json(constant);
    }
    // What is less where it is to hold is what is greater where it is not to.
    let is_upwards = match comparison {
        Comparison::Greater | Comparison::GreaterOrEqual => holds,
        _ => !holds,
    };
    match constant {
        Literal::Null => json!("something"),
        Literal::Bool(value) => json!(!value),
        Literal::Number(value) => whole(if is_upwards { value + 1.0 } else { value - 1.0 }),
        Literal::String(text) if is_upwards => json!(format!("{text}~")),
        Literal::String(_) => json!(""),
    }
}

fn turned(comparison: Comparison) -> Comparison {
    match comparison {
        Comparison::Less => Comparison::Greater,
        Comparison::LessOrEqual => Comparison::GreaterOrEqual,
        Comparison::Greater => Comparison::Less,
        Comparison::GreaterOrEqual => Comparison::LessOrEqual,
        same => same,
    }
}

/// A constant of a spec as JSON.
pub(super) fn constant_json(constant: Literal) -> Json {
    match constant {
        Literal::Null => Json::Null,
        Literal::Bool(value) => json!(value),
        Literal::Number(value) => whole(value),
        Literal::String(text) => json!(text),
    }
}

/// A number as vendors write it: without a fraction where it has none.
#[expect(
    clippy::cast_possible_truncation,
    reason = "what is cast is whole and far from the ends"
)]
fn whole(number: f64) -> Json {
    if number.fract() == 0.0 && number.abs() < 9e15 {
        json!(number as i64)
    } else {
        json!(number)
    }
}

fn plain(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        Json::Null => String::new(),
        other => other.to_string(),
    }
}

/// Puts a value at a JSON pointer (RFC 6901) and makes what is missing on the way.
fn set(root: &mut Json, pointer: &str, value: Json) {
    let mut node = root;
    for segment in pointer.split('/').skip(1) {
        let key = segment.replace("~1", "/").replace("~0", "~");
        let index = key.parse::<usize>().ok().filter(|_| !node.is_object());
        node = match index {
            Some(index) => {
                if !node.is_array() {
                    *node = json!([]);
                }
                let Json::Array(items) = node else {
                    unreachable!("it was made an array just now")
                };
                if items.len() <= index {
                    items.resize(index + 1, Json::Null);
                }
                &mut items[index]
            }
            None => {
                if !node.is_object() {
                    *node = json!({});
                }
                let Json::Object(map) = node else {
                    unreachable!("it was made an object just now")
                };
                map.entry(key).or_insert(Json::Null)
            }
        };
    }
    *node = value;
}

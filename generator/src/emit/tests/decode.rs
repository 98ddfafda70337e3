//! Whether a value of an example can be read as its type: a test is only made of examples that keep to their schemas.

use crate::model::{FieldKind, Json, Operation, Refusal, Shape, ShapeKind, Type};

use super::answer::{Answer, Body};
use super::{judge, pointer};

/// Whether every field of `Tokens` can be read from a success.
pub(super) fn is_success_readable(operation: &Operation, answer: &Answer) -> bool {
    let body = match &answer.body {
        Body::Json(_, body) => Some(body),
        Body::Empty | Body::Text(..) => None,
    };
    operation
        .success
        .fields
        .iter()
        .all(|field| match &field.kind {
            FieldKind::Token(index) => {
                let token = &operation.tokens[*index];
                !token.is_always_received || judge::received(operation, token, answer).is_some()
            }
            FieldKind::Extra(_) => true,
            FieldKind::Property {
                pointer,
                ty,
                is_required,
            } => match body.and_then(|body| pointer::get(body, pointer)) {
                None | Some(Json::Null) => !is_required,
                Some(value) => is_readable(&operation.shapes, ty, value),
            },
        })
}

/// The documented refusal that an answer is read as: the narrowest range that has its status, if the body fits.
pub(super) fn refusal<'a>(operation: &'a Operation, answer: &Answer) -> Option<&'a Refusal> {
    let has_status =
        |refusal: &&Refusal| (refusal.status.0..=refusal.status.1).contains(&answer.status);
    let width = |refusal: &&Refusal| refusal.status.1 - refusal.status.0;
    let refusal = operation
        .refusals
        .iter()
        .filter(has_status)
        .min_by_key(width)?;
    let fits = match (&refusal.body, &answer.body) {
        (None, _) => true,
        (Some(ty), Body::Json(_, body)) => is_readable(&operation.shapes, ty, body),
        (Some(ty), Body::Text(_, text)) => {
            is_readable(&operation.shapes, ty, &Json::String(text.clone()))
        }
        (Some(ty), Body::Empty) => is_readable(&operation.shapes, ty, &Json::Null),
    };
    fits.then_some(refusal)
}

fn is_readable(shapes: &[Shape], ty: &Type, value: &Json) -> bool {
    match (ty, value) {
        (Type::Json, _)
        | (Type::Option(_), Json::Null)
        | (Type::String | Type::Secret, Json::String(_))
        | (Type::Bool, Json::Bool(_))
        | (Type::Float, Json::Integer(_) | Json::Float(_)) => true,
        (Type::Option(of), value) => is_readable(shapes, of, value),
        (Type::Int32, value) => whole(value).is_some_and(|number| i32::try_from(number).is_ok()),
        (Type::Int64, value) => whole(value).is_some_and(|number| i64::try_from(number).is_ok()),
        (Type::UInt64, value) => whole(value).is_some_and(|number| u64::try_from(number).is_ok()),
        (Type::Float, Json::String(text)) => text.trim().parse::<f64>().is_ok_and(f64::is_finite),
        (Type::List(item), Json::Array(items)) => {
            items.iter().all(|value| is_readable(shapes, item, value))
        }
        (Type::Map(of), Json::Object(fields)) => fields
            .iter()
            .all(|(_, value)| is_readable(shapes, of, value)),
        (Type::Shape(id) | Type::Boxed(id), value) => {
            is_shape_readable(shapes, &shapes[id.0], value)
        }
        _ => false,
    }
}

fn is_shape_readable(shapes: &[Shape], shape: &Shape, value: &Json) -> bool {
    match &shape.kind {
        ShapeKind::StringEnum(_) => matches!(value, Json::String(_)),
        ShapeKind::IntegerEnum(_) => {
            whole(value).is_some_and(|number| i64::try_from(number).is_ok())
        }
        // What fits no alternative is kept as it is.
        ShapeKind::Union { .. } => true,
        ShapeKind::Struct { fields, additional } => {
            let Json::Object(values) = value else {
                return false;
            };
            let value_of = |name: &str| {
                values
                    .iter()
                    .find(|(known, _)| known == name)
                    .map(|(_, value)| value)
            };
            let are_known = fields.iter().all(|field| match value_of(&field.name.wire) {
                None | Some(Json::Null) => !field.is_required,
                Some(value) => is_readable(shapes, &field.ty, value),
            });
            let is_further = |name: &str| !fields.iter().any(|field| field.name.wire == name);
            are_known
                && additional.as_ref().is_none_or(|ty| {
                    let mut further = values.iter().filter(|(name, _)| is_further(name));
                    further.all(|(_, value)| is_readable(shapes, ty, value))
                })
        }
    }
}

fn whole(value: &Json) -> Option<i128> {
    match value {
        Json::Integer(number) => Some(*number),
        Json::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

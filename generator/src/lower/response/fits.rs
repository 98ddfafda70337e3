//! Tells whether an example can be read as its schema says, as the runtime reads it.

use crate::lower::schema::{Kind, Object, Schema, Schemas};
use crate::model::Json;

/// How deep an example is looked into.
const DEPTH: usize = 64;

/// Where the value does not fit, and what was wanted there; `None`: it fits.
pub(super) fn misfit<'a>(
    value: &Json,
    schema: Schema<'a>,
    schemas: &Schemas<'a>,
) -> Option<(String, &'static str)> {
    check(value, schema, schemas, 0).err()
}

type Check = Result<(), (String, &'static str)>;

fn check<'a>(value: &Json, schema: Schema<'a>, schemas: &Schemas<'a>, depth: usize) -> Check {
    if depth > DEPTH || schema.is_nullable && *value == Json::Null {
        return Ok(());
    }
    match schemas.kind(schema) {
        Kind::Object(object) => fields(value, &object, schemas, depth),
        Kind::Map(inner) => match value {
            Json::Object(pairs) => pairs.iter().try_for_each(|(key, value)| {
                below(key, check(value, schemas.get(inner), schemas, depth + 1))
            }),
            _ => wrong("an object"),
        },
        Kind::List(inner) => match (value, inner) {
            (Json::Array(items), Some(inner)) => {
                items.iter().enumerate().try_for_each(|(index, item)| {
                    below(
                        &index.to_string(),
                        check(item, schemas.get(inner), schemas, depth + 1),
                    )
                })
            }
            (Json::Array(_), None) => Ok(()),
            _ => wrong("a list"),
        },
        // What fits no known value or alternative is kept as it is, so only its own type counts.
        Kind::Values(values) => {
            let sample = values.first().map(|node| Json::from(*node));
            match (sample, value) {
                (Some(Json::String(_)), Json::String(_)) => Ok(()),
                (Some(Json::String(_)), _) => wrong("a string"),
                (Some(Json::Integer(_)), value) => integer(value),
                _ => Ok(()),
            }
        }
        Kind::Union(_) | Kind::Any => Ok(()),
        Kind::String => match value {
            Json::String(_) => Ok(()),
            _ => wrong("a string"),
        },
        Kind::Integer => integer(value),
        Kind::Number => match value {
            Json::Integer(_) | Json::Float(_) => Ok(()),
            Json::String(text) if text.trim().parse::<f64>().is_ok() => Ok(()),
            _ => wrong("a number"),
        },
        Kind::Bool => match value {
            Json::Bool(_) => Ok(()),
            _ => wrong("a boolean"),
        },
    }
}

fn fields<'a>(value: &Json, object: &Object<'a>, schemas: &Schemas<'a>, depth: usize) -> Check {
    let Json::Object(pairs) = value else {
        return wrong("an object");
    };
    for property in &object.properties {
        let found = pairs
            .iter()
            .find(|(key, _)| key == property.key)
            .map(|(_, value)| value);
        match found {
            // An optional property may be null whatever its schema says.
            None | Some(Json::Null) if !property.is_required => {}
            None => below(property.key, wrong("a value, since it is required"))?,
            Some(value) => {
                let schema = schemas.get(property.node);
                below(property.key, check(value, schema, schemas, depth + 1))?;
            }
        }
    }
    Ok(())
}

fn integer(value: &Json) -> Check {
    match value {
        Json::Integer(_) => Ok(()),
        Json::String(text) if text.trim().parse::<i64>().is_ok() => Ok(()),
        _ => wrong("an integer"),
    }
}

fn wrong(wanted: &'static str) -> Check {
    Err((String::new(), wanted))
}

fn below(key: &str, check: Check) -> Check {
    let key = key.replace('~', "~0").replace('/', "~1");
    check.map_err(|(pointer, wanted)| (format!("/{key}{pointer}"), wanted))
}

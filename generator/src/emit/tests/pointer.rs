//! JSON pointers into the model's values, and those values as text.

use std::fmt::Write as _;

use crate::model::Json;

/// The value at this pointer.
pub(super) fn get<'a>(value: &'a Json, pointer: &str) -> Option<&'a Json> {
    segments(pointer).try_fold(value, |value, segment| match value {
        Json::Object(fields) => fields
            .iter()
            .find(|(name, _)| *name == segment)
            .map(|(_, value)| value),
        Json::Array(items) => items.get(segment.parse::<usize>().ok()?),
        _ => None,
    })
}

/// Puts a value at this pointer and makes what is missing on the way. Says whether there was room for it.
pub(super) fn set(value: &mut Json, pointer: &str, new: Json) -> bool {
    let mut at = value;
    for segment in segments(pointer) {
        if matches!(at, Json::Null) {
            *at = if segment == "0" {
                Json::Array(Vec::new())
            } else {
                Json::Object(Vec::new())
            };
        }
        at = match at {
            Json::Object(fields) => {
                let index = fields
                    .iter()
                    .position(|(name, _)| *name == segment)
                    .unwrap_or(fields.len());
                if index == fields.len() {
                    fields.push((segment, Json::Null));
                }
                &mut fields[index].1
            }
            Json::Array(items) => match segment.parse::<usize>() {
                Ok(index) if index <= items.len() => {
                    if index == items.len() {
                        items.push(Json::Null);
                    }
                    &mut items[index]
                }
                _ => return false,
            },
            _ => return false,
        };
    }
    *at = new;
    true
}

fn segments(pointer: &str) -> impl Iterator<Item = String> {
    let segments = pointer.split('/').skip(1);
    segments.map(|segment| segment.replace("~1", "/").replace("~0", "~"))
}

/// The value as JSON text on one line.
pub(super) fn text(value: &Json) -> String {
    let mut out = String::new();
    write(&mut out, value);
    out
}

fn write(out: &mut String, value: &Json) {
    // Writing to a `String` cannot fail.
    let _ = match value {
        Json::Bool(value) => write!(out, "{value}"),
        Json::Integer(value) => write!(out, "{value}"),
        Json::Float(value) if value.is_finite() => write!(out, "{value:?}"),
        Json::Null | Json::Float(_) => write!(out, "null"),
        Json::String(text) => {
            string(out, text);
            Ok(())
        }
        Json::Array(items) => {
            let items = items.iter().map(|item| (None, item));
            return list(out, ['[', ']'], items);
        }
        Json::Object(fields) => {
            let fields = fields.iter().map(|(name, value)| (Some(name), value));
            return list(out, ['{', '}'], fields);
        }
    };
}

fn list<'a>(
    out: &mut String,
    [open, close]: [char; 2],
    items: impl Iterator<Item = (Option<&'a String>, &'a Json)>,
) {
    out.push(open);
    for (index, (name, value)) in items.enumerate() {
        if index > 0 {
            out.push_str(", ");
        }
        if let Some(name) = name {
            string(out, name);
            out.push_str(": ");
        }
        write(out, value);
    }
    out.push(close);
}

/// Everything that is no letter and not ASCII is escaped: what changes the direction of text, for one, has no
/// place in source code.
fn string(out: &mut String, text: &str) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            ' '..='~' => out.push(character),
            _ if character.is_alphanumeric() => out.push(character),
            _ => {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    // Writing to a `String` cannot fail.
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
        }
    }
    out.push('"');
}

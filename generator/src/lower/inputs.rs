//! Collects what the application has to give: one input for each name, the client's or the session's.

use std::collections::{BTreeMap, HashMap};

use super::codes;
use super::extension::InputEntry;
use super::names;
use super::reserved;
use super::shapes::{Shapes, Typed};
use crate::diagnostic::{Report, Sink};
use crate::model::{Input, Json, Name, PartSource, Per, Shape, ShapeKind, Type};
use crate::source::Span;

/// The inputs of a provider's client, or of one operation's session.
#[derive(Debug, Default)]
pub(super) struct Inputs {
    list: Vec<Input>,
    by_name: HashMap<String, usize>,
    /// Whether anything but a choice of authentication uses it, by index.
    is_plain: Vec<bool>,
}

/// A value that the document asks for.
#[derive(Debug)]
pub(super) struct Wanted<'a, 'e> {
    /// Its name by its place.
    pub(super) name: String,
    /// The keys of `inputs` that would mean it.
    pub(super) keys: Vec<String>,
    /// What `inputs` says of it.
    pub(super) entry: Option<&'e InputEntry>,
    /// Its type.
    pub(super) typed: Typed<'a>,
    /// Whether it is hidden where `inputs` does not say.
    pub(super) is_secret: bool,
    /// Whether the request needs it.
    pub(super) is_required: bool,
    /// Whether it belongs to one of several ways of authentication.
    pub(super) is_of_choice: bool,
    /// What the schema says is meant when it is not given.
    pub(super) default: Option<Json>,
    /// The document's words.
    pub(super) description: Option<String>,
    /// Where the document asks for it.
    pub(super) origin: Span,
}

/// Whether a name says that its value is a secret.
pub(super) fn is_secret_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.contains("secret") || name.contains("password")
}

/// What fills the place, without an input where `inputs` or the schema says what to send.
pub(super) fn constant(wanted: &Wanted<'_, '_>) -> Option<PartSource> {
    let entry = wanted.entry;
    if let Some(value) = entry.and_then(|entry| entry.value.as_ref()) {
        return Some(PartSource::Constant(value.value.clone()));
    }
    if let Some(generator) = entry.and_then(|entry| entry.generate) {
        return Some(PartSource::Generated(generator));
    }
    wanted.typed.constant.clone().map(PartSource::Constant)
}

/// Whether the wanted value is the client's or the session's.
pub(super) fn per(wanted: &Wanted<'_, '_>) -> Per {
    wanted.entry.and_then(|entry| entry.per).unwrap_or_default()
}

impl Inputs {
    /// Adds what is wanted, or joins it with the input of the same name, and gives its index.
    pub(super) fn add(
        &mut self,
        wanted: Wanted<'_, '_>,
        shapes: &Shapes<'_>,
        sink: &mut Sink,
    ) -> usize {
        let is_of_choice = wanted.is_of_choice;
        let input = input(wanted, shapes);
        if let Some(&index) = self.by_name.get(&input.name.wire) {
            if let Some(known) = self.list.get_mut(index) {
                join(known, input, shapes, sink);
            }
            if let Some(is_plain) = self.is_plain.get_mut(index) {
                *is_plain |= !is_of_choice;
            }
            return index;
        }
        let index = self.list.len();
        self.by_name.insert(input.name.wire.clone(), index);
        self.list.push(input);
        self.is_plain.push(!is_of_choice);
        index
    }

    /// Whether the input of this index is hidden.
    pub(super) fn is_secret(&self, index: usize) -> bool {
        self.list.get(index).is_some_and(|input| input.is_secret)
    }

    /// The inputs, once every operation has asked for its own.
    pub(super) fn finish(self) -> Vec<Input> {
        let mut inputs = self.list;
        for (input, is_plain) in inputs.iter_mut().zip(self.is_plain) {
            input.is_of_choice = !is_plain;
        }
        inputs
    }
}

/// Complains of settings that would be one method of the builder.
pub(super) fn complain_of_shared_names(settings: &[Input], sink: &mut Sink) {
    let mut by_rust: BTreeMap<&str, &Input> = BTreeMap::new();
    for input in settings {
        if let Some(first) = by_rust.insert(&input.name.rust, input) {
            let report = same_rust_name(&first.name, first.origin, &input.name, input.origin);
            sink.push(report);
        }
    }
}

/// Two names that Rust cannot tell apart.
pub(super) fn same_rust_name(
    first: &Name,
    first_at: Span,
    second: &Name,
    second_at: Span,
) -> Report {
    let message = if first.wire == second.wire {
        format!("`{}` is two things of one grant", first.wire)
    } else {
        format!(
            "`{}` and `{}` are both `{}` in Rust",
            first.wire, second.wire, second.rust
        )
    };
    let help = format!(
        "give one of them another name: `{{name: {}2}}`",
        names::camel(&second.wire)
    );
    Report::new(codes::COLLIDING_NAMES, message)
        .at(second_at, "has the same name")
        .and(first_at, "first used here")
        .help(help)
}

fn input(wanted: Wanted<'_, '_>, shapes: &Shapes<'_>) -> Input {
    let per = per(&wanted);
    let entry = wanted.entry;
    let stated = entry.and_then(|entry| entry.name.as_ref());
    let wire = stated.map_or(wanted.name, |name| name.value.clone());
    let is_secret = entry
        .and_then(|entry| entry.secret)
        .unwrap_or(wanted.is_secret || is_secret_name(&wire));
    let ty = match wanted.typed.ty {
        Type::String | Type::Secret if is_secret => Type::Secret,
        Type::Secret => Type::String,
        ty => ty,
    };
    // What belongs to the session has no default: it has to be said when the session begins.
    let default = wanted.default.filter(|_| per == Per::Client);
    let default = default.and_then(|default| fitted(default, &ty, shapes));
    Input {
        name: Name {
            rust: rust_name(&wire),
            wire,
        },
        keys: wanted.keys,
        ty,
        is_secret,
        per,
        is_required: wanted.is_required && default.is_none(),
        is_of_choice: false,
        default,
        description: wanted.description,
        origin: stated.map_or(wanted.origin, |name| name.span),
    }
}

/// The default as a value of the type; `None`: it is none, so that the input has to be given.
fn fitted(default: Json, ty: &Type, shapes: &Shapes<'_>) -> Option<Json> {
    let is_fit = match (ty, &default) {
        (Type::String | Type::Secret, Json::Integer(number)) => {
            return Some(Json::String(number.to_string()));
        }
        (Type::String | Type::Secret, Json::String(_))
        | (Type::Bool, Json::Bool(_))
        | (Type::Float, Json::Integer(_) | Json::Float(_)) => true,
        (Type::Int32, Json::Integer(number)) => i32::try_from(*number).is_ok(),
        (Type::Int64, Json::Integer(number)) => i64::try_from(*number).is_ok(),
        (Type::UInt64, Json::Integer(number)) => u64::try_from(*number).is_ok(),
        (Type::Shape(id), default) => is_known_value(default, &shapes.get(*id)?.kind),
        _ => false,
    };
    is_fit.then_some(default)
}

fn is_known_value(value: &Json, kind: &ShapeKind) -> bool {
    match (kind, value) {
        (ShapeKind::StringEnum(names), Json::String(text)) => {
            names.iter().any(|name| name.wire == *text)
        }
        (ShapeKind::IntegerEnum(values), Json::Integer(number)) => values
            .iter()
            .any(|(value, _)| i128::from(*value) == *number),
        _ => false,
    }
}

/// A field's and builder method's name; one that the builder needs for itself gets an ending.
fn rust_name(wire: &str) -> String {
    let name = names::snake(wire);
    if reserved::BUILDER.contains(&name.as_str()) {
        format!("{name}_value")
    } else {
        name
    }
}

/// Inputs of the same name are one.
fn join(known: &mut Input, other: Input, shapes: &Shapes<'_>, sink: &mut Sink) {
    let plain = |ty: &Type| match ty {
        Type::Secret => Type::String,
        ty => ty.clone(),
    };
    if !agree(&plain(&known.ty), &plain(&other.ty), shapes) {
        let message = format!(
            "two inputs are named `{}` and differ in their types",
            known.name.wire
        );
        let report = Report::new(codes::INPUT_TYPES_DIFFER, message)
            .at(
                other.origin,
                format!("{} here", describe(&other.ty, shapes)),
            )
            .and(
                known.origin,
                format!("{} here", describe(&known.ty, shapes)),
            );
        let key = other.keys.first().map_or("", String::as_str);
        let help = format!(
            "give one of them another name: `{key}: {{name: {}2}}`",
            known.name.wire
        );
        sink.push(report.help(help));
        return;
    }
    known.is_secret |= other.is_secret;
    if known.is_secret && known.ty == Type::String {
        known.ty = Type::Secret;
    }
    known.is_required |= other.is_required;
    known.default = known.default.take().or(other.default);
    known.description = known.description.take().or(other.description);
    for key in other.keys {
        if !known.keys.contains(&key) {
            known.keys.push(key);
        }
    }
}

fn agree(one: &Type, other: &Type, shapes: &Shapes<'_>) -> bool {
    let shape = |ty: &Type| match ty {
        Type::Shape(id) | Type::Boxed(id) => shapes.get(*id).map(|shape: &Shape| &shape.kind),
        _ => None,
    };
    match (shape(one), shape(other)) {
        (Some(ShapeKind::StringEnum(one)), Some(ShapeKind::StringEnum(other))) => one == other,
        (Some(ShapeKind::IntegerEnum(one)), Some(ShapeKind::IntegerEnum(other))) => one == other,
        _ => one == other,
    }
}

/// A type in the words of a spec's author.
fn describe(ty: &Type, shapes: &Shapes<'_>) -> &'static str {
    match ty {
        Type::String | Type::Secret => "a string",
        Type::Bool => "a boolean",
        Type::Int32 => "a 32-bit integer",
        Type::Int64 | Type::UInt64 => "an integer",
        Type::Float => "a number",
        Type::Json => "any value",
        Type::List(_) => "a list",
        Type::Map(_) => "a map",
        Type::Option(inner) => describe(inner, shapes),
        Type::Shape(id) | Type::Boxed(id) => match shapes.get(*id).map(|shape| &shape.kind) {
            Some(ShapeKind::StringEnum(_) | ShapeKind::IntegerEnum(_)) => "an enum",
            _ => "an object",
        },
    }
}

//! Values for the inputs of a call, as Rust expressions of their types.

use syn::Expr;

use super::write;
use crate::emit::ast;
use crate::emit::context::is_secret;
use crate::emit::literal::{number, whole};
use crate::model::{Field, Input, Json, Shape, ShapeKind, Type};

/// Where a value stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Position {
    /// A builder's method, which takes text for what is made from text.
    Method,
    /// A field or a variant, which takes the type itself.
    Field,
}

/// What an input's type is found by: its shapes, and the path of the module that has their types.
#[derive(Clone, Copy)]
pub(super) struct Types<'a> {
    pub(super) shapes: &'a [Shape],
    pub(super) module: &'a str,
}

/// An input's value; `None` where the type is one that no test is made of.
pub(super) fn expression(
    types: Types<'_>,
    input: &Input,
    value: &Json,
    position: Position,
) -> Option<Expr> {
    let ty = if is_secret(input) {
        &Type::Secret
    } else {
        &input.ty
    };
    of_type(types, ty, value, position)
}

fn of_type(types: Types<'_>, ty: &Type, value: &Json, position: Position) -> Option<Expr> {
    match (ty, value) {
        (Type::String | Type::Secret, value) => Some(text(&plain(value)?, position)),
        (Type::Bool, Json::Bool(value)) => Some(ast::boolean(*value)),
        (Type::Int32 | Type::Int64 | Type::UInt64, Json::Integer(value)) => Some(whole(*value)),
        (Type::Float, Json::Float(value)) => Some(number(*value)),
        (Type::Float, Json::Integer(value)) => Some(number(value.to_string().parse().ok()?)),
        (Type::Json, Json::String(value)) => Some(json(ast::text(value))),
        (Type::Json, Json::Bool(value)) => Some(json(ast::boolean(*value))),
        (Type::Json, Json::Integer(value)) => {
            let value = i64::try_from(*value).ok()?;
            Some(json(whole(value.into())))
        }
        (Type::List(item), Json::Array(items)) => {
            let items = items
                .iter()
                .map(|value| of_type(types, item, value, Position::Field));
            let items = items.collect::<Option<Vec<_>>>()?;
            Some(write::list(&items))
        }
        (Type::Map(of), Json::Object(fields)) => {
            let fields = fields.iter().map(|(name, value)| {
                let value = of_type(types, of, value, Position::Field)?;
                let name = write::into(ast::text(name));
                Some(write::tuple(vec![name, value]))
            });
            let fields = fields.collect::<Option<Vec<_>>>()?;
            let fields = vec![write::array(fields)];
            Some(ast::call(&["BTreeMap", "from"], fields))
        }
        (Type::Option(_), Json::Null) => Some(ast::option(None)),
        (Type::Option(of), value) => {
            let value = of_type(types, of, value, Position::Field)?;
            Some(ast::option(Some(value)))
        }
        (Type::Shape(id), value) => of_shape(types, &types.shapes[id.0], value, position),
        (Type::Boxed(id), value) => {
            let value = of_shape(types, &types.shapes[id.0], value, position)?;
            Some(ast::call(&["Box", "new"], vec![value]))
        }
        _ => None,
    }
}

fn of_shape(types: Types<'_>, shape: &Shape, value: &Json, position: Position) -> Option<Expr> {
    let path = || write::of_module(types.module, &shape.name.rust);
    match (&shape.kind, value) {
        (ShapeKind::StringEnum(_), Json::String(value)) => Some(text(value, position)),
        (ShapeKind::IntegerEnum(_), Json::Integer(value)) => {
            let from = write::within(path(), "from");
            Some(write::call(from, vec![whole(*value)]))
        }
        (
            ShapeKind::Struct {
                fields,
                additional: None,
            },
            Json::Object(values),
        ) => {
            let shown = fields.iter().filter(|field| field.constant.is_none());
            let mut built = ast::Fields::new();
            for field in shown {
                let value = values
                    .iter()
                    .find(|(known, _)| *known == field.name.wire)
                    .map(|(_, value)| value);
                built.put(&field.name.rust, field_value(types, field, value)?);
            }
            Some(built.with(path(), None))
        }
        _ => None,
    }
}

fn field_value(types: Types<'_>, field: &Field, value: Option<&Json>) -> Option<Expr> {
    if field.is_deprecated {
        return None;
    }
    match (value, field.is_required) {
        (None | Some(Json::Null), false) => Some(ast::option(None)),
        (None, true) => None,
        (Some(value), is_required) => {
            let value = of_type(types, &field.ty, value, Position::Field)?;
            Some(if is_required {
                value
            } else {
                ast::option(Some(value))
            })
        }
    }
}

fn text(text: &str, position: Position) -> Expr {
    match position {
        Position::Method => ast::text(text),
        Position::Field => write::into(ast::text(text)),
    }
}

/// `Json::from(value)`
fn json(value: Expr) -> Expr {
    ast::call(&["Json", "from"], vec![value])
}

/// A value where text is wanted: `given: {pin: 1234}` means the text.
fn plain(value: &Json) -> Option<String> {
    match value {
        Json::String(text) => Some(text.clone()),
        Json::Integer(number) => Some(number.to_string()),
        Json::Bool(value) => Some(value.to_string()),
        _ => None,
    }
}

/// Some value of an input's type.
pub(super) fn sample(shapes: &[Shape], input: &Input) -> Json {
    of(shapes, &input.ty, &input.name.wire, 0)
}

fn of(shapes: &[Shape], ty: &Type, name: &str, depth: usize) -> Json {
    match ty {
        Type::Json | Type::String | Type::Secret => Json::String(format!("a-{name}")),
        Type::Bool => Json::Bool(true),
        Type::Int32 | Type::Int64 | Type::UInt64 => Json::Integer(7),
        Type::Float => Json::Float(1.5),
        Type::List(item) => Json::Array(vec![of(shapes, item, name, depth)]),
        Type::Map(value) => Json::Object(vec![(name.to_owned(), of(shapes, value, name, depth))]),
        Type::Option(value) => of(shapes, value, name, depth),
        // A recursive type that is required all the way down has no value.
        Type::Shape(_) | Type::Boxed(_) if depth > 8 => Json::Null,
        Type::Shape(id) | Type::Boxed(id) => match &shapes[id.0].kind {
            ShapeKind::StringEnum(values) => Json::String(
                values
                    .first()
                    .map_or_else(String::new, |value| value.wire.clone()),
            ),
            ShapeKind::IntegerEnum(values) => {
                Json::Integer(values.first().map_or(0, |(value, _)| (*value).into()))
            }
            ShapeKind::Union { .. } => Json::Null,
            ShapeKind::Struct { fields, .. } => {
                let wanted = fields
                    .iter()
                    .filter(|field| field.is_required && field.constant.is_none());
                let value = |field: &Field| {
                    let value = of(shapes, &field.ty, &field.name.wire, depth + 1);
                    (field.name.wire.clone(), value)
                };
                Json::Object(wanted.map(value).collect())
            }
        },
    }
}

//! The values of `given`: each names an input or a token, and is of its type.

use super::super::codes;
use super::super::scope::{Scope, names};
use crate::diagnostic::nearest::nearest;
use crate::diagnostic::{Report, Sink};
use crate::model::{Input, Json, JsonType, Shape, ShapeKind, Type, WireExample};
use crate::source::Span;

/// The values of one example.
pub(super) struct Given<'a> {
    scope: &'a Scope<'a>,
    example: &'a WireExample,
}

impl<'a> Given<'a> {
    pub(super) fn of(scope: &'a Scope<'a>, example: &'a WireExample) -> Self {
        Self { scope, example }
    }

    /// The value of this name.
    pub(super) fn get(&self, name: &str) -> Option<&'a Json> {
        self.example
            .given
            .iter()
            .find(|(known, ..)| known == name)
            .map(|(_, value, _)| value)
    }

    /// Reports names that nothing has, and values of another type than the input's. Whether all is well.
    pub(super) fn check(&self, sink: &mut Sink) -> bool {
        let mut own = Sink::default();
        for (name, value, span) in &self.example.given {
            if *name != self.scope.provider.server_name.wire {
                self.check_value(name, value, *span, &mut own);
            }
        }
        let is_sound = !own.has_errors();
        sink.append(own);
        is_sound
    }

    fn check_value(&self, name: &str, value: &Json, span: Span, sink: &mut Sink) {
        let found = JsonType::of(value).words();
        if self
            .scope
            .operation
            .tokens
            .iter()
            .any(|token| token.name.wire == *name)
        {
            if !matches!(value, Json::String(_)) {
                let message = format!("the token `{name}` is given as {found}");
                sink.push(Report::new(codes::WIRE_MISSING, message).at(span, "a token is text"));
            }
            return;
        }
        let Some((input, shapes)) = self.input(name) else {
            let known = self.known();
            let report = Report::new(
                codes::WIRE_UNKNOWN,
                format!("`{name}` is neither an input nor a token"),
            );
            let report = report.at(span, format!("there is {}", names(&known)));
            sink.push(match nearest(name, known.iter().map(String::as_str)) {
                Some(near) => report.help(near),
                None => report,
            });
            return;
        };
        if fits(&input.ty, value, shapes) {
            return;
        }
        let report = Report::new(codes::WIRE_MISSING, format!("`{name}` is given as {found}"));
        let report = report
            .at(span, "not the type of this input")
            .and(input.origin, "the input");
        sink.push(match (&input.ty, value) {
            (Type::String | Type::Secret, Json::Integer(number)) => {
                report.help(format!("{name}: \"{number}\""))
            }
            _ => report,
        });
    }

    fn input(&self, name: &str) -> Option<(&'a Input, &'a [Shape])> {
        let is_it = |input: &&Input| input.name.wire == name;
        let settings = self.scope.provider.settings.iter().find(is_it);
        let session = self.scope.operation.session_inputs.iter().find(is_it);
        settings
            .map(|input| (input, &self.scope.provider.shapes[..]))
            .or_else(|| Some((session?, &self.scope.operation.shapes[..])))
    }

    fn known(&self) -> Vec<String> {
        let operation = self.scope.operation;
        let sent = operation.tokens.iter().filter(|token| token.sent.is_some());
        let inputs = self
            .scope
            .provider
            .settings
            .iter()
            .chain(&operation.session_inputs);
        let names = sent
            .map(|token| &token.name)
            .chain(inputs.map(|input| &input.name));
        names.map(|name| name.wire.clone()).collect()
    }
}

fn fits(ty: &Type, value: &Json, shapes: &[Shape]) -> bool {
    match ty {
        Type::String | Type::Secret => matches!(value, Json::String(_)),
        Type::Bool => matches!(value, Json::Bool(_)),
        Type::Int32 => matches!(value, Json::Integer(number) if i32::try_from(*number).is_ok()),
        Type::Int64 => matches!(value, Json::Integer(number) if i64::try_from(*number).is_ok()),
        Type::UInt64 => matches!(value, Json::Integer(number) if u64::try_from(*number).is_ok()),
        Type::Float => matches!(value, Json::Integer(_) | Json::Float(_)),
        Type::List(item) => {
            matches!(value, Json::Array(items) if items.iter().all(|it| fits(item, it, shapes)))
        }
        Type::Option(inner) => matches!(value, Json::Null) || fits(inner, value, shapes),
        Type::Map(_) => matches!(value, Json::Object(_)),
        Type::Shape(id) | Type::Boxed(id) => match shapes.get(id.0).map(|shape| &shape.kind) {
            Some(ShapeKind::StringEnum(_)) => matches!(value, Json::String(_)),
            Some(ShapeKind::IntegerEnum(_)) => matches!(value, Json::Integer(_)),
            Some(ShapeKind::Struct { .. }) => matches!(value, Json::Object(_)),
            Some(ShapeKind::Union { .. }) | None => true,
        },
        Type::Json => true,
    }
}

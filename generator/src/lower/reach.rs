//! Marks which shapes are read, from responses or from what is kept of a session, and which are written into requests.

use crate::model::{FieldKind, Input, Refusal, Shape, ShapeId, ShapeKind, Success, Type};

/// Marks the shapes of an operation.
pub(super) fn mark(
    shapes: &mut [Shape],
    success: &Success,
    refusals: &[Refusal],
    inputs: &[Input],
) {
    let mut roots = Vec::new();
    for field in &success.fields {
        if let FieldKind::Property { ty, .. } = &field.kind {
            collect(ty, &mut roots);
        }
    }
    for body in refusals.iter().filter_map(|refusal| refusal.body.as_ref()) {
        collect(body, &mut roots);
    }
    // What belongs to the session is written down with it, and read from there.
    for input in inputs {
        collect(&input.ty, &mut roots);
    }
    follow(shapes, roots, |shape| &mut shape.is_read);
    mark_written(shapes, inputs);
}

/// Marks the shapes that inputs are made of.
pub(super) fn mark_written(shapes: &mut [Shape], inputs: &[Input]) {
    let mut roots = Vec::new();
    for input in inputs {
        collect(&input.ty, &mut roots);
    }
    follow(shapes, roots, |shape| &mut shape.is_written);
}

fn follow(shapes: &mut [Shape], mut pending: Vec<ShapeId>, flag: fn(&mut Shape) -> &mut bool) {
    while let Some(ShapeId(id)) = pending.pop() {
        let Some(shape) = shapes.get_mut(id) else {
            continue;
        };
        if std::mem::replace(flag(shape), true) {
            continue;
        }
        match &shape.kind {
            ShapeKind::Struct { fields, additional } => {
                for field in fields {
                    collect(&field.ty, &mut pending);
                }
                if let Some(ty) = additional {
                    collect(ty, &mut pending);
                }
            }
            ShapeKind::Union { variants, .. } => {
                for variant in variants {
                    collect(&variant.ty, &mut pending);
                }
            }
            ShapeKind::StringEnum(_) | ShapeKind::IntegerEnum(_) => {}
        }
    }
}

/// The shapes that a type names.
fn collect(ty: &Type, ids: &mut Vec<ShapeId>) {
    match ty {
        Type::Shape(id) | Type::Boxed(id) => ids.push(*id),
        Type::List(inner) | Type::Map(inner) | Type::Option(inner) => collect(inner, ids),
        _ => {}
    }
}

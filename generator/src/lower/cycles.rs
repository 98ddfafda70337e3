//! Puts a box where a shape holds itself by value.

use crate::model::{Shape, ShapeId, ShapeKind, Type};

/// Where a shape is in the walk.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    Open,
    Done,
}

/// Boxes every direct reference that closes a cycle. Lists and maps hold their items elsewhere already.
pub(super) fn break_cycles(shapes: &mut [Shape]) {
    let mut states = vec![State::New; shapes.len()];
    for root in 0..shapes.len() {
        if states.get(root) == Some(&State::New) {
            walk(shapes, &mut states, root);
        }
    }
}

/// Depth first, with a stack of its own: a chain of schemas may be longer than the thread's is deep.
fn walk(shapes: &mut [Shape], states: &mut [State], root: usize) {
    let mut stack = vec![(root, 0)];
    set(states, root, State::Open);
    while let Some((at, edge)) = stack.pop() {
        let Some(ty) = shapes.get_mut(at).and_then(|shape| held(shape, edge)) else {
            set(states, at, State::Done);
            continue;
        };
        stack.push((at, edge + 1));
        let target = direct(ty);
        match target.map(|id| states.get(id.0).copied()) {
            Some(Some(State::Open)) => enclose(ty),
            Some(Some(State::New)) => {
                let ShapeId(id) = target.unwrap_or(ShapeId(at));
                set(states, id, State::Open);
                stack.push((id, 0));
            }
            _ => {}
        }
    }
}

fn set(states: &mut [State], at: usize, state: State) {
    if let Some(slot) = states.get_mut(at) {
        *slot = state;
    }
}

/// The type that a shape holds at this position.
fn held(shape: &mut Shape, position: usize) -> Option<&mut Type> {
    match &mut shape.kind {
        ShapeKind::Struct { fields, .. } => fields.get_mut(position).map(|field| &mut field.ty),
        ShapeKind::Union { variants, .. } => {
            variants.get_mut(position).map(|variant| &mut variant.ty)
        }
        ShapeKind::StringEnum(_) | ShapeKind::IntegerEnum(_) => None,
    }
}

fn direct(ty: &Type) -> Option<ShapeId> {
    match ty {
        Type::Shape(id) => Some(*id),
        Type::Option(inner) => direct(inner),
        _ => None,
    }
}

fn enclose(ty: &mut Type) {
    match ty {
        Type::Shape(id) => *ty = Type::Boxed(*id),
        Type::Option(inner) => enclose(inner),
        _ => {}
    }
}

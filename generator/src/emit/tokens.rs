//! Turns a success into `Tokens`.

use proc_macro2::Span;
use quote::quote;
use syn::{Expr, Item, Lit, LitInt, Visibility};

use super::context::{Context, is_always_had, is_had, optional, rust_type};
use super::docs::{Docs, code};
use super::literal::ident;
use super::{ast, item};
use crate::model::{FieldKind, SuccessField};

/// `Tokens`, and how it is read.
pub(crate) fn tokens(cx: &Context<'_>) -> [Item; 2] {
    let said = cx.success().description.as_deref();
    let docs =
        Docs::new("What a refresh brings back.").vendor(said.filter(|text| is_telling(text)));
    let mut attributes = docs.list();
    attributes.extend([item::derive(&["Debug"]), item::word("non_exhaustive")]);
    let mut fields = item::Fields::default();
    let mut values = ast::Fields::new();
    for field in cx
        .success()
        .fields
        .iter()
        .filter(|field| is_shown(cx, field))
    {
        declare(cx, field, &mut fields);
        values.put(&field.name.rust, read(cx, field));
    }
    let reply = ident(if values.is_empty() { "_reply" } else { "reply" });
    let name = ident("Tokens");
    let made = ast::call(&["Ok"], vec![values.of("Self", None)]);
    let read = item::function(
        Vec::new(),
        Visibility::Inherited,
        quote!(fn read(#reply: &mut Reply<'_>) -> Result<Self, Mismatch>),
        vec![ast::value(made)],
    );
    [
        fields.strukt(attributes, item::public(), &name),
        item::implementation(Some("ReadTokens"), &name, vec![read]),
    ]
}

fn is_shown(cx: &Context<'_>, field: &SuccessField) -> bool {
    match field.kind {
        FieldKind::Token(index) => is_had(&cx.operation.tokens[index]),
        _ => true,
    }
}

/// Whether a response's description says more than that it is one.
fn is_telling(text: &str) -> bool {
    const EMPTY: &[&str] = &[
        "ok",
        "success",
        "successful",
        "successful response",
        "successful operation",
    ];
    !EMPTY.contains(&text.trim().trim_end_matches('.').to_lowercase().as_str())
}

fn declare(cx: &Context<'_>, field: &SuccessField, fields: &mut item::Fields) {
    let ty = match &field.kind {
        FieldKind::Token(index) => {
            let token = &cx.operation.tokens[*index];
            let ty = item::ty(&token.ty);
            if is_always_had(token) {
                ty
            } else {
                optional(ty)
            }
        }
        FieldKind::Extra(_) => optional(item::ty("Json")),
        FieldKind::Property {
            ty, is_required, ..
        } => {
            let ty = rust_type(&cx.operation.shapes, ty);
            if *is_required { ty } else { optional(ty) }
        }
    };
    let docs = Docs::of(field.description.as_deref(), || described(cx, field));
    fields.public(docs.list(), &field.name.rust, ty);
}

fn described(cx: &Context<'_>, field: &SuccessField) -> String {
    match &field.kind {
        FieldKind::Token(index) => {
            let token = &cx.operation.tokens[*index];
            match (token.is_extended, token.is_always_received) {
                (true, _) => "The token in hand, alive for longer.".to_owned(),
                (_, true) => format!("The new {}.", code(&token.name.wire)),
                (_, false) => format!("The new {}, where one came.", code(&token.name.wire)),
            }
        }
        FieldKind::Extra(_) => format!(
            "The vendor's {}, to be kept with the tokens.",
            code(&field.name.wire)
        ),
        FieldKind::Property { .. } => format!("The vendor's {}.", code(&field.name.wire)),
    }
}

fn read(cx: &Context<'_>, field: &SuccessField) -> Expr {
    let reply =
        |name: &str, argument: Expr| ast::method(ast::named(&["reply"]), name, vec![argument]);
    let number =
        |index: usize| ast::literal(Lit::Int(LitInt::new(&index.to_string(), Span::call_site())));
    match &field.kind {
        FieldKind::Token(index) if is_always_had(&cx.operation.tokens[*index]) => {
            ast::question(reply("token", number(*index)))
        }
        FieldKind::Token(index) => reply("token_if_any", number(*index)),
        FieldKind::Extra(index) => reply("extra", number(*index)),
        FieldKind::Property {
            pointer,
            is_required,
            ..
        } => {
            let name = if *is_required { "required" } else { "optional" };
            ast::question(reply(name, ast::text(pointer)))
        }
    }
}

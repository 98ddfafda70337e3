//! Turns a success into `Tokens`, and into the caller's `TokenSet` where the refresh token may stay.

use proc_macro2::Span;
use quote::quote;
use syn::{Expr, Item, Lit, LitInt, Visibility};

use super::context::{Context, Grant, is_always_had, is_had, optional, rust_type, token_field};
use super::docs::{Docs, code};
use super::literal::ident;
use super::{ast, item, parsed};
use crate::model::{FieldKind, SuccessField, Token};

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

/// `TokenSet`, where the refresh token that was sent may be the one to keep.
pub(crate) fn token_set(cx: &Context<'_>) -> Vec<Item> {
    let Some(grant) = cx.staying_grant() else {
        return Vec::new();
    };
    let others: Vec<_> = others(cx, grant);
    let mut items = vec![
        declared(cx, grant, &others),
        makers(cx, grant, &others),
        update(cx, grant, &others),
    ];
    if matches!(cx.grant, Grant::Token(_)) {
        items.push(as_ref(grant));
    }
    items
}

/// The tokens beside the grant: field, type, and whether `Tokens` may lack it.
fn others<'a>(cx: &Context<'a>, grant: &Token) -> Vec<(&'a str, &'a Token, bool)> {
    let tokens = cx.operation.tokens.iter().enumerate();
    tokens
        .filter(|(_, token)| token.name != grant.name)
        .filter_map(|(index, token)| {
            let (field, is_optional) = token_field(cx.operation, index)?;
            Some((field, token, is_optional))
        })
        .collect()
}

fn declared(cx: &Context<'_>, grant: &Token, others: &[(&str, &Token, bool)]) -> Item {
    let is_shared = cx
        .operation
        .tokens
        .iter()
        .all(|token| !token.is_single_use());
    let derives: &[&str] = if is_shared {
        &["Clone", "Debug"]
    } else {
        &["Debug"]
    };
    let docs = "The tokens to keep. The refresh token stays until a refresh brings another.";
    let mut fields = item::Fields::default();
    for (field, token, _) in others {
        let docs = item::doc(&format!(
            "The last {}, if there was one.",
            code(&token.name.wire)
        ));
        fields.public(vec![docs], field, optional(item::ty(&token.ty)));
    }
    let sent = item::doc("What the next refresh sends.");
    fields.public(vec![sent], &grant.name.rust, item::ty(&grant.ty));
    let attributes = vec![item::doc(docs), item::derive(derives)];
    fields.strukt(attributes, item::public(), &ident("TokenSet"))
}

fn makers(cx: &Context<'_>, grant: &Token, others: &[(&str, &Token, bool)]) -> Item {
    let this = || ast::named(&["self"]);
    let (field, ty) = (ident(&grant.name.rust), ident(&grant.ty));
    let given = || ast::method(ast::local(&field), "into", Vec::new());
    let mut empty = ast::Fields::new();
    let mut taken = ast::Fields::new();
    for (field, _, is_optional) in others {
        empty.put(field, ast::option(None));
        let value = ast::field(this(), field);
        taken.put(
            field,
            if *is_optional {
                value
            } else {
                ast::option(Some(value))
            },
        );
    }
    empty.put(&grant.name.rust, given());
    let kept = if received_grant(cx, grant).is_some() {
        let new = ast::field(this(), &grant.name.rust);
        ast::method(new, "unwrap_or_else", vec![ast::closure(given())])
    } else {
        given()
    };
    taken.put(&grant.name.rust, kept);
    let from_docs = "A token set that has only a stored refresh token yet: refresh it.";
    let keep_docs = "These tokens, and the refresh token that was sent where none came.";
    let functions = vec![
        item::function(
            vec![item::doc(from_docs), item::word("must_use")],
            item::public(),
            quote!(fn from_refresh(#field: impl Into<#ty>) -> TokenSet),
            vec![ast::value(empty.of("TokenSet", None))],
        ),
        item::function(
            vec![item::doc(keep_docs), item::word("must_use")],
            item::public(),
            quote!(fn or_keep(self, #field: impl Into<#ty>) -> TokenSet),
            vec![ast::value(taken.of("TokenSet", None))],
        ),
    ];
    item::implementation(None, &ident("Tokens"), functions)
}

/// The grant's field in `Tokens`, where it is ever received.
fn received_grant<'a>(cx: &Context<'a>, grant: &Token) -> Option<&'a str> {
    let index = cx
        .operation
        .tokens
        .iter()
        .position(|token| token.name == grant.name)?;
    token_field(cx.operation, index).map(|(field, _)| field)
}

fn update(cx: &Context<'_>, grant: &Token, others: &[(&str, &Token, bool)]) -> Item {
    let docs = "Takes over what a refresh brought. Without a new refresh token, the old one stays.";
    let mut statements = Vec::new();
    for (field, _, is_optional) in others {
        let new = ast::field(ast::named(&["tokens"]), field);
        let new = if *is_optional {
            new
        } else {
            ast::option(Some(new))
        };
        statements.push(ast::assign(ast::field(ast::named(&["self"]), field), new));
    }
    if let Some(received) = received_grant(cx, grant) {
        let field = ident(&grant.name.rust);
        let old = ast::field(ast::named(&["self"]), &grant.name.rust);
        let new = ast::field(ast::named(&["tokens"]), received);
        let keep = vec![ast::assign(old, ast::local(&field))];
        statements.push(ast::value(ast::if_some(&field, new, keep)));
    }
    let function = item::function(
        vec![item::doc(docs)],
        item::public(),
        quote!(fn update(&mut self, tokens: Tokens)),
        statements,
    );
    item::implementation(None, &ident("TokenSet"), vec![function])
}

fn as_ref(grant: &Token) -> Item {
    let ty = ident(&grant.ty);
    let items = parsed(quote!(impl AsRef<#ty> for TokenSet {}));
    let field = ast::borrow(ast::field(ast::named(&["self"]), &grant.name.rust));
    let function = item::function(
        Vec::new(),
        Visibility::Inherited,
        quote!(fn as_ref(&self) -> &#ty),
        vec![ast::value(field)],
    );
    item::filled(items, function)
}

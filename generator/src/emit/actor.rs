//! Turns an operation into the type that makes its calls: the client itself, or one of its operations.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Attribute, Expr, ImplItem, Item, Visibility, parse_quote};

use super::context::{Context, Grant};
use super::docs::{Docs, code};
use super::literal::ident;
use super::{ast, item, request};
use crate::model::{Operation, Previous, Token};

/// The mark of an operation that the vendor is about to withdraw.
pub(crate) fn deprecated(operation: &Operation) -> Option<Attribute> {
    operation
        .is_deprecated
        .then(|| parse_quote!(#[deprecated = "the vendor marks this operation as deprecated"]))
}

/// The argument as it is declared, and as it is handed on.
fn argument(cx: &Context<'_>) -> (TokenStream, Expr) {
    let ty = cx.grant_type();
    let name = match cx.grant {
        Grant::Nothing => {
            return (TokenStream::new(), ast::borrow(ast::nothing()));
        }
        Grant::Token(token) => ident(&token.name.rust),
        Grant::Fields => ident("grant"),
    };
    let value = ast::local(&name);
    if cx.is_spent() {
        (quote!(#name: #ty), value)
    } else if takes_either(cx) {
        let value = ast::method(value, "as_ref", Vec::new());
        (quote!(#name: &impl AsRef<#ty>), value)
    } else {
        (quote!(#name: &#ty), value)
    }
}

/// Whether a token and a whole token set are taken alike.
fn takes_either(cx: &Context<'_>) -> bool {
    cx.staying_grant().is_some() && matches!(cx.grant, Grant::Token(_))
}

fn docs(cx: &Context<'_>) -> Docs {
    let first = match (&cx.grant, cx.is_spent()) {
        (Grant::Nothing, _) => "Gets new tokens for the client's own credentials.".to_owned(),
        (Grant::Token(token), true) => {
            format!(
                "Spends the {} and brings back its successors.",
                code(&token.name.wire)
            )
        }
        (Grant::Token(token), false) => {
            format!("Gets new tokens for the {}.", code(&token.name.wire))
        }
        (Grant::Fields, true) => "Spends the grant and brings back its successors.".to_owned(),
        (Grant::Fields, false) => "Gets new tokens for the grant.".to_owned(),
    };
    let either = takes_either(cx)
        .then(|| format!("Takes a [`{}`] or a whole [`TokenSet`].", cx.grant_type()));
    Docs::new(first)
        .maybe(either)
        .paragraph("# Errors")
        .paragraph(errors(cx))
        .paragraph("# Cancellation")
        .paragraph(cancellation(cx))
}

fn errors(cx: &Context<'_>) -> &'static str {
    if cx.is_spent() {
        "The call was not made, got no answer, or was refused: ask the error which, and whether to \
         sign in again or to wait. It gives the grant back."
    } else {
        "The call was not made, got no answer, or was refused: ask the error which, and whether to \
         sign in again or to wait."
    }
}

fn cancellation(cx: &Context<'_>) -> &'static str {
    let is_rotated = cx
        .sent()
        .any(|token: &Token| token.previous.value != Previous::Valid);
    match (
        cx.is_spent() || is_rotated,
        matches!(cx.grant, Grant::Nothing),
    ) {
        (true, _) => {
            "Dropping the future once the request is on its way loses the answer, and with it the \
             successor of what was spent: run it to its end in a task of its own."
        }
        (_, true) => "Dropping the future gives the call up; the credentials stay good.",
        (_, false) => "Dropping the future gives the call up; what was sent stays good.",
    }
}

/// The implementation of the runtime's trait.
pub(crate) fn provider(cx: &Context<'_>) -> Item {
    let grant_type = cx.grant_type();
    let grant = ident(match cx.grant {
        Grant::Nothing => "_grant",
        _ => "grant",
    });
    let mut items = item::functions(&quote! {
        type Grant = #grant_type;
        type Tokens = Tokens;
        type Refusal = Refusal;
        const LIFECYCLE: &'static Lifecycle = &LIFECYCLE;
    });
    items.push(item::function(
        Vec::new(),
        Visibility::Inherited,
        quote!(fn request(&self, #grant: &Self::Grant) -> Result<Request, RequestError>),
        request::body(cx),
    ));
    item::implementation(Some("Provider"), &cx.actor(), items)
}

/// The `refresh` function, for the `impl` of whatever makes the call.
pub(crate) fn refresh(cx: &Context<'_>) -> ImplItem {
    let mut attributes = docs(cx).list();
    attributes.extend(deprecated(cx.operation));
    let this = ast::named(&["self"]);
    let client = if cx.client.has_several() {
        ast::field(this, "client")
    } else {
        this
    };
    let transport = ast::borrow(ast::inside(ast::field(client, "transport")));
    let (argument, grant) = argument(cx);
    let call = if cx.is_spent() { "spend" } else { "refresh" };
    let arguments = vec![ast::named(&["self"]), transport, grant];
    let call = ast::call(&["token_refresh_runtime", call], arguments);
    item::function(
        attributes,
        item::public(),
        quote!(async fn refresh(&self, #argument) -> Result<Tokens, Error>),
        vec![ast::value(ast::awaited(call))],
    )
}

//! Turns an operation into the type that makes its calls: the client itself, or one of its operations.

use proc_macro2::TokenStream;
use quote::quote;

use super::context::{Context, Grant};
use super::docs::{Docs, code};
use super::literal::ident;
use super::request;
use crate::model::{Operation, Previous, Token};

/// The `refresh` function, for the `impl` of whatever makes the call.
pub(crate) fn refresh(cx: &Context<'_>) -> TokenStream {
    let docs = docs(cx).attributes();
    let deprecated = deprecated(cx.operation);
    let transport = if cx.client.has_several() {
        quote!(&*self.client.transport)
    } else {
        quote!(&*self.transport)
    };
    let (argument, grant) = argument(cx);
    let call = if cx.is_spent() {
        quote!(spend)
    } else {
        quote!(refresh)
    };
    quote! {
        #docs
        #deprecated
        pub async fn refresh(&self, #argument) -> Result<Tokens, Error> {
            token_refresh_runtime::#call(self, #transport, #grant).await
        }
    }
}

/// The mark of an operation that the vendor is about to withdraw.
pub(crate) fn deprecated(operation: &Operation) -> Option<TokenStream> {
    operation
        .is_deprecated
        .then(|| quote!(#[deprecated = "the vendor marks this operation as deprecated"]))
}

/// The argument as it is declared, and as it is handed on.
fn argument(cx: &Context<'_>) -> (TokenStream, TokenStream) {
    let ty = cx.grant_type();
    match (&cx.grant, cx.is_spent()) {
        (Grant::Nothing, _) => (TokenStream::new(), quote!(&())),
        (Grant::Token(token), true) => {
            let name = ident(&token.name.rust);
            (quote!(#name: #ty), quote!(#name))
        }
        (Grant::Token(token), false) => {
            let name = ident(&token.name.rust);
            if cx.staying_grant().is_some() {
                (quote!(#name: &impl AsRef<#ty>), quote!(#name.as_ref()))
            } else {
                (quote!(#name: &#ty), quote!(#name))
            }
        }
        (Grant::Fields, true) => (quote!(grant: #ty), quote!(grant)),
        (Grant::Fields, false) => (quote!(grant: &#ty), quote!(grant)),
    }
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
    let either = (cx.staying_grant().is_some() && matches!(cx.grant, Grant::Token(_)))
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
pub(crate) fn provider(cx: &Context<'_>) -> TokenStream {
    let actor = cx.actor();
    let grant_type = cx.grant_type();
    let body = request::body(cx);
    let is_grant_used = !matches!(cx.grant, Grant::Nothing);
    let grant = ident(if is_grant_used { "grant" } else { "_grant" });
    quote! {
        impl Provider for #actor {
            type Grant = #grant_type;
            type Tokens = Tokens;
            type Refusal = Refusal;
            const LIFECYCLE: &'static Lifecycle = &LIFECYCLE;

            fn request(&self, #grant: &Self::Grant) -> Result<Request, RequestError> { #body }
        }
    }
}

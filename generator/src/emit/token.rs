//! Turns each token into a newtype: shared ones may be cloned, single-use ones are spent by value.

use proc_macro2::TokenStream;
use quote::quote;

use super::context::Context;
use super::docs::{Docs, code};
use super::literal::ident;
use crate::model::{Presentation, Role, Token};

/// The newtypes, in the spec's order.
pub(crate) fn newtypes(cx: &Context<'_>) -> TokenStream {
    cx.operation.tokens.iter().map(newtype).collect()
}

fn newtype(token: &Token) -> TokenStream {
    let docs = docs(token).attributes();
    let ty = ident(&token.ty);
    let name = &token.name.wire;
    let implementation = if token.is_single_use() {
        quote!(single_use_token!(#ty, #name);)
    } else {
        quote!(shared_token!(#ty, #name);)
    };
    quote! {
        #docs
        #[derive(Debug)]
        pub struct #ty(Token);
        #implementation
    }
}

fn docs(token: &Token) -> Docs {
    let role = || {
        match token.role {
            Role::Access => "The token that the API is shown.",
            Role::Refresh => "The token that is spent to get new ones.",
            Role::Other => "A token that comes with the others.",
        }
        .to_owned()
    };
    Docs::of(token.description.as_deref(), role)
        .maybe(token.present.as_ref().map(presented))
        .maybe(
            token
                .is_single_use()
                .then(|| "Good for one use: it is not `Clone`.".to_owned()),
        )
}

fn presented(presentation: &Presentation) -> String {
    match presentation {
        Presentation::Bearer => "Shown to the API as `Authorization: Bearer …`.".to_owned(),
        Presentation::Header { name, prefix } => {
            format!(
                "Shown to the API as {}.",
                code(&format!("{name}: {prefix}…"))
            )
        }
        Presentation::Query(name) => {
            format!("Shown to the API as the query parameter {}.", code(name))
        }
        Presentation::Cookie(name) => format!("Shown to the API as the cookie {}.", code(name)),
    }
}

//! Turns each token into a newtype: shared ones may be cloned, single-use ones are spent by value.

use quote::quote;
use syn::Item;

use super::context::Context;
use super::docs::{Docs, code};
use super::item;
use super::literal::ident;
use crate::model::{Presentation, Role, Token};

/// The newtypes, in the spec's order.
pub(crate) fn newtypes(cx: &Context<'_>) -> impl Iterator<Item = Item> {
    cx.operation.tokens.iter().flat_map(newtype)
}

fn newtype(token: &Token) -> [Item; 2] {
    let mut attributes = docs(token).list();
    attributes.push(item::derive(&["Debug"]));
    let ty = ident(&token.ty);
    let name = &token.name.wire;
    let implementation = if token.is_single_use() {
        "single_use_token"
    } else {
        "shared_token"
    };
    [
        item::newtype(attributes, &ty, item::ty("Token")),
        item::macro_call(implementation, quote!(#ty, #name)),
    ]
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

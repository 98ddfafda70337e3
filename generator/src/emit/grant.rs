//! Turns what a call spends into the `Grant` struct, where it is more than one token.

use proc_macro2::TokenStream;
use quote::quote;

use super::context::{Context, Grant, input_type, optional};
use super::docs::{Docs, code, doc};
use super::literal::ident;
use super::request::is_always_there;

/// The struct; nothing where the grant is one token or none.
pub(crate) fn grant(cx: &Context<'_>) -> TokenStream {
    if !matches!(cx.grant, Grant::Fields) {
        return TokenStream::new();
    }
    let docs = doc("What belongs to one session and travels with each of its calls.");
    let tokens = cx.sent().map(|token| {
        let docs = doc(&format!("The {} that is sent.", code(&token.name.wire)));
        let (name, ty) = (ident(&token.name.rust), ident(&token.ty));
        quote!(#docs pub #name: #ty,)
    });
    let inputs = cx.operation.session_inputs.iter().map(|input| {
        let docs = Docs::of(input.description.as_deref(), || {
            format!("The session's {}.", code(&input.name.wire))
        });
        let docs = docs.attributes();
        let name = ident(&input.name.rust);
        let ty = input_type(&cx.operation.shapes, input);
        let ty = if is_always_there(input) {
            ty
        } else {
            optional(ty)
        };
        quote!(#docs pub #name: #ty,)
    });
    let server = cx.address().is_chosen_by_session.then(|| {
        let docs = doc("Which of the vendor's servers the session lives on.");
        let name = ident(&cx.provider().server_name.rust);
        quote!(#docs pub #name: Environment,)
    });
    let clone = (!cx.is_spent()).then(|| quote!(Clone,));
    quote! {
        #docs
        #[derive(#clone Debug)]
        pub struct Grant { #(#tokens)* #(#inputs)* #server }
    }
}

//! Turns documented refusals into the `Refusal` enum, typed by status.

use proc_macro2::TokenStream;
use quote::quote;

use super::context::Context;
use super::docs::{Docs, code, doc, summary};
use super::literal::{ident, integer};
use super::shape::variant_type;
use crate::model::Refusal;

/// `Refusal`, how it is read, and the `Error` that carries it.
pub(crate) fn refusal(cx: &Context<'_>) -> TokenStream {
    let refusals = &cx.operation.refusals;
    let docs = if refusals.is_empty() {
        Docs::new("A refusal as the vendor documents it: it documents none.")
    } else {
        Docs::new("A refusal as the vendor documents it.")
    };
    let docs = docs.attributes();
    let variants = refusals.iter().map(|refusal| variant(cx, refusal));
    let read = read(refusals);
    let error = error(cx);
    quote! {
        #docs
        #[derive(Debug)]
        #[non_exhaustive]
        pub enum Refusal { #(#variants)* }

        impl ReadRefusal for Refusal { #read }

        #error
    }
}

fn variant(cx: &Context<'_>, refusal: &Refusal) -> TokenStream {
    let said = refusal.description.as_deref().and_then(summary);
    let status = match refusal.status {
        status if is_default(status) => "Any other status".to_owned(),
        _ => code(&refusal.name.wire),
    };
    let docs = Docs::new(match said {
        Some(said) => format!("{status}: {said}"),
        None => format!("{status}."),
    });
    let docs = docs.attributes();
    let name = ident(&refusal.name.rust);
    match &refusal.body {
        Some(body) => {
            let body = variant_type(&cx.operation.shapes, body);
            quote!(#docs #name(#body),)
        }
        None => quote!(#docs #name,),
    }
}

fn read(refusals: &[Refusal]) -> TokenStream {
    if refusals.is_empty() {
        return quote! {
            fn read(_status: u16, _body: &Json) -> Result<Option<Self>, Mismatch> { Ok(None) }
        };
    }
    let body = ident(if refusals.iter().any(|r| r.body.is_some()) {
        "body"
    } else {
        "_body"
    });
    // The narrowest range first: `400` before `4XX` before `default`.
    let mut ordered: Vec<_> = refusals.iter().collect();
    ordered.sort_by_key(|refusal| refusal.status.1.saturating_sub(refusal.status.0));
    if let [only] = ordered.as_slice()
        && is_default(only.status)
    {
        let made = made(only);
        return quote! {
            fn read(_status: u16, #body: &Json) -> Result<Option<Self>, Mismatch> { Ok(Some(#made)) }
        };
    }
    let arms = ordered.iter().enumerate().map(|(index, refusal)| {
        let pattern = pattern(refusal.status, &ordered[..index]);
        let made = made(refusal);
        quote!(#pattern => #made,)
    });
    let has_default = ordered.last().is_some_and(|last| is_default(last.status));
    let rest = (!has_default).then(|| quote!(_ => return Ok(None),));
    quote! {
        fn read(status: u16, #body: &Json) -> Result<Option<Self>, Mismatch> {
            let refusal = match status { #(#arms)* #rest };
            Ok(Some(refusal))
        }
    }
}

fn made(refusal: &Refusal) -> TokenStream {
    let name = ident(&refusal.name.rust);
    let content = refusal
        .body
        .as_ref()
        .map(|_| quote!((Decode::decode(body)?)));
    quote!(Self::#name #content)
}

fn is_default((first, last): (u16, u16)) -> bool {
    first <= 100 && last >= 599
}

/// The pattern of a status; those before it are narrower and go first.
fn pattern(status: (u16, u16), before: &[&Refusal]) -> TokenStream {
    if is_default(status) {
        return quote!(_);
    }
    let (first, last) = (integer(status.0.into()), integer(status.1.into()));
    let overlaps = |other: &&Refusal| other.status.0 <= status.1 && status.0 <= other.status.1;
    if status.0 == status.1 {
        quote!(#first)
    } else if before.iter().any(overlaps) {
        quote!(_ if (#first..=#last).contains(&status))
    } else {
        quote!(#first..=#last)
    }
}

fn error(cx: &Context<'_>) -> TokenStream {
    let grant = cx.grant_type();
    if cx.is_spent() {
        let docs = doc("What a failed refresh comes back with: why, and the grant.");
        quote!(#docs pub type Error = token_refresh_runtime::Error<Refusal, #grant>;)
    } else {
        let docs = doc("What a failed refresh comes back with.");
        quote!(#docs pub type Error = token_refresh_runtime::Error<Refusal>;)
    }
}

//! Turns documented refusals into the `Refusal` enum, typed by status.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Expr, ImplItem, Item, Visibility, parse_quote};

use super::context::Context;
use super::docs::{Docs, code, doc, summary};
use super::literal::{ident, integer};
use super::shape::variant_type;
use super::{ast, item};
use crate::model::Refusal;

/// `Refusal`, how it is read, and the `Error` that carries it.
pub(crate) fn refusal(cx: &Context<'_>) -> [Item; 3] {
    let refusals = &cx.operation.refusals;
    let docs = if refusals.is_empty() {
        Docs::new("A refusal as the vendor documents it: it documents none.")
    } else {
        Docs::new("A refusal as the vendor documents it.")
    };
    let mut attributes = docs.list();
    attributes.extend([item::derive(&["Debug"]), item::word("non_exhaustive")]);
    let mut variants = item::Variants::default();
    for refusal in refusals {
        let docs = described(refusal).list();
        let body = refusal
            .body
            .as_ref()
            .map(|body| variant_type(&cx.operation.shapes, body));
        variants.put(docs, &refusal.name.rust, body);
    }
    let name = ident("Refusal");
    [
        variants.of(attributes, &name),
        item::implementation(Some("ReadRefusal"), &name, vec![read(refusals)]),
        error(cx),
    ]
}

fn described(refusal: &Refusal) -> Docs {
    let status = match refusal.status {
        status if is_default(status) => "Any other status".to_owned(),
        _ => code(&refusal.name.wire),
    };
    match refusal.description.as_deref().and_then(summary) {
        Some(said) => Docs::new(format!("{status}: {said}")),
        None => Docs::new(format!("{status}.")),
    }
}

fn read(refusals: &[Refusal]) -> ImplItem {
    // The narrowest range first: `400` before `4XX` before `default`.
    let mut ordered: Vec<_> = refusals.iter().collect();
    ordered.sort_by_key(|refusal| refusal.status.1.saturating_sub(refusal.status.0));
    let some = |made: Expr| ast::value(ast::call(&["Ok"], vec![ast::option(Some(made))]));
    let (is_asked, statements) = match ordered.as_slice() {
        [] => {
            let none = ast::call(&["Ok"], vec![ast::option(None)]);
            (false, vec![ast::value(none)])
        }
        [only] if is_default(only.status) => (false, vec![some(made(only))]),
        _ => {
            let refusal = ast::bind("refusal", by_status(&ordered));
            (true, vec![refusal, some(ast::named(&["refusal"]))])
        }
    };
    let status = ident(if is_asked { "status" } else { "_status" });
    let has_body = refusals.iter().any(|refusal| refusal.body.is_some());
    let body = ident(if has_body { "body" } else { "_body" });
    item::function(
        Vec::new(),
        Visibility::Inherited,
        quote!(fn read(#status: u16, #body: &Json) -> Result<Option<Self>, Mismatch>),
        statements,
    )
}

fn by_status(ordered: &[&Refusal]) -> Expr {
    let arms = ordered.iter().enumerate().map(|(index, refusal)| {
        let pattern = pattern(refusal.status, &ordered[..index]);
        let made = made(refusal);
        quote!(#pattern => #made,)
    });
    let has_default = ordered.last().is_some_and(|last| is_default(last.status));
    let rest = (!has_default).then(|| quote!(_ => return Ok(None),));
    parse_quote!(match status { #(#arms)* #rest })
}

fn made(refusal: &Refusal) -> Expr {
    if refusal.body.is_none() {
        return ast::named(&["Self", &refusal.name.rust]);
    }
    let body = ast::call(&["Decode", "decode"], vec![ast::named(&["body"])]);
    ast::call(&["Self", &refusal.name.rust], vec![ast::question(body)])
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

fn error(cx: &Context<'_>) -> Item {
    let grant = cx.grant_type();
    if cx.is_spent() {
        let docs = doc("What a failed refresh comes back with: why, and the grant.");
        parse_quote!(#docs pub type Error = token_refresh_runtime::Error<Refusal, #grant>;)
    } else {
        let docs = doc("What a failed refresh comes back with.");
        parse_quote!(#docs pub type Error = token_refresh_runtime::Error<Refusal>;)
    }
}

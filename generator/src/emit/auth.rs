//! Turns either-or authentication into an enum whose variants hold what each way needs.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Attribute, Item, Stmt};

use super::context::{Context, input_type};
use super::docs::{Docs, code};
use super::literal::ident;
use super::{ast, item, request};
use crate::model::{AuthChoice, Input, Operation, Part, PartSource, Place, Provider};

/// A choice that one or more operations share.
pub(crate) struct Choice<'a> {
    /// The enum's name.
    pub(crate) ty: String,
    /// The builder's method and the settings' field.
    pub(crate) field: String,
    pub(crate) alternatives: &'a [AuthChoice],
}

/// The different choices of a provider's operations.
pub(crate) fn choices(provider: &Provider) -> Vec<Choice<'_>> {
    let mut choices: Vec<Choice<'_>> = Vec::new();
    for operation in &provider.operations {
        let alternatives = &operation.request.choices;
        let is_known = choices
            .iter()
            .any(|choice| is_same(choice.alternatives, alternatives));
        if alternatives.is_empty() || is_known {
            continue;
        }
        let number = choices.len() + 1;
        let (ty, field) = match number {
            1 => ("Authentication".to_owned(), "authentication".to_owned()),
            _ => (
                format!("Authentication{number}"),
                format!("authentication_{number}"),
            ),
        };
        choices.push(Choice {
            ty,
            field,
            alternatives,
        });
    }
    choices
}

/// The choice of this operation.
pub(crate) fn choice_of<'c>(
    choices: &'c [Choice<'_>],
    operation: &Operation,
) -> Option<&'c Choice<'c>> {
    choices
        .iter()
        .find(|choice| is_same(choice.alternatives, &operation.request.choices))
}

fn is_same(one: &[AuthChoice], other: &[AuthChoice]) -> bool {
    one.len() == other.len()
        && one.iter().zip(other).all(|(one, other)| {
            one.name == other.name
                && one.parts.len() == other.parts.len()
                && one
                    .parts
                    .iter()
                    .zip(&other.parts)
                    .all(|(one, other)| one.source == other.source)
        })
}

/// The inputs of an alternative, each once.
pub(crate) fn inputs<'a>(provider: &'a Provider, choice: &AuthChoice) -> Vec<(usize, &'a Input)> {
    let mut found = Vec::new();
    let mut add = |source: &PartSource| {
        if let PartSource::Setting(index) = source {
            let input = &provider.settings[*index];
            if input.is_of_choice && !found.iter().any(|(known, _)| known == index) {
                found.push((*index, input));
            }
        }
    };
    for part in &choice.parts {
        match &part.source {
            PartSource::Basic(user, password) => {
                add(user);
                add(password);
            }
            source => add(source),
        }
    }
    found
}

/// The alternative that needs nothing, where there is one: what holds when none is chosen.
pub(crate) fn anonymous<'a>(choice: &Choice<'a>) -> Option<&'a AuthChoice> {
    choice
        .alternatives
        .iter()
        .find(|alternative| alternative.parts.is_empty())
}

/// The enum.
pub(crate) fn authentication(provider: &Provider, choice: &Choice<'_>) -> Item {
    let mut variants = item::Variants::default();
    for alternative in choice.alternatives {
        let docs = Docs::new(described(alternative)).list();
        variant(&mut variants, docs, provider, alternative);
    }
    let mut attributes = Docs::new("How the client shows who it is.").list();
    attributes.extend([
        item::derive(&["Clone", "Debug"]),
        item::word("non_exhaustive"),
    ]);
    variants.of(attributes, &ident(&choice.ty))
}

fn variant(
    variants: &mut item::Variants,
    docs: Vec<Attribute>,
    provider: &Provider,
    alternative: &AuthChoice,
) {
    let name = &alternative.name.rust;
    let inputs = inputs(provider, alternative);
    match inputs.as_slice() {
        [] => variants.put(docs, name, None),
        [(_, input)] => variants.put(docs, name, Some(input_type(&provider.shapes, input))),
        several => {
            let mut fields = item::Fields::default();
            for (_, input) in several {
                let docs = Docs::of(input.description.as_deref(), || {
                    format!("{}.", code(&input.name.wire))
                });
                let ty = input_type(&provider.shapes, input);
                fields.documented(docs.list(), &input.name.rust, ty);
            }
            variants.put_fields(docs, name, fields);
        }
    }
}

fn described(alternative: &AuthChoice) -> String {
    if alternative.parts.is_empty() {
        return "Nothing is shown.".to_owned();
    }
    let parts: Vec<_> = alternative.parts.iter().map(place).collect();
    format!("{}.", parts.join(" and "))
}

fn place(part: &Part) -> String {
    match &part.place {
        Place::Header(name) => format!("Header {}", code(name)),
        Place::Query(name) => format!("Query parameter {}", code(name)),
        Place::Cookie(name) => format!("Cookie {}", code(name)),
        Place::Path(name) => format!("Path parameter {}", code(name)),
        Place::Body(pointer) => format!("Body field {}", code(pointer)),
        Place::Basic => "HTTP Basic (RFC 7617)".to_owned(),
    }
}

/// The statement that fills in what the chosen way needs.
pub(crate) fn statement(cx: &Context<'_>) -> Vec<Stmt> {
    let Some(choice) = choice_of(&cx.client.choices, cx.operation) else {
        return Vec::new();
    };
    let ty = ident(&choice.ty);
    let field = ident(&choice.field);
    // The operation's own parts are read: the places may differ where the sources do not.
    let arms = cx.operation.request.choices.iter().map(|alternative| {
        let name = ident(&alternative.name.rust);
        let inputs = inputs(cx.provider(), alternative);
        let names = inputs.iter().map(|(_, input)| ident(&input.name.rust));
        let pattern = match inputs.len() {
            0 => TokenStream::new(),
            1 => quote!((#(#names)*)),
            _ => quote!({ #(#names),* }),
        };
        let statements = alternative
            .parts
            .iter()
            .map(|part| request::statement(cx, part, true));
        quote!(#ty::#name #pattern => { #(#statements)* })
    });
    ast::parsed(quote!(match &settings.#field { #(#arms)* }))
}

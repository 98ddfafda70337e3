//! Turns a success into `Tokens`, and into the caller's `TokenSet` where the refresh token may stay.

use proc_macro2::TokenStream;
use quote::quote;

use super::context::{Context, Grant, is_always_had, is_had, optional, rust_type, token_field};
use super::docs::{Docs, code, doc};
use super::literal::ident;
use crate::model::{FieldKind, SuccessField, Token};

/// `Tokens`, and how it is read.
pub(crate) fn tokens(cx: &Context<'_>) -> TokenStream {
    let docs = Docs::new("What a refresh brings back.")
        .vendor(
            cx.success()
                .description
                .as_deref()
                .filter(|text| is_telling(text)),
        )
        .attributes();
    let shown: Vec<_> = cx
        .success()
        .fields
        .iter()
        .filter(|field| is_shown(cx, field))
        .collect();
    let fields = shown.iter().map(|field| declaration(cx, field));
    let read = shown.iter().map(|field| read(cx, field));
    let reply = if shown.is_empty() { "_reply" } else { "reply" };
    let reply = ident(reply);
    quote! {
        #docs
        #[derive(Debug)]
        #[non_exhaustive]
        pub struct Tokens { #(#fields)* }

        impl ReadTokens for Tokens {
            fn read(#reply: &mut Reply<'_>) -> Result<Self, Mismatch> {
                Ok(Self { #(#read)* })
            }
        }
    }
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

fn declaration(cx: &Context<'_>, field: &SuccessField) -> TokenStream {
    let name = ident(&field.name.rust);
    let ty = match &field.kind {
        FieldKind::Token(index) => {
            let token = &cx.operation.tokens[*index];
            let ty = ident(&token.ty);
            if is_always_had(token) {
                quote!(#ty)
            } else {
                quote!(Option<#ty>)
            }
        }
        FieldKind::Extra(_) => quote!(Option<Json>),
        FieldKind::Property {
            ty, is_required, ..
        } => {
            let ty = rust_type(&cx.operation.shapes, ty);
            if *is_required { ty } else { optional(&ty) }
        }
    };
    let docs = Docs::of(field.description.as_deref(), || described(cx, field)).attributes();
    quote!(#docs pub #name: #ty,)
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

fn read(cx: &Context<'_>, field: &SuccessField) -> TokenStream {
    let name = ident(&field.name.rust);
    match &field.kind {
        FieldKind::Token(index) => {
            let token = &cx.operation.tokens[*index];
            let index = proc_macro2::Literal::usize_unsuffixed(*index);
            if is_always_had(token) {
                quote!(#name: reply.token(#index)?,)
            } else {
                quote!(#name: reply.token_if_any(#index),)
            }
        }
        FieldKind::Extra(index) => {
            let index = proc_macro2::Literal::usize_unsuffixed(*index);
            quote!(#name: reply.extra(#index),)
        }
        FieldKind::Property {
            pointer,
            is_required: true,
            ..
        } => quote!(#name: reply.required(#pointer)?,),
        FieldKind::Property { pointer, .. } => quote!(#name: reply.optional(#pointer)?,),
    }
}

/// `TokenSet`, where the refresh token that was sent may be the one to keep.
pub(crate) fn token_set(cx: &Context<'_>) -> TokenStream {
    let Some(grant) = cx.staying_grant() else {
        return TokenStream::new();
    };
    let others: Vec<_> = others(cx, grant);
    let strukt = declared(cx, grant, &others);
    let makers = makers(cx, grant, &others);
    let update = update(cx, grant, &others);
    let as_ref = matches!(cx.grant, Grant::Token(_)).then(|| as_ref(grant));
    quote!(#strukt #makers #update #as_ref)
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

fn declared(cx: &Context<'_>, grant: &Token, others: &[(&str, &Token, bool)]) -> TokenStream {
    let is_shared = cx
        .operation
        .tokens
        .iter()
        .all(|token| !token.is_single_use());
    let derives = if is_shared {
        quote!(Clone, Debug)
    } else {
        quote!(Debug)
    };
    let docs = doc("The tokens to keep. The refresh token stays until a refresh brings another.");
    let fields = others.iter().map(|(field, token, _)| {
        let docs = doc(&format!(
            "The last {}, if there was one.",
            code(&token.name.wire)
        ));
        let (field, ty) = (ident(field), ident(&token.ty));
        quote!(#docs pub #field: Option<#ty>,)
    });
    let grant_docs = doc("What the next refresh sends.");
    let (grant_field, grant_type) = (ident(&grant.name.rust), ident(&grant.ty));
    quote! {
        #docs
        #[derive(#derives)]
        pub struct TokenSet { #(#fields)* #grant_docs pub #grant_field: #grant_type }
    }
}

fn makers(cx: &Context<'_>, grant: &Token, others: &[(&str, &Token, bool)]) -> TokenStream {
    let from_docs = doc("A token set that has only a stored refresh token yet: refresh it.");
    let keep_docs = doc("These tokens, and the refresh token that was sent where none came.");
    let (field, ty) = (ident(&grant.name.rust), ident(&grant.ty));
    let empty = others.iter().map(|(field, ..)| {
        let field = ident(field);
        quote!(#field: None,)
    });
    let taken = others.iter().map(|(field, _, is_optional)| {
        let field = ident(field);
        if *is_optional {
            quote!(#field: self.#field,)
        } else {
            quote!(#field: Some(self.#field),)
        }
    });
    let kept = if received_grant(cx, grant).is_some() {
        quote!(#field: self.#field.unwrap_or_else(|| #field.into()),)
    } else {
        quote!(#field: #field.into(),)
    };
    quote! {
        impl Tokens {
            #from_docs
            #[must_use]
            pub fn from_refresh(#field: impl Into<#ty>) -> TokenSet {
                TokenSet { #(#empty)* #field: #field.into() }
            }

            #keep_docs
            #[must_use]
            pub fn or_keep(self, #field: impl Into<#ty>) -> TokenSet {
                TokenSet { #(#taken)* #kept }
            }
        }
    }
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

fn update(cx: &Context<'_>, grant: &Token, others: &[(&str, &Token, bool)]) -> TokenStream {
    let docs =
        doc("Takes over what a refresh brought. Without a new refresh token, the old one stays.");
    let taken = others.iter().map(|(field, _, is_optional)| {
        let field = ident(field);
        if *is_optional {
            quote!(self.#field = tokens.#field;)
        } else {
            quote!(self.#field = Some(tokens.#field);)
        }
    });
    let kept = received_grant(cx, grant).map(|received| {
        let (field, received) = (ident(&grant.name.rust), ident(received));
        quote!(if let Some(#field) = tokens.#received { self.#field = #field; })
    });
    quote! {
        impl TokenSet {
            #docs
            pub fn update(&mut self, tokens: Tokens) {
                #(#taken)*
                #kept
            }
        }
    }
}

fn as_ref(grant: &Token) -> TokenStream {
    let (field, ty) = (ident(&grant.name.rust), ident(&grant.ty));
    quote! {
        impl AsRef<#ty> for TokenSet {
            fn as_ref(&self) -> &#ty { &self.#field }
        }
    }
}

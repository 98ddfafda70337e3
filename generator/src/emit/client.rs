//! Turns a provider into its `Client`: the settings it keeps and, of several operations, a way to each.

use proc_macro2::TokenStream;
use quote::quote;

use super::context::{Client, Context, input_type, optional};
use super::docs::{Docs, code, doc};
use super::literal::ident;
use super::request::is_always_there;
use super::{actor, address};
use crate::model::Operation;

/// The `Client` of a provider with one operation.
pub(crate) fn single(cx: &Context<'_>) -> TokenStream {
    let builder = builder_function();
    let refresh = actor::refresh(cx);
    let functions = quote!(#builder #refresh);
    client(cx.client, &functions)
}

/// The `Client` of a provider with several operations.
pub(crate) fn several(of: &Client<'_>) -> TokenStream {
    let builder = builder_function();
    let accessors = of.provider.operations.iter().map(accessor);
    let functions = quote!(#builder #(#accessors)*);
    client(of, &functions)
}

fn client(of: &Client<'_>, functions: &TokenStream) -> TokenStream {
    let title = code(&of.provider.id);
    let docs = doc(&format!("Refreshes the tokens of {title}. Cheap to clone."));
    let settings = settings(of);
    quote! {
        #docs
        #[derive(Clone, Debug)]
        pub struct Client {
            settings: Arc<Settings>,
            transport: SharedTransport,
        }

        #settings

        impl Client { #functions }
    }
}

fn builder_function() -> TokenStream {
    let docs = doc("Starts with nothing set.");
    quote! {
        #docs
        pub fn builder() -> ClientBuilder { ClientBuilder::default() }
    }
}

fn accessor(operation: &Operation) -> TokenStream {
    let docs = Docs::of(operation.summary.as_deref(), || {
        format!("The operation {}.", code(&operation.name.wire))
    });
    let docs = docs.attributes();
    let deprecated = actor::deprecated(operation);
    let name = ident(&operation.name.rust);
    quote! {
        #docs
        #deprecated
        #[must_use]
        pub fn #name(&self) -> #name::Refresh {
            #name::Refresh { client: self.clone() }
        }
    }
}

fn settings(of: &Client<'_>) -> TokenStream {
    let addresses = of.addresses.iter().map(|address| {
        let field = ident(&address.field);
        let ty = super::item::ty("BaseUrl");
        let ty = if address.is_of_session {
            optional(ty)
        } else {
            ty
        };
        quote!(#field: #ty,)
    });
    let environment = keeps_environment(of).then(|| quote!(environment: Environment,));
    let choices = of.choices.iter().map(|choice| {
        let (field, ty) = (ident(&choice.field), ident(&choice.ty));
        quote!(#field: #ty,)
    });
    let inputs = kept_inputs(of).map(|input| {
        let name = ident(&input.name.rust);
        let ty = input_type(&of.provider.shapes, input);
        let ty = if is_always_there(input) {
            ty
        } else {
            optional(ty)
        };
        quote!(#name: #ty,)
    });
    quote! {
        #[derive(Debug)]
        struct Settings { #(#addresses)* #environment #(#choices)* #(#inputs)* }
    }
}

/// Whether the environment is needed after `build()`: where the session fills a variable of the address.
pub(super) fn keeps_environment(of: &Client<'_>) -> bool {
    let is_late =
        |address: &address::Address<'_>| address.is_of_session && address.servers.len() > 1;
    address::has_environment_setting(of) && of.addresses.iter().any(is_late)
}

/// The settings that requests are made from.
pub(super) fn kept_inputs<'a>(of: &'a Client<'a>) -> impl Iterator<Item = &'a crate::model::Input> {
    let inputs = of.provider.settings.iter().enumerate();
    inputs
        .filter(|(index, input)| !input.is_of_choice && of.is_kept(*index))
        .map(|(_, input)| input)
}

/// The type of an operation among several.
pub(crate) fn operation(cx: &Context<'_>) -> TokenStream {
    let docs = Docs::of(cx.operation.summary.as_deref(), || {
        format!("Makes the calls of {}.", code(&cx.operation.name.wire))
    });
    let docs = docs.attributes();
    let refresh = actor::refresh(cx);
    quote! {
        #docs
        #[derive(Clone, Debug)]
        pub struct Refresh { pub(super) client: Client }

        impl Refresh { #refresh }
    }
}

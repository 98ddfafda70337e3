//! Turns a provider's settings into the `ClientBuilder` that names what is missing.

use proc_macro2::TokenStream;
use quote::quote;

use super::address::{self, Address};
use super::auth::{self, Choice};
use super::client::{keeps_environment, kept_inputs};
use super::context::{Client, input_type, is_secret};
use super::docs::{Docs, code, doc};
use super::literal::{ident, json};
use crate::model::{Input, Json, PartSource, ShapeKind, Type};

/// The builder: its fields, a method each, and `build`.
pub(crate) fn builder(of: &Client<'_>) -> TokenStream {
    let fields = fields(of);
    let addresses = of.addresses.iter().map(|address| base_url(of, address));
    let environment = address::has_environment_setting(of).then(environment);
    let choices = of.choices.iter().map(choice);
    let inputs = inputs(of).map(|input| method(of, input));
    let transport = transport();
    let build = build(of);
    quote! {
        /// Builds a [`Client`].
        #[derive(Clone, Debug, Default)]
        #[must_use]
        pub struct ClientBuilder { #fields }

        impl ClientBuilder {
            #(#addresses)* #environment #(#choices)* #(#inputs)* #transport #build
        }
    }
}

/// The settings that have a method of their own.
fn inputs<'a>(of: &'a Client<'a>) -> impl Iterator<Item = &'a Input> {
    of.provider
        .settings
        .iter()
        .filter(|input| !input.is_of_choice)
}

fn fields(of: &Client<'_>) -> TokenStream {
    let addresses = of.addresses.iter().map(|address| {
        let field = ident(&address.field);
        quote!(#field: Option<BaseUrl>,)
    });
    let environment =
        address::has_environment_setting(of).then(|| quote!(environment: Environment,));
    let choices = of.choices.iter().map(|choice| {
        let (field, ty) = (ident(&choice.field), ident(&choice.ty));
        quote!(#field: Option<#ty>,)
    });
    let inputs = inputs(of).map(|input| {
        let (name, ty) = (
            ident(&input.name.rust),
            input_type(&of.provider.shapes, input),
        );
        quote!(#name: Option<#ty>,)
    });
    quote!(#(#addresses)* #environment #(#choices)* #(#inputs)* transport: Option<SharedTransport>,)
}

fn base_url(of: &Client<'_>, address: &Address<'_>) -> TokenStream {
    let first = match address.operation {
        Some(operation) => format!(
            "Calls this address for {} instead of the vendor's.",
            code(&operation.name.wire)
        ),
        None if address.servers.is_empty() => {
            "The address to call. Required: the vendor publishes none.".to_owned()
        }
        None => "Calls this address instead of the vendor's.".to_owned(),
    };
    let servers = match address.servers {
        [server] => Some(format!(
            "By default {}.",
            code(&address::template(server, of.provider))
        )),
        _ => None,
    };
    let docs = Docs::new(first)
        .maybe(servers)
        .paragraph("# Errors")
        .paragraph("The text is no `https` URL (`http` is accepted on loopback), or has a query or a user name.")
        .attributes();
    let field = ident(&address.field);
    quote! {
        #docs
        pub fn #field(mut self, url: &str) -> Result<Self, BuildError> {
            self.#field = Some(BaseUrl::parse(url)?);
            Ok(self)
        }
    }
}

fn environment() -> TokenStream {
    let docs = doc("Chooses among the vendor's servers.");
    quote! {
        #docs
        pub fn environment(mut self, environment: Environment) -> Self {
            self.environment = environment;
            self
        }
    }
}

fn choice(choice: &Choice<'_>) -> TokenStream {
    let need = if auth::anonymous(choice).is_some() {
        ""
    } else {
        " Required."
    };
    let docs = doc(&format!("How the client shows who it is.{need}"));
    let (field, ty) = (ident(&choice.field), ident(&choice.ty));
    quote! {
        #docs
        pub fn #field(mut self, #field: #ty) -> Self {
            self.#field = Some(#field);
            self
        }
    }
}

fn method(of: &Client<'_>, input: &Input) -> TokenStream {
    let docs = Docs::of(input.description.as_deref(), || {
        format!("The vendor's {}.", code(&input.name.wire))
    })
    .paragraph(need(input))
    .attributes();
    let name = ident(&input.name.rust);
    let ty = input_type(&of.provider.shapes, input);
    let is_text = is_secret(input) || is_open_text(of, &input.ty);
    let (argument, value) = if is_text {
        (quote!(impl Into<#ty>), quote!(#name.into()))
    } else {
        (quote!(#ty), quote!(#name))
    };
    quote! {
        #docs
        pub fn #name(mut self, #name: #argument) -> Self {
            self.#name = Some(#value);
            self
        }
    }
}

/// Types that are made from text.
fn is_open_text(of: &Client<'_>, ty: &Type) -> bool {
    match ty {
        Type::String | Type::Secret => true,
        Type::Shape(id) => matches!(of.provider.shapes[id.0].kind, ShapeKind::StringEnum(_)),
        _ => false,
    }
}

fn need(input: &Input) -> String {
    let is_of_server =
        !input.keys.is_empty() && input.keys.iter().all(|key| key.starts_with("$server."));
    match (&input.default, input.is_required) {
        (Some(default), _) => format!("By default {}.", code(&super::literal::text(default))),
        (None, true) if is_of_server => "Required, unless another address is called.".to_owned(),
        (None, true) => "Required.".to_owned(),
        (None, false) => "Optional.".to_owned(),
    }
}

fn transport() -> TokenStream {
    let docs = doc("Sends requests another way: over an HTTP client of your own, or to a test.");
    quote! {
        #docs
        pub fn transport(mut self, transport: SharedTransport) -> Self {
            self.transport = Some(transport);
            self
        }
    }
}

fn build(of: &Client<'_>) -> TokenStream {
    let docs = Docs::new("Builds the client.")
        .paragraph("# Errors")
        .paragraph(
            "A required setting is missing, which the error names, or there is no transport.",
        )
        .attributes();
    let addresses = of
        .addresses
        .iter()
        .map(|address| built_address(of, address));
    let environment = keeps_environment(of).then(|| quote!(environment: self.environment,));
    let choices = of.choices.iter().map(built_choice);
    let inputs = kept_inputs(of).map(|input| built_input(of, input));
    quote! {
        #docs
        pub fn build(self) -> Result<Client, BuildError> {
            let settings = Settings { #(#addresses)* #environment #(#choices)* #(#inputs)* };
            let transport = match self.transport {
                Some(transport) => transport,
                None => default_transport()?,
            };
            Ok(Client { settings: Arc::new(settings), transport })
        }
    }
}

fn built_address(of: &Client<'_>, address: &Address<'_>) -> TokenStream {
    let name = &address.field;
    let field = ident(name);
    if address.is_of_session {
        return quote!(#field: self.#field,);
    }
    let variable = |source: &PartSource| match source {
        PartSource::Setting(index) => borrowed(of, &of.provider.settings[*index]),
        _ => TokenStream::new(),
    };
    match address::resolved(address, of, &quote!(self.environment), &variable) {
        Some(made) => quote! {
            #field: match self.#field {
                Some(url) => url,
                None => #made?,
            },
        },
        None => quote!(#field: self.#field.ok_or(BuildError::missing(#name))?,),
    }
}

/// A server variable's value.
fn borrowed(of: &Client<'_>, input: &Input) -> TokenStream {
    let name = ident(&input.name.rust);
    if let Some(default) = &input.default {
        let default = default_value(of, input, default);
        return quote!(self.#name.as_ref().unwrap_or(&#default));
    }
    let text = input.name.rust.trim_start_matches("r#");
    quote!(self.#name.as_ref().ok_or(BuildError::missing(#text))?)
}

fn built_choice(choice: &Choice<'_>) -> TokenStream {
    let name = &choice.field;
    let (field, ty) = (ident(name), ident(&choice.ty));
    match auth::anonymous(choice) {
        Some(anonymous) => {
            let variant = ident(&anonymous.name.rust);
            quote!(#field: self.#field.unwrap_or(#ty::#variant),)
        }
        None => quote!(#field: self.#field.ok_or(BuildError::missing(#name))?,),
    }
}

fn built_input(of: &Client<'_>, input: &Input) -> TokenStream {
    let name = ident(&input.name.rust);
    if let Some(default) = &input.default {
        let value = default_value(of, input, default);
        return if is_made_by_call(of, input, default) {
            quote!(#name: self.#name.unwrap_or_else(|| #value),)
        } else {
            quote!(#name: self.#name.unwrap_or(#value),)
        };
    }
    if input.is_required {
        let text = input.name.rust.trim_start_matches("r#");
        return quote!(#name: self.#name.ok_or(BuildError::missing(#text))?,);
    }
    quote!(#name: self.#name,)
}

/// Whether a default takes more than naming it.
fn is_made_by_call(of: &Client<'_>, input: &Input, default: &Json) -> bool {
    if is_secret(input) {
        return true;
    }
    match &input.ty {
        Type::Bool | Type::Int32 | Type::Int64 | Type::UInt64 | Type::Float => false,
        Type::Shape(id) => match &of.provider.shapes[id.0].kind {
            ShapeKind::StringEnum(values) => {
                let text = super::literal::text(default);
                !values.iter().any(|value| value.wire == text)
            }
            ShapeKind::IntegerEnum(_) => false,
            _ => true,
        },
        _ => true,
    }
}

/// A default of the spec as a value of the input's type.
fn default_value(of: &Client<'_>, input: &Input, default: &Json) -> TokenStream {
    if is_secret(input) {
        let text = super::literal::text(default);
        return quote!(Secret::new(#text));
    }
    match &input.ty {
        Type::String => {
            let text = super::literal::text(default);
            quote!(#text.to_owned())
        }
        Type::Float => match default {
            Json::Integer(value) => {
                let value = value.to_string().parse().unwrap_or_default();
                super::literal::float(value)
            }
            other => json(other),
        },
        Type::Shape(id) => {
            let shape = &of.provider.shapes[id.0];
            let ty = ident(&shape.name.rust);
            enum_default(&shape.kind, &ty, default)
        }
        _ => json(default),
    }
}

fn enum_default(kind: &ShapeKind, ty: &proc_macro2::Ident, default: &Json) -> TokenStream {
    match kind {
        ShapeKind::StringEnum(values) => {
            let text = super::literal::text(default);
            match values.iter().find(|value| value.wire == text) {
                Some(value) => {
                    let variant = ident(&value.rust);
                    quote!(#ty::#variant)
                }
                None => quote!(#ty::from(#text)),
            }
        }
        ShapeKind::IntegerEnum(values) => {
            let known = values
                .iter()
                .find(|(value, _)| *default == Json::Integer((*value).into()));
            match known {
                Some((_, variant)) => {
                    let variant = ident(variant);
                    quote!(#ty::#variant)
                }
                None => {
                    let value = json(default);
                    quote!(#ty::from(#value))
                }
            }
        }
        _ => json(default),
    }
}

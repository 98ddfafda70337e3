//! Turns a provider's settings into `ClientBuilder::build`, which names what is missing.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Expr, ImplItem, parse_quote};

use super::address::{self, Address};
use super::auth::{self, Choice};
use super::client::{keeps_environment, kept_inputs};
use super::context::{Client, is_secret};
use super::docs::Docs;
use super::literal::{ident, json};
use super::{ast, item};
use crate::model::{Input, Json, PartSource, ShapeKind, Type};

/// The `build` function.
pub(crate) fn build(of: &Client<'_>) -> ImplItem {
    let docs = Docs::new("Builds the client.")
        .paragraph("# Errors")
        .paragraph(
            "A required setting is missing, which the error names, or there is no transport.",
        );
    let mut settings = ast::Fields::new();
    for address in &of.addresses {
        settings.put(&address.field, built_address(of, address));
    }
    if keeps_environment(of) {
        settings.put("environment", own("environment"));
    }
    for choice in &of.choices {
        settings.put(&choice.field, built_choice(choice));
    }
    for input in kept_inputs(of) {
        settings.put(&input.name.rust, built_input(of, input));
    }
    let mut body = vec![ast::bind("settings", settings.of("Settings", None))];
    body.extend(ast::parsed(quote! {
        let transport = match self.transport {
            Some(transport) => transport,
            None => default_transport()?,
        };
        Ok(Client { settings: Arc::new(settings), transport })
    }));
    let signature = quote!(fn build(self) -> Result<Client, BuildError>);
    item::function(docs.list(), item::public(), signature, body)
}

/// `self.name`
fn own(name: &str) -> Expr {
    ast::field(ast::named(&["self"]), name)
}

/// `of.ok_or(BuildError::missing("name"))?`
fn required(of: Expr, name: &str) -> Expr {
    let name = ast::text(name.trim_start_matches("r#"));
    let missing = ast::call(&["BuildError", "missing"], vec![name]);
    ast::question(ast::method(of, "ok_or", vec![missing]))
}

fn built_address(of: &Client<'_>, address: &Address<'_>) -> Expr {
    let given = own(&address.field);
    if address.is_of_session {
        return given;
    }
    let variable = |source: &PartSource| match source {
        PartSource::Setting(index) => borrowed(of, &of.provider.settings[*index]),
        _ => TokenStream::new(),
    };
    match address::resolved(address, of, &quote!(self.environment), &variable) {
        Some(made) => parse_quote! {
            match #given {
                Some(url) => url,
                None => #made?,
            }
        },
        None => required(given, &address.field),
    }
}

/// A server variable's value.
fn borrowed(of: &Client<'_>, input: &Input) -> TokenStream {
    let given = ast::method(own(&input.name.rust), "as_ref", Vec::new());
    let value = match &input.default {
        Some(default) => {
            let default = default_value(of, input, default);
            ast::method(given, "unwrap_or", vec![parse_quote!(&#default)])
        }
        None => required(given, &input.name.rust),
    };
    value.into_token_stream()
}

fn built_choice(choice: &Choice<'_>) -> Expr {
    let given = own(&choice.field);
    match auth::anonymous(choice) {
        Some(anonymous) => {
            let nothing = ast::named(&[&choice.ty, &anonymous.name.rust]);
            ast::method(given, "unwrap_or", vec![nothing])
        }
        None => required(given, &choice.field),
    }
}

fn built_input(of: &Client<'_>, input: &Input) -> Expr {
    let given = own(&input.name.rust);
    if let Some(default) = &input.default {
        let value: Expr =
            syn::parse2(default_value(of, input, default)).expect("a default is an expression");
        return if is_made_by_call(of, input, default) {
            ast::method(given, "unwrap_or_else", vec![ast::closure(value)])
        } else {
            ast::method(given, "unwrap_or", vec![value])
        };
    }
    if input.is_required {
        return required(given, &input.name.rust);
    }
    given
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

//! Turns a provider's settings into the `ClientBuilder` that names what is missing.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Attribute, Expr, ImplItem, Item, Stmt};

use super::address::{self, Address};
use super::auth::{self, Choice};
use super::context::{Client, input_type, is_secret, optional};
use super::docs::{Docs, code};
use super::literal::ident;
use super::{ast, built, item};
use crate::model::{Input, ShapeKind, Type};

/// The builder: its fields, a method each, and `build`.
pub(crate) fn builder(of: &Client<'_>) -> [Item; 2] {
    let mut attributes = vec![item::doc("Builds a [`Client`].")];
    attributes.extend([
        item::derive(&["Clone", "Debug", "Default"]),
        item::word("must_use"),
    ]);
    let name = ident("ClientBuilder");
    let mut functions: Vec<_> = of
        .addresses
        .iter()
        .map(|address| base_url(of, address))
        .collect();
    if address::has_environment_setting(of) {
        functions.push(environment());
    }
    functions.extend(of.choices.iter().map(choice));
    functions.extend(inputs(of).map(|input| method(of, input)));
    functions.extend([transport(), built::build(of)]);
    [
        fields(of).strukt(attributes, item::public(), &name),
        item::implementation(None, &name, functions),
    ]
}

/// The settings that have a method of their own.
fn inputs<'a>(of: &'a Client<'a>) -> impl Iterator<Item = &'a Input> {
    of.provider
        .settings
        .iter()
        .filter(|input| !input.is_of_choice)
}

fn fields(of: &Client<'_>) -> item::Fields {
    let mut fields = item::Fields::default();
    for address in &of.addresses {
        fields.private(&address.field, optional(item::ty("BaseUrl")));
    }
    if address::has_environment_setting(of) {
        fields.private("environment", item::ty("Environment"));
    }
    for choice in &of.choices {
        fields.private(&choice.field, optional(item::ty(&choice.ty)));
    }
    for input in inputs(of) {
        fields.private(
            &input.name.rust,
            optional(input_type(&of.provider.shapes, input)),
        );
    }
    fields.private("transport", optional(item::ty("SharedTransport")));
    fields
}

fn base_url(of: &Client<'_>, address: &Address<'_>) -> ImplItem {
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
        .list();
    let field = ident(&address.field);
    let parsed = ast::question(ast::call(&["BaseUrl", "parse"], vec![ast::named(&["url"])]));
    item::function(
        docs,
        item::public(),
        quote!(fn #field(mut self, url: &str) -> Result<Self, BuildError>),
        vec![
            set(&address.field, ast::option(Some(parsed))),
            ast::value(ast::call(&["Ok"], vec![ast::named(&["self"])])),
        ],
    )
}

/// A method that takes a value of this type and sets the field of the same name.
fn setter(docs: Vec<Attribute>, name: &str, ty: &TokenStream, value: Expr) -> ImplItem {
    let field = ident(name);
    item::function(
        docs,
        item::public(),
        quote!(fn #field(mut self, #field: #ty) -> Self),
        vec![set(name, value), ast::value(ast::named(&["self"]))],
    )
}

/// `self.name = value;`
fn set(name: &str, value: Expr) -> Stmt {
    ast::assign(ast::field(ast::named(&["self"]), name), value)
}

fn environment() -> ImplItem {
    let docs = vec![item::doc("Chooses among the vendor's servers.")];
    setter(
        docs,
        "environment",
        &quote!(Environment),
        ast::named(&["environment"]),
    )
}

fn choice(choice: &Choice<'_>) -> ImplItem {
    let need = if auth::anonymous(choice).is_some() {
        ""
    } else {
        " Required."
    };
    let docs = vec![item::doc(&format!("How the client shows who it is.{need}"))];
    let ty = ident(&choice.ty);
    let value = ast::option(Some(ast::named(&[&choice.field])));
    setter(docs, &choice.field, &quote!(#ty), value)
}

fn transport() -> ImplItem {
    let docs = "Sends requests another way: over an HTTP client of your own, or to a test.";
    let value = ast::option(Some(ast::named(&["transport"])));
    setter(
        vec![item::doc(docs)],
        "transport",
        &quote!(SharedTransport),
        value,
    )
}

fn method(of: &Client<'_>, input: &Input) -> ImplItem {
    let docs = Docs::of(input.description.as_deref(), || {
        format!("The vendor's {}.", code(&input.name.wire))
    });
    let docs = docs.paragraph(need(input)).list();
    let ty = input_type(&of.provider.shapes, input);
    let value = ast::named(&[&input.name.rust]);
    let (ty, value) = if is_secret(input) || is_open_text(of, &input.ty) {
        (
            quote!(impl Into<#ty>),
            ast::method(value, "into", Vec::new()),
        )
    } else {
        (quote!(#ty), value)
    };
    setter(docs, &input.name.rust, &ty, ast::option(Some(value)))
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

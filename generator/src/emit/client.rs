//! Turns a provider into its `Client`: the settings it keeps and, of several operations, a way to each.

use quote::quote;
use syn::{ImplItem, Item};

use super::context::{Client, Context, input_type, optional};
use super::docs::{Docs, code};
use super::literal::ident;
use super::request::is_always_there;
use super::{actor, address, ast, item};
use crate::model::Operation;

/// The `Client` of a provider with one operation.
pub(crate) fn single(cx: &Context<'_>) -> [Item; 3] {
    client(cx.client, [actor::refresh(cx)])
}

/// The `Client` of a provider with several operations.
pub(crate) fn several(of: &Client<'_>) -> [Item; 3] {
    client(of, of.provider.operations.iter().map(accessor))
}

fn client(of: &Client<'_>, functions: impl IntoIterator<Item = ImplItem>) -> [Item; 3] {
    let docs = format!(
        "Refreshes the tokens of {}. Cheap to clone.",
        code(&of.provider.id)
    );
    let attributes = vec![item::doc(&docs), item::derive(&["Clone", "Debug"])];
    let name = ident("Client");
    let mut fields = item::Fields::default();
    fields.private("settings", item::generic("Arc", vec![item::ty("Settings")]));
    fields.private("transport", item::ty("SharedTransport"));
    let mut all = vec![builder_function()];
    all.extend(functions);
    [
        fields.strukt(attributes, item::public(), &name),
        settings(of),
        item::implementation(None, &name, all),
    ]
}

fn builder_function() -> ImplItem {
    let default = ast::call(&["ClientBuilder", "default"], Vec::new());
    item::function(
        vec![item::doc("Starts with nothing set.")],
        item::public(),
        quote!(fn builder() -> ClientBuilder),
        vec![ast::value(default)],
    )
}

fn accessor(operation: &Operation) -> ImplItem {
    let docs = Docs::of(operation.summary.as_deref(), || {
        format!("The operation {}.", code(&operation.name.wire))
    });
    let mut attributes = docs.list();
    attributes.extend(actor::deprecated(operation));
    attributes.push(item::word("must_use"));
    let name = ident(&operation.name.rust);
    let mut fields = ast::Fields::new();
    fields.put(
        "client",
        ast::method(ast::named(&["self"]), "clone", Vec::new()),
    );
    item::function(
        attributes,
        item::public(),
        quote!(fn #name(&self) -> #name::Refresh),
        vec![ast::value(
            fields.of_path(&[&operation.name.rust, "Refresh"]),
        )],
    )
}

fn settings(of: &Client<'_>) -> Item {
    let mut fields = item::Fields::default();
    for address in &of.addresses {
        let ty = item::ty("BaseUrl");
        let ty = if address.is_of_session {
            optional(ty)
        } else {
            ty
        };
        fields.private(&address.field, ty);
    }
    if keeps_environment(of) {
        fields.private("environment", item::ty("Environment"));
    }
    for choice in &of.choices {
        fields.private(&choice.field, item::ty(&choice.ty));
    }
    for input in kept_inputs(of) {
        let ty = input_type(&of.provider.shapes, input);
        let ty = if is_always_there(input) {
            ty
        } else {
            optional(ty)
        };
        fields.private(&input.name.rust, ty);
    }
    let attributes = vec![item::derive(&["Debug"])];
    fields.strukt(attributes, syn::Visibility::Inherited, &ident("Settings"))
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
pub(crate) fn operation(cx: &Context<'_>) -> [Item; 2] {
    let docs = Docs::of(cx.operation.summary.as_deref(), || {
        format!("Makes the calls of {}.", code(&cx.operation.name.wire))
    });
    let mut attributes = docs.list();
    attributes.push(item::derive(&["Clone", "Debug"]));
    let name = ident("Refresh");
    let mut fields = item::Fields::default();
    fields.within("client", item::ty("Client"));
    [
        fields.strukt(attributes, item::public(), &name),
        item::implementation(None, &name, vec![actor::refresh(cx)]),
    ]
}

//! Turns a checked model into files of items: the only user of `quote!`. It cannot fail.

mod actor;
mod address;
mod ast;
mod auth;
mod builder;
mod built;
mod client;
mod context;
mod docs;
mod example;
mod expression;
mod grant;
mod item;
mod keep;
mod krate;
mod lifecycle;
mod literal;
mod module;
mod refusal;
mod request;
mod shape;
mod steady;
pub(crate) mod tests;
mod token;
mod token_set;
mod tokens;
mod words;

use proc_macro2::TokenStream;
use syn::Item;

use self::context::{Client, Context};
pub(crate) use self::krate::{library, manifest, readme};
use crate::model::Provider;

/// One Rust file before it is text.
pub(crate) struct File<'a> {
    /// The path below the crate's root, with `/`.
    pub(crate) path: String,
    /// The spec that it comes from; `None`: all of them.
    pub(crate) provider: Option<&'a Provider>,
    /// The module of the operation that it is about, where its provider has several.
    pub(crate) operation: Option<&'a str>,
    /// The module's own documentation, a line each.
    pub(crate) docs: Vec<String>,
    /// Names that other modules define: the name, and the path to it (`super`).
    pub(crate) imports: Vec<(String, String)>,
    /// Names of the modules inside this one, which are files of their own.
    pub(crate) modules: Vec<&'a str>,
    /// The items. `use` lines of the runtime's and the standard library's names are added to them.
    pub(crate) items: Vec<Item>,
}

/// Hands over the files of a provider, one at a time so that only one is in memory as items.
/// `krate` is the name of the crate that the examples use; `None`: there are none.
pub(crate) fn provider(provider: &Provider, krate: Option<&str>, take: &mut dyn FnMut(File<'_>)) {
    let client = Client::new(provider);
    match provider.operations.as_slice() {
        [operation] => {
            let cx = Context::new(&client, operation);
            take(File {
                path: format!("src/{}.rs", file_name(&provider.module)),
                provider: Some(provider),
                operation: None,
                docs: module::single(&cx, krate),
                imports: Vec::new(),
                modules: Vec::new(),
                items: single(&cx),
            });
        }
        operations => {
            take(File {
                path: format!("src/{}/mod.rs", file_name(&provider.module)),
                provider: Some(provider),
                operation: None,
                docs: module::several(&client, krate),
                imports: Vec::new(),
                modules: operations
                    .iter()
                    .map(|operation| operation.name.rust.as_str())
                    .collect(),
                items: several(&client),
            });
            for operation in operations {
                let cx = Context::new(&client, operation);
                take(operation_file(&cx));
            }
        }
    }
}

/// `mod r#type;` is in `type.rs`.
fn file_name(module: &str) -> &str {
    module.trim_start_matches("r#")
}

/// Items that were written as tokens.
pub(crate) fn parsed(tokens: TokenStream) -> Vec<Item> {
    let file = syn::parse2::<syn::File>(tokens).expect("emit writes items only");
    file.items
}

fn single(cx: &Context<'_>) -> Vec<Item> {
    let mut items = types(cx);
    items.extend(settings(cx.client));
    let client = client::single(cx);
    let provider = actor::provider(cx);
    let kept = keep::keep(cx);
    let builder = builder::builder(cx.client);
    items.extend(client);
    items.push(provider);
    items.extend(kept);
    items.extend(builder);
    items
}

fn several(of: &Client<'_>) -> Vec<Item> {
    let mut items = settings(of);
    let client = client::several(of);
    let builder = builder::builder(of);
    items.extend(client);
    items.extend(builder);
    items
}

fn operation_file<'a>(cx: &Context<'a>) -> File<'a> {
    let mut items = types(cx);
    let operation = client::operation(cx);
    let provider = actor::provider(cx);
    items.extend(operation);
    items.push(provider);
    items.extend(keep::keep(cx));
    let choices = cx.client.choices.iter().map(|choice| choice.ty.clone());
    let names = choices.chain(["Client".to_owned(), "Environment".to_owned()]);
    let folder = file_name(&cx.provider().module);
    let name = file_name(&cx.operation.name.rust);
    File {
        path: format!("src/{folder}/{name}.rs"),
        provider: Some(cx.provider()),
        operation: Some(&cx.operation.name.rust),
        docs: module::operation(cx),
        imports: names.map(|name| (name, "super".to_owned())).collect(),
        modules: Vec::new(),
        items,
    }
}

/// What one operation is about: its lifecycle, tokens, answers and refusals.
fn types(cx: &Context<'_>) -> Vec<Item> {
    let mut items = vec![lifecycle::constant(cx)];
    items.extend(token::newtypes(cx));
    items.extend(parsed(grant::grant(cx)));
    items.extend(tokens::tokens(cx));
    items.extend(token_set::token_set(cx));
    items.extend(shape::all(&cx.operation.shapes));
    items.extend(refusal::refusal(cx));
    items
}

/// What the client's settings are made of.
fn settings(of: &Client<'_>) -> Vec<Item> {
    let choices = of.choices.iter();
    let mut items: Vec<_> = choices
        .map(|choice| auth::authentication(of.provider, choice))
        .collect();
    items.extend(address::environment(of));
    items.extend(shape::all(&of.provider.shapes));
    items
}

//! Turns a provider into the tests of its generated client: every documented answer, every golden request, every
//! failure rule, over a real connection.
//!
//! The checks are the runtime's (`token_refresh_runtime::testing`). What is written here is what they are put to:
//! tables of answers, and what the spec says of each.

mod answer;
mod call;
mod decode;
mod expiry;
mod failures;
mod golden;
mod judge;
mod pointer;
mod secrets;
mod session;
mod solve;
mod success;
mod value;
mod write;

use std::collections::BTreeSet;

use quote::quote;
use syn::{Attribute, Item, Path, Stmt, Type};

use self::call::Plants;
use super::context::{Client, Context};
use super::docs::code;
use super::literal::ident;
use super::{File, ast, file_name, item};
use crate::model::{Model, Provider};

/// Hands over the test files of a provider; `krate` is the generated crate's name.
pub(crate) fn provider(provider: &Provider, krate: &str, take: &mut dyn FnMut(File<'_>)) {
    let client = Client::new(provider);
    let folder = file_name(&provider.module);
    let title = code(&provider.id);
    if let [operation] = provider.operations.as_slice() {
        let cx = Context::new(&client, operation);
        let (imports, items) = operation_items(&cx, krate);
        take(File {
            path: format!("tests/providers/{folder}.rs"),
            provider: Some(provider),
            docs: vec![format!(
                "What the client of {title} makes of every answer, over a real connection."
            )],
            operation: None,
            imports,
            modules: Vec::new(),
            items,
        });
        return;
    }
    let modules = provider.operations.iter().map(|operation| {
        let name = ident(&operation.name.rust);
        quote!(mod #name;)
    });
    take(File {
        path: format!("tests/providers/{folder}/mod.rs"),
        provider: Some(provider),
        docs: vec![format!(
            "What the clients of {title} make of every answer, an operation each."
        )],
        operation: None,
        imports: Vec::new(),
        modules: Vec::new(),
        items: super::parsed(modules.collect()),
    });
    for operation in &provider.operations {
        let cx = Context::new(&client, operation);
        let wire = code(&operation.name.wire);
        let (imports, items) = operation_items(&cx, krate);
        take(File {
            path: format!(
                "tests/providers/{folder}/{}.rs",
                file_name(&operation.name.rust)
            ),
            provider: Some(provider),
            docs: vec![format!(
                "What {title} makes of every answer to {wire}, over a real connection."
            )],
            operation: None,
            imports,
            modules: Vec::new(),
            items,
        });
    }
}

/// The root of the one test program, which has a module a provider.
pub(crate) fn main(model: &Model) -> File<'static> {
    let modules = model.providers.iter().map(|provider| {
        let feature = &provider.id;
        let module = ident(&provider.module);
        // rustfmt and prettyplease break lines at different widths.
        quote!(#[cfg(feature = #feature)] #[rustfmt::skip] mod #module;)
    });
    File {
        path: "tests/providers/main.rs".to_owned(),
        provider: None,
        docs: vec![
            "What the generated clients make of every answer, over real connections.".to_owned(),
        ],
        operation: None,
        imports: Vec::new(),
        modules: Vec::new(),
        items: super::parsed(modules.collect()),
    }
}

/// The names that the file imports, and its items.
fn operation_items(cx: &Context<'_>, krate: &str) -> (Vec<(String, String)>, Vec<Item>) {
    let mut names = Names::new(cx, krate);
    let mut plants = Plants::new(cx);
    let success = success::planted(cx, &mut plants);
    let Some(mut items) = call::items(cx, &plants, &mut names) else {
        // An input has a type of which no test is made: a union, say.
        return (Vec::new(), Vec::new());
    };
    items.extend(success::tests(cx, &plants, &mut names));
    let refusals = failures::refusals(cx, &mut names);
    let has_refusals = refusals.is_some();
    items.extend(refusals.into_iter().flatten());
    items.push(failures::failures(cx, &mut names));
    items.extend(golden::tests(cx, &mut names));
    items.extend(secrets::tests(
        cx,
        &plants,
        success.as_ref(),
        has_refusals,
        &mut names,
    ));
    if success.is_some() {
        items.extend(session::tests(cx, &plants, &mut names));
    }
    (names.imports(), items)
}

/// The names that a file mentions and `render` does not know.
struct Names {
    provider_module: String,
    operation_module: String,
    /// Of the provider's module.
    provider: BTreeSet<String>,
    /// Of the operation's, where that is another one.
    operation: BTreeSet<String>,
    /// Of the runtime's `testing`.
    testing: BTreeSet<&'static str>,
}

/// What the tests take from the runtime's `testing` and a token may be called, too.
const TAKEN: &[&str] = &["Answer", "Case", "Ends", "Server", "SignedIn"];

impl Names {
    fn new(cx: &Context<'_>, krate: &str) -> Self {
        let provider_module = format!("{krate}::{}", cx.provider().module);
        let operation_module = if cx.client.has_several() {
            format!("{provider_module}::{}", cx.operation.name.rust)
        } else {
            provider_module.clone()
        };
        Self {
            provider_module,
            operation_module,
            provider: BTreeSet::new(),
            operation: BTreeSet::new(),
            testing: BTreeSet::new(),
        }
    }

    /// A name of the operation's module.
    fn ty(&mut self, cx: &Context<'_>, name: &str) -> Path {
        let names = if cx.client.has_several() {
            &mut self.operation
        } else {
            &mut self.provider
        };
        known(names, name, &self.operation_module)
    }

    /// A name of the provider's module.
    fn provider_type(&mut self, name: &str) -> Path {
        known(&mut self.provider, name, &self.provider_module)
    }

    fn provider_module(&self) -> String {
        self.provider_module.clone()
    }

    fn operation_module(&self) -> String {
        self.operation_module.clone()
    }

    /// Each name and its module.
    fn imports(self) -> Vec<(String, String)> {
        let testing = self.testing.into_iter().map(str::to_owned).collect();
        let lists = [
            (self.provider_module, self.provider),
            (self.operation_module, self.operation),
            ("token_refresh_runtime::testing".to_owned(), testing),
        ];
        let mut imports = Vec::new();
        for (module, names) in lists {
            imports.extend(names.into_iter().map(|name| (name, module.clone())));
        }
        imports
    }
}

/// Imports a name, or spells its path out where it is taken.
fn known(names: &mut BTreeSet<String>, name: &str, module: &str) -> Path {
    if TAKEN.contains(&name) {
        return write::of_module(module, name);
    }
    names.insert(name.to_owned());
    ident(name).into()
}

/// A test with its sentence of documentation, after the attributes that it has; fallible with an error's type.
fn test(
    mut attributes: Vec<Attribute>,
    sentence: &[&str],
    name: &str,
    error: Option<Type>,
    mut body: Vec<Stmt>,
) -> Item {
    attributes.extend(sentence.iter().map(|line| item::doc(line)));
    attributes.push(item::words(&["tokio", "test"]));
    if error.is_some() {
        let ok = ast::call(&["Ok"], vec![write::tuple(Vec::new())]);
        body.push(ast::value(ok));
    }
    let function = write::Function {
        attributes,
        is_async: true,
        name,
        inputs: Vec::new(),
        output: error.map(|error| item::generic("Result", vec![write::unit_type(), error])),
    };
    function.of(body)
}

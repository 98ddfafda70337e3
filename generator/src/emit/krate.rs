//! Turns the set of providers into what surrounds them: the manifest, the crate's root, the README.

use proc_macro2::TokenStream;
use quote::quote;

use super::docs::{Docs, cell, code, doc, link};
use super::literal::ident;
use super::{File, words};
use crate::config::Package;
use crate::model::{Model, Provider};

/// The runtime's features that the crate hands on, what else of its own each needs, and what each gives.
const HANDED_ON: &[(&str, Option<&str>, &str)] = &[
    (
        "session",
        None,
        "Token sources, which keep a session's tokens fresh, the keeper of many, and the store in memory.",
    ),
    (
        "sqlite",
        Some("session"),
        "The store in one SQLite file, for the processes of one machine.",
    ),
    (
        "postgres",
        Some("session"),
        "The store in PostgreSQL, for a fleet.",
    ),
    (
        "redis",
        Some("session"),
        "The store in Redis or Valkey, for a fleet.",
    ),
    (
        "encryption",
        Some("session"),
        "Records encrypted with a key of the application's.",
    ),
    (
        "middleware",
        Some("session"),
        "A middleware for `reqwest-middleware` that puts the token on each request.",
    ),
    (
        "metrics",
        Some("session"),
        "Counters and timings through the `metrics` facade.",
    ),
    (
        "testing",
        None,
        "A strict server to try an application against, and the checks behind this crate's own tests.",
    ),
];

/// `Cargo.toml`, after its header.
pub(crate) fn manifest(model: &Model, package: &Package) -> String {
    let version = env!("CARGO_PKG_VERSION");
    let path = package.runtime_path.as_ref();
    let path = path.map_or_else(String::new, |path| format!(", path = \"{path}\""));
    let runtime = format!("version = \"{version}\"{path}");
    let ids: Vec<_> = model
        .providers
        .iter()
        .map(|provider| provider.id.as_str())
        .collect();
    let all: String = ids.iter().map(|id| format!("    \"{id}\",\n")).collect();
    let features: String = ids.iter().map(|id| format!("{id} = []\n")).collect();
    let handed_on: String = HANDED_ON.iter().map(handed_on).collect();
    let tests = if package.tests {
        format!(
            "[dev-dependencies]\ntoken-refresh-runtime = {{ {runtime}, features = [\"reqwest\", \"session\", \"testing\"] }}\n\
             tokio = {{ version = \"1.45\", default-features = false, features = [\"macros\", \"rt\"] }}\n\n"
        )
    } else {
        String::new()
    };
    format!(
        "[package]\n{table}\n\
         [package.metadata.docs.rs]\nall-features = true\n\n\
         [features]\ndefault = [\n    \"reqwest\",\n{all}]\n\
         # Sends requests over reqwest with rustls; without it, give the client a transport of your own.\n\
         reqwest = [\"token-refresh-runtime/reqwest\"]\n\
         {handed_on}\
         # One a provider.\n{features}\n\
         [dependencies]\ntoken-refresh-runtime = {{ {runtime}, default-features = false }}\n\n\
         {tests}\
         [lints.rust]\nmissing_docs = \"warn\"\nunsafe_code = \"forbid\"\n\n\
         [lints.clippy]\nall = {{ level = \"warn\", priority = -1 }}\npedantic = {{ level = \"warn\", priority = -1 }}\n",
        table = package.table,
    )
}

/// A feature of the manifest.
fn handed_on((name, needed, docs): &(&str, Option<&str>, &str)) -> String {
    let needed = needed.map_or_else(String::new, |needed| format!("\"{needed}\", "));
    format!("# {docs}\n{name} = [{needed}\"token-refresh-runtime/{name}\"]\n")
}

/// `src/lib.rs`
pub(crate) fn library(model: &Model, package: &Package) -> File<'static> {
    let modules = model.providers.iter().map(|provider| {
        let feature = &provider.id;
        let module = ident(&provider.module);
        // rustfmt and prettyplease break lines at different widths.
        quote!(#[cfg(feature = #feature)] #[rustfmt::skip] pub mod #module;)
    });
    let modules: TokenStream = modules.collect();
    let runtime =
        doc("What the clients call, and what is common to them: errors, secrets, transports.");
    let session = doc("What keeps tokens fresh: sources, the keeper, stores, errors and events.");
    let items = quote! {
        #runtime
        #[doc(no_inline)]
        pub use token_refresh_runtime as runtime;
        #session
        #[cfg(feature = "session")]
        #[doc(no_inline)]
        pub use token_refresh_runtime::session;
        #modules
    };
    let docs = Docs::new("Typed clients that refresh third-party tokens, one module a provider.")
        .block(table(model, |provider| {
            let module = provider.module.as_str();
            format!("[`{module}`]")
        }))
        .paragraph("# Features")
        .paragraph(
            "Each provider is a feature, and all of them are on by default. For fewer, and for an HTTP client of \
             your own:",
        )
        .block(choose(model, package))
        .paragraph(
            "`reqwest` sends requests over reqwest with rustls. Without it, a client's builder takes any \
             [`Transport`](token_refresh_runtime::Transport).",
        )
        .paragraph("None of these is on by default:")
        .block(features())
        .paragraph(
            "The crate hands on what an application needs of the runtime as [`runtime`] and, with the feature \
             `session`, as `session`: one dependency is enough.",
        );
    File {
        path: "src/lib.rs".to_owned(),
        provider: None,
        operation: None,
        docs: docs.into_lines(),
        imports: Vec::new(),
        modules: Vec::new(),
        items: super::parsed(items),
    }
}

/// `README.md`, after its header.
pub(crate) fn readme(model: &Model, package: &Package) -> String {
    let name = package.name().unwrap_or("token-refresh-clients");
    let table = table(model, |provider| code(&provider.id)).join("\n");
    let choose = choose(model, package).join("\n");
    let features = features().join("\n");
    format!(
        "# {name}\n\n\
         Typed clients that refresh third-party tokens, one module a provider.\n\n\
         {table}\n\n\
         ## Features\n\n\
         Each provider is a feature, and all of them are on by default.\n\
         `reqwest` sends requests over reqwest with rustls.\n\n\
         {choose}\n\n\
         None of these is on by default:\n\n\
         {features}\n\n\
         ## Where it comes from\n\n\
         `token-refresh generate` writes this crate from OpenAPI descriptions, tests included.\n\
         Of `Cargo.toml`, the `[package]` table is yours to edit; everything else is written anew.\n"
    )
}

/// What the crate hands on, a row each.
fn features() -> Vec<String> {
    let mut rows = vec!["| Feature | Gives |".to_owned(), "|:--|:--|".to_owned()];
    let row = |(name, _, docs): &(&str, Option<&str>, &str)| format!("| `{name}` | {docs} |");
    rows.extend(HANDED_ON.iter().map(row));
    rows
}

fn table(model: &Model, name: impl Fn(&Provider) -> String) -> Vec<String> {
    let mut rows = vec![
        "| Provider | Feature | Spends | Accepted | |".to_owned(),
        "|:--|:--|:--|:--|:--|".to_owned(),
    ];
    rows.extend(
        model
            .providers
            .iter()
            .map(|provider| row(provider, &name(provider))),
    );
    rows
}

fn row(provider: &Provider, name: &str) -> String {
    let feature = code(&provider.id);
    let page = provider
        .docs_url
        .as_deref()
        .and_then(|url| link("vendor's page", url))
        .unwrap_or_default();
    match provider.operations.as_slice() {
        [operation] => {
            let spends = cell_of_ours(&words::spends(operation));
            let accepted = words::window(&operation.lifecycle.window);
            format!("| {name} | {feature} | {spends} | {accepted} | {page} |")
        }
        several => {
            let title = cell(&provider.title);
            format!(
                "| {name} | {feature} | {} operations of {title} | | {page} |",
                several.len()
            )
        }
    }
}

fn cell_of_ours(text: &str) -> String {
    text.replace('|', "\\|")
}

fn choose(model: &Model, package: &Package) -> Vec<String> {
    let name = package.name().unwrap_or("token-refresh-clients");
    let first = model
        .providers
        .first()
        .map_or("acme", |provider| provider.id.as_str());
    vec![
        "```toml".to_owned(),
        "[dependencies]".to_owned(),
        format!(
            "{name} = {{ version = \"0.1\", default-features = false, features = [\"{first}\"] }}"
        ),
        "```".to_owned(),
    ]
}

#[cfg(test)]
mod tests {
    use super::HANDED_ON;
    use crate::lower::reserved;

    #[test]
    fn no_provider_has_the_name_of_a_feature() {
        for (name, ..) in HANDED_ON {
            assert!(reserved::FEATURES.contains(name), "{name}");
        }
    }
}

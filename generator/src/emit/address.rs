//! Turns servers into the `Environment` that an application chooses from and the expressions that make
//! a base URL of it.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Item;

use super::context::Client;
use super::docs::{Docs, code};
use super::item;
use super::literal::{ident, text};
use crate::model::{Input, Operation, PartSource, Per, Provider, Server, UrlPiece};

/// A set of servers and the setting that replaces it.
pub(crate) struct Address<'a> {
    /// The builder's method and the settings' field. `base_url`
    pub(crate) field: String,
    /// Of one operation of several, with servers of its own.
    pub(crate) operation: Option<&'a Operation>,
    pub(crate) servers: &'a [Server],
    /// Whether it can only be made once the session is known.
    pub(crate) is_of_session: bool,
    /// Whether the session says which of the servers it is.
    pub(crate) is_chosen_by_session: bool,
    others: Vec<&'a str>,
}

impl<'a> Address<'a> {
    fn new(
        field: String,
        operation: Option<&'a Operation>,
        servers: &'a [Server],
        provider: &Provider,
    ) -> Self {
        let mut address = Self {
            field,
            operation,
            servers,
            is_of_session: false,
            is_chosen_by_session: provider.server_per == Per::Session && servers.len() > 1,
            others: Vec::new(),
        };
        address.is_of_session = address.is_chosen_by_session
            || address
                .variables()
                .any(|source| matches!(source, PartSource::Session(_)));
        address
    }

    /// Whether the operation's calls go here.
    pub(crate) fn is_of(&self, operation: &Operation) -> bool {
        match self.operation {
            Some(own) => own.name == operation.name,
            None => !self.others.contains(&operation.name.rust.as_str()),
        }
    }

    /// The variables of all servers.
    pub(crate) fn variables(&self) -> impl Iterator<Item = &'a PartSource> + use<'a> {
        let pieces = self.servers.iter().flat_map(|server| &server.url);
        pieces.filter_map(|piece| match piece {
            UrlPiece::Variable(source) => Some(source),
            UrlPiece::Literal(_) => None,
        })
    }
}

/// The sets of servers of a provider: the document's, and those of operations that have their own.
pub(crate) fn addresses(provider: &Provider) -> Vec<Address<'_>> {
    if let [operation] = provider.operations.as_slice() {
        let servers = operation.servers.as_deref().unwrap_or(&provider.servers);
        return vec![Address::new("base_url".to_owned(), None, servers, provider)];
    }
    let own = |operation: &'_ Operation| operation.servers.is_some();
    let mut addresses = Vec::new();
    if !provider.operations.iter().all(own) {
        let mut shared = Address::new("base_url".to_owned(), None, &provider.servers, provider);
        let others = provider
            .operations
            .iter()
            .filter(|operation| own(operation));
        shared.others = others
            .map(|operation| operation.name.rust.as_str())
            .collect();
        addresses.push(shared);
    }
    for operation in &provider.operations {
        if let Some(servers) = &operation.servers {
            let name = operation.name.rust.trim_start_matches("r#");
            addresses.push(Address::new(
                format!("{name}_base_url"),
                Some(operation),
                servers,
                provider,
            ));
        }
    }
    addresses
}

/// The named servers, over all addresses, where there is a choice.
fn environments<'a>(client: &Client<'a>) -> Vec<&'a Server> {
    let mut servers: Vec<&Server> = Vec::new();
    for address in client
        .addresses
        .iter()
        .filter(|address| address.servers.len() > 1)
    {
        for server in address.servers {
            if !servers
                .iter()
                .any(|known| known.name.rust == server.name.rust)
            {
                servers.push(server);
            }
        }
    }
    servers
}

/// Whether the application chooses between named servers.
pub(crate) fn has_environment(client: &Client<'_>) -> bool {
    client
        .addresses
        .iter()
        .any(|address| address.servers.len() > 1)
}

/// Whether the choice is made on the builder.
pub(crate) fn has_environment_setting(client: &Client<'_>) -> bool {
    has_environment(client) && client.provider.server_per == Per::Client
}

/// The `Environment` enum.
pub(crate) fn environment(client: &Client<'_>) -> Vec<Item> {
    let servers = environments(client);
    if servers.is_empty() {
        return Vec::new();
    }
    let mut variants = item::Variants::default();
    for (index, server) in servers.iter().enumerate() {
        let docs = Docs::new(format!("{}.", code(&template(server, client.provider))));
        let mut attributes = docs.list();
        if index == 0 {
            attributes.push(item::word("default"));
        }
        variants.put(attributes, &server.name.rust, None);
    }
    let mut attributes = Docs::new("Which of the vendor's servers is meant.").list();
    let traits = ["Clone", "Copy", "Debug", "Default", "PartialEq", "Eq"];
    attributes.extend([item::derive(&traits), item::word("non_exhaustive")]);
    let mut items = vec![variants.of(attributes, &ident("Environment"))];
    if has_fixed_urls(client) {
        let arms = servers.iter().map(|server| {
            let name = ident(&server.name.rust);
            let url = template(server, client.provider);
            quote!(Self::#name => #url,)
        });
        items.extend(super::parsed(quote! {
            impl Environment {
                fn url(self) -> &'static str {
                    match self { #(#arms)* }
                }
            }
        }));
    }
    if client
        .addresses
        .iter()
        .any(|address| address.is_chosen_by_session)
    {
        let variants = servers.iter().map(|server| ident(&server.name.rust));
        let names = servers.iter().map(|server| &server.name.wire);
        items.push(item::macro_call(
            "server_enum",
            quote!(Environment { #(#variants = #names,)* }),
        ));
    }
    items
}

/// Whether an environment is an address as it stands: one set of servers, and no variables in them.
fn has_fixed_urls(client: &Client<'_>) -> bool {
    match client.addresses.as_slice() {
        [address] => address
            .variables()
            .all(|source| matches!(source, PartSource::Constant(_))),
        _ => false,
    }
}

/// The URL with its variables' names.
pub(crate) fn template(server: &Server, provider: &Provider) -> String {
    let piece = |piece: &UrlPiece| match piece {
        UrlPiece::Literal(text) => text.clone(),
        UrlPiece::Variable(PartSource::Constant(value)) => text(value),
        UrlPiece::Variable(source) => format!(
            "{{{}}}",
            input(server, provider, source).map_or("", |i| &i.name.wire)
        ),
    };
    server.url.iter().map(piece).collect()
}

fn input<'a>(server: &Server, provider: &'a Provider, source: &PartSource) -> Option<&'a Input> {
    // What an index means is for the operations to say that call this server.
    let calls = |operation: &&Operation| {
        let servers = operation.servers.as_ref();
        servers.unwrap_or(&provider.servers).contains(server)
    };
    match source {
        PartSource::Setting(index) => provider.settings.get(*index),
        PartSource::Session(index) => {
            let mut operations = provider.operations.iter().filter(calls);
            operations.find_map(|operation| operation.session_inputs.get(*index))
        }
        _ => None,
    }
}

/// The base URL of an address, from its servers, given how to choose one and how to read a variable.
/// The expression is a `Result`; `None` where the vendor publishes no server.
pub(crate) fn resolved(
    address: &Address<'_>,
    client: &Client<'_>,
    choice: &TokenStream,
    variable: &dyn Fn(&PartSource) -> TokenStream,
) -> Option<TokenStream> {
    let expand = |server: &Server| expanded(server, client.provider, variable);
    match address.servers {
        [] => None,
        [server] => Some(expand(server)),
        _ if has_fixed_urls(client) => Some(quote!(BaseUrl::parse(#choice.url()))),
        servers => {
            let known: Vec<_> = environments(client);
            let arms = servers.iter().map(|server| {
                let name = ident(&server.name.rust);
                let url = expand(server);
                (quote!(Environment::#name), url)
            });
            let arms: Vec<_> = arms.collect();
            // An environment that only other operations have means this one's first server.
            let patterns = arms.iter().map(|(pattern, url)| quote!(#pattern => #url,));
            let rest = (known.len() > servers.len()).then(|| {
                let url = &arms[0].1;
                quote!(_ => #url,)
            });
            Some(quote!(match #choice { #(#patterns)* #rest }))
        }
    }
}

fn expanded(
    server: &Server,
    provider: &Provider,
    variable: &dyn Fn(&PartSource) -> TokenStream,
) -> TokenStream {
    let template = template(server, provider);
    let variables: Vec<_> = server
        .url
        .iter()
        .filter_map(|piece| match piece {
            UrlPiece::Variable(PartSource::Constant(_)) | UrlPiece::Literal(_) => None,
            UrlPiece::Variable(source) => {
                let name = &input(server, provider, source)?.name.wire;
                let value = variable(source);
                Some(quote!((#name, #value)))
            }
        })
        .collect();
    if variables.is_empty() {
        quote!(BaseUrl::parse(#template))
    } else {
        quote!(BaseUrl::expand(#template, &[#(#variables),*]))
    }
}

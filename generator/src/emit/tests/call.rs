//! The call that the tests of an operation make: a client with a secret planted in each input, and a grant.

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use quote::quote;

use super::Names;
use super::value::{self, Position, Types};
use crate::emit::auth::{self, Choice};
use crate::emit::context::{Context, Grant, is_secret};
use crate::emit::literal::ident;
use crate::emit::request::is_always_there;
use crate::model::{AuthChoice, Input, Json, PartSource, Per, Server, Token};

/// The secrets of a call, each a text of its own: by setting, by session input, by token.
#[derive(Default)]
pub(super) struct Plants {
    pub(super) settings: BTreeMap<usize, String>,
    pub(super) session: BTreeMap<usize, String>,
    pub(super) sent: BTreeMap<usize, String>,
    pub(super) received: BTreeMap<usize, String>,
}

impl Plants {
    pub(super) fn new(cx: &Context<'_>) -> Self {
        let mut count = 0;
        let mut next = || {
            count += 1;
            planted(&cx.provider().id, count)
        };
        let mut plants = Self::default();
        for (index, input) in cx.provider().settings.iter().enumerate() {
            if is_secret(input) && is_sent(cx, &PartSource::Setting(index)) {
                plants.settings.insert(index, next());
            }
        }
        for (index, input) in cx.operation.session_inputs.iter().enumerate() {
            if is_secret(input) && is_sent(cx, &PartSource::Session(index)) {
                plants.session.insert(index, next());
            }
        }
        for (index, token) in cx.operation.tokens.iter().enumerate() {
            if token.sent.is_some() {
                plants.sent.insert(index, next());
            }
            if !token.received.is_empty() {
                plants.received.insert(index, next());
            }
        }
        plants
    }

    /// The secrets of a call that shows who it is in this way.
    pub(super) fn of(&self, cx: &Context<'_>, way: Option<&AuthChoice>) -> Vec<&str> {
        let chosen = way.map_or_else(Vec::new, |way| auth::inputs(cx.provider(), way));
        let is_meant = |index: &usize| {
            !cx.provider().settings[*index].is_of_choice
                || chosen.iter().any(|(known, _)| known == index)
        };
        let settings = self.settings.iter().filter(|(index, _)| is_meant(index));
        let others = self.session.iter().chain(&self.sent).chain(&self.received);
        settings
            .chain(others)
            .map(|(_, text)| text.as_str())
            .collect()
    }
}

/// A text that can be told from everything else: no run of it stands in a name or a message, and encoding changes
/// it. The digits after the number are FNV-1a.
fn planted(provider: &str, count: usize) -> String {
    let bytes = provider.bytes().chain(count.to_string().into_bytes());
    let hash = bytes.fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    format!("planted/{count:02}-{hash:08x}")
}

/// Whether the operation's request carries a value, whichever way it shows who the client is.
fn is_sent(cx: &Context<'_>, wanted: &PartSource) -> bool {
    fn mentions(source: &PartSource, wanted: &PartSource) -> bool {
        match source {
            PartSource::Basic(user, password) => {
                mentions(user, wanted) || mentions(password, wanted)
            }
            source => source == wanted,
        }
    }
    let choices = cx
        .operation
        .request
        .choices
        .iter()
        .flat_map(|choice| &choice.parts);
    let mut parts = cx.operation.request.parts.iter().chain(choices);
    parts.any(|part| mentions(&part.source, wanted))
}

/// The functions that the tests call; `None` where some input has no value that can be written down.
pub(super) fn items(cx: &Context<'_>, plants: &Plants, names: &mut Names) -> Option<TokenStream> {
    let settings = |index: usize, input: &Input| {
        if let Some(text) = plants.settings.get(&index) {
            return Some(Json::String(text.clone()));
        }
        let is_wanted = is_always_there(input) && input.default.is_none() && !is_of_servers(input);
        let is_used = is_sent(cx, &PartSource::Setting(index));
        (is_wanted || is_used).then(|| value::sample(&cx.provider().shapes, input))
    };
    let session = |index: usize, input: &Input| match plants.session.get(&index) {
        Some(text) => Some(Json::String(text.clone())),
        None => Some(value::sample(&cx.operation.shapes, input)),
    };
    let sent = |index: usize| plants.sent.get(&index).cloned().unwrap_or_default();
    let grant = grant(cx, names, &session, &sent, &|_| None);
    if grant.is_none() && !matches!(cx.grant, Grant::Nothing) {
        return None;
    }
    let way = own_choice(cx).and_then(|choice| ways(choice).next());
    let authentication = quote!(authentication);
    let chain = chain(
        cx,
        names,
        &quote!(base_url),
        &settings,
        way.map(|_| &authentication),
    )?;
    let first = match way {
        Some(way) => Some(alternative(cx, names, way, &settings)?),
        None => None,
    };
    let client = client_function(cx, names, &chain);
    let grant = grant.map(|grant| {
        let ty = names.ty(cx, &cx.grant_type().to_string());
        quote! {
            /// What is spent.
            fn grant() -> #ty { #grant }
        }
    });
    let refresh = refresh_functions(cx, names, first.as_ref());
    Some(quote!(#client #grant #refresh))
}

fn client_function(cx: &Context<'_>, names: &mut Names, chain: &TokenStream) -> TokenStream {
    let client = names.provider_type("Client");
    let way = own_choice(cx).map(|choice| {
        let ty = names.provider_type(&choice.ty);
        quote!(, authentication: #ty)
    });
    quote! {
        /// A client with a secret planted in each input.
        fn client(base_url: &str #way) -> Result<#client, BuildError> { #chain }
    }
}

fn refresh_functions(
    cx: &Context<'_>,
    names: &mut Names,
    first: Option<&TokenStream>,
) -> TokenStream {
    let (tokens, error) = (names.ty(cx, "Tokens"), names.ty(cx, "Error"));
    let call = call(cx, &quote!(client), &quote!(grant()));
    let deprecated = deprecated(cx);
    match first {
        None => quote! {
            /// One call.
            #deprecated
            async fn refresh(base_url: &str) -> Result<#tokens, #error> {
                let client = client(base_url).expect("every setting is given");
                #call.await
            }
        },
        Some(first) => {
            let way = own_choice(cx).map(|choice| names.provider_type(&choice.ty));
            quote! {
                /// One call, by the first way to show who the client is.
                async fn refresh(base_url: &str) -> Result<#tokens, #error> {
                    refresh_as(base_url, #first).await
                }

                /// One call.
                #deprecated
                async fn refresh_as(base_url: &str, authentication: #way) -> Result<#tokens, #error> {
                    let client = client(base_url, authentication).expect("every setting is given");
                    #call.await
                }
            }
        }
    }
}

/// Calling what the vendor is about to withdraw is what the tests are for.
pub(super) fn deprecated(cx: &Context<'_>) -> Option<TokenStream> {
    cx.operation
        .is_deprecated
        .then(|| quote!(#[expect(deprecated, reason = "it is still there")]))
}

/// `client.refresh(grant())`
pub(super) fn call(cx: &Context<'_>, client: &TokenStream, grant: &TokenStream) -> TokenStream {
    let operation = cx.client.has_several().then(|| {
        let name = ident(&cx.operation.name.rust);
        quote!(.#name())
    });
    let argument = match (&cx.grant, cx.is_spent()) {
        (Grant::Nothing, _) => TokenStream::new(),
        (_, true) => grant.clone(),
        (_, false) => quote!(&#grant),
    };
    quote!(#client #operation.refresh(#argument))
}

/// `Client::builder()….build()`, with the values that the closure gives.
pub(super) fn chain(
    cx: &Context<'_>,
    names: &mut Names,
    base_url: &TokenStream,
    value: &dyn Fn(usize, &Input) -> Option<Json>,
    own_way: Option<&TokenStream>,
) -> Option<TokenStream> {
    let client = names.provider_type("Client");
    let addresses = cx.client.addresses.iter().map(|address| {
        let field = ident(&address.field);
        quote!(.#field(#base_url)?)
    });
    let mut chain = quote!(#client::builder() #(#addresses)*);
    for choice in &cx.client.choices {
        let is_own = own_choice(cx).is_some_and(|own| own.ty == choice.ty);
        let way = match (is_own, own_way) {
            (true, Some(way)) => way.clone(),
            (true, None) => continue,
            // Another operation's: any will do.
            (false, _) => match ways(choice).next() {
                Some(way) => alternative(cx, names, way, &|_, input| {
                    Some(value::sample(&cx.provider().shapes, input))
                })?,
                None => continue,
            },
        };
        let field = ident(&choice.field);
        chain.extend(quote!(.#field(#way)));
    }
    let module = names.provider_module();
    let types = Types {
        shapes: &cx.provider().shapes,
        module: &module,
    };
    for (index, input) in cx
        .provider()
        .settings
        .iter()
        .enumerate()
        .filter(|(_, input)| !input.is_of_choice)
    {
        if let Some(value) = value(index, input) {
            let name = ident(&input.name.rust);
            match value::expression(types, input, &value, Position::Method) {
                Some(value) => chain.extend(quote!(.#name(#value))),
                None if is_always_there(input) && input.default.is_none() => return None,
                None => {}
            }
        }
    }
    Some(quote!(#chain.build()))
}

/// The alternatives that need something, in the spec's order.
pub(super) fn ways<'a>(choice: &Choice<'a>) -> impl Iterator<Item = &'a AuthChoice> + use<'a> {
    choice
        .alternatives
        .iter()
        .filter(|way| !way.parts.is_empty())
}

pub(super) fn own_choice<'c>(cx: &'c Context<'_>) -> Option<&'c Choice<'c>> {
    if cx.operation.request.choices.is_empty() {
        return None;
    }
    auth::choice_of(&cx.client.choices, cx.operation)
}

/// `Authentication::ClientSecret("…".into())`
pub(super) fn alternative(
    cx: &Context<'_>,
    names: &mut Names,
    way: &AuthChoice,
    value: &dyn Fn(usize, &Input) -> Option<Json>,
) -> Option<TokenStream> {
    let choice = cx
        .client
        .choices
        .iter()
        .find(|choice| {
            choice
                .alternatives
                .iter()
                .any(|other| std::ptr::eq(other, way))
        })
        .or_else(|| own_choice(cx))?;
    let ty = names.provider_type(&choice.ty);
    let variant = ident(&way.name.rust);
    let module = names.provider_module();
    let types = Types {
        shapes: &cx.provider().shapes,
        module: &module,
    };
    let inputs = auth::inputs(cx.provider(), way);
    let mut values = Vec::new();
    for (index, input) in &inputs {
        let value = value(*index, input)?;
        values.push(value::expression(types, input, &value, Position::Field)?);
    }
    let names = inputs.iter().map(|(_, input)| ident(&input.name.rust));
    Some(match values.as_slice() {
        [] => quote!(#ty::#variant),
        [value] => quote!(#ty::#variant(#value)),
        values => quote!(#ty::#variant { #(#names: #values),* }),
    })
}

/// The grant's expression; `None` where there is none, or a value that cannot be written down.
pub(super) fn grant(
    cx: &Context<'_>,
    names: &mut Names,
    value: &dyn Fn(usize, &Input) -> Option<Json>,
    text: &dyn Fn(usize) -> String,
    server: &dyn Fn(&[Server]) -> Option<String>,
) -> Option<TokenStream> {
    let mut token = |token: &Token, index: usize| {
        let (ty, text) = (names.ty(cx, &token.ty), text(index));
        quote!(#ty::new(#text))
    };
    let sent = cx
        .operation
        .tokens
        .iter()
        .enumerate()
        .filter(|(_, token)| token.sent.is_some());
    let mut sent: Vec<_> = sent
        .map(|(index, of)| (ident(&of.name.rust), token(of, index)))
        .collect();
    match cx.grant {
        Grant::Nothing => return None,
        Grant::Token(_) => return sent.pop().map(|(_, token)| token),
        Grant::Fields => {}
    }
    let module = names.operation_module();
    let types = Types {
        shapes: &cx.operation.shapes,
        module: &module,
    };
    let mut fields: Vec<TokenStream> = sent
        .into_iter()
        .map(|(name, token)| quote!(#name: #token))
        .collect();
    for (index, input) in cx.operation.session_inputs.iter().enumerate() {
        let name = ident(&input.name.rust);
        let value = match value(index, input) {
            Some(value) => value::expression(types, input, &value, Position::Field),
            None => None,
        };
        fields.push(match (value, is_always_there(input)) {
            (Some(value), true) => quote!(#name: #value),
            (Some(value), false) => quote!(#name: Some(#value)),
            (None, false) => quote!(#name: None),
            (None, true) => return None,
        });
    }
    if cx.address().is_chosen_by_session {
        let servers = cx.address().servers;
        let variant =
            server(servers).or_else(|| servers.first().map(|server| server.name.rust.clone()))?;
        let (name, variant) = (ident(&cx.provider().server_name.rust), ident(&variant));
        let ty = names.provider_type("Environment");
        fields.push(quote!(#name: #ty::#variant));
    }
    let ty = names.ty(cx, "Grant");
    Some(quote!(#ty { #(#fields),* }))
}

/// Whether only server variables are filled from it: a custom base URL makes it needless.
fn is_of_servers(input: &Input) -> bool {
    input.per == Per::Client
        && !input.keys.is_empty()
        && input.keys.iter().all(|key| key.starts_with("$server."))
}

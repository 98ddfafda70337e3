//! The call that the tests of an operation make: a client with a secret planted in each input, and a grant.

use std::collections::BTreeMap;

use quote::quote;
use syn::{Attribute, Expr, Item};

use super::value::{self, Position, Types};
use super::{Names, write};
use crate::emit::auth::{self, Choice};
use crate::emit::context::{Context, Grant, is_secret};
use crate::emit::request::is_always_there;
use crate::emit::{ast, item};
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
pub(super) fn items(cx: &Context<'_>, plants: &Plants, names: &mut Names) -> Option<Vec<Item>> {
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
    let chain = chain(
        cx,
        names,
        &|| write::local("base_url"),
        &settings,
        way.map(|_| write::local("authentication")),
    )?;
    let first = match way {
        Some(way) => Some(alternative(cx, names, way, &settings)?),
        None => None,
    };
    let mut items = vec![client_function(cx, names, chain)];
    if let Some(grant) = grant {
        let ty = names.ty(cx, &cx.grant_type().to_string());
        let function = write::Function {
            attributes: vec![item::doc("What is spent.")],
            name: "grant",
            output: Some(write::ty(ty)),
            ..write::Function::default()
        };
        items.push(function.of(vec![ast::value(grant)]));
    }
    items.extend(refresh_functions(cx, names, first));
    Some(items)
}

fn client_function(cx: &Context<'_>, names: &mut Names, chain: Expr) -> Item {
    let client = write::ty(names.provider_type("Client"));
    let mut inputs = vec![("base_url", write::text_type())];
    if let Some(choice) = own_choice(cx) {
        inputs.push(("authentication", write::ty(names.provider_type(&choice.ty))));
    }
    let function = write::Function {
        attributes: vec![item::doc("A client with a secret planted in each input.")],
        name: "client",
        inputs,
        output: Some(item::generic(
            "Result",
            vec![client, item::ty("BuildError")],
        )),
        ..write::Function::default()
    };
    function.of(vec![ast::value(chain)])
}

fn refresh_functions(cx: &Context<'_>, names: &mut Names, first: Option<Expr>) -> Vec<Item> {
    let mut output = || {
        let types = ["Tokens", "Error"].map(|name| write::ty(names.ty(cx, name)));
        Some(item::generic("Result", types.into()))
    };
    let (output, further) = (output(), output());
    let function = |doc: &str, name, inputs, output| write::Function {
        attributes: vec![item::doc(doc)],
        is_async: true,
        name,
        inputs,
        output,
    };
    let base_url = || ("base_url", write::text_type());
    let made = |inputs: &[&str]| {
        let inputs = inputs.iter().map(|name| write::local(name)).collect();
        let client = ast::call(&["client"], inputs);
        let client = ast::method(client, "expect", vec![ast::text("every setting is given")]);
        let call = call(cx, write::local("client"), Some(write::made("grant")));
        vec![ast::bind("client", client), ast::value(ast::awaited(call))]
    };
    let Some(first) = first else {
        let mut refresh = function("One call.", "refresh", vec![base_url()], output);
        refresh.attributes.extend(deprecated(cx));
        return vec![refresh.of(made(&["base_url"]))];
    };
    let docs = "One call, by the first way to show who the client is.";
    let refresh = function(docs, "refresh", vec![base_url()], output);
    let first = ast::call(&["refresh_as"], vec![write::local("base_url"), first]);
    let mut inputs = vec![base_url()];
    if let Some(choice) = own_choice(cx) {
        inputs.push(("authentication", write::ty(names.provider_type(&choice.ty))));
    }
    let mut refresh_as = function("One call.", "refresh_as", inputs, further);
    refresh_as.attributes.extend(deprecated(cx));
    vec![
        refresh.of(vec![ast::value(ast::awaited(first))]),
        refresh_as.of(made(&["base_url", "authentication"])),
    ]
}

/// Calling what the vendor is about to withdraw is what the tests are for.
pub(super) fn deprecated(cx: &Context<'_>) -> Option<Attribute> {
    cx.operation.is_deprecated.then(|| {
        let reason = quote!(deprecated, reason = "it is still there");
        item::list("expect", reason)
    })
}

/// `client.refresh(grant())`
pub(super) fn call(cx: &Context<'_>, client: Expr, grant: Option<Expr>) -> Expr {
    let client = if cx.client.has_several() {
        ast::method(client, &cx.operation.name.rust, Vec::new())
    } else {
        client
    };
    let argument = match (&cx.grant, cx.is_spent()) {
        (Grant::Nothing, _) => None,
        (_, true) => grant,
        (_, false) => grant.map(ast::borrow),
    };
    ast::method(client, "refresh", argument.into_iter().collect())
}

/// `Client::builder()….build()`, with the values that the closure gives.
pub(super) fn chain(
    cx: &Context<'_>,
    names: &mut Names,
    base_url: &dyn Fn() -> Expr,
    value: &dyn Fn(usize, &Input) -> Option<Json>,
    mut own_way: Option<Expr>,
) -> Option<Expr> {
    let client = names.provider_type("Client");
    let mut chain = write::call(write::within(client, "builder"), Vec::new());
    for address in &cx.client.addresses {
        let given = ast::method(chain, &address.field, vec![base_url()]);
        chain = ast::question(given);
    }
    for choice in &cx.client.choices {
        let is_own = own_choice(cx).is_some_and(|own| own.ty == choice.ty);
        let way = match (is_own, own_way.take_if(|_| is_own)) {
            (true, Some(way)) => way,
            (true, None) => continue,
            // Another operation's: any will do.
            (false, _) => match ways(choice).next() {
                Some(way) => alternative(cx, names, way, &|_, input| {
                    Some(value::sample(&cx.provider().shapes, input))
                })?,
                None => continue,
            },
        };
        chain = ast::method(chain, &choice.field, vec![way]);
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
            match value::expression(types, input, &value, Position::Method) {
                Some(value) => chain = ast::method(chain, &input.name.rust, vec![value]),
                None if is_always_there(input) && input.default.is_none() => return None,
                None => {}
            }
        }
    }
    Some(ast::method(chain, "build", Vec::new()))
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
) -> Option<Expr> {
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
    let variant = write::within(ty, &way.name.rust);
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
    Some(match values.len() {
        0 => write::at(variant),
        1 => write::call(variant, values),
        _ => {
            let mut fields = ast::Fields::new();
            for ((_, input), value) in inputs.iter().zip(values) {
                fields.put(&input.name.rust, value);
            }
            fields.with(variant, None)
        }
    })
}

/// The grant's expression; `None` where there is none, or a value that cannot be written down.
pub(super) fn grant(
    cx: &Context<'_>,
    names: &mut Names,
    value: &dyn Fn(usize, &Input) -> Option<Json>,
    text: &dyn Fn(usize) -> String,
    server: &dyn Fn(&[Server]) -> Option<String>,
) -> Option<Expr> {
    let mut token = |token: &Token, index: usize| {
        let new = write::within(names.ty(cx, &token.ty), "new");
        write::call(new, vec![ast::text(&text(index))])
    };
    let sent = cx
        .operation
        .tokens
        .iter()
        .enumerate()
        .filter(|(_, token)| token.sent.is_some());
    let mut sent: Vec<_> = sent
        .map(|(index, of)| (of.name.rust.as_str(), token(of, index)))
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
    let mut fields = ast::Fields::new();
    for (name, token) in sent {
        fields.put(name, token);
    }
    for (index, input) in cx.operation.session_inputs.iter().enumerate() {
        let value = match value(index, input) {
            Some(value) => value::expression(types, input, &value, Position::Field),
            None => None,
        };
        let value = match (value, is_always_there(input)) {
            (Some(value), true) => value,
            (value, false) => ast::option(value),
            (None, true) => return None,
        };
        fields.put(&input.name.rust, value);
    }
    if cx.address().is_chosen_by_session {
        let servers = cx.address().servers;
        let variant =
            server(servers).or_else(|| servers.first().map(|server| server.name.rust.clone()))?;
        let variant = write::within(names.provider_type("Environment"), &variant);
        fields.put(&cx.provider().server_name.rust, write::at(variant));
    }
    Some(fields.with(names.ty(cx, "Grant"), None))
}

/// Whether only server variables are filled from it: a custom base URL makes it needless.
fn is_of_servers(input: &Input) -> bool {
    input.per == Per::Client
        && !input.keys.is_empty()
        && input.keys.iter().all(|key| key.starts_with("$server."))
}

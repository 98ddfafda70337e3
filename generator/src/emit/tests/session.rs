//! Tests of a session: begun, read, refreshed and ended, over the strict server.

use syn::{Expr, Item};

use super::call::{self, Plants};
use super::{Names, test, value, write};
use crate::emit::context::{Context, Grant};
use crate::emit::token_set::Held;
use crate::emit::{ast, item};
use crate::model::Json;

/// The test, and what it puts in.
pub(super) fn tests(cx: &Context<'_>, plants: &Plants, names: &mut Names) -> Vec<Item> {
    if cx.access().is_extended {
        // The check tells one token from the next, and here there is no next.
        return Vec::new();
    }
    let check = match (cx.has_sign_in(), cx.access().is_single_use()) {
        (true, false) => "check_session",
        (true, true) => "check_single_use_session",
        (false, false) => "check_own_session",
        // Whoever may ask for tokens without end has no need of one that is good for one use.
        (false, true) => return Vec::new(),
    };
    let Some(client) = client(cx, plants, names) else {
        return Vec::new();
    };
    names.testing.insert(check);
    let success = ast::borrow(write::made("success"));
    let mut arguments = vec![write::closure("base_url", client), success];
    let mut items = Vec::new();
    if cx.has_sign_in() {
        items.push(signed_in(cx, names));
        arguments.push(write::local("signed_in"));
    }
    let deprecated = call::deprecated(cx).filter(|_| cx.client.has_several());
    items.push(test(
        deprecated.into_iter().collect(),
        &["A session's token is there when it is asked for, refreshed when that is due, and no grant is spent twice."],
        "session",
        None,
        vec![write::awaited(ast::call(&[check], arguments))],
    ));
    items
}

/// What makes the calls, for this base URL.
fn client(cx: &Context<'_>, plants: &Plants, names: &mut Names) -> Option<Expr> {
    let mut inputs = vec![write::local("base_url")];
    if let Some(way) = call::own_choice(cx).and_then(|choice| call::ways(choice).next()) {
        let value = |index: usize, input: &crate::model::Input| {
            let text = plants.settings.get(&index).cloned();
            let sample = || value::sample(&cx.provider().shapes, input);
            Some(text.map_or_else(sample, Json::String))
        };
        inputs.push(call::alternative(cx, names, way, &value)?);
    }
    let client = ast::call(&["client"], inputs);
    let client = ast::method(client, "expect", vec![ast::text("every setting is given")]);
    Some(if cx.client.has_several() {
        ast::method(client, &cx.operation.name.rust, Vec::new())
    } else {
        client
    })
}

/// The token set that a sign-in gives.
fn signed_in(cx: &Context<'_>, names: &mut Names) -> Item {
    let held = Held::of(cx);
    let given = || ast::method(write::local("given"), "token", Vec::new());
    let mut fields = ast::Fields::new();
    for other in &held.others {
        let token = given();
        let token = if other.is_required {
            token
        } else {
            ast::option(Some(token))
        };
        fields.put(&other.token.name.rust, token);
    }
    match cx.grant {
        Grant::Nothing => {}
        Grant::Token(token) => fields.put(&token.name.rust, given()),
        Grant::Fields => {
            let mut grant = ast::Fields::new();
            for token in cx.sent() {
                grant.put(&token.name.rust, given());
            }
            let is_more =
                !cx.operation.session_inputs.is_empty() || cx.address().is_chosen_by_session;
            let rest = is_more.then(|| write::made("grant"));
            let grant = match (grant.is_empty(), rest) {
                (true, Some(rest)) => rest,
                (_, rest) => grant.with(names.ty(cx, "Grant"), rest),
            };
            fields.put(&held.grant, grant);
        }
    }
    for extra in held.extras {
        fields.put(&extra.name.rust, ast::option(None));
    }
    names.testing.insert("SignedIn");
    let mut token_set = || names.ty(cx, "TokenSet");
    let function = write::Function {
        attributes: vec![item::doc("What a sign-in gives.")],
        name: "signed_in",
        inputs: vec![("given", write::reference(item::ty("SignedIn")))],
        output: Some(write::ty(token_set())),
        ..write::Function::default()
    };
    function.of(vec![ast::value(fields.with(token_set(), None))])
}

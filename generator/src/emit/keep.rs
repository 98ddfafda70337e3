//! Turns an operation into how its sessions are kept: the grant made of what is kept, and a token set written down.

use quote::quote;
use syn::{Expr, Item, Stmt, Visibility};

use super::context::{Context, Grant};
use super::literal::ident;
use super::request::is_always_there;
use super::token_set::Held;
use super::{ast, item};

/// The implementations of `Keep` and, where a session begins with something, of `SignIn`.
pub(crate) fn keep(cx: &Context<'_>) -> Vec<Item> {
    let mut items = vec![implementation(cx)];
    if cx.has_sign_in() {
        items.push(sign_in(cx));
    }
    items
}

fn implementation(cx: &Context<'_>) -> Item {
    let access = ident(&cx.access().ty);
    let name = stored_as(cx);
    let mut items = item::functions(&quote! {
        type Access = #access;
        const STORED_AS: &'static str = #name;
    });
    let kept = ident(match cx.grant {
        Grant::Nothing => "_kept",
        _ => "kept",
    });
    items.push(item::function(
        Vec::new(),
        Visibility::Inherited,
        quote!(fn grant(#kept: &Kept) -> Result<Self::Grant, Missing>),
        vec![ast::value(grant(cx))],
    ));
    let this = ast::named(&["self"]);
    let client = if cx.client.has_several() {
        ast::field(this, "client")
    } else {
        this
    };
    items.push(item::function(
        Vec::new(),
        Visibility::Inherited,
        quote!(fn transport(&self) -> &SharedTransport),
        vec![ast::value(ast::borrow(ast::field(client, "transport")))],
    ));
    item::implementation(Some("Keep"), &cx.actor(), items)
}

/// Names of the spec, so that a record outlives whatever Rust calls them.
fn stored_as(cx: &Context<'_>) -> String {
    let id = &cx.provider().id;
    if cx.client.has_several() {
        format!("{id}/{}", cx.operation.name.wire)
    } else {
        id.clone()
    }
}

/// The grant, made of what is kept.
fn grant(cx: &Context<'_>) -> Expr {
    let kept = |name: &str, arguments| ast::method(ast::named(&["kept"]), name, arguments);
    let input = |name: &str, wire: &str| ast::question(kept(name, vec![ast::text(wire)]));
    match cx.grant {
        Grant::Nothing => ast::call(&["Ok"], vec![ast::nothing()]),
        Grant::Token(_) => kept("grant", Vec::new()),
        Grant::Fields => {
            let mut fields = ast::Fields::new();
            for token in cx.sent() {
                fields.put(&token.name.rust, ast::question(kept("grant", Vec::new())));
            }
            for value in &cx.operation.session_inputs {
                let name = if is_always_there(value) {
                    "input"
                } else {
                    "input_if_any"
                };
                fields.put(&value.name.rust, input(name, &value.name.wire));
            }
            if cx.address().is_chosen_by_session {
                let name = &cx.provider().server_name;
                fields.put(&name.rust, input("input", &name.wire));
            }
            ast::call(&["Ok"], vec![fields.of("Grant", None)])
        }
    }
}

fn sign_in(cx: &Context<'_>) -> Item {
    let mut items = item::functions(&quote!(
        type TokenSet = TokenSet;
    ));
    items.push(item::function(
        Vec::new(),
        Visibility::Inherited,
        quote!(fn keep(tokens: TokenSet) -> Kept),
        written(cx),
    ));
    item::implementation(Some("SignIn"), &cx.actor(), items)
}

/// A token set, written down.
fn written(cx: &Context<'_>) -> Vec<Stmt> {
    let held = Held::of(cx);
    let put =
        |name: &str, arguments| ast::statement(ast::method(ast::named(&["kept"]), name, arguments));
    let tokens = |name: &str| ast::field(ast::named(&["tokens"]), name);
    let new = ast::call(&["Kept", "new"], Vec::new());
    let mut statements = vec![ast::bind_mut("kept", new)];
    for other in &held.others {
        let name = if other.is_required {
            "put"
        } else {
            "put_if_any"
        };
        statements.push(put(name, vec![tokens(&other.token.name.rust)]));
    }
    match cx.grant {
        Grant::Nothing => {}
        Grant::Token(token) => statements.push(put("put", vec![tokens(&token.name.rust)])),
        Grant::Fields => {
            let of_grant = |name: &str| ast::field(tokens(&held.grant), name);
            for token in cx.sent() {
                statements.push(put("put", vec![of_grant(&token.name.rust)]));
            }
            let inputs = cx.operation.session_inputs.iter().map(|input| &input.name);
            let server = cx.address().is_chosen_by_session;
            for name in inputs.chain(server.then_some(&cx.provider().server_name)) {
                let value = ast::borrow(of_grant(&name.rust));
                statements.push(put("put_input", vec![ast::text(&name.wire), value]));
            }
        }
    }
    for extra in held.extras {
        let name = ast::text(&extra.name.wire);
        let value = tokens(&extra.name.rust);
        statements.push(put("put_extra_if_any", vec![name, value]));
    }
    statements.push(ast::value(ast::named(&["kept"])));
    statements
}

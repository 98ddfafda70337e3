//! Turns what a session is made of into `TokenSet`: what an application has after sign-in, and what is kept.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Expr, Item, Visibility};

use super::context::{Context, Grant, is_always_had, is_had, optional, token_field};
use super::docs::code;
use super::literal::ident;
use super::{ast, item, parsed};
use crate::model::{Extra, Token};

/// What a token set holds beside the grant.
pub(crate) struct Held<'a> {
    /// The field of the grant, where that is a struct.
    pub(crate) grant: String,
    /// The tokens that are not sent.
    pub(crate) others: Vec<Other<'a>>,
    /// The values that are kept with the tokens.
    pub(crate) extras: &'a [Extra],
}

/// A token that is not sent.
pub(crate) struct Other<'a> {
    pub(crate) token: &'a Token,
    /// Whether a token set cannot be without it.
    pub(crate) is_required: bool,
    /// Whether `Tokens` may lack it.
    is_optional: bool,
}

impl<'a> Held<'a> {
    pub(crate) fn of(cx: &Context<'a>) -> Self {
        let others: Vec<_> = others(cx).collect();
        let extras = &cx.operation.lifecycle.extras;
        let tokens = others.iter().map(|other| &other.token.name.rust);
        let taken: Vec<_> = tokens
            .chain(extras.iter().map(|extra| &extra.name.rust))
            .collect();
        let mut grant = "grant".to_owned();
        while taken.contains(&&grant) {
            grant.push('_');
        }
        Self {
            grant,
            others,
            extras,
        }
    }
}

fn others<'a>(cx: &Context<'a>) -> impl Iterator<Item = Other<'a>> {
    let tokens = cx.operation.tokens.iter();
    let kept = tokens.filter(|token| token.sent.is_none());
    kept.filter(|token| token.is_extended || !token.received.is_empty())
        .map(|token| Other {
            token,
            is_required: token.is_extended,
            is_optional: !is_always_had(token),
        })
}

/// `TokenSet`; nothing where a session begins with nothing.
pub(crate) fn token_set(cx: &Context<'_>) -> Vec<Item> {
    if !cx.has_sign_in() {
        return Vec::new();
    }
    let held = Held::of(cx);
    let mut items = vec![declared(cx, &held)];
    if let Some(grant) = cx.staying_grant() {
        items.extend([makers(cx, grant, &held), update(cx, grant, &held)]);
        if matches!(cx.grant, Grant::Token(_)) {
            items.push(as_ref(grant));
        }
    }
    items.extend(from_beginning(cx, &held));
    items.extend(from_tokens(cx, &held));
    items
}

fn declared(cx: &Context<'_>, held: &Held<'_>) -> Item {
    let tokens = &cx.operation.tokens;
    let derives: &[&str] = if tokens.iter().any(Token::is_single_use) {
        &["Debug"]
    } else {
        &["Clone", "Debug"]
    };
    let docs = match cx.staying_grant() {
        Some(_) => "The tokens to keep. The refresh token stays until a refresh brings another.",
        None => "The tokens to keep.",
    };
    let mut fields = item::Fields::default();
    for Other {
        token, is_required, ..
    } in &held.others
    {
        let name = code(&token.name.wire);
        let ty = item::ty(&token.ty);
        let (docs, ty) = if *is_required {
            let docs = format!("The {name}, which each refresh gives more time.");
            (docs, ty)
        } else {
            (format!("The last {name}, if there was one."), optional(ty))
        };
        fields.public(vec![item::doc(&docs)], &token.name.rust, ty);
    }
    let sent = || vec![item::doc("What the next refresh sends.")];
    match cx.grant {
        Grant::Nothing => {}
        Grant::Token(token) => fields.public(sent(), &token.name.rust, item::ty(&token.ty)),
        Grant::Fields => fields.public(sent(), &held.grant, item::ty("Grant")),
    }
    for extra in held.extras {
        let docs = format!("The last {}, if there was one.", code(&extra.name.wire));
        let ty = optional(item::ty("Json"));
        fields.public(vec![item::doc(&docs)], &extra.name.rust, ty);
    }
    let attributes = vec![item::doc(docs), item::derive(derives)];
    fields.strukt(attributes, item::public(), &ident("TokenSet"))
}

fn this() -> Expr {
    ast::named(&["self"])
}

/// The fields of a token set, with nothing in them beside the grant.
fn empty(held: &Held<'_>) -> ast::Fields {
    let mut fields = ast::Fields::new();
    for other in &held.others {
        fields.put(&other.token.name.rust, ast::option(None));
    }
    fields
}

fn no_extras(held: &Held<'_>, fields: &mut ast::Fields) {
    for extra in held.extras {
        fields.put(&extra.name.rust, ast::option(None));
    }
}

/// The fields of a token set beside the grant and the extras, from `Tokens`.
fn taken(held: &Held<'_>, of: &dyn Fn() -> Expr) -> ast::Fields {
    let mut fields = ast::Fields::new();
    for other in &held.others {
        let name = &other.token.name.rust;
        let value = ast::field(of(), name);
        let is_whole = other.is_optional || other.is_required;
        let value = if is_whole {
            value
        } else {
            ast::option(Some(value))
        };
        fields.put(name, value);
    }
    fields
}

fn taken_extras(held: &Held<'_>, of: &dyn Fn() -> Expr, fields: &mut ast::Fields) {
    for extra in held.extras {
        fields.put(&extra.name.rust, ast::field(of(), &extra.name.rust));
    }
}

/// `Tokens::from_refresh` and `Tokens::or_keep`, where the refresh token that was sent may be the one to keep.
fn makers(cx: &Context<'_>, grant: &Token, held: &Held<'_>) -> Item {
    let (name, argument) = match cx.grant {
        Grant::Token(_) => {
            let (name, ty) = (ident(&grant.name.rust), ident(&grant.ty));
            (&grant.name.rust, quote!(#name: impl Into<#ty>))
        }
        _ => (&held.grant, quote!(grant: Grant)),
    };
    let mut new = empty(held);
    new.put(name, given(cx, grant));
    no_extras(held, &mut new);
    let mut kept = taken(held, &this);
    kept.put(name, kept_grant(cx, grant));
    taken_extras(held, &this, &mut kept);
    let from_docs = "A token set that has only a stored refresh token yet: refresh it.";
    let keep_docs = "These tokens, and the refresh token that was sent where none came.";
    let maker = |docs: &str, signature: TokenStream, fields: ast::Fields| {
        item::function(
            vec![item::doc(docs), item::word("must_use")],
            item::public(),
            signature,
            vec![ast::value(fields.of("TokenSet", None))],
        )
    };
    let functions = vec![
        maker(
            from_docs,
            quote!(fn from_refresh(#argument) -> TokenSet),
            new,
        ),
        maker(
            keep_docs,
            quote!(fn or_keep(self, #argument) -> TokenSet),
            kept,
        ),
    ];
    item::implementation(None, &ident("Tokens"), functions)
}

/// What was given, as the grant of a token set.
fn given(cx: &Context<'_>, grant: &Token) -> Expr {
    match cx.grant {
        Grant::Token(_) => {
            let name = ident(&grant.name.rust);
            ast::method(ast::local(&name), "into", Vec::new())
        }
        _ => ast::named(&["grant"]),
    }
}

/// The new grant where one came, else the one that was given.
fn kept_grant(cx: &Context<'_>, grant: &Token) -> Expr {
    let given = given(cx, grant);
    let Some(received) = received_grant(cx, grant) else {
        return given;
    };
    let new = ast::field(this(), received);
    if let Grant::Token(_) = cx.grant {
        return ast::method(new, "unwrap_or_else", vec![ast::closure(given)]);
    }
    let old = ast::field(given, &grant.name.rust);
    let mut fields = ast::Fields::new();
    let new = ast::method(new, "unwrap_or", vec![old]);
    fields.put(&grant.name.rust, new);
    fields.of("Grant", Some(ast::named(&["grant"])))
}

/// The grant's field in `Tokens`, where it is ever received.
fn received_grant<'a>(cx: &Context<'a>, grant: &Token) -> Option<&'a str> {
    let index = cx
        .operation
        .tokens
        .iter()
        .position(|token| token.name == grant.name)?;
    token_field(cx.operation, index).map(|(field, _)| field)
}

fn update(cx: &Context<'_>, grant: &Token, held: &Held<'_>) -> Item {
    let docs = "Takes over what a refresh brought. Without a new refresh token, the old one stays.";
    let tokens = || ast::named(&["tokens"]);
    let mut statements = Vec::new();
    for other in held.others.iter().filter(|other| is_had(other.token)) {
        let name = &other.token.name.rust;
        let new = ast::field(tokens(), name);
        let new = if other.is_optional {
            new
        } else {
            ast::option(Some(new))
        };
        statements.push(ast::assign(ast::field(this(), name), new));
    }
    if let Some(received) = received_grant(cx, grant) {
        let whole = match cx.grant {
            Grant::Token(_) => this(),
            _ => ast::field(this(), &held.grant),
        };
        let local = ident(&grant.name.rust);
        let old = ast::field(whole, &grant.name.rust);
        let keep = vec![ast::assign(old, ast::local(&local))];
        let new = ast::field(tokens(), received);
        statements.push(ast::value(ast::if_some(&local, new, keep)));
    }
    for extra in held.extras {
        let name = &extra.name.rust;
        let old = ast::field(this(), name);
        let kept = ast::method(old, "take", Vec::new());
        let new = ast::method(ast::field(tokens(), name), "or", vec![kept]);
        statements.push(ast::assign(ast::field(this(), name), new));
    }
    let function = item::function(
        vec![item::doc(docs)],
        item::public(),
        quote!(fn update(&mut self, tokens: Tokens)),
        statements,
    );
    item::implementation(None, &ident("TokenSet"), vec![function])
}

fn as_ref(grant: &Token) -> Item {
    let ty = ident(&grant.ty);
    let items = parsed(quote!(impl AsRef<#ty> for TokenSet {}));
    let field = ast::borrow(ast::field(this(), &grant.name.rust));
    let function = item::function(
        Vec::new(),
        Visibility::Inherited,
        quote!(fn as_ref(&self) -> &#ty),
        vec![ast::value(field)],
    );
    item::filled(items, function)
}

/// From what a session begins with, where that is one value.
fn from_beginning(cx: &Context<'_>, held: &Held<'_>) -> Option<Item> {
    let mut required = held.others.iter().filter(|other| other.is_required);
    let (name, ty) = match (&cx.grant, required.next(), required.next()) {
        (Grant::Token(token), None, _) => (&token.name.rust, token.ty.as_str()),
        (Grant::Fields, None, _) => (&held.grant, "Grant"),
        (Grant::Nothing, Some(other), None) => (&other.token.name.rust, other.token.ty.as_str()),
        _ => return None,
    };
    if cx.staying_grant().is_some() {
        let value = ast::local(&ident(name));
        let made = ast::call(&["Tokens", "from_refresh"], vec![value]);
        return Some(from(ty, name, made));
    }
    let mut fields = ast::Fields::new();
    for other in held.others.iter().filter(|other| !other.is_required) {
        fields.put(&other.token.name.rust, ast::option(None));
    }
    fields.put(name, ast::local(&ident(name)));
    no_extras(held, &mut fields);
    Some(from(ty, name, fields.of("Self", None)))
}

/// From what a refresh or a sign-in brings, where nothing is lacking then.
fn from_tokens(cx: &Context<'_>, held: &Held<'_>) -> Option<Item> {
    let has_inputs = !cx.operation.session_inputs.is_empty() || cx.address().is_chosen_by_session;
    let is_whole =
        cx.sent().all(is_always_had) && held.others.iter().all(|other| !other.is_required);
    if has_inputs || !is_whole {
        return None;
    }
    let tokens = || ast::named(&["tokens"]);
    let mut fields = taken(held, &tokens);
    match cx.grant {
        Grant::Nothing => return None,
        Grant::Token(token) => {
            fields.put(&token.name.rust, ast::field(tokens(), &token.name.rust));
        }
        Grant::Fields => {
            let mut grant = ast::Fields::new();
            for token in cx.sent() {
                grant.put(&token.name.rust, ast::field(tokens(), &token.name.rust));
            }
            fields.put(&held.grant, grant.of("Grant", None));
        }
    }
    taken_extras(held, &tokens, &mut fields);
    Some(from("Tokens", "tokens", fields.of("Self", None)))
}

/// `impl From<Type> for TokenSet`
fn from(ty: &str, name: &str, made: Expr) -> Item {
    let (ty, name) = (ident(ty), ident(name));
    let items = parsed(quote!(impl From<#ty> for TokenSet {}));
    let function = item::function(
        Vec::new(),
        Visibility::Inherited,
        quote!(fn from(#name: #ty) -> Self),
        vec![ast::value(made)],
    );
    item::filled(items, function)
}

//! Turns the parts of a request into the statements that fill a `RequestBuilder`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Expr, Stmt, parse_quote};

use super::context::{Context, Grant, is_secret};
use super::literal::{self, ident};
use super::{address, ast, auth};
use crate::model::{Body, Generator, Input, Part, PartSource, PathPiece, Place, ShapeKind, Type};

/// The body of `Provider::request`.
pub(crate) fn body(cx: &Context<'_>) -> Vec<Stmt> {
    let request = &cx.operation.request;
    let mut body = vec![settings(cx)];
    body.extend(begin(cx));
    body.extend(request.path.iter().map(|piece| match piece {
        PathPiece::Literal(text) => say("segment_literal", vec![ast::text(text)]),
        PathPiece::Part(index) => statement(cx, &request.parts[*index], false),
    }));
    body.extend(
        request
            .accept
            .iter()
            .map(|accept| say("accept", vec![ast::text(accept)])),
    );
    body.extend(auth::statement(cx));
    body.extend(content_type(&request.body).map(|name| say("content_type", vec![ast::text(name)])));
    let in_path = |part: &&Part| matches!(part.place, Place::Path(_));
    let parts = request.parts.iter().filter(|part| !in_path(part));
    body.extend(parts.map(|part| statement(cx, part, false)));
    body.push(ast::value(ast::method(
        ast::named(&["request"]),
        "finish",
        Vec::new(),
    )));
    body
}

/// `request.name(…);`
fn say(name: &str, arguments: Vec<Expr>) -> Stmt {
    ast::statement(ast::method(ast::named(&["request"]), name, arguments))
}

/// The client's settings.
fn settings(cx: &Context<'_>) -> Stmt {
    let this = ast::named(&["self"]);
    let client = if cx.client.has_several() {
        ast::field(this, "client")
    } else {
        this
    };
    let settings = ast::field(client, "settings");
    ast::bind("settings", ast::borrow(ast::inside(settings)))
}

fn begin(cx: &Context<'_>) -> Vec<Stmt> {
    let method = &cx.operation.request.method;
    let address = cx.address();
    let field = ident(&address.field);
    if !address.is_of_session {
        let base_url = ast::borrow(ast::field(ast::named(&["settings"]), &address.field));
        let new = ast::call(
            &["RequestBuilder", "new"],
            vec![ast::text(method), base_url],
        );
        return vec![ast::bind_mut("request", new)];
    }
    let environment = ident(&cx.provider().server_name.rust);
    let choice = if address.is_chosen_by_session {
        quote!(grant.#environment)
    } else {
        quote!(settings.environment)
    };
    let variable = |source: &PartSource| match source {
        PartSource::Session(index) => {
            let name = ident(&cx.operation.session_inputs[*index].name.rust);
            quote!(&grant.#name)
        }
        PartSource::Setting(index) => {
            let name = ident(&cx.provider().settings[*index].name.rust);
            quote!(&settings.#name)
        }
        _ => TokenStream::new(),
    };
    let made = address::resolved(address, cx.client, &choice, &variable);
    let made = made.expect("an address of the session has servers");
    ast::parsed(quote! {
        let base_url = match &settings.#field {
            Some(url) => url.clone(),
            None => #made?,
        };
        let mut request = RequestBuilder::new(#method, &base_url);
    })
}

fn content_type(body: &Body) -> Option<&str> {
    match body {
        Body::Json(media_type) => Some(media_type),
        Body::Form => Some("application/x-www-form-urlencoded"),
        Body::Empty | Body::Text(_) => None,
    }
}

/// Fills in one part.
pub(super) fn statement(cx: &Context<'_>, part: &Part, is_of_choice: bool) -> Stmt {
    if let PartSource::Basic(user, password) = &part.source {
        let user = credential(cx, user, is_of_choice);
        let password = credential(cx, password, is_of_choice);
        return say("basic", vec![user, password]);
    }
    let Some(input) = input(cx, &part.source) else {
        let is_hidden = matches!(part.source, PartSource::Token(_));
        return call(cx, part, value(cx, part), is_hidden);
    };
    let name = ident(&input.name.rust);
    let is_hidden = is_secret(input);
    if is_of_choice && input.is_of_choice {
        return call(cx, part, ast::local(&name), is_hidden);
    }
    let of = ast::field(owner(&part.source), &input.name.rust);
    let is_borrowed = is_hidden || !is_copy(cx, part, &input.ty);
    let of = if is_borrowed { ast::borrow(of) } else { of };
    if is_always_there(input) {
        return call(cx, part, of, is_hidden);
    }
    let fill = call(cx, part, ast::local(&name), is_hidden);
    ast::value(ast::if_some(&name, of, vec![fill]))
}

/// Whether a value is handed on as it is.
fn is_copy(cx: &Context<'_>, part: &Part, ty: &Type) -> bool {
    let shapes = match part.source {
        PartSource::Session(_) => &cx.operation.shapes,
        _ => &cx.provider().shapes,
    };
    match ty {
        Type::Bool | Type::Int32 | Type::Int64 | Type::UInt64 | Type::Float => true,
        Type::Shape(id) => matches!(shapes[id.0].kind, ShapeKind::IntegerEnum(_)),
        _ => false,
    }
}

/// Whether the settings hold the value itself, not an option of it.
pub(super) fn is_always_there(input: &Input) -> bool {
    input.is_required || input.default.is_some()
}

fn input<'a>(cx: &Context<'a>, source: &PartSource) -> Option<&'a Input> {
    match source {
        PartSource::Setting(index) => cx.provider().settings.get(*index),
        PartSource::Session(index) => cx.operation.session_inputs.get(*index),
        _ => None,
    }
}

fn owner(source: &PartSource) -> Expr {
    let is_of_session = matches!(source, PartSource::Session(_));
    ast::named(&[if is_of_session { "grant" } else { "settings" }])
}

/// A user name or password.
fn credential(cx: &Context<'_>, source: &PartSource, is_of_choice: bool) -> Expr {
    let Some(input) = input(cx, source) else {
        return match source {
            PartSource::Constant(value) => ast::text(&literal::text(value)),
            PartSource::Token(index) => token(cx, *index),
            _ => ast::text(""),
        };
    };
    if is_of_choice && input.is_of_choice {
        return ast::local(&ident(&input.name.rust));
    }
    let of = ast::field(owner(source), &input.name.rust);
    if is_always_there(input) {
        return ast::borrow(of);
    }
    let nothing = ast::borrow(ast::call(&["Secret", "new"], vec![ast::text("")]));
    ast::method(
        ast::method(of, "as_ref", Vec::new()),
        "unwrap_or",
        vec![nothing],
    )
}

fn token(cx: &Context<'_>, index: usize) -> Expr {
    let grant = ast::named(&["grant"]);
    match cx.grant {
        Grant::Fields => ast::borrow(ast::field(grant, &cx.operation.tokens[index].name.rust)),
        _ => grant,
    }
}

fn value(cx: &Context<'_>, part: &Part) -> Expr {
    let is_json = matches!(cx.operation.request.body, Body::Json(_));
    match &part.source {
        PartSource::Token(index) => token(cx, *index),
        PartSource::Constant(value) => match part.place {
            Place::Body(_) if is_json => literal::json_value(value),
            Place::Body(_) => ast::text(&literal::text(value)),
            _ => ast::text(&format!("{}{}", part.prefix, literal::text(value))),
        },
        PartSource::Generated(generator) => {
            let name = match generator {
                Generator::Uuid => "uuid",
                Generator::UnixSeconds => "unix_seconds",
                Generator::UnixMilliseconds => "unix_milliseconds",
                Generator::DateTime => "date_time",
            };
            ast::call(&["generate", name], Vec::new())
        }
        PartSource::Setting(_) | PartSource::Session(_) | PartSource::Basic(..) => {
            unreachable!("inputs and credentials are filled in elsewhere")
        }
    }
}

fn call(cx: &Context<'_>, part: &Part, value: Expr, is_hidden: bool) -> Stmt {
    let (place, mut arguments) = match &part.place {
        Place::Path(name) => ("segment", vec![ast::text(name)]),
        Place::Query(name) => ("query", vec![ast::text(name)]),
        Place::Header(name) => ("header", vec![ast::text(name)]),
        Place::Cookie(name) => ("cookie", vec![ast::text(name)]),
        Place::Body(pointer) => body_place(&cx.operation.request.body, pointer),
        Place::Basic => unreachable!("credentials are filled in elsewhere"),
    };
    if is_hidden {
        arguments.extend([ast::text(&part.prefix), value]);
        say(&format!("secret_{place}"), arguments)
    } else {
        arguments.push(shown(part, value));
        say(place, arguments)
    }
}

fn body_place(body: &Body, pointer: &str) -> (&'static str, Vec<Expr>) {
    match body {
        Body::Json(_) => ("json", vec![ast::text(pointer)]),
        Body::Form => {
            let name = pointer.trim_start_matches('/');
            let name = name.replace("~1", "/").replace("~0", "~");
            ("form", vec![ast::text(&name)])
        }
        Body::Text(media_type) => ("text", vec![ast::text(media_type)]),
        Body::Empty => unreachable!("an empty body has no parts"),
    }
}

/// A value that is not hidden, with the text before it.
fn shown(part: &Part, value: Expr) -> Expr {
    if part.prefix.is_empty() || matches!(part.source, PartSource::Constant(_)) {
        return value;
    }
    let pattern = format!("{}{{}}", part.prefix.replace('{', "{{").replace('}', "}}"));
    parse_quote!(format!(#pattern, #value))
}

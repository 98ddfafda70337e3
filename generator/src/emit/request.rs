//! Turns the parts of a request into the statements that fill a `RequestBuilder`.

use proc_macro2::TokenStream;
use quote::quote;

use super::context::{Context, Grant, is_secret};
use super::literal::{self, ident};
use super::{address, auth};
use crate::model::{Body, Generator, Input, Part, PartSource, PathPiece, Place, ShapeKind, Type};

/// The body of `Provider::request`.
pub(crate) fn body(cx: &Context<'_>) -> TokenStream {
    let request = &cx.operation.request;
    let settings = settings(cx);
    let begin = begin(cx);
    let path = request.path.iter().map(|piece| match piece {
        PathPiece::Literal(text) => quote!(request.segment_literal(#text);),
        PathPiece::Part(index) => statement(cx, &request.parts[*index], false),
    });
    let accept = request
        .accept
        .as_ref()
        .map(|accept| quote!(request.accept(#accept);));
    let content_type = content_type(cx);
    let authentication = auth::statement(cx);
    let in_path = |part: &&Part| matches!(part.place, Place::Path(_));
    let parts = request.parts.iter().filter(|part| !in_path(part));
    let parts = parts.map(|part| statement(cx, part, false));
    quote! {
        #settings
        #begin
        #(#path)*
        #accept
        #authentication
        #content_type
        #(#parts)*
        request.finish()
    }
}

/// Whether the request reads the client's settings.
fn settings(cx: &Context<'_>) -> TokenStream {
    if cx.client.has_several() {
        quote!(let settings = &*self.client.settings;)
    } else {
        quote!(let settings = &*self.settings;)
    }
}

fn begin(cx: &Context<'_>) -> TokenStream {
    let method = &cx.operation.request.method;
    let address = cx.address();
    let field = ident(&address.field);
    if !address.is_of_session {
        return quote!(let mut request = RequestBuilder::new(#method, &settings.#field););
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
    quote! {
        let base_url = match &settings.#field {
            Some(url) => url.clone(),
            None => #made?,
        };
        let mut request = RequestBuilder::new(#method, &base_url);
    }
}

fn content_type(cx: &Context<'_>) -> TokenStream {
    match &cx.operation.request.body {
        Body::Json(media_type) => quote!(request.content_type(#media_type);),
        Body::Form => quote!(request.content_type("application/x-www-form-urlencoded");),
        Body::Empty | Body::Text(_) => TokenStream::new(),
    }
}

/// Fills in one part.
pub(super) fn statement(cx: &Context<'_>, part: &Part, is_of_choice: bool) -> TokenStream {
    if let PartSource::Basic(user, password) = &part.source {
        let user = credential(cx, user, is_of_choice);
        let password = credential(cx, password, is_of_choice);
        return quote!(request.basic(#user, #password););
    }
    let Some(input) = input(cx, &part.source) else {
        let value = value(cx, part);
        return call(
            cx,
            part,
            &value,
            matches!(part.source, PartSource::Token(_)),
        );
    };
    let name = ident(&input.name.rust);
    let is_hidden = is_secret(input);
    if is_of_choice && input.is_of_choice {
        return call(cx, part, &quote!(#name), is_hidden);
    }
    let owner = owner(&part.source);
    let borrow = (is_hidden || !is_copy(cx, part, &input.ty)).then(|| quote!(&));
    if is_always_there(input) {
        return call(cx, part, &quote!(#borrow #owner.#name), is_hidden);
    }
    let fill = call(cx, part, &quote!(#name), is_hidden);
    quote!(if let Some(#name) = #borrow #owner.#name { #fill })
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

fn owner(source: &PartSource) -> TokenStream {
    if matches!(source, PartSource::Session(_)) {
        quote!(grant)
    } else {
        quote!(settings)
    }
}

/// A user name or password.
fn credential(cx: &Context<'_>, source: &PartSource, is_of_choice: bool) -> TokenStream {
    let Some(input) = input(cx, source) else {
        return match source {
            PartSource::Constant(value) => {
                let text = literal::text(value);
                quote!(#text)
            }
            PartSource::Token(index) => token(cx, *index),
            _ => quote!(""),
        };
    };
    let name = ident(&input.name.rust);
    let owner = owner(source);
    match (is_of_choice && input.is_of_choice, is_always_there(input)) {
        (true, _) => quote!(#name),
        (false, true) => quote!(&#owner.#name),
        (false, false) => quote!(#owner.#name.as_ref().unwrap_or(&Secret::new(""))),
    }
}

fn token(cx: &Context<'_>, index: usize) -> TokenStream {
    let field = ident(&cx.operation.tokens[index].name.rust);
    match cx.grant {
        Grant::Fields => quote!(&grant.#field),
        _ => quote!(grant),
    }
}

fn value(cx: &Context<'_>, part: &Part) -> TokenStream {
    match &part.source {
        PartSource::Token(index) => token(cx, *index),
        PartSource::Constant(value) if matches!(part.place, Place::Body(_)) => {
            if matches!(cx.operation.request.body, Body::Json(_)) {
                return literal::json(value);
            }
            let text = literal::text(value);
            quote!(#text)
        }
        PartSource::Constant(value) => {
            let text = format!("{}{}", part.prefix, literal::text(value));
            quote!(#text)
        }
        PartSource::Generated(generator) => match generator {
            Generator::Uuid => quote!(generate::uuid()),
            Generator::UnixSeconds => quote!(generate::unix_seconds()),
            Generator::UnixMilliseconds => quote!(generate::unix_milliseconds()),
            Generator::DateTime => quote!(generate::date_time()),
        },
        PartSource::Setting(_) | PartSource::Session(_) | PartSource::Basic(..) => {
            TokenStream::new()
        }
    }
}

fn call(cx: &Context<'_>, part: &Part, value: &TokenStream, is_hidden: bool) -> TokenStream {
    let prefix = &part.prefix;
    let shown = shown(part, value);
    let body = &cx.operation.request.body;
    match (&part.place, is_hidden) {
        (Place::Path(name), true) => quote!(request.secret_segment(#name, #prefix, #value);),
        (Place::Path(name), false) => quote!(request.segment(#name, #shown);),
        (Place::Query(name), true) => quote!(request.secret_query(#name, #prefix, #value);),
        (Place::Query(name), false) => quote!(request.query(#name, #shown);),
        (Place::Header(name), true) => quote!(request.secret_header(#name, #prefix, #value);),
        (Place::Header(name), false) => quote!(request.header(#name, #shown);),
        (Place::Cookie(name), true) => quote!(request.secret_cookie(#name, #prefix, #value);),
        (Place::Cookie(name), false) => quote!(request.cookie(#name, #shown);),
        (Place::Body(pointer), is_hidden) => body_call(body, part, pointer, value, is_hidden),
        (Place::Basic, _) => TokenStream::new(),
    }
}

fn body_call(
    body: &Body,
    part: &Part,
    pointer: &str,
    value: &TokenStream,
    is_hidden: bool,
) -> TokenStream {
    let prefix = &part.prefix;
    let shown = shown(part, value);
    match (body, is_hidden) {
        (Body::Json(_), true) => quote!(request.secret_json(#pointer, #prefix, #value);),
        (Body::Json(_), false) => quote!(request.json(#pointer, #shown);),
        (Body::Form, _) => {
            let name = pointer
                .trim_start_matches('/')
                .replace("~1", "/")
                .replace("~0", "~");
            if is_hidden {
                quote!(request.secret_form(#name, #prefix, #value);)
            } else {
                quote!(request.form(#name, #shown);)
            }
        }
        (Body::Text(media_type), true) => {
            quote!(request.secret_text(#media_type, #prefix, #value);)
        }
        (Body::Text(media_type), false) => quote!(request.text(#media_type, #shown);),
        (Body::Empty, _) => TokenStream::new(),
    }
}

/// A value that is not hidden, with the text before it.
fn shown(part: &Part, value: &TokenStream) -> TokenStream {
    if part.prefix.is_empty() || matches!(part.source, PartSource::Constant(_)) {
        return value.clone();
    }
    let pattern = format!("{}{{}}", part.prefix.replace('{', "{{").replace('}', "}}"));
    quote!(format!(#pattern, #value))
}

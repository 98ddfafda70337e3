//! Tests of the golden requests: what goes over the wire is what the spec shows.

use quote::quote;
use syn::Item;

use super::answer::block;
use super::{Names, call, pointer, test, write};
use crate::diagnostic::Sink;
use crate::emit::context::{Context, Grant};
use crate::emit::literal::text;
use crate::emit::{ast, item};
use crate::model::{
    AuthChoice, Generator, Input, Json, PartSource, Place, Server, UrlPiece, WireExample,
};
use crate::source::{Text, load_texts};

/// A test for each.
pub(super) fn tests(cx: &Context<'_>, names: &mut Names) -> Vec<Item> {
    let examples = cx.operation.wire.iter().enumerate();
    examples
        .filter_map(|(index, example)| one(cx, names, index, example))
        .collect()
}

fn one(cx: &Context<'_>, names: &mut Names, index: usize, example: &WireExample) -> Option<Item> {
    let given = |name: &str| {
        example
            .given
            .iter()
            .find(|(known, ..)| known == name)
            .map(|(_, value, _)| value.clone())
    };
    let of_input = |_: usize, input: &Input| given(&input.name.wire);
    let is_given = |way: &&AuthChoice| {
        let inputs = crate::emit::auth::inputs(cx.provider(), way);
        inputs
            .iter()
            .all(|(_, input)| given(&input.name.wire).is_some())
    };
    let way = call::own_choice(cx).and_then(|choice| {
        let ways = choice.alternatives.iter().filter(is_given);
        ways.max_by_key(|way| way.parts.len())
    });
    let way = match way {
        Some(way) => Some(call::alternative(cx, names, way, &of_input)?),
        None => None,
    };
    let server = server(cx, &given)?;
    let path = path_of(cx, server, &given)?;
    let base_url = || {
        ast::borrow(if path.is_empty() {
            ast::method(write::local("server"), "url", Vec::new())
        } else {
            let format = format!("{{}}{}", path.replace('{', "{{").replace('}', "}}"));
            write::macro_call("format", quote!(#format, server.url()))
        })
    };
    let chain = call::chain(cx, names, &base_url, &of_input, way)?;
    let token = |index: usize| {
        given(&cx.operation.tokens[index].name.wire)
            .map(|value| text(&value))
            .unwrap_or_default()
    };
    let chosen = |_: &[Server]| server.map(|server| server.name.rust.clone());
    let grant = call::grant(cx, names, &of_input, &token, &chosen);
    if grant.is_none() && !matches!(cx.grant, Grant::Nothing) {
        return None;
    }
    let call = call::call(cx, write::local("client"), grant);
    let golden = write::written(block(&golden(cx, example)?));
    names.testing.extend(["Answer", "Server"]);
    let answer = ast::call(&["Answer", "new"], vec![write::digits(500)]);
    let server = ast::call(&["Server", "start"], vec![write::array(vec![answer])]);
    let request = ast::method(write::local("server"), "only_request", Vec::new());
    let body = vec![
        ast::bind("server", server),
        ast::bind("client", ast::question(chain)),
        // What comes back does not matter here.
        ast::statement(ast::call(&["drop"], vec![ast::awaited(call)])),
        ast::statement(ast::method(request, "assert_is", vec![golden])),
    ];
    let name = if index == 0 {
        "golden_request".to_owned()
    } else {
        format!("golden_request_{}", index + 1)
    };
    Some(test(
        call::deprecated(cx).into_iter().collect(),
        &["The request is the one that the description shows."],
        &name,
        Some(item::ty("BuildError")),
        body,
    ))
}

/// The server that is meant: the given one, or the first. The outer `None`: the given one is not known.
#[expect(
    clippy::option_option,
    reason = "two questions: is it known, and is there one"
)]
fn server<'a>(
    cx: &Context<'a>,
    given: &dyn Fn(&str) -> Option<Json>,
) -> Option<Option<&'a Server>> {
    let operation = cx.operation;
    let servers = operation
        .servers
        .as_deref()
        .unwrap_or(&cx.provider().servers);
    match given(&cx.provider().server_name.wire) {
        Some(name) if servers.len() > 1 => {
            let name = text(&name).to_lowercase().replace(' ', "-");
            servers
                .iter()
                .find(|server| server.name.wire == name)
                .map(Some)
        }
        _ => Some(servers.first()),
    }
}

/// The path of the server's URL, which a custom base URL has to have, too.
fn path_of(
    cx: &Context<'_>,
    server: Option<&Server>,
    given: &dyn Fn(&str) -> Option<Json>,
) -> Option<String> {
    let Some(server) = server else {
        return Some(String::new());
    };
    let mut url = String::new();
    for piece in &server.url {
        match piece {
            UrlPiece::Literal(text) => url.push_str(text),
            UrlPiece::Variable(PartSource::Constant(value)) => url.push_str(&text(value)),
            UrlPiece::Variable(source) => {
                let input = match source {
                    PartSource::Setting(index) => cx.provider().settings.get(*index)?,
                    PartSource::Session(index) => cx.operation.session_inputs.get(*index)?,
                    _ => return None,
                };
                // In the host it makes no difference here.
                let value = given(&input.name.wire).or_else(|| input.default.clone());
                url.push_str(&value.map_or_else(|| "x".to_owned(), |value| encoded(&text(&value))));
            }
        }
    }
    let (_, rest) = url.split_once("://")?;
    Some(
        rest.find('/')
            .map(|at| rest[at..].trim_end_matches('/').to_owned())
            .unwrap_or_default(),
    )
}

/// As a segment of a path (RFC 3986, section 2.3).
fn encoded(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'-' | b'.' | b'_' | b'~' => {
            char::from(byte).to_string()
        }
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect()
}

/// The text of the request, with a mark in the place of each value that is made anew on each call.
fn golden(cx: &Context<'_>, example: &WireExample) -> Option<String> {
    let (mut target, mut headers, mut body) = (
        example.target.clone(),
        example.headers.clone(),
        example.body.clone(),
    );
    for part in &cx.operation.request.parts {
        let PartSource::Generated(generator) = part.source else {
            continue;
        };
        let mark = mark(generator);
        match &part.place {
            Place::Header(name) => {
                for (_, value) in headers
                    .iter_mut()
                    .filter(|(known, _)| known.eq_ignore_ascii_case(name))
                {
                    *value = format!("{}{mark}", part.prefix);
                }
            }
            Place::Query(name) => target = in_pairs(&target, name, mark),
            Place::Body(at) => body = in_body(&body, at, mark)?,
            // No mark can be put in the place of a path's segment or a cookie without reading the text once more.
            Place::Path(_) | Place::Cookie(_) | Place::Basic => return None,
        }
    }
    let mut lines = vec![format!("{} {target} HTTP/1.1", example.method)];
    lines.extend(
        headers
            .iter()
            .map(|(name, value)| format!("{name}: {value}")),
    );
    let mut text = lines.join("\n");
    if !body.is_empty() {
        text.push_str("\n\n");
        text.push_str(&body);
    }
    Some(text)
}

fn mark(generator: Generator) -> &'static str {
    match generator {
        Generator::Uuid => "{uuid}",
        Generator::UnixSeconds => "{unix-seconds}",
        Generator::UnixMilliseconds => "{unix-milliseconds}",
        Generator::DateTime => "{date-time}",
    }
}

/// `…name=value…` with another value.
fn in_pairs(text: &str, name: &str, mark: &str) -> String {
    let (start, pairs) = text
        .split_once('?')
        .map_or(("", text), |(path, query)| (path, query));
    let pair = |pair: &str| match pair.split_once('=') {
        Some((known, _)) if known == name => format!("{known}={mark}"),
        _ => pair.to_owned(),
    };
    let pairs: Vec<_> = pairs.split('&').map(pair).collect();
    let separator = if start.is_empty() { "" } else { "?" };
    format!("{start}{separator}{}", pairs.join("&"))
}

fn in_body(body: &str, at: &str, mark: &str) -> Option<String> {
    if !body.trim_start().starts_with('{') {
        return Some(in_pairs(body, at.trim_start_matches('/'), mark));
    }
    let text = Text {
        path: "body.yaml".to_owned(),
        text: body.to_owned(),
    };
    let (_, roots) = load_texts(&[text], &mut Sink::default());
    let mut value = Json::from(&roots.first()?.node);
    pointer::set(&mut value, at, Json::String(mark.to_owned())).then(|| pointer::text(&value))
}

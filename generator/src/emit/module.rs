//! Turns a provider into the documentation of its module: a table of the lifecycle, the vendor's page,
//! an example that compiles.

use super::context::{Client, Context};
use super::docs::{Docs, cell, code, link, summary};
use super::{address, example, steady, words};
use crate::model::{Operation, PathPiece, Place, Provider, Request};

/// The documentation of a provider with one operation.
pub(crate) fn single(cx: &Context<'_>, krate: Option<&str>) -> Vec<String> {
    let docs = opening(cx.provider())
        .vendor(said(cx.operation))
        .block(table(cx))
        .block(page(
            cx.operation
                .docs_url
                .as_ref()
                .or(cx.provider().docs_url.as_ref()),
        ));
    with_example(docs, cx, krate)
}

/// The documentation of a provider with several operations.
pub(crate) fn several(of: &Client<'_>, krate: Option<&str>) -> Vec<String> {
    let mut rows = vec!["| Operation | |".to_owned(), "|:--|:--|".to_owned()];
    rows.extend(of.provider.operations.iter().map(row));
    let docs = opening(of.provider)
        .vendor(of.provider.description.as_deref())
        .block(rows)
        .block(page(of.provider.docs_url.as_ref()));
    let cx = Context::new(of, &of.provider.operations[0]);
    with_example(docs, &cx, krate)
}

/// The documentation of one operation's module.
pub(crate) fn operation(cx: &Context<'_>) -> Vec<String> {
    let docs = Docs::of(cx.operation.summary.as_deref(), || {
        format!("The operation {}.", code(&cx.operation.name.wire))
    });
    docs.vendor(cx.operation.description.as_deref())
        .block(table(cx))
        .block(page(cx.operation.docs_url.as_ref()))
        .into_lines()
}

fn opening(provider: &Provider) -> Docs {
    let title = summary(&provider.title).unwrap_or_else(|| code(&provider.id));
    let title = title.trim_end_matches('.');
    Docs::new(format!("{title}: refreshes its tokens."))
}

/// What the operation says of itself, else its summary.
fn said(operation: &Operation) -> Option<&str> {
    operation
        .description
        .as_deref()
        .or(operation.summary.as_deref())
}

fn row(operation: &Operation) -> String {
    let name = operation.name.rust.trim_start_matches("r#");
    let summary = operation.summary.as_deref().map(cell).unwrap_or_default();
    format!("| [`{name}`](Client::{name}) | {summary} |")
}

/// One line, however long: a link does not break well.
fn page(url: Option<&String>) -> Option<String> {
    let link = link("the vendor's page", url?)?;
    Some(format!("See {link}."))
}

fn with_example(docs: Docs, cx: &Context<'_>, krate: Option<&str>) -> Vec<String> {
    match krate.and_then(|krate| example::lines(cx, krate)) {
        Some(example) => docs
            .paragraph("# Example")
            .block(example)
            .paragraph("With the crate's feature `session`, nobody calls it: the token is there, and kept fresh.")
            .block(steady::lines(cx, krate.unwrap_or_default()))
            .into_lines(),
        None => docs.into_lines(),
    }
}

/// The life of the tokens.
fn table(cx: &Context<'_>) -> Vec<String> {
    let lifecycle = &cx.operation.lifecycle;
    let mut rows = vec!["| | |".to_owned(), "|:--|:--|".to_owned()];
    let mut row = |name: &str, text: Option<String>| {
        if let Some(text) = text {
            rows.push(format!("| {name} | {text} |"));
        }
    };
    row("Request", Some(request(&cx.operation.request)));
    row("Server", Some(server(cx)));
    row("Spends", Some(words::spends(cx.operation)));
    row("Accepted", Some(words::window(&lifecycle.window)));
    row("Due", words::due(&lifecycle.due));
    row("Limit", words::limits(&lifecycle.limits));
    for token in &cx.operation.tokens {
        let life = words::life(token);
        row(&code(&token.name.wire), (!life.is_empty()).then_some(life));
    }
    row("Sign in again", sign_in(cx));
    // A pipe would open another cell, in code too.
    rows
}

fn request(request: &Request) -> String {
    let piece = |piece: &PathPiece| match piece {
        PathPiece::Literal(text) => text.clone(),
        PathPiece::Part(index) => match &request.parts[*index].place {
            Place::Path(name) => format!("{{{name}}}"),
            _ => String::new(),
        },
    };
    let path: String = request.path.iter().map(piece).collect();
    pipes(&code(&format!("{} {path}", request.method)))
}

fn server(cx: &Context<'_>) -> String {
    let address = cx.address();
    let url = |server| pipes(&code(&address::template(server, cx.provider())));
    match address.servers {
        [] => "not published: `base_url` is required".to_owned(),
        servers => servers.iter().map(url).collect::<Vec<_>>().join(", "),
    }
}

fn sign_in(cx: &Context<'_>) -> Option<String> {
    let stated = &cx.operation.lifecycle.reauthenticate;
    let how = stated.how.as_deref().map(cell);
    let page = stated.url.as_deref().and_then(|url| link("how", url));
    match (how, page) {
        (Some(how), Some(page)) => Some(format!("{how} ({page})")),
        (how, page) => how.or(page),
    }
}

fn pipes(text: &str) -> String {
    text.replace('|', "\\|")
}

//! Turns [`Document`]s into the [`Model`], for the checks and the emitters.
//!
//! Every Rust name is chosen here, once, and every node keeps its place in the files.

pub mod codes;
mod cycles;
pub mod documented;
pub mod extension;
mod inputs;
mod media;
mod names;
mod operation;
mod reach;
mod request;
pub(crate) mod reserved;
mod response;
mod rules;
mod sample;
mod schema;
mod shapes;
#[cfg(test)]
mod tests;
mod tokens;
mod unions;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use self::documented::DocumentReader;
use self::inputs::Inputs;
use self::names::Scope;
use self::operation::Shared;
use self::request::Nodes;
use self::schema::{Schemas, text};
use self::shapes::Shapes;
use crate::diagnostic::{Report, Sink};
use crate::document::Document;
use crate::model::{Model, Name, Per, Provider};
use crate::source::{Node, Span};

/// The methods that OpenAPI has.
const METHODS: &[&str] = &[
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];

/// The model of these documents, providers sorted by id.
pub fn lower(documents: &[Document], sink: &mut Sink) -> Model {
    let mut documents: Vec<&Document> = documents.iter().collect();
    documents.sort_by(|one, other| one.id.cmp(&other.id));
    let providers: Vec<_> = documents
        .into_iter()
        .filter_map(|document| provider(document, sink))
        .collect();
    let mut modules: BTreeMap<&str, &Provider> = BTreeMap::new();
    for provider in &providers {
        if let Some(first) = modules.insert(&provider.module, provider) {
            let (one, other, module) = (&first.path, &provider.path, &provider.module);
            let report = Report::new(
                codes::COLLIDING_NAMES,
                format!("`{one}` and `{other}` are both the module `{module}`"),
            )
            .at(beginning(provider.origin), "has the same name")
            .and(beginning(first.origin), "first used here")
            .help("rename one of the files");
            sink.push(report);
        }
    }
    Model { providers }
}

/// A provider; `None` where none of its blocks can be read.
fn provider(document: &Document, sink: &mut Sink) -> Option<Provider> {
    let schemas = Schemas::of(document);
    let found = operations(&document.node);
    let scope = Rc::new(RefCell::new(Scope::default()));
    let mut shared = Shared {
        schemas: &schemas,
        reader: DocumentReader::new(&document.node),
        settings: Inputs::default(),
        setting_shapes: Shapes::new(&schemas, Rc::clone(&scope)),
        servers: None,
        server_name: None,
        server_per: Per::Client,
    };
    if reserved::FEATURES.contains(&document.id.as_str()) {
        let message = format!("no provider can be named `{}`", document.id);
        let report = Report::new(codes::TAKEN_ID, message)
            .at(
                beginning(document.node.span),
                "each provider is a cargo feature, and there is one of this name",
            )
            .help(format!("rename the file: `{}-provider.yaml`", document.id));
        sink.push(report);
    }
    let mut modules = Scope::of(reserved::OPERATIONS.iter().copied());
    let is_only = found.len() == 1;
    let mut operations = Vec::new();
    for nodes in found {
        // One operation shares the provider's module; of several, each has its own.
        let scope = if is_only {
            Rc::clone(&scope)
        } else {
            Rc::default()
        };
        let name = operation_name(&nodes, &mut modules);
        operations.extend(operation::operation(nodes, name, scope, &mut shared, sink));
    }
    if operations.is_empty() {
        return None;
    }
    let server_name = shared.grant_server();
    let schemas = shared.reader.finish();
    for operation in &mut operations {
        let code = &mut operation.lifecycle.error_code;
        *code = code
            .take()
            .or_else(|| operation.documented.default_error_code(&schemas));
    }
    let settings = shared.settings.finish();
    inputs::complain_of_shared_names(&settings, sink);
    let mut shapes = shared.setting_shapes.finish();
    reach::mark_written(&mut shapes, &settings);
    let info = &document.openapi.info;
    Some(Provider {
        id: document.id.clone(),
        module: names::module(&document.id),
        path: document.path.clone(),
        digest: document.digest.clone(),
        origin: document.node.span,
        title: info.title.clone(),
        description: info.description.clone(),
        docs_url: operation::docs_url(&document.node),
        settings,
        shapes,
        server_name,
        servers: shared.servers.unwrap_or_default(),
        server_per: shared.server_per,
        operations,
        schemas,
    })
}

/// The place of a file as such: nothing in it is at fault.
fn beginning(document: Span) -> Span {
    Span {
        end: document.start,
        ..document
    }
}

/// The marked operations, in the document's order.
fn operations(root: &Node) -> Vec<Nodes<'_>> {
    let paths = root.get("paths").map_or(&[][..], Node::entries);
    let mut operations = Vec::new();
    for path in paths {
        for entry in path.node.entries() {
            let is_marked = entry.node.get("x-token-refresh").is_some();
            if is_marked && METHODS.contains(&entry.key.as_str()) {
                operations.push(Nodes {
                    root,
                    path: &path.key,
                    path_span: path.key_span,
                    path_item: &path.node,
                    method: &entry.key,
                    operation: &entry.node,
                });
            }
        }
    }
    operations
}

/// The `operationId`, or method and path.
fn operation_name(nodes: &Nodes<'_>, modules: &mut Scope) -> Name {
    let stated = text(nodes.operation, "operationId").map(str::to_owned);
    let wire = stated.unwrap_or_else(|| format!("{} {}", nodes.method, nodes.path));
    Name {
        rust: modules.claim(names::module(&wire)),
        wire,
    }
}

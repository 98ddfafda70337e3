//! Turns one marked operation and its `x-token-refresh` block into the model's operation.

use std::cell::RefCell;
use std::rc::Rc;

use super::documented::DocumentReader;
use super::extension::{self, Extension};
use super::inputs::{self, Inputs};
use super::names::{self, Scope};
use super::request::{self, Builder, Nodes};
use super::response::{self, examples, refusals, responses};
use super::rules::Rules;
use super::schema::{Schemas, is_true, text};
use super::shapes::Shapes;
use super::{reach, tokens};
use crate::diagnostic::Sink;
use crate::model::{
    Extra, Failure, Input, Lifecycle, Name, Operation, Part, PartSource, Per, Request, Server,
    Spanned, Token,
};
use crate::source::{Node, Span};

/// What all operations of one provider share.
#[derive(Debug)]
pub(super) struct Shared<'a> {
    pub(super) schemas: &'a Schemas<'a>,
    pub(super) reader: DocumentReader<'a>,
    pub(super) settings: Inputs,
    pub(super) setting_shapes: Shapes<'a>,
    /// The document's own servers, once an operation uses them.
    pub(super) servers: Option<Vec<Server>>,
    pub(super) server_name: Option<Name>,
    pub(super) server_per: Per,
}

impl Shared<'_> {
    /// What the session's server is called.
    pub(super) fn grant_server(&self) -> Name {
        self.server_name
            .clone()
            .unwrap_or_else(|| names::field("server"))
    }

    /// Keeps the document's servers; gives back those that are the operation's own, or that differ
    /// because this operation's block says something else of their variables.
    fn keep_servers(&mut self, servers: Vec<Server>, is_own: bool) -> Option<Vec<Server>> {
        match &self.servers {
            _ if is_own => Some(servers),
            Some(known) if *known != servers => Some(servers),
            Some(_) => None,
            None => {
                self.servers = Some(servers);
                None
            }
        }
    }
}

/// The operation; `None` where its block cannot be read.
pub(super) fn operation<'a>(
    nodes: Nodes<'a>,
    name: Name,
    scope: Rc<RefCell<Scope>>,
    shared: &mut Shared<'a>,
    sink: &mut Sink,
) -> Option<Operation> {
    let extension = extension::read(nodes.operation.get("x-token-refresh")?, sink)?;
    let schemas = shared.schemas;
    let responses = responses(nodes.operation, schemas);
    let mut shapes = Shapes::new(schemas, scope);
    let reader = tokens::Reader {
        nodes,
        schemas,
        responses: &responses,
    };
    let tokens = tokens::tokens(&extension, &reader, &mut shapes, sink);
    let mut builder = Builder {
        nodes,
        rules: Rules::of(&extension),
        settings: &mut shared.settings,
        setting_shapes: &mut shared.setting_shapes,
        session: Inputs::default(),
        shapes,
        sink,
    };
    // First, so that variables of the document's servers have the same index in every operation.
    let (published, is_own) = request::published(nodes.root, nodes.path_item, nodes.operation);
    let servers = builder.servers(published);
    let request = builder.request();
    let (server_name, server_per) = request::server_choice(&builder.rules);
    let (session, mut shapes) = (builder.session, builder.shapes);
    shared.server_name = shared.server_name.take().or(server_name);
    if server_per == Per::Session {
        shared.server_per = Per::Session;
    }
    let servers = shared.keep_servers(servers, is_own);
    let session_inputs = session.finish();
    let unauthorized = unauthorized(&request, &shared.settings, &session_inputs);
    let lifecycle = lifecycle(&extension, unauthorized);
    let success = response::success(
        &responses,
        &tokens,
        &lifecycle.extras,
        nodes.operation.span,
        &mut shapes,
    );
    let refusals = refusals(&responses, lifecycle.success.is_some(), &mut shapes);
    let maker = response::Maker {
        schemas,
        tokens: &tokens,
        lifecycle: &lifecycle,
    };
    let examples = examples(&responses, &maker);
    let server = (server_per == Per::Session).then(|| shared.grant_server());
    complain_of_shared_names(&tokens, &session_inputs, server.as_ref(), sink);
    let mut shapes = shapes.finish();
    reach::mark(&mut shapes, &success, &refusals, &session_inputs);
    Some(Operation {
        name,
        origin: nodes.operation.span,
        summary: text(nodes.operation, "summary").map(str::to_owned),
        description: text(nodes.operation, "description").map(str::to_owned),
        docs_url: docs_url(nodes.operation).or_else(|| docs_url(nodes.root)),
        is_deprecated: is_true(nodes.operation, "deprecated"),
        request,
        servers,
        session_inputs,
        tokens,
        success,
        refusals,
        examples,
        shapes,
        lifecycle,
        wire: extension.wire,
        input_keys: extension
            .inputs
            .into_iter()
            .map(|entry| entry.key)
            .collect(),
        documented: shared.reader.operation(nodes.path_item, nodes.operation),
    })
}

/// `externalDocs.url`
pub(super) fn docs_url(node: &Node) -> Option<String> {
    let url = text(node.get("externalDocs")?, "url")?;
    Some(url.to_owned())
}

fn lifecycle(extension: &Extension, unauthorized: Failure) -> Lifecycle {
    let extra = |entry: &extension::ExtraEntry| Extra {
        name: names::field(&entry.name),
        at: entry.at.clone(),
    };
    Lifecycle {
        origin: extension.origin,
        window: extension.window.clone(),
        due: extension.due.clone(),
        limits: extension.limits.clone(),
        success: extension.success.clone(),
        error_code: extension
            .error_code
            .as_ref()
            .map(|at: &Spanned<_>| at.value.clone()),
        failures: extension.failures.clone(),
        unauthorized,
        reauthenticate: extension.reauthenticate.clone(),
        extras: extension.extras.iter().map(extra).collect(),
        operands: extension.operands.clone(),
    }
}

/// A 401 is the session's end where every secret in the request is the session's.
fn unauthorized(request: &Request, settings: &Inputs, session: &[Input]) -> Failure {
    let of_choices = request.choices.iter().flat_map(|choice| &choice.parts);
    let mut has_own = false;
    for source in request.parts.iter().chain(of_choices).flat_map(sources) {
        match source {
            PartSource::Setting(index) if settings.is_secret(*index) => {
                return Failure::Credentials;
            }
            PartSource::Token(_) => has_own = true,
            PartSource::Session(index) => {
                has_own |= session.get(*index).is_some_and(|input| input.is_secret);
            }
            _ => {}
        }
    }
    if has_own {
        Failure::Reauthenticate
    } else {
        Failure::Credentials
    }
}

fn sources(part: &Part) -> Vec<&PartSource> {
    match &part.source {
        PartSource::Basic(user, password) => vec![user, password],
        source => vec![source],
    }
}

/// A token that is sent, an input of the session and the session's server are fields of one grant.
fn complain_of_shared_names(
    tokens: &[Token],
    inputs: &[Input],
    server: Option<&Name>,
    sink: &mut Sink,
) {
    let mut fields: Vec<(&Name, Span)> = Vec::new();
    let sent = tokens.iter().filter(|token| token.sent.is_some());
    let named = sent.map(|token| (&token.name, token.origin));
    let named = named.chain(inputs.iter().map(|input| (&input.name, input.origin)));
    let block = tokens.first().map(|token| token.origin).unwrap_or_default();
    for (name, origin) in named.chain(server.map(|name| (name, block))) {
        if let Some((first, first_at)) = fields.iter().find(|(known, _)| known.rust == name.rust) {
            sink.push(inputs::same_rust_name(first, *first_at, name, origin));
        }
        fields.push((name, origin));
    }
}

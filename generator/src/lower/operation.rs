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
    let node = nodes.operation;
    let extension = extension::read(node.get("x-token-refresh")?, sink)?;
    let schemas = shared.schemas;
    let responses = responses(node, schemas);
    let mut shapes = Shapes::new(schemas, scope);
    let reader = tokens::Reader {
        nodes,
        schemas,
        responses: &responses,
    };
    let tokens = tokens::tokens(&extension, &reader, &mut shapes, sink);
    let asked = shared.ask(nodes, &extension, shapes, sink);
    let mut shapes = asked.shapes;
    asked.grant.complain_of_shared_names(&tokens, sink);
    let session_inputs = asked.grant.inputs;
    let unauthorized = unauthorized(&asked.request, &shared.settings, &session_inputs);
    let lifecycle = lifecycle(&extension, unauthorized);
    let extras = &lifecycle.extras;
    let success = response::success(&responses, &tokens, extras, node.span, &mut shapes);
    let refusals = refusals(&responses, lifecycle.success.is_some(), &mut shapes);
    let maker = response::Maker {
        schemas,
        tokens: &tokens,
        lifecycle: &lifecycle,
    };
    let examples = examples(&responses, &maker);
    let mut shapes = shapes.finish();
    reach::mark(&mut shapes, &success, &refusals, &session_inputs);
    let keys = extension.inputs.into_iter().map(|entry| entry.key);
    Some(Operation {
        name,
        origin: node.span,
        summary: text(node, "summary").map(str::to_owned),
        description: text(node, "description").map(str::to_owned),
        docs_url: docs_url(node).or_else(|| docs_url(nodes.root)),
        is_deprecated: is_true(node, "deprecated"),
        request: asked.request,
        servers: asked.servers,
        session_inputs,
        tokens,
        success,
        refusals,
        examples,
        shapes,
        lifecycle,
        wire: extension.wire,
        input_keys: keys.collect(),
        documented: shared.reader.operation(nodes.path_item, node),
    })
}

/// What an operation asks for: its request, and where it is sent.
struct Asked<'a> {
    request: Request,
    servers: Option<Vec<Server>>,
    grant: Grant,
    shapes: Shapes<'a>,
}

/// What travels with the tokens that are sent.
struct Grant {
    inputs: Vec<Input>,
    /// What the choice of the server is called, where it is the session's.
    server: Option<Name>,
}

impl<'a> Shared<'a> {
    fn ask(
        &mut self,
        nodes: Nodes<'a>,
        extension: &Extension,
        shapes: Shapes<'a>,
        sink: &mut Sink,
    ) -> Asked<'a> {
        let mut builder = Builder {
            nodes,
            rules: Rules::of(extension),
            settings: &mut self.settings,
            setting_shapes: &mut self.setting_shapes,
            session: Inputs::default(),
            shapes,
            sink,
        };
        // First, so that variables of the document's servers have the same index in every operation.
        let (published, is_own) = request::published(nodes.root, nodes.path_item, nodes.operation);
        let servers = builder.servers(published);
        let request = builder.request();
        let (name, per) = request::server_choice(&builder.rules);
        let (session, shapes) = (builder.session, builder.shapes);
        self.server_name = self.server_name.take().or(name);
        let is_of_session = per == Per::Session;
        if is_of_session {
            self.server_per = Per::Session;
        }
        let grant = Grant {
            inputs: session.finish(),
            server: is_of_session.then(|| self.grant_server()),
        };
        Asked {
            request,
            servers: self.keep_servers(servers, is_own),
            grant,
            shapes,
        }
    }
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

impl Grant {
    /// A token that is sent, an input of the session and the session's server are fields of one grant.
    fn complain_of_shared_names(&self, tokens: &[Token], sink: &mut Sink) {
        let sent = tokens.iter().filter(|token| token.sent.is_some());
        let named = sent.map(|token| (&token.name, token.origin));
        let named = named.chain(self.inputs.iter().map(|input| (&input.name, input.origin)));
        let block = tokens.first().map(|token| token.origin).unwrap_or_default();
        let server = self.server.iter().map(|name| (name, block));
        let mut fields: Vec<(&Name, Span)> = Vec::new();
        for (name, origin) in named.chain(server) {
            let first = fields.iter().find(|(known, _)| known.rust == name.rust);
            if let Some((first, first_at)) = first {
                sink.push(inputs::same_rust_name(first, *first_at, name, origin));
            }
            fields.push((name, origin));
        }
    }
}

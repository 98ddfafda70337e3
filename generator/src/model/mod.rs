//! What the generator knows of a set of providers once OpenAPI is behind it: the one input of the
//! checks and the emitters.
//!
//! Every Rust name is chosen already, and every node that a check may complain of knows its [`Span`].

mod documented;
mod facts;
mod json;
mod lifecycle;
mod look;
mod request;
mod response;
mod shape;

pub use self::{documented::*, facts::*, lifecycle::*, look::*, request::*, response::*, shape::*};

use crate::source::Span;

/// All providers, sorted by id.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Model {
    /// The providers.
    pub providers: Vec<Provider>,
}

/// One spec: a module and a cargo feature.
#[derive(Clone, Debug, PartialEq)]
pub struct Provider {
    /// The file's name without its ending; the cargo feature. `vault-ist`
    pub id: String,
    /// The Rust module. `vault_ist`
    pub module: String,
    /// The file's path as messages and headers show it. `specs/vault-ist.yaml`
    pub path: String,
    /// A digest of everything that the spec was read from, lower-case hexadecimal.
    pub digest: String,
    /// The document's root.
    pub origin: Span,
    /// `info.title`
    pub title: String,
    /// `info.description`
    pub description: Option<String>,
    /// `externalDocs.url` of the document.
    pub docs_url: Option<String>,
    /// The client's settings over all operations: every input with [`Per::Client`].
    /// [`Part`]s refer to them by index.
    pub settings: Vec<Input>,
    /// Every structured type that [`Self::settings`] reach: the [`ShapeId`]s in their types are indices
    /// here, those everywhere else are indices in [`Operation::shapes`]. Of a provider with one operation
    /// the names in both lists are unique together; of one with several they belong to the provider's module.
    pub shapes: Vec<Shape>,
    /// The servers of the document that at least one operation uses, the default first. Empty: the
    /// base URL has to be given.
    pub servers: Vec<Server>,
    /// Whether which server is meant belongs to the session (`$server: {per: session}`).
    pub server_per: Per,
    /// What the choice of the server is called: `server`, unless `$server: {name: …}` says otherwise. The
    /// field of the grant where [`Self::server_per`] is the session.
    pub server_name: Name,
    /// At least one; several become sub-modules.
    pub operations: Vec<Operation>,
    /// What the checks may ask the documents; no code comes of it.
    pub schemas: Schemas,
}

/// The name on the wire and the name in Rust.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name {
    /// As the document has it.
    pub wire: String,
    /// As Rust has it: `snake_case` for fields, functions and modules, `PascalCase` for types and
    /// variants. Raw identifiers (`r#type`) where a keyword needs it.
    pub rust: String,
}

/// One refresh operation.
#[derive(Clone, Debug, PartialEq)]
pub struct Operation {
    /// The `operationId`, or one made from method and path; the Rust name is a module's.
    pub name: Name,
    /// The operation's node.
    pub origin: Span,
    /// `summary`
    pub summary: Option<String>,
    /// `description`
    pub description: Option<String>,
    /// `externalDocs.url`, else the document's.
    pub docs_url: Option<String>,
    /// `deprecated`
    pub is_deprecated: bool,
    /// The HTTP request.
    pub request: Request,
    /// Servers of the operation's or path's own, where they differ from the document's.
    pub servers: Option<Vec<Server>>,
    /// Inputs that belong to the session ([`Per::Session`]) and travel with its grant.
    pub session_inputs: Vec<Input>,
    /// The tokens, in the spec's order.
    pub tokens: Vec<Token>,
    /// The shape of a success: what the generated `Tokens` struct holds.
    pub success: Success,
    /// Documented responses other than the one read as a success, in the document's order.
    pub refusals: Vec<Refusal>,
    /// Every example of a documented response, for the generated tests.
    pub examples: Vec<Example>,
    /// Every structured type that [`Self::success`], [`Self::refusals`] and [`Self::session_inputs`] reach, by index
    /// ([`ShapeId`]). Names are unique in the operation's module.
    pub shapes: Vec<Shape>,
    /// The rest of the `x-token-refresh` block.
    pub lifecycle: Lifecycle,
    /// The golden requests.
    pub wire: Vec<WireExample>,
    /// The keys of the block's `inputs`, for the check that each of them names something.
    pub input_keys: Vec<Spanned<InputKey>>,
    /// What the checks may ask the documents; no code comes of it.
    pub documented: Documented,
}

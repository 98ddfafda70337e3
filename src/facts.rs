//! The facts that `list` shows: written by the build script, read by the program.

use serde::{Deserialize, Serialize};

/// One refresh operation of a provider; most providers have one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Facts {
    /// The provider.
    pub(crate) id: String,
    /// The document's title.
    pub(crate) title: String,
    /// The vendor's page.
    pub(crate) docs: Option<String>,
    /// The `operationId`.
    pub(crate) operation: String,
    /// The method in capitals.
    pub(crate) method: String,
    /// The tokens that the call spends; empty: the client's own credentials.
    pub(crate) spends: Vec<String>,
    /// When the provider accepts the call, in the spec's words.
    pub(crate) window: WindowFacts,
    /// When the call is made, in the spec's words; empty: by the default rule.
    pub(crate) due: Vec<String>,
    /// Whether a refresh brings a new grant.
    pub(crate) rotation: Rotation,
    /// The tokens, in the spec's order.
    pub(crate) tokens: Vec<TokenFacts>,
}

/// When the provider accepts the call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct WindowFacts {
    /// The opening.
    pub(crate) from: String,
    /// The end; `None`: never.
    pub(crate) until: Option<String>,
}

/// Whether a refresh brings a new grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Rotation {
    /// Each answer has one.
    Always,
    /// An answer may have one.
    Sometimes,
    /// No answer has one.
    Never,
    /// No token is spent.
    NothingSpent,
}

/// One token.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TokenFacts {
    /// Its name in the spec.
    pub(crate) name: String,
    /// `access`, `refresh` or `other`.
    pub(crate) role: String,
    /// How its end is found, in order of trust.
    pub(crate) lifetime: Vec<String>,
    /// How often it may be used.
    pub(crate) uses: Option<u32>,
    /// What becomes of it when its successor comes.
    pub(crate) previous: String,
}

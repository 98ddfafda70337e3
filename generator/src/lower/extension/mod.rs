//! Turns the `x-token-refresh` block of an operation into an [`Extension`], for the rest of `lower`.
//!
//! What the block says is read here and nowhere else; what it means in the light of the operation's
//! schemas is the business of `lower` (names, types, places) and of `check` (everything that is wrong).

mod block;
mod blocks;
pub mod codes;
mod condition;
mod convert;
mod expression;
mod input;
mod instant;
mod literal;
mod read;
mod schema;
mod status;
#[cfg(test)]
mod tests;
mod time;
mod wire;
mod word;

pub use self::expression::written;
pub use self::schema::{extension_schema, provider_schema};

use self::blocks::ExtensionBlock;
use self::read::Read;
use crate::diagnostic::Sink;
use crate::model::{
    Condition, Expression, FailureRule, Generator, InputKey, Json, Lifetime, Limit, Location,
    Moment, Operand, Per, Presentation, Previous, Reauthentication, Role, Sent, Spanned, Window,
    WireExample,
};
use crate::source::{Node, Span};

/// An `x-token-refresh` block as it was written, parsed down to the last expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Extension {
    /// The block.
    pub origin: Span,
    /// `tokens`, in the spec's order.
    pub tokens: Vec<TokenEntry>,
    /// `window`; where a part is not said, the default with the span of what was said or of the block.
    pub window: Window,
    /// `due`; empty: the default rule.
    pub due: Vec<Spanned<Moment>>,
    /// `limits`
    pub limits: Vec<Limit>,
    /// `success`
    pub success: Option<Spanned<Condition>>,
    /// `errorCode`, where it is said.
    pub error_code: Option<Spanned<Expression>>,
    /// `failures`, in order.
    pub failures: Vec<FailureRule>,
    /// `reauthenticate`
    pub reauthenticate: Reauthentication,
    /// `extras`
    pub extras: Vec<ExtraEntry>,
    /// `inputs`
    pub inputs: Vec<InputEntry>,
    /// `errorCode`, then every operand of every condition, each with its own place in the text.
    pub operands: Vec<Spanned<Operand>>,
    /// `wire`
    pub wire: Vec<WireExample>,
}

/// An entry of `tokens`.
#[derive(Clone, Debug, PartialEq)]
pub struct TokenEntry {
    /// The key.
    pub name: String,
    /// Where the key stands.
    pub key_span: Span,
    /// `role`, or by the name.
    pub role: Role,
    /// `sent`
    pub sent: Option<Spanned<Sent>>,
    /// `received`; empty: it is not.
    pub received: Vec<Spanned<Location>>,
    /// `lifetime`; empty: the key is not there, which `check` complains of.
    pub lifetime: Vec<Spanned<Lifetime>>,
    /// `renewed`
    pub renewed: bool,
    /// `uses`
    pub uses: Option<u32>,
    /// `previous`, or what the other keys imply; then the span is the token's key.
    pub previous: Spanned<Previous>,
    /// `present`
    pub present: Option<Presentation>,
}

/// An entry of `extras`.
#[derive(Clone, Debug, PartialEq)]
pub struct ExtraEntry {
    /// The key.
    pub name: String,
    /// Where the key stands.
    pub key_span: Span,
    /// Where the response carries it.
    pub at: Spanned<Expression>,
}

/// An entry of `inputs`.
#[derive(Clone, Debug, PartialEq)]
pub struct InputEntry {
    /// What it is about.
    pub key: Spanned<InputKey>,
    /// `name`, and where it is said.
    pub name: Option<Spanned<String>>,
    /// `secret`; `None`: by the defaults.
    pub secret: Option<bool>,
    /// `per`; `None`: the default.
    pub per: Option<Per>,
    /// `value`
    pub value: Option<Spanned<Json>>,
    /// `generate`
    pub generate: Option<Generator>,
}

/// Reads the block. Whatever is wrong in it goes to the sink, all of it; then there is no answer.
pub fn read(node: &Node, sink: &mut Sink) -> Option<Extension> {
    let mut own = Sink::default();
    let block = ExtensionBlock::read(node, &mut own);
    let extension = block.and_then(|block| convert::extension(block, node, &mut own));
    let is_sound = !own.has_errors();
    sink.append(own);
    extension.filter(|_| is_sound)
}

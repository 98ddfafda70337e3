//! OpenAPI descriptions of token-refresh endpoints in, typed Rust clients out.

pub mod diagnostic;
pub mod document;
pub mod lower;
pub mod model;
pub mod source;

//! The codes of this stage: what can be wrong with an OpenAPI document or an overlay.

use crate::diagnostic::Code;

/// The file is no OpenAPI document that we read.
pub const NOT_OPENAPI: Code = Code::error(20, "no OpenAPI document");

/// All of them.
pub const ALL: &[Code] = &[NOT_OPENAPI];

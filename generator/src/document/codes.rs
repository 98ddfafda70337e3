//! The codes of this stage: what can be wrong with an OpenAPI document or an overlay.

use crate::diagnostic::Code;

/// The file is no OpenAPI document of a version that is read.
pub const NOT_OPENAPI: Code = Code::error(20, "no OpenAPI document");
/// An overlay's action matches nothing.
pub const OVERLAY_TARGET: Code = Code::error(21, "an overlay action that matches nothing");
/// An overlay is not as the Overlay specification has it.
pub const OVERLAY: Code = Code::error(22, "a faulty overlay");
/// A `JSONPath`, or a part of one, is not understood.
pub const JSON_PATH: Code = Code::error(23, "a JSONPath that is not understood");
/// No operation carries `x-token-refresh`.
pub const NO_OPERATION: Code = Code::error(24, "no refresh operation");
/// A value is of another type than OpenAPI has there.
pub const WRONG_TYPE: Code = Code::error(25, "a value of the wrong type");
/// A key is one letter or so away from a valid one that is missing.
pub const MISSPELT_KEY: Code = Code::error(26, "a misspelt key");
/// A key means nothing to OpenAPI.
pub const UNKNOWN_KEY: Code = Code::warning(27, "an unknown key");
/// A key that OpenAPI requires is missing.
pub const MISSING_KEY: Code = Code::error(28, "a missing key");
/// A schema's `type` is none.
pub const UNKNOWN_TYPE: Code = Code::error(29, "an unknown type");
/// A value is none of those allowed.
pub const UNKNOWN_VALUE: Code = Code::error(30, "a value that is not one of those allowed");
/// A key of `responses` is no status.
pub const STATUS: Code = Code::error(31, "a response key that is no status");
/// `required` names a property that does not exist.
pub const REQUIRED: Code = Code::error(32, "a required property that does not exist");
/// Two operations have one operationId.
pub const DUPLICATE_OPERATION_ID: Code = Code::error(33, "an operationId that is there twice");
/// A `$ref` leads nowhere.
pub const REF_NOWHERE: Code = Code::error(34, "a reference that leads nowhere");
/// A `$ref` leads back to itself.
pub const REF_CYCLE: Code = Code::error(35, "a reference that leads back to itself");
/// A path leads out of the specs folder.
pub const REF_OUTSIDE: Code = Code::error(36, "a reference out of the specs folder");
/// `security` names a scheme that does not exist.
pub const UNDECLARED_SCHEME: Code = Code::error(37, "a security scheme that does not exist");
/// Something that is understood in OpenAPI but not generated yet.
pub const NOT_YET: Code = Code::error(38, "not supported yet");
/// What references repeat is too much.
pub const REPEATED: Code = Code::error(39, "references that repeat too much");
/// `required: true` within a schema.
pub const REQUIRED_FLAG: Code = Code::warning(40, "`required` that is no list");
/// `x-token-refresh` stands where it does nothing.
pub const MISPLACED: Code = Code::error(41, "`x-token-refresh` at the wrong place");
/// All of them.
pub const ALL: &[Code] = &[
    NOT_OPENAPI,
    OVERLAY_TARGET,
    OVERLAY,
    JSON_PATH,
    NO_OPERATION,
    WRONG_TYPE,
    MISSPELT_KEY,
    UNKNOWN_KEY,
    MISSING_KEY,
    UNKNOWN_TYPE,
    UNKNOWN_VALUE,
    STATUS,
    REQUIRED,
    DUPLICATE_OPERATION_ID,
    REF_NOWHERE,
    REF_CYCLE,
    REF_OUTSIDE,
    UNDECLARED_SCHEME,
    NOT_YET,
    REPEATED,
    REQUIRED_FLAG,
    MISPLACED,
];

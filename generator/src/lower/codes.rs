//! What this stage may find wrong.

use crate::diagnostic::Code;

/// Two things end with one Rust name.
pub const COLLIDING_NAMES: Code = Code::error(50, "two names are one in Rust");
/// Inputs of one name are one, so their types have to agree.
pub const INPUT_TYPES_DIFFER: Code = Code::error(51, "inputs of one name differ in type");
/// A required parameter or form field that is no single value.
pub const STRUCTURED_PARAMETER: Code = Code::error(52, "a parameter is no single value");
/// The same of an optional one.
pub const PARAMETER_LEFT_OUT: Code = Code::warning(53, "an optional parameter is left out");
/// A request body that is neither JSON, nor a form, nor text.
pub const UNSUPPORTED_BODY: Code = Code::error(54, "a request body of this kind is not supported");
/// Authentication that the generated client cannot do.
pub const UNSUPPORTED_SECURITY: Code =
    Code::error(55, "authentication of this kind is not supported");
/// `{name}` in a path or a server's URL, and nothing describes it.
pub const UNDESCRIBED_VARIABLE: Code = Code::error(56, "a variable that is not described");
/// A parameter of the path that the path does not have.
pub const NOT_IN_PATH: Code = Code::error(57, "a path parameter that the path does not have");
/// A value of `$server` that is no server.
pub const UNKNOWN_SERVER: Code = Code::error(58, "a server that does not exist");
/// The name of a header or cookie that HTTP does not allow.
pub const BAD_NAME: Code = Code::error(59, "a name that no header or cookie can have");
/// A provider whose feature the generated crate has already.
pub const TAKEN_ID: Code = Code::error(60, "a provider id that the generated crate needs");

/// All of them.
pub const ALL: &[Code] = &[
    COLLIDING_NAMES,
    INPUT_TYPES_DIFFER,
    STRUCTURED_PARAMETER,
    PARAMETER_LEFT_OUT,
    UNSUPPORTED_BODY,
    UNSUPPORTED_SECURITY,
    UNDESCRIBED_VARIABLE,
    NOT_IN_PATH,
    UNKNOWN_SERVER,
    BAD_NAME,
    TAKEN_ID,
];

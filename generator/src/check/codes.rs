//! The codes of the rules.

use crate::diagnostic::Code;

/// An expression points at nothing in the response.
pub const NOWHERE_IN_RESPONSE: Code = Code::error(100, "points at nothing in the response");
/// An expression points at nothing in the request.
pub const NOWHERE_IN_REQUEST: Code = Code::error(101, "points at nothing in the request");
/// A token is no text.
pub const NOT_TEXT: Code = Code::error(102, "a token that is no text");
/// A token has no `lifetime`.
pub const NO_LIFETIME: Code = Code::error(103, "a token without a lifetime");
/// A source of a lifetime is never asked.
pub const LIFETIME_UNREACHED: Code = Code::error(104, "a lifetime that is never asked");
/// A lifetime is read from what cannot be one.
pub const LIFETIME_TYPE: Code = Code::error(105, "a lifetime of the wrong type");
/// `renewed` has nothing to start anew.
pub const RENEWED: Code = Code::error(
    106,
    "`renewed` without a fixed lifetime of a grant that stays",
);
/// The window never opens, or closes before it opens.
pub const WINDOW: Code = Code::error(107, "a window that is never open");
/// `due` falls outside the window or the lifetime.
pub const DUE: Code = Code::error(108, "a call that would never be made in time");
/// A single-use grant has no successor.
pub const NO_ROTATION: Code = Code::error(109, "a single-use grant without a successor");
/// The call cannot extend this token.
pub const EXTENDED: Code = Code::error(110, "a token that the call cannot extend");
/// `previous` contradicts the rest of the token.
pub const PREVIOUS: Code = Code::error(111, "`previous` contradicts the token");
/// A status is not documented.
pub const UNDOCUMENTED_STATUS: Code = Code::error(112, "a status that is not documented");
/// A condition can never hold.
pub const NEVER_HOLDS: Code = Code::error(113, "a condition that can never hold");
/// A code is of another type than the schema's, or none of its values.
pub const CODE_TYPE: Code = Code::error(114, "a code that can never come");
/// A rule has codes, but nothing says where they are.
pub const NO_ERROR_CODE: Code = Code::error(115, "codes without `errorCode`");
/// A failure is hidden by one before it.
pub const HIDDEN: Code = Code::error(116, "a failure hidden by one before it");
/// A secret travels in the URL.
pub const SECRET_IN_URL: Code = Code::warning(117, "a secret in the URL");
/// There is no access token.
pub const NO_ACCESS_TOKEN: Code = Code::error(118, "no access token");
/// No success is documented.
pub const NO_SUCCESS: Code = Code::error(119, "no documented success");
/// A key of `inputs` names nothing.
pub const UNUSED_INPUT: Code = Code::error(120, "a key of `inputs` that names nothing");
/// A token cannot be shown like that.
pub const PRESENT: Code = Code::error(121, "a token that cannot be shown like that");
/// Lists that choose one position together differ in length.
pub const UNEQUAL_LISTS: Code = Code::error(122, "lists of unequal length");
/// Two names of the spec are one value or one field.
pub const SAME_FIELD: Code = Code::error(123, "two names for one value");
/// An extra has the name of a token or of another extra.
pub const SAME_NAME: Code = Code::error(124, "two fields of one name");
/// An example contradicts its schema.
pub const EXAMPLE: Code = Code::error(125, "an example that contradicts its schema");
/// An example is no success though it stands as one.
pub const EXAMPLE_SUCCESS: Code = Code::error(126, "an example that is no success");
/// A golden request is not what would be sent.
pub const WIRE_DIFFERS: Code = Code::error(127, "a `wire` example that the spec contradicts");
/// `given` names something that there is not.
pub const WIRE_UNKNOWN: Code = Code::error(128, "`given` names something unknown");
/// `given` lacks what the request needs, or has it of another type.
pub const WIRE_MISSING: Code = Code::error(129, "`given` lacks a value");
/// The client would send a header that the golden request does not list.
pub const WIRE_HEADER: Code = Code::error(130, "a header that the `wire` example does not list");
/// A required token stands below an object that may be missing.
pub const MAY_BE_MISSING: Code =
    Code::warning(131, "a required token in an object that may be missing");
/// `cookie` and `set-cookie` go together.
pub const COOKIE: Code = Code::error(132, "a cookie outside `set-cookie`");
/// A constant is not what the schema allows.
pub const CONSTANT: Code = Code::error(133, "a constant that the schema refuses");
/// `errorCode` points at an object or a list.
pub const ERROR_CODE_TYPE: Code = Code::error(134, "`errorCode` points at no code");
/// Two values go to one place of the request.
pub const SAME_PLACE: Code = Code::error(135, "two tokens in one place");

/// All of them.
pub const ALL: &[Code] = &[
    NOWHERE_IN_RESPONSE,
    NOWHERE_IN_REQUEST,
    NOT_TEXT,
    NO_LIFETIME,
    LIFETIME_UNREACHED,
    LIFETIME_TYPE,
    RENEWED,
    WINDOW,
    DUE,
    NO_ROTATION,
    EXTENDED,
    PREVIOUS,
    UNDOCUMENTED_STATUS,
    NEVER_HOLDS,
    CODE_TYPE,
    NO_ERROR_CODE,
    HIDDEN,
    SECRET_IN_URL,
    NO_ACCESS_TOKEN,
    NO_SUCCESS,
    UNUSED_INPUT,
    PRESENT,
    UNEQUAL_LISTS,
    SAME_FIELD,
    SAME_NAME,
    EXAMPLE,
    EXAMPLE_SUCCESS,
    WIRE_DIFFERS,
    WIRE_UNKNOWN,
    WIRE_MISSING,
    WIRE_HEADER,
    MAY_BE_MISSING,
    COOKIE,
    CONSTANT,
    ERROR_CODE_TYPE,
    SAME_PLACE,
];

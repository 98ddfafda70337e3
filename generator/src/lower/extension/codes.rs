//! The codes of what can be wrong in an `x-token-refresh` block as such.

use crate::diagnostic::Code;

/// A key that the format does not have.
pub const UNKNOWN_KEY: Code = Code::error(80, "unknown key in `x-token-refresh`");
/// A key that has to be there is not.
pub const MISSING_KEY: Code = Code::error(81, "a key is missing in `x-token-refresh`");
/// A list where text is expected, and the like.
pub const WRONG_KIND: Code = Code::error(82, "a value of the wrong kind in `x-token-refresh`");
/// A word that is none of those that can stand there.
pub const UNKNOWN_WORD: Code = Code::error(83, "not one of the words that can stand here");
/// Text that is no runtime expression.
pub const EXPRESSION: Code = Code::error(84, "not a runtime expression");
/// Text that is no condition.
pub const CONDITION: Code = Code::error(85, "not a condition");
/// Text that is no duration.
pub const DURATION: Code = Code::error(86, "not a duration");
/// Text that is no moment.
pub const MOMENT: Code = Code::error(87, "not a moment");
/// What is no status.
pub const STATUS: Code = Code::error(88, "not a status");
/// Text that is no HTTP request.
pub const WIRE: Code = Code::error(89, "not an HTTP request");
/// A word of a later version of the format.
pub const NOT_YET: Code = Code::error(90, "not supported yet");
/// An expression that points into the request where only the response can be meant, or the other way round.
pub const WRONG_SIDE: Code = Code::error(91, "points into the wrong half of the exchange");
/// A key of `inputs` that is none.
pub const INPUT_KEY: Code = Code::error(92, "not the key of an input");
/// Two keys of which only one can be.
pub const EXCLUSIVE: Code = Code::error(93, "keys that exclude each other");
/// A number that is too small or too large.
pub const OUT_OF_RANGE: Code = Code::error(94, "a number out of range");
/// An empty list.
pub const EMPTY: Code = Code::error(95, "nothing where something has to be");
/// A `strftime` pattern that cannot be read.
pub const PATTERN: Code = Code::error(96, "not a pattern for an instant");

/// Every code of this stage.
pub const ALL: &[Code] = &[
    UNKNOWN_KEY,
    MISSING_KEY,
    WRONG_KIND,
    UNKNOWN_WORD,
    EXPRESSION,
    CONDITION,
    DURATION,
    MOMENT,
    STATUS,
    WIRE,
    NOT_YET,
    WRONG_SIDE,
    INPUT_KEY,
    EXCLUSIVE,
    OUT_OF_RANGE,
    EMPTY,
    PATTERN,
];

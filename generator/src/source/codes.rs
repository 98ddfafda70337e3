//! The codes of this stage: what can be wrong with a file before OpenAPI is thought of.

use crate::diagnostic::Code;

/// The file is neither YAML nor JSON.
pub const SYNTAX: Code = Code::error(1, "the file is not valid YAML");
/// A line stands too far left or right.
pub const INDENTATION: Code = Code::error(2, "bad indentation");
/// A tab stands where only spaces may.
pub const TAB: Code = Code::error(3, "a tab in the indentation");
/// A key is there twice.
pub const DUPLICATE_KEY: Code = Code::error(4, "a key is there twice");
/// An alias names no anchor, or one that it stands in.
pub const ALIAS: Code = Code::error(5, "an alias that leads nowhere");
/// What aliases repeat is too much.
pub const ALIAS_BUDGET: Code = Code::error(6, "aliases that repeat too much");
/// The file is deeper, larger or fuller than is read.
pub const LIMIT: Code = Code::error(7, "more than can be read");
/// The file is not UTF-8.
pub const ENCODING: Code = Code::error(8, "the file is not UTF-8");
/// There is more than one document in the file.
pub const SEVERAL_DOCUMENTS: Code = Code::error(9, "more than one document in a file");
/// A key is a list or a mapping, or `<<` merges something else than a mapping.
pub const KEY: Code = Code::error(10, "a key that is no text");
/// There is nothing in the file.
pub const EMPTY: Code = Code::error(11, "the file is empty");
/// A tag is not one of the core schema.
pub const TAG: Code = Code::error(12, "an unknown tag");
/// A file or folder cannot be read.
pub const UNREADABLE: Code = Code::error(13, "a file cannot be read");
/// A file's name is no provider's id.
pub const PROVIDER_ID: Code = Code::error(14, "a file name that is no provider id");
/// Two files would be the same provider.
pub const DUPLICATE_PROVIDER: Code = Code::error(15, "two files for one provider");
/// There is no spec.
pub const NO_SPECS: Code = Code::error(16, "no specs");

/// All of them.
pub const ALL: &[Code] = &[
    SYNTAX,
    INDENTATION,
    TAB,
    DUPLICATE_KEY,
    ALIAS,
    ALIAS_BUDGET,
    LIMIT,
    ENCODING,
    SEVERAL_DOCUMENTS,
    KEY,
    EMPTY,
    TAG,
    UNREADABLE,
    PROVIDER_ID,
    DUPLICATE_PROVIDER,
    NO_SPECS,
];

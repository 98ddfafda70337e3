//! Names that generated modules and their readers need for themselves; no schema gets them.

/// Types of the generated module, of the runtime as it imports them, and of Rust's prelude.
pub(super) const TYPES: &[&str] = &[
    // Items of the generated module.
    "Authentication",
    "Client",
    "ClientBuilder",
    "Environment",
    "Error",
    "Grant",
    "LIFECYCLE",
    "Refresh",
    "Refusal",
    "Settings",
    "TokenSet",
    "Tokens",
    // What it imports.
    "Anchor",
    "Arc",
    "AsText",
    "BTreeMap",
    "BaseUrl",
    "Basis",
    "Body",
    "BuildError",
    "ClockFormat",
    "Comparison",
    "Condition",
    "Decision",
    "Decode",
    "Duration",
    "Encode",
    "ErrorKind",
    "Exchange",
    "Expiry",
    "Expression",
    "ExtraRule",
    "Failure",
    "FailureRule",
    "HeaderValue",
    "InstantFormat",
    "Json",
    "Keep",
    "Kept",
    "Life",
    "Lifecycle",
    "Lifetime",
    "Limit",
    "LimitScope",
    "Literal",
    "Location",
    "Mismatch",
    "Missing",
    "Moment",
    "Object",
    "ObjectWriter",
    "Operand",
    "Presentation",
    "Previous",
    "Provider",
    "ReadRefusal",
    "ReadTokens",
    "Reauthentication",
    "RedactedBody",
    "Reply",
    "Request",
    "RequestBuilder",
    "RequestError",
    "ReqwestTransport",
    "ReqwestTransportBuilder",
    "Response",
    "Role",
    "Secret",
    "Sending",
    "Sensitive",
    "SharedToken",
    "SharedTransport",
    "SignIn",
    "SingleUseToken",
    "Situation",
    "StatusCode",
    "StatusRange",
    "Timestamp",
    "Token",
    "TokenKind",
    "TokenRule",
    "Transport",
    "TransportError",
    "Value",
    "Window",
    // A parameter in what the macros of the runtime write.
    "T",
    // Rust's prelude, and what derives write.
    "AsMut",
    "AsRef",
    "Box",
    "Clone",
    "Copy",
    "Debug",
    "Default",
    "Display",
    "Drop",
    "Eq",
    "Err",
    "Extend",
    "Fn",
    "FnMut",
    "FnOnce",
    "From",
    "FromIterator",
    "FromStr",
    "Future",
    "Hash",
    "Into",
    "IntoFuture",
    "IntoIterator",
    "Iterator",
    "None",
    "Ok",
    "Option",
    "Ord",
    "PartialEq",
    "PartialOrd",
    "Result",
    "Self_",
    "Send",
    "Sized",
    "Some",
    "String",
    "Sync",
    "ToOwned",
    "ToString",
    "TryFrom",
    "TryInto",
    "Unpin",
    "Vec",
];

/// Methods of the generated builder that are no inputs.
pub(super) const BUILDER: &[&str] = &[
    "authentication",
    "base_url",
    "build",
    "builder",
    "client",
    "default",
    "environment",
    "new",
    "transport",
];

/// Functions of a client of several operations that are no operations.
pub(super) const OPERATIONS: &[&str] = &["builder", "clone", "default", "fmt", "new"];

/// Features of the generated crate that are no providers.
pub(crate) const FEATURES: &[&str] = &[
    "default",
    "encryption",
    "metrics",
    "middleware",
    "postgres",
    "redis",
    "reqwest",
    "session",
    "sqlite",
    "testing",
];

/// Variants that stand for what the document does not know.
pub(super) const VARIANTS: &[&str] = &["Other", "Unknown"];

#[cfg(test)]
mod tests {
    use super::*;

    /// A schema of one of these names would stand beside an import of the same name.
    #[test]
    fn every_type_of_the_runtime_is_reserved() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../runtime/src/lib.rs");
        let text = std::fs::read_to_string(path).unwrap();
        let uses = text
            .split("pub use ")
            .skip(1)
            .filter_map(|rest| rest.split(';').next());
        let names = uses.flat_map(|list| list.split(|c: char| !c.is_alphanumeric() && c != '_'));
        let is_type = |name: &&str| {
            let mut characters = name.chars();
            characters.next().is_some_and(char::is_uppercase) && characters.any(char::is_lowercase)
        };
        let missing: Vec<_> = names
            .filter(is_type)
            .filter(|name| !TYPES.contains(name))
            .collect();
        assert_eq!(missing, Vec::<&str>::new());
    }
}

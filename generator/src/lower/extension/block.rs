//! Reads mappings with known keys. One declaration makes the type, its reader and its JSON Schema, so
//! that none of the three can know a key that the others do not.

use super::codes;
use super::read::{Read, anchor, wrong_kind};
use crate::diagnostic::nearest::nearest;
use crate::diagnostic::{Report, Sink};
use crate::source::{Node, Span, Value};

/// Declares a mapping: `field("key"): Type`, where an `Option` may be left out.
macro_rules! block {
    ($words:expr; $(#[$meta:meta])* struct $name:ident {
        $($(#[$field_meta:meta])* $field:ident($key:literal): $ty:ty,)*
    }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, schemars::JsonSchema)]
        #[schemars(deny_unknown_fields)]
        pub(super) struct $name {
            $($(#[$field_meta])* #[schemars(rename = $key)] pub(super) $field: $ty,)*
        }

        impl $crate::lower::extension::read::Read for $name {
            const WORDS: &'static str = $words;

            fn read(
                node: &$crate::source::Node,
                sink: &mut $crate::diagnostic::Sink,
            ) -> Option<Self> {
                use $crate::lower::extension::block;
                block::keys(node, $words, &[$($key),*], sink)?;
                $(let $field = <$ty as block::Field>::take(node, $words, $key, sink);)*
                Some(Self { $($field: $field?,)* })
            }
        }
    };
}
pub(super) use block;

/// Words of later versions: the block they stand in, the word, what it will be.
const NOT_YET: &[(&str, &str, &str)] = &[
    (
        words::EXTENSION,
        "recover",
        "another way back after a lost answer",
    ),
    (
        words::TOKEN,
        "from",
        "a grant that is another operation's token",
    ),
    (
        words::TOKEN,
        "recover",
        "another way back after a lost answer",
    ),
    (words::GENERATOR, "hmac", "a signature made for each call"),
    (words::GENERATOR, "jwt", "a signed JWT made for each call"),
    (
        words::FAILURE,
        "context",
        "criteria of another `type` than Arazzo's simple conditions",
    ),
];

/// What messages call the blocks.
pub(super) mod words {
    pub(in super::super) const EXTENSION: &str = "`x-token-refresh`";
    pub(in super::super) const TOKEN: &str = "a token";
    pub(in super::super) const FAILURE: &str = "a failure";
    pub(in super::super) const GENERATOR: &str = "`generate`";
}

/// What a key of a block holds.
pub(super) trait Field: Sized {
    /// Reads the value of the key.
    fn take(node: &Node, block: &str, key: &str, sink: &mut Sink) -> Option<Self>;
}

impl<T: Read> Field for T {
    fn take(node: &Node, block: &str, key: &str, sink: &mut Sink) -> Option<Self> {
        let Some(value) = node.get(key) else {
            let report = Report::new(codes::MISSING_KEY, format!("{block} needs `{key}`"));
            sink.push(report.at(anchor(node), format!("`{key}` is missing: {}", T::WORDS)));
            return None;
        };
        T::read(value, sink)
    }
}

impl<T: Read> Field for Option<T> {
    fn take(node: &Node, _: &str, key: &str, sink: &mut Sink) -> Option<Self> {
        match node.get(key) {
            Some(value) => T::read(value, sink).map(Some),
            None => Some(None),
        }
    }
}

/// A value and the place of its key.
#[derive(Clone, Debug)]
pub(super) struct Keyed<T> {
    pub(super) value: T,
    pub(super) key_span: Span,
}

impl<T: Read> Field for Keyed<T> {
    fn take(node: &Node, block: &str, key: &str, sink: &mut Sink) -> Option<Self> {
        let value = T::take(node, block, key, sink)?;
        let key_span = node.entry(key)?.key_span;
        Some(Self { value, key_span })
    }
}

impl<T: schemars::JsonSchema> schemars::JsonSchema for Keyed<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> std::borrow::Cow<'static, str> {
        T::schema_id()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        T::json_schema(generator)
    }
}

/// Checks that the node is a mapping and that each of its keys is known.
pub(super) fn keys(node: &Node, block: &str, known: &[&str], sink: &mut Sink) -> Option<()> {
    let Value::Mapping(entries) = &node.value else {
        wrong_kind(node, block, sink);
        return None;
    };
    for entry in entries
        .iter()
        .filter(|entry| !known.contains(&entry.key.as_str()))
    {
        unknown(&entry.key, entry.key_span, block, known, sink);
    }
    Some(())
}

/// The one key of these that a mapping has: the one that tells what it is.
pub(super) fn pick(
    node: &Node,
    block: &str,
    known: &[&'static str],
    sink: &mut Sink,
) -> Option<&'static str> {
    let entries = node.entries();
    let mut found = entries
        .iter()
        .filter_map(|entry| Some((known.iter().find(|key| **key == entry.key)?, entry.key_span)));
    let Some((key, span)) = found.next() else {
        match entries.first() {
            Some(entry) => unknown(&entry.key, entry.key_span, block, known, sink),
            None => sink.push(
                Report::new(
                    codes::MISSING_KEY,
                    format!("{block} needs one of {}", list(known)),
                )
                .at(node.span, "nothing in it"),
            ),
        }
        return None;
    };
    if let Some((other, other_span)) = found.next() {
        let message = format!("`{key}` and `{other}` exclude each other in {block}");
        let report = Report::new(codes::EXCLUSIVE, message);
        sink.push(
            report
                .at(other_span, "one of the two")
                .and(span, "or this one"),
        );
        return None;
    }
    Some(key)
}

fn unknown(key: &str, span: Span, block: &str, known: &[&str], sink: &mut Sink) {
    let later = NOT_YET
        .iter()
        .find(|(of, word, _)| *of == block && *word == key);
    if let Some((_, _, what)) = later {
        let message = format!("`{key}` is not supported yet in {block}");
        sink.push(Report::new(codes::NOT_YET, message).at(span, format!("{what}: not yet")));
        return;
    }
    let report = Report::new(
        codes::UNKNOWN_KEY,
        format!("unknown key `{key}` in {block}"),
    );
    sink.push(match nearest(key, known.iter().copied()) {
        Some(near) => report
            .at(span, format!("did you mean `{near}`?"))
            .help(format!("{near}:")),
        None => report.at(span, format!("it has {}", list(known))),
    });
}

/// The names in words: `` `a`, `b` and `c` ``.
pub(super) fn list<S: AsRef<str>>(names: &[S]) -> String {
    let quoted: Vec<String> = names
        .iter()
        .map(|name| format!("`{}`", name.as_ref()))
        .collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        Some((last, _)) => last.clone(),
        None => String::new(),
    }
}

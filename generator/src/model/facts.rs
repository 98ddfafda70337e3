//! What is known of a value by its schema: its types, its values, whether it is sure to be there.

use std::collections::BTreeSet;

use super::{Json, JsonType, Schema};
use crate::source::Span;

/// What a schema says of a value, `allOf`, `oneOf` and `anyOf` taken together.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts {
    /// The schema's node.
    pub origin: Span,
    /// The types it may have, `null` included; empty: any.
    pub types: BTreeSet<JsonType>,
    /// The values it may have; empty: any.
    pub values: Vec<Json>,
    /// `format`
    pub format: Option<String>,
    /// Whether it is there, and not null, in every answer that keeps to the schema.
    pub is_sure: bool,
}

impl Schema {
    /// What the schema itself says, without what it is composed of.
    pub(super) fn own_facts(&self) -> Facts {
        let mut types: BTreeSet<JsonType> = self.types.iter().copied().collect();
        if types.is_empty() && !self.values.is_empty() {
            types = self.values.iter().map(JsonType::of).collect();
        }
        if types.is_empty() && !self.properties.is_empty() {
            types.insert(JsonType::Object);
        }
        if types.is_empty() && self.items.is_some() {
            types.insert(JsonType::Array);
        }
        Facts {
            origin: self.origin,
            types,
            values: self.values.clone(),
            format: self.format.clone(),
            is_sure: true,
        }
    }
}

impl JsonType {
    /// The type of a value.
    pub fn of(value: &Json) -> Self {
        match value {
            Json::Null => Self::Null,
            Json::Bool(_) => Self::Boolean,
            Json::Integer(_) => Self::Integer,
            Json::Float(_) => Self::Number,
            Json::String(_) => Self::String,
            Json::Array(_) => Self::Array,
            Json::Object(_) => Self::Object,
        }
    }

    /// The type in words: `a string`.
    pub fn words(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean => "a boolean",
            Self::Integer => "an integer",
            Self::Number => "a number",
            Self::String => "a string",
            Self::Array => "a list",
            Self::Object => "an object",
        }
    }
}

impl Facts {
    /// What is known of a header: it is text, and no schema's node says so.
    pub fn of_header() -> Self {
        Self {
            types: BTreeSet::from([JsonType::String]),
            ..Self::default()
        }
    }

    /// The schema's node, where there is one.
    pub fn schema(&self) -> Option<Span> {
        (self.origin != Span::default()).then_some(self.origin)
    }

    /// The types in words: `a string or a number`.
    pub fn words(&self) -> String {
        let words: Vec<_> = self.types.iter().map(|ty| ty.words()).collect();
        words.join(" or ")
    }

    /// Whether a value of this type may stand here; an integer is a number, too.
    pub fn may_be(&self, ty: JsonType) -> bool {
        self.types.is_empty()
            || self.types.contains(&ty)
            || (ty == JsonType::Integer && self.types.contains(&JsonType::Number))
    }

    /// What both say.
    pub(super) fn and(self, other: Self) -> Self {
        Self {
            origin: self.origin,
            types: both(self.types, other.types),
            values: if self.values.is_empty() {
                other.values
            } else {
                self.values
            },
            format: self.format.or(other.format),
            is_sure: self.is_sure,
        }
    }

    /// What one of the two says.
    pub(super) fn or(mut self, other: Self) -> Self {
        self.types = either(self.types, other.types, BTreeSet::is_empty);
        self.values = either(self.values, other.values, Vec::is_empty);
        self.format = self
            .format
            .filter(|format| other.format.as_ref() == Some(format));
        self
    }
}

/// All of both, or nothing where one of them is nothing, which stands for any.
fn either<C: Default + Extend<T> + IntoIterator<Item = T>, T>(
    mut one: C,
    other: C,
    is_any: fn(&C) -> bool,
) -> C {
    if is_any(&one) || is_any(&other) {
        return C::default();
    }
    one.extend(other);
    one
}

fn both(one: BTreeSet<JsonType>, other: BTreeSet<JsonType>) -> BTreeSet<JsonType> {
    if one.is_empty() {
        return other;
    }
    if other.is_empty() {
        return one;
    }
    // Types that exclude each other are the document's own contradiction; the nearer word counts.
    let common: BTreeSet<_> = one.intersection(&other).copied().collect();
    if common.is_empty() { one } else { common }
}

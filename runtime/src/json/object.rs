//! Reading an object's properties by name.

use std::collections::BTreeMap;

use super::{Decode, Json, Mismatch};

/// A JSON object that is being read.
#[derive(Clone, Copy)]
pub struct Object<'a>(&'a serde_json::Map<String, Json>);

impl<'a> Object<'a> {
    /// Sees a value as an object.
    pub fn of(value: &'a Json) -> Result<Self, Mismatch> {
        match value {
            Json::Object(map) => Ok(Self(map)),
            other => Err(Mismatch::found("an object", other)),
        }
    }

    // What is generic here is compiled once more for each generated type, and each closure with it: the matches
    // are spelt out.

    /// A property that has to be there.
    pub fn required<T: Decode>(&self, key: &str) -> Result<T, Mismatch> {
        match self.property(key) {
            Ok(value) => match T::decode(value) {
                Ok(decoded) => Ok(decoded),
                Err(mismatch) => Err(mismatch.under(key)),
            },
            Err(mismatch) => Err(mismatch),
        }
    }

    /// A property that may be absent or null.
    pub fn optional<T: Decode>(&self, key: &str) -> Result<Option<T>, Mismatch> {
        match self.get(key) {
            None => Ok(None),
            Some(value) => match T::decode(value) {
                Ok(decoded) => Ok(Some(decoded)),
                Err(mismatch) => Err(mismatch.under(key)),
            },
        }
    }

    /// All properties but the `known` ones.
    pub fn rest<T: Decode>(&self, known: &[&str]) -> Result<BTreeMap<String, T>, Mismatch> {
        self.0
            .iter()
            .filter(|(key, _)| !known.contains(&key.as_str()))
            .map(|(key, value)| {
                let value = T::decode(value).map_err(|mismatch| mismatch.under(key))?;
                Ok((key.clone(), value))
            })
            .collect()
    }

    /// A property that is there and not null.
    pub fn get(&self, key: &str) -> Option<&'a Json> {
        self.0.get(key).filter(|value| !value.is_null())
    }

    fn property(self, key: &str) -> Result<&'a Json, Mismatch> {
        self.0
            .get(key)
            .ok_or_else(|| Mismatch::missing("a value").under(key))
    }
}

impl std::fmt::Debug for Object<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Object({} properties)", self.0.len())
    }
}

//! Writing an object property by property.

use std::collections::BTreeMap;

use super::{Encode, Json};

/// A JSON object that is being written.
#[derive(Default)]
pub struct ObjectWriter(serde_json::Map<String, Json>);

impl ObjectWriter {
    /// No properties yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a property.
    pub fn put(&mut self, key: &str, value: impl Encode) {
        self.0.insert(key.to_owned(), value.encode());
    }

    /// Adds a property where there is a value; otherwise it is absent, not null.
    pub fn put_if<T: Encode>(&mut self, key: &str, value: &Option<T>) {
        if let Some(value) = value {
            self.put(key, value);
        }
    }

    /// Adds further properties; those that are there already stay.
    pub fn extend<T: Encode>(&mut self, values: &BTreeMap<String, T>) {
        for (key, value) in values {
            if !self.0.contains_key(key) {
                self.put(key, value);
            }
        }
    }

    /// The object.
    pub fn finish(self) -> Json {
        Json::Object(self.0)
    }
}

impl std::fmt::Debug for ObjectWriter {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "ObjectWriter({} properties)", self.0.len())
    }
}

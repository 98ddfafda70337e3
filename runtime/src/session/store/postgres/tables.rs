//! What the tables are called.

use crate::session::store::StoreError;

/// The schema, and what the tables' names begin with.
#[derive(Clone, Debug)]
pub(super) struct Tables {
    schema: String,
    prefix: String,
}

/// PostgreSQL cuts names off after 63 bytes; the longest of ours takes 16.
const LONGEST: usize = 40;

impl Tables {
    pub(super) fn new(schema: &str, prefix: &str) -> Result<Self, StoreError> {
        let is_word = |text: &str| {
            let is_letter =
                |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
            text.len() <= LONGEST && text.bytes().all(is_letter)
        };
        if schema.is_empty() || !is_word(schema) || !is_word(prefix) {
            return Err(StoreError::refused(
                "a schema and a table prefix are made of a-z, 0-9 and _, 40 at most, and a schema is not empty",
            ));
        }
        Ok(Self {
            schema: schema.to_owned(),
            prefix: prefix.to_owned(),
        })
    }

    /// The schema as it is.
    pub(super) fn schema(&self) -> &str {
        &self.schema
    }

    /// The name of the table that says which version the others are of.
    pub(super) fn books(&self) -> String {
        format!("{}migrations", self.prefix)
    }

    /// A text of ours with the names in it. Quoted: a schema may be called `user`.
    pub(super) fn fill(&self, text: &str) -> String {
        let Self { schema, prefix } = self;
        let mut filled = text
            .replace("{schema}", &format!("\"{schema}\""))
            .replace("{prefix}", prefix);
        for table in ["sessions", "leases", "numbers", "migrations"] {
            let name = format!("\"{schema}\".\"{prefix}{table}\"");
            filled = filled.replace(&format!("{{{table}}}"), &name);
        }
        filled
    }
}

//! Wiping JSON trees that held tokens.

use std::fmt;
use std::ops::Deref;

use zeroize::Zeroize;

use super::Json;

/// Overwrites every string of the tree; the structure is left.
///
/// The depth is bounded: `serde_json` reads no more than 128 levels.
pub(crate) fn wipe(value: &mut Json) {
    match value {
        Json::String(text) => text.zeroize(),
        Json::Array(items) => items.iter_mut().for_each(wipe),
        Json::Object(map) => map.values_mut().for_each(wipe),
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}

/// A tree that is wiped when dropped and hides itself.
#[derive(Default)]
pub(crate) struct Wiped(pub(crate) Json);

impl Deref for Wiped {
    type Target = Json;

    fn deref(&self) -> &Json {
        &self.0
    }
}

impl Drop for Wiped {
    fn drop(&mut self) {
        wipe(&mut self.0);
    }
}

impl fmt::Debug for Wiped {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn no_string_is_left() {
        let mut tree = json!({"a": "s3cr3t", "b": [{"c": "s3cr3t"}, 1]});
        wipe(&mut tree);
        assert_eq!(tree, json!({"a": "", "b": [{"c": ""}, 1]}));
    }
}

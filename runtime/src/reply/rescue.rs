//! Saving the tokens of a body that is not JSON to its end: what was read before the break counts.

use std::fmt;

use serde_core::de::{
    DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor,
};

use crate::content::without_bom;
use crate::{Expression, Lifecycle, Secret};

/// The tokens that stand at their places before the body breaks off.
pub(super) fn rescue(lifecycle: &Lifecycle, body: &[u8]) -> Vec<(&'static str, Secret)> {
    let mut found = Vec::new();
    let recorder = Recorder {
        lifecycle,
        path: String::new(),
        depth: 0,
        found: &mut found,
    };
    // That it fails is known; what it recorded on the way is wanted.
    let _ = recorder.deserialize(&mut serde_json::Deserializer::from_slice(without_bom(body)));
    found
}

/// Walks a value and records the texts at the tokens' places as it comes by.
struct Recorder<'a> {
    lifecycle: &'a Lifecycle,
    path: String,
    depth: u8,
    found: &'a mut Vec<(&'static str, Secret)>,
}

impl Recorder<'_> {
    /// The same recorder one level down.
    fn below(&mut self, key: &str) -> Recorder<'_> {
        let escaped = key.replace('~', "~0").replace('/', "~1");
        Recorder {
            lifecycle: self.lifecycle,
            path: format!("{}/{escaped}", self.path),
            depth: self.depth + 1,
            found: self.found,
        }
    }

    fn record(&mut self, text: &str) {
        for rule in self.lifecycle.tokens {
            let is_here = rule.received.iter().any(|location| location.at == Expression::ResponseBody("")
                && self.path.is_empty()
                || matches!(location.at, Expression::ResponseBody(pointer) if pointer == self.path));
            if is_here && !text.is_empty() {
                self.found.retain(|(name, _)| *name != rule.name);
                self.found.push((rule.name, Secret::from(text)));
            }
        }
    }
}

impl<'de> DeserializeSeed<'de> for Recorder<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        // The reader stops at 128 levels by itself; no token lies deeper than a pointer is long.
        if self.depth > 64 {
            return deserializer.deserialize_any(IgnoredAny).map(|_| ());
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Recorder<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any JSON value")
    }

    fn visit_str<E>(mut self, text: &str) -> Result<(), E> {
        self.record(text);
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<(), A::Error> {
        let mut index = 0_usize;
        while items
            .next_element_seed(self.below(&index.to_string()))?
            .is_some()
        {
            index = index
                .checked_add(1)
                .ok_or_else(|| A::Error::custom("too long"))?;
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut entries: A) -> Result<(), A::Error> {
        while let Some(key) = entries.next_key::<String>()? {
            entries.next_value_seed(self.below(&key))?;
        }
        Ok(())
    }
}

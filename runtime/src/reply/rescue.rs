//! Saving the tokens of a body that is not JSON to its end: what was read before the break counts.

use std::fmt;

use serde_core::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::content::without_bom;
use crate::{Expression, Lifecycle, Secret};

/// The texts that stand whole at the tokens' places before the body breaks off, by index in the lifecycle. Of a
/// token with several places, the first place counts.
pub(super) fn rescue(lifecycle: &Lifecycle, body: &[u8]) -> Vec<Option<Secret>> {
    let places: Vec<Place> = places(lifecycle).collect();
    let mut found: Vec<Option<Secret>> = places.iter().map(|_| None).collect();
    let recorder = Recorder {
        places: &places,
        path: String::new(),
        found: &mut found,
    };
    // That it fails is known; what it recorded on the way is wanted.
    let _ = recorder.deserialize(&mut serde_json::Deserializer::from_slice(without_bom(body)));
    let mut texts: Vec<Option<Secret>> = lifecycle.tokens.iter().map(|_| None).collect();
    for (place, text) in places.iter().zip(found) {
        let slot = &mut texts[place.token];
        if slot.is_none() {
            *slot = text;
        }
    }
    texts
}

/// Where one of the tokens may stand.
struct Place {
    token: usize,
    pointer: &'static str,
}

fn places(lifecycle: &Lifecycle) -> impl Iterator<Item = Place> {
    lifecycle
        .tokens
        .iter()
        .enumerate()
        .flat_map(|(token, rule)| {
            rule.received
                .iter()
                .filter_map(move |location| match location.at {
                    Expression::ResponseBody(pointer) => Some(Place { token, pointer }),
                    _ => None,
                })
        })
}

/// Walks a value and records the texts at the places as it comes by. It goes only where a place can be: a
/// hostile body of long keys costs no more than reading it.
struct Recorder<'a> {
    places: &'a [Place],
    path: String,
    found: &'a mut [Option<Secret>],
}

impl Recorder<'_> {
    /// The same recorder one level down; `None` where no place is there or below.
    fn below(&mut self, key: &str) -> Option<Recorder<'_>> {
        let longest = self.places.iter().map(|place| place.pointer.len()).max()?;
        if self.path.len() + key.len() >= longest {
            return None;
        }
        let path = format!(
            "{}/{}",
            self.path,
            key.replace('~', "~0").replace('/', "~1")
        );
        let is_on_the_way = |place: &Place| {
            let rest = place.pointer.strip_prefix(path.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let is_wanted = self.places.iter().any(is_on_the_way);
        is_wanted.then_some(Recorder {
            places: self.places,
            path,
            found: self.found,
        })
    }
}

impl<'de> DeserializeSeed<'de> for Recorder<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Recorder<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any JSON value")
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        for (place, found) in self.places.iter().zip(self.found) {
            if place.pointer == self.path && !text.is_empty() {
                *found = Some(Secret::from(text));
            }
        }
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
        for index in 0_usize.. {
            let item = match self.below(&index.to_string()) {
                Some(recorder) => items.next_element_seed(recorder)?,
                None => items.next_element::<IgnoredAny>()?.map(drop),
            };
            if item.is_none() {
                break;
            }
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut entries: A) -> Result<(), A::Error> {
        while let Some(key) = entries.next_key::<String>()? {
            match self.below(&key) {
                Some(recorder) => entries.next_value_seed(recorder)?,
                None => drop(entries.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

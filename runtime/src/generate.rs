//! Values that are made anew on each call.

use std::hash::{BuildHasher, RandomState};

use crate::Timestamp;

/// A random UUID (RFC 9562, section 5.4), to tell calls apart.
///
/// The standard library's hasher is the source: a keyed function with a key from the operating system, new for
/// each thread and changed for each use. That makes ids that do not meet again, which is all that a request's id
/// is for; do not take one for a secret.
pub fn uuid() -> String {
    let (high, low) = (random(), random());
    let (version, variant) = (0x4000 | (high & 0x0fff), 0x8000 | (low >> 48 & 0x3fff));
    let (first, second) = (high >> 32, high >> 16 & 0xffff);
    format!(
        "{first:08x}-{second:04x}-{version:04x}-{variant:04x}-{:012x}",
        low & 0xffff_ffff_ffff
    )
}

/// A random number, uniform.
pub(crate) fn random() -> u64 {
    RandomState::new().hash_one(Timestamp::now())
}

/// Seconds since the Unix epoch.
pub fn unix_seconds() -> i64 {
    Timestamp::now().unix_seconds()
}

/// Milliseconds since the Unix epoch.
pub fn unix_milliseconds() -> i64 {
    Timestamp::now().unix_millis()
}

/// The time in UTC as RFC 3339, to the second.
pub fn date_time() -> String {
    Timestamp::from_unix_seconds(unix_seconds()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uuids_are_of_the_right_form_and_differ() {
        let form = "xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx";
        let mut seen = std::collections::BTreeSet::new();
        for _ in 0..10_000 {
            let id = uuid();
            assert_eq!(id.len(), form.len());
            for (place, found) in form.chars().zip(id.chars()) {
                let fits = match place {
                    'x' => found.is_ascii_hexdigit(),
                    'y' => matches!(found, '8' | '9' | 'a' | 'b'),
                    other => found == other,
                };
                assert!(fits, "{id}");
            }
            assert!(seen.insert(id));
        }
        // Each digit that may vary does.
        let varies = |index: usize| {
            seen.iter()
                .map(|id| id.as_bytes()[index])
                .collect::<std::collections::BTreeSet<_>>()
                .len()
        };
        for (index, place) in form.chars().enumerate() {
            let wanted = match place {
                'x' => 16,
                'y' => 4,
                _ => 1,
            };
            assert_eq!(varies(index), wanted, "digit {index}");
        }
    }

    #[test]
    fn times_agree() {
        assert!((unix_milliseconds() / 1000 - unix_seconds()).abs() <= 1);
        assert_eq!(date_time().len(), "2023-11-14T22:13:20Z".len());
    }
}

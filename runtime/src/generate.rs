//! Values that are made anew on each call.

use uuid::Uuid;

use crate::Timestamp;

/// A random UUID (RFC 9562, section 5.4).
pub fn uuid() -> String {
    Uuid::new_v4().to_string()
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
    fn uuids_differ() {
        assert_ne!(uuid(), uuid());
        assert_eq!(uuid().len(), 36);
    }

    #[test]
    fn times_agree() {
        assert!((unix_milliseconds() / 1000 - unix_seconds()).abs() <= 1);
        assert_eq!(date_time().len(), "2023-11-14T22:13:20Z".len());
    }
}

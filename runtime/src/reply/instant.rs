//! Reading an instant in any of the ways in which vendors write one.

use chrono::format::{Parsed, StrftimeItems, parse as parse_items};
use chrono::{DateTime, NaiveTime, TimeZone, Utc};

use super::lifetime::scaled;
use crate::exchange::Value;
use crate::{InstantFormat, Timestamp};

/// The instant that a value names; `None` where it is not written that way.
pub(super) fn parse(value: &Value<'_>, format: InstantFormat) -> Option<Timestamp> {
    match format {
        InstantFormat::UnixSeconds => value
            .number()
            .map(|count| Timestamp::from_unix_millis(scaled(count, 1000.0))),
        InstantFormat::UnixMilliseconds => value
            .number()
            .map(|count| Timestamp::from_unix_millis(scaled(count, 1.0))),
        InstantFormat::Unix => value.number().map(unix_by_magnitude),
        InstantFormat::DateTime => date_time(value.text()?.trim()),
        InstantFormat::Pattern(pattern) => match value {
            // A pattern of digits alone (`%Y%m%d`) may come as a number.
            Value::Json(json) if json.is_number() => by_pattern(&json.to_string(), pattern),
            _ => by_pattern(value.text()?.trim(), pattern),
        },
    }
}

/// Seconds or milliseconds: 10^11 seconds are the year 5138, 10^11 milliseconds are March 1973.
pub(super) fn unix_by_magnitude(count: f64) -> Timestamp {
    const MILLISECONDS_FROM: f64 = 1e11;
    let unit = if count.abs() < MILLISECONDS_FROM {
        1000.0
    } else {
        1.0
    };
    Timestamp::from_unix_millis(scaled(count, unit))
}

/// RFC 3339, and what is sent under its name: no offset (taken for UTC), or one without a colon.
fn date_time(text: &str) -> Option<Timestamp> {
    let strict = DateTime::parse_from_rfc3339(text)
        .ok()
        .map(|instant| Timestamp::from_unix_millis(instant.timestamp_millis()));
    let loose = [
        "%Y-%m-%dT%H:%M:%S%.f%#z",
        "%Y-%m-%dT%H:%M:%S%.f",
        "%Y-%m-%d %H:%M:%S%.f%#z",
        "%Y-%m-%d %H:%M:%S%.f",
    ];
    strict.or_else(|| loose.iter().find_map(|pattern| by_pattern(text, pattern)))
}

/// By a `strftime` pattern: a missing time is midnight, a missing offset is UTC.
fn by_pattern(text: &str, pattern: &str) -> Option<Timestamp> {
    let mut parsed = Parsed::new();
    parse_items(&mut parsed, text, StrftimeItems::new(pattern)).ok()?;
    let offset = parsed.offset().unwrap_or(0);
    let local = match parsed.to_naive_datetime_with_offset(offset) {
        Ok(local) => local,
        Err(_) if parsed.hour_mod_12().is_none() => {
            parsed.to_naive_date().ok()?.and_time(NaiveTime::MIN)
        }
        Err(_) => return None,
    };
    let millis = Utc.from_utc_datetime(&local).timestamp_millis();
    Some(Timestamp::from_unix_millis(millis).plus_millis(i64::from(offset) * -1000))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(value: &serde_json::Value, format: InstantFormat) -> Option<String> {
        parse(&Value::Json(value), format).map(|instant| instant.to_string())
    }

    #[test]
    fn every_format_is_read() {
        let cases = [
            (
                json!(1_700_000_000),
                InstantFormat::UnixSeconds,
                "2023-11-14T22:13:20Z",
            ),
            (
                json!("1700000000.5"),
                InstantFormat::UnixSeconds,
                "2023-11-14T22:13:20.500Z",
            ),
            (
                json!(1_700_000_000_123_i64),
                InstantFormat::UnixMilliseconds,
                "2023-11-14T22:13:20.123Z",
            ),
            (
                json!("1700000000"),
                InstantFormat::Unix,
                "2023-11-14T22:13:20Z",
            ),
            (
                json!(1_700_000_000_000_i64),
                InstantFormat::Unix,
                "2023-11-14T22:13:20Z",
            ),
            (
                json!(1e300),
                InstantFormat::Unix,
                "9999-12-31T23:59:59.999Z",
            ),
            (
                json!(u64::MAX),
                InstantFormat::UnixSeconds,
                "9999-12-31T23:59:59.999Z",
            ),
            (
                json!(-1e300),
                InstantFormat::UnixMilliseconds,
                "0001-01-01T00:00:00Z",
            ),
            (
                json!("2023-11-14T22:13:20Z"),
                InstantFormat::DateTime,
                "2023-11-14T22:13:20Z",
            ),
            (
                json!(" 2023-11-14T23:13:20.25+01:00 "),
                InstantFormat::DateTime,
                "2023-11-14T22:13:20.250Z",
            ),
            (
                json!("2023-11-14T23:13:20+0100"),
                InstantFormat::DateTime,
                "2023-11-14T22:13:20Z",
            ),
            (
                json!("2023-11-14 22:13:20"),
                InstantFormat::DateTime,
                "2023-11-14T22:13:20Z",
            ),
            (
                json!("2023-11-14T22:13:20.1234567"),
                InstantFormat::DateTime,
                "2023-11-14T22:13:20.123Z",
            ),
            (
                json!("14.11.2023 22:13"),
                InstantFormat::Pattern("%d.%m.%Y %H:%M"),
                "2023-11-14T22:13:00Z",
            ),
            (
                json!("20231114"),
                InstantFormat::Pattern("%Y%m%d"),
                "2023-11-14T00:00:00Z",
            ),
            (
                json!(20_231_114),
                InstantFormat::Pattern("%Y%m%d"),
                "2023-11-14T00:00:00Z",
            ),
            (
                json!("14/Nov/2023:23:13:20 +0100"),
                InstantFormat::Pattern("%d/%b/%Y:%H:%M:%S %z"),
                "2023-11-14T22:13:20Z",
            ),
            (
                json!("11/14/2023 10:13:20 PM"),
                InstantFormat::Pattern("%m/%d/%Y %I:%M:%S %p"),
                "2023-11-14T22:13:20Z",
            ),
            (
                json!("1700000000"),
                InstantFormat::Pattern("%s"),
                "2023-11-14T22:13:20Z",
            ),
        ];
        for (value, format, instant) in cases {
            assert_eq!(
                read(&value, format).as_deref(),
                Some(instant),
                "{value} as {format:?}"
            );
        }
    }

    #[test]
    fn what_is_no_instant_is_none() {
        let cases = [
            (json!("soon"), InstantFormat::Unix),
            (json!("NaN"), InstantFormat::Unix),
            (json!("inf"), InstantFormat::UnixSeconds),
            (json!(true), InstantFormat::Unix),
            (json!(null), InstantFormat::DateTime),
            (json!(""), InstantFormat::DateTime),
            (json!("2023-13-41T00:00:00Z"), InstantFormat::DateTime),
            (
                json!("2023-11-14 25:00"),
                InstantFormat::Pattern("%Y-%m-%d %H:%M"),
            ),
            (json!("2023-11-14"), InstantFormat::Pattern("%Q %")),
            (json!({}), InstantFormat::Pattern("%Y")),
        ];
        for (value, format) in cases {
            assert_eq!(read(&value, format), None, "{value} as {format:?}");
        }
    }
}

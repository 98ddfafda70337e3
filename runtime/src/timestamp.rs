//! Instants: milliseconds since the Unix epoch that never overflow and never panic.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// An instant in UTC, to the millisecond, from the year 1 to the year 9999.
///
/// All arithmetic stops at those ends: a provider that says "expires in `1e300` seconds" gets the end of the
/// year 9999 and no panic.
///
/// ```
/// use token_refresh_runtime::Timestamp;
///
/// let issued = Timestamp::from_unix_seconds(1_700_000_000);
/// assert_eq!(issued.to_string(), "2023-11-14T22:13:20Z");
/// assert_eq!(issued.plus_millis(i64::MAX), Timestamp::MAX);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

const DAY: i64 = 86_400_000;

impl Timestamp {
    /// The first millisecond of the year 1.
    pub const MIN: Self = Self(-62_135_596_800_000);
    /// The last millisecond of the year 9999.
    pub const MAX: Self = Self(253_402_300_799_999);

    /// What the system's clock says now.
    pub fn now() -> Self {
        Self::from(SystemTime::now())
    }

    /// So many seconds after the Unix epoch.
    pub const fn from_unix_seconds(seconds: i64) -> Self {
        Self::from_unix_millis(seconds.saturating_mul(1000))
    }

    /// So many milliseconds after the Unix epoch.
    pub const fn from_unix_millis(millis: i64) -> Self {
        if millis < Self::MIN.0 {
            Self::MIN
        } else if millis > Self::MAX.0 {
            Self::MAX
        } else {
            Self(millis)
        }
    }

    /// Whole seconds since the Unix epoch, rounded down.
    pub const fn unix_seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// Milliseconds since the Unix epoch.
    pub const fn unix_millis(self) -> i64 {
        self.0
    }

    /// So many milliseconds later, or earlier where negative.
    #[must_use]
    pub const fn plus_millis(self, millis: i64) -> Self {
        Self::from_unix_millis(self.0.saturating_add(millis))
    }

    /// So much later.
    #[must_use]
    pub fn plus(self, span: Duration) -> Self {
        self.plus_millis(millis_of(span))
    }

    /// So much earlier.
    #[must_use]
    pub fn minus(self, span: Duration) -> Self {
        self.plus_millis(-millis_of(span))
    }

    /// The milliseconds from `earlier` to here; negative where `earlier` is later.
    pub const fn millis_since(self, earlier: Self) -> i64 {
        // Both are within 9999 years of each other: this cannot overflow.
        self.0 - earlier.0
    }

    /// The time from `earlier` to here; zero where `earlier` is later.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.millis_since(earlier)).unwrap_or(0))
    }

    /// The same instant for the standard library; `None` where the platform's clock cannot hold it.
    pub fn to_system_time(self) -> Option<SystemTime> {
        let distance = Duration::from_millis(self.0.unsigned_abs());
        if self.0 < 0 {
            UNIX_EPOCH.checked_sub(distance)
        } else {
            UNIX_EPOCH.checked_add(distance)
        }
    }
}

/// The milliseconds of a span; [`i64::MAX`] stands for all that are longer.
pub(crate) fn millis_of(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}

impl From<SystemTime> for Timestamp {
    fn from(time: SystemTime) -> Self {
        match time.duration_since(UNIX_EPOCH) {
            Ok(after) => Self::from_unix_millis(millis_of(after)),
            Err(before) => Self::from_unix_millis(-millis_of(before.duration())),
        }
    }
}

/// RFC 3339 in UTC; milliseconds only where there are any.
impl fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = civil(self.0.div_euclid(DAY));
        let rest = self.0.rem_euclid(DAY);
        let (seconds, millis) = (rest / 1000, rest % 1000);
        let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        write!(
            formatter,
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"
        )?;
        if millis != 0 {
            write!(formatter, ".{millis:03}")?;
        }
        formatter.write_str("Z")
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

/// Year, month and day of a day counted from the Unix epoch, in the proleptic Gregorian calendar.
///
/// Years are counted from March, so that the leap day is a year's last: the months' lengths then follow one
/// rule, 153 days in five months.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 {
        march_month + 3
    } else {
        march_month - 9
    };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_written_as_rfc_3339() {
        let cases = [
            (0, "1970-01-01T00:00:00Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
            (951_782_400_000, "2000-02-29T00:00:00Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00Z"),
            (1_700_000_000_123, "2023-11-14T22:13:20.123Z"),
            (i64::MIN, "0001-01-01T00:00:00Z"),
            (i64::MAX, "9999-12-31T23:59:59.999Z"),
        ];
        for (millis, text) in cases {
            assert_eq!(Timestamp::from_unix_millis(millis).to_string(), text);
        }
    }

    #[test]
    fn agrees_with_chrono_all_through_the_calendar() {
        let mut millis = Timestamp::MIN.unix_millis();
        while millis < Timestamp::MAX.unix_millis() {
            let ours = Timestamp(millis).to_string();
            let theirs = chrono::DateTime::from_timestamp_millis(millis).unwrap();
            assert_eq!(ours, theirs.format("%Y-%m-%dT%H:%M:%SZ").to_string());
            millis += 29 * DAY;
        }
    }

    #[test]
    fn stops_at_its_ends() {
        assert_eq!(Timestamp::from_unix_seconds(i64::MAX), Timestamp::MAX);
        assert_eq!(Timestamp::from_unix_seconds(i64::MIN), Timestamp::MIN);
        assert_eq!(Timestamp::MAX.plus(Duration::MAX), Timestamp::MAX);
        assert_eq!(Timestamp::MIN.minus(Duration::MAX), Timestamp::MIN);
        assert_eq!(
            Timestamp::MAX.since(Timestamp::MIN),
            Duration::from_millis(315_537_897_599_999)
        );
        assert_eq!(Timestamp::MIN.since(Timestamp::MAX), Duration::ZERO);
    }

    #[test]
    fn goes_to_the_system_time_and_back() {
        for millis in [0, -1, 1_700_000_000_123, Timestamp::MAX.unix_millis()] {
            let timestamp = Timestamp::from_unix_millis(millis);
            assert_eq!(
                timestamp.to_system_time().map(Timestamp::from),
                Some(timestamp)
            );
        }
    }
}

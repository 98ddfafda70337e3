//! When the tokens of an example end, worked out from the spec's text.

use syn::Expr;

use super::answer::Answer;
use crate::emit::ast;
use crate::emit::literal::whole;
use crate::model::{ClockFormat, Expression, InstantFormat, Json, Lifetime, Token};

/// When a token ends.
enum End {
    /// So many milliseconds after it was asked for.
    After(i128),
    /// At this instant, in milliseconds since the epoch.
    At(i128),
    Never,
    Unknown,
}

/// What is left of a source.
enum Source {
    Ends(End),
    /// It yields nothing here.
    Silent,
    /// It takes more than is known here to tell.
    Opaque,
}

/// Beyond this many milliseconds the runtime's own bounds are what counts.
const FAR: i128 = 1_000_000_000_000_000;

/// `Ends::After(Duration::from_secs(3600))`
pub(super) fn expression(token: &Token, text: &str, position: usize, answer: &Answer) -> Expr {
    // In seconds where nothing is lost by it.
    let counted = |millis: i128, [seconds, milliseconds]: [&[&str]; 2]| match millis % 1000 {
        0 => ast::call(seconds, vec![whole(millis / 1000)]),
        _ => ast::call(milliseconds, vec![whole(millis)]),
    };
    match end(token, text, position, answer) {
        Some(End::After(millis)) if (0..FAR).contains(&millis) => {
            let units: [&[&str]; 2] = [&["Duration", "from_secs"], &["Duration", "from_millis"]];
            ast::call(&["Ends", "After"], vec![counted(millis, units)])
        }
        Some(End::At(millis)) if millis.abs() < FAR => {
            let units: [&[&str]; 2] = [
                &["Ends", "at_unix_seconds"],
                &["Ends", "at_unix_milliseconds"],
            ];
            counted(millis, units)
        }
        Some(End::Never) => ast::named(&["Ends", "Never"]),
        Some(End::Unknown) => ast::named(&["Ends", "Unknown"]),
        _ => ast::named(&["Ends", "Whenever"]),
    }
}

/// The first source that yields a value, in the spec's order of trust.
fn end(token: &Token, text: &str, position: usize, answer: &Answer) -> Option<End> {
    let all = || token.lifetime.iter().map(|lifetime| &lifetime.value);
    let is_paired = token.received.len() > 1 && token.received.len() == token.lifetime.len();
    let sources: Vec<&Lifetime> = if is_paired {
        let of_no_place = all().filter(|source| {
            matches!(
                source,
                Lifetime::JwtExpiry | Lifetime::Fixed(_) | Lifetime::Unlimited | Lifetime::Unknown
            )
        });
        token
            .lifetime
            .get(position)
            .map(|lifetime| &lifetime.value)
            .into_iter()
            .chain(of_no_place)
            .collect()
    } else {
        all().collect()
    };
    for source in sources {
        match yields(source, text, answer) {
            Source::Ends(end) => return Some(end),
            Source::Silent => {}
            Source::Opaque => return None,
        }
    }
    Some(End::Unknown)
}

fn yields(source: &Lifetime, text: &str, answer: &Answer) -> Source {
    match source {
        Lifetime::Seconds(place) => counted(place, 1000.0, answer),
        Lifetime::Milliseconds(place) => counted(place, 1.0, answer),
        Lifetime::Minutes(place) => counted(place, 60_000.0, answer),
        Lifetime::Clock(place, format) => read(place, answer, |value| match value {
            Json::String(text) => {
                clock(text, *format).map(|millis| Source::Ends(End::After(millis)))
            }
            _ => None,
        }),
        Lifetime::Until(place, format) => read(place, answer, |value| instant(value, format)),
        Lifetime::JwtExpiry => jwt_expiry(text).map_or(Source::Silent, |exp| {
            Source::Ends(End::At(by_magnitude(exp)))
        }),
        Lifetime::Fixed(span) => i128::try_from(span.as_millis())
            .map_or(Source::Opaque, |millis| Source::Ends(End::After(millis))),
        Lifetime::Unlimited => Source::Ends(End::Never),
        Lifetime::Unknown => Source::Ends(End::Unknown),
    }
}

fn read(place: &Expression, answer: &Answer, of: impl FnOnce(&Json) -> Option<Source>) -> Source {
    let value = match place {
        Expression::ResponseBody(pointer) => answer.at(pointer),
        Expression::ResponseHeader(name) => answer
            .header(name)
            .map(|value| Json::String(value.trim().to_owned())),
        _ => return Source::Opaque,
    };
    value.as_ref().and_then(of).unwrap_or(Source::Silent)
}

fn counted(place: &Expression, unit: f64, answer: &Answer) -> Source {
    read(place, answer, |value| {
        Some(Source::Ends(End::After(
            scaled(number(value)?, unit).max(0),
        )))
    })
}

fn number(value: &Json) -> Option<f64> {
    match value {
        #[expect(clippy::cast_precision_loss, reason = "as the runtime does")]
        Json::Integer(number) => Some(*number as f64),
        Json::Float(number) => Some(*number),
        Json::String(text) => text.trim().parse().ok(),
        _ => None,
    }
    .filter(|number: &f64| number.is_finite())
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "what is too large is not compared"
)]
fn scaled(count: f64, unit: f64) -> i128 {
    (count * unit) as i128
}

/// 10^11 seconds are the year 5138, 10^11 milliseconds are March 1973.
fn by_magnitude(count: f64) -> i128 {
    scaled(count, if count.abs() < 1e11 { 1000.0 } else { 1.0 })
}

fn instant(value: &Json, format: &InstantFormat) -> Option<Source> {
    let at = |millis| Some(Source::Ends(End::At(millis)));
    match format {
        InstantFormat::UnixSeconds => at(scaled(number(value)?, 1000.0)),
        InstantFormat::UnixMilliseconds => at(scaled(number(value)?, 1.0)),
        InstantFormat::Unix => at(by_magnitude(number(value)?)),
        InstantFormat::DateTime => match value {
            Json::String(text) => date_time(text.trim()).map_or(Some(Source::Opaque), at),
            _ => None,
        },
        InstantFormat::Pattern(_) => Some(Source::Opaque),
    }
}

fn clock(text: &str, format: ClockFormat) -> Option<i128> {
    let units = match format {
        ClockFormat::HoursMinutesSeconds => [3_600_000, 60_000, 1000],
        ClockFormat::DaysHoursMinutes => [86_400_000, 3_600_000, 60_000],
    };
    let parts: Vec<i128> = text
        .trim()
        .split(':')
        .map(|part| part.parse().ok())
        .collect::<Option<_>>()?;
    (parts.len() == 3).then(|| {
        parts
            .iter()
            .zip(units)
            .map(|(part, unit)| part * unit)
            .sum()
    })
}

/// RFC 3339 in UTC, to the second: other forms are not compared.
fn date_time(text: &str) -> Option<i128> {
    let shape: String = text
        .chars()
        .map(|c| if c.is_ascii_digit() { '0' } else { c })
        .collect();
    let part = |range: std::ops::Range<usize>| text[range].parse::<i128>().ok();
    if shape != "0000-00-00T00:00:00Z" {
        return None;
    }
    let (year, month, day) = (part(0..4)?, part(5..7)?, part(8..10)?);
    let seconds = part(11..13)? * 3600 + part(14..16)? * 60 + part(17..19)?;
    // Days since the epoch by Howard Hinnant's algorithm: years begin in March, so that a leap day is the last.
    let (years, months) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let era = years.div_euclid(400);
    let year_of_era = years.rem_euclid(400);
    let day_of_year = (153 * months + 2) / 5 + day - 1;
    let days = era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100
        + day_of_year
        - 719_468;
    Some((days * 86_400 + seconds) * 1000)
}

/// The `exp` of a JWT, where it is a plain number.
fn jwt_expiry(token: &str) -> Option<f64> {
    let mut parts = token.split('.');
    let claims = parts.nth(1)?;
    parts.next()?;
    let claims = String::from_utf8(base64(claims)?).ok()?;
    let (_, rest) = claims.split_once("\"exp\"")?;
    let rest = rest.trim_start().strip_prefix(':')?.trim_start();
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    rest[..digits].parse().ok()
}

/// The bytes of Base64 with the alphabet for URLs.
fn base64(text: &str) -> Option<Vec<u8>> {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let (mut bits, mut count, mut bytes) = (0_u32, 0, Vec::new());
    for byte in text.trim_end_matches('=').bytes() {
        let value = ALPHABET.iter().position(|letter| *letter == byte)?;
        bits = (bits << 6) | u32::try_from(value).ok()?;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from((bits >> count) & 0xff).ok()?);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod unit {
    use super::*;

    #[test]
    fn instants_are_counted_from_the_epoch() {
        assert_eq!(date_time("1970-01-01T00:00:00Z"), Some(0));
        assert_eq!(date_time("2000-02-29T12:30:15Z"), Some(951_827_415_000));
        assert_eq!(date_time("2033-05-18T03:33:20Z"), Some(2_000_000_000_000));
        assert_eq!(date_time("2033-05-18T03:33:20+01:00"), None);
        assert_eq!(
            clock("177:05:38", ClockFormat::HoursMinutesSeconds),
            Some(637_538_000)
        );
    }

    #[test]
    fn a_token_tells_its_end() {
        let jwt = "eyJhbGciOiJub25lIn0.eyJleHAiOjIwMDAwMDAwMDB9.ZXhhbXBsZQ";
        assert_eq!(jwt_expiry(jwt), Some(2_000_000_000.0));
        assert_eq!(jwt_expiry("a.b.c"), None);
        assert_eq!(jwt_expiry("a-token"), None);
    }
}

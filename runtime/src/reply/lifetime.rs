//! When a token ends: the first source that yields a value, in the spec's order of trust.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::tokens::TokenValue;
use super::{Answer, instant};
use crate::exchange::Value;
use crate::json::Wiped;
use crate::{Basis, ClockFormat, Expiry, Expression, Lifetime, Timestamp, TokenRule};

/// When a token ends, and on whose word.
pub(super) fn end_of(rule: &TokenRule, value: &TokenValue, answer: &Answer<'_>) -> (Expiry, Basis) {
    let sources = in_order(rule, value.position);
    let end = sources
        .into_iter()
        .find_map(|source| end_by(source, value, answer));
    end.unwrap_or((Expiry::Unknown, Basis::Stated))
}

/// What is known of a token's end without an answer: its own word, then the vendor's documentation.
#[cfg(feature = "session")]
pub(super) fn known_alone(rule: &TokenRule, text: &str, from: Timestamp) -> (Expiry, Basis) {
    let documented = |source| match source {
        Lifetime::Fixed(span) => Some(Expiry::At(from.plus(span))),
        Lifetime::Unlimited => Some(Expiry::Never),
        Lifetime::Unknown => Some(Expiry::Unknown),
        _ => None,
    };
    let end = rule.lifetime.iter().find_map(|source| match source {
        Lifetime::JwtExpiry => jwt_expiry(text).map(|end| (Expiry::At(end), Basis::Stated)),
        source => documented(*source).map(|end| (end, Basis::Documented)),
    });
    end.unwrap_or((Expiry::Unknown, Basis::Stated))
}

/// The sources to ask. A list beside a list of places of the same length goes with it: the position that was
/// chosen is asked first, and of the others only those that name no place, for the places are another token's.
fn in_order(rule: &TokenRule, position: usize) -> Vec<Lifetime> {
    let all = rule.lifetime.iter().copied();
    if rule.received.len() < 2 || rule.received.len() != rule.lifetime.len() {
        return all.collect();
    }
    let chosen = rule.lifetime.get(position).copied();
    chosen
        .into_iter()
        .chain(all.filter(|source| place(*source).is_none()))
        .collect()
}

fn place(source: Lifetime) -> Option<Expression> {
    match source {
        Lifetime::Seconds(place) | Lifetime::Milliseconds(place) | Lifetime::Minutes(place) => {
            Some(place)
        }
        Lifetime::Clock(place, _) | Lifetime::Until(place, _) => Some(place),
        Lifetime::JwtExpiry | Lifetime::Fixed(_) | Lifetime::Unlimited | Lifetime::Unknown => None,
    }
}

fn end_by(source: Lifetime, value: &TokenValue, answer: &Answer<'_>) -> Option<(Expiry, Basis)> {
    let sent = answer.exchange.sent();
    let stated = |instant| (Expiry::At(instant), Basis::Stated);
    let after = |millis: i64| stated(sent.plus_millis(millis.max(0)));
    let counted = |place, unit| {
        answer
            .find(place)?
            .number()
            .map(|count| after(scaled(count, unit)))
    };
    let by_their_clock = |instant: Timestamp| stated(instant.plus_millis(-answer.skew));
    match source {
        Lifetime::Seconds(place) => counted(place, 1000.0),
        Lifetime::Milliseconds(place) => counted(place, 1.0),
        Lifetime::Minutes(place) => counted(place, 60_000.0),
        Lifetime::Clock(place, format) => clock(answer.find(place)?.text()?, format).map(after),
        Lifetime::Until(place, format) => {
            instant::parse(&answer.find(place)?, format).map(by_their_clock)
        }
        Lifetime::JwtExpiry => jwt_expiry(value.text.expose()).map(by_their_clock),
        Lifetime::Fixed(span) => Some((Expiry::At(sent.plus(span)), Basis::Documented)),
        Lifetime::Unlimited => Some((Expiry::Never, Basis::Documented)),
        Lifetime::Unknown => Some((Expiry::Unknown, Basis::Documented)),
    }
}

/// So many units in milliseconds; what is too much stops at the ends.
#[expect(
    clippy::cast_possible_truncation,
    reason = "`as` stops at the ends of i64, which is what is wanted"
)]
pub(super) fn scaled(count: f64, unit: f64) -> i64 {
    (count * unit) as i64
}

/// `177:05:38`: three numbers, the first unbounded.
fn clock(text: &str, format: ClockFormat) -> Option<i64> {
    let units = match format {
        ClockFormat::HoursMinutesSeconds => [3_600_000, 60_000, 1000],
        ClockFormat::DaysHoursMinutes => [86_400_000, 3_600_000, 60_000],
    };
    let mut parts = text.trim().split(':');
    let mut millis = 0_i64;
    for unit in units {
        let digits = parts
            .next()
            .filter(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))?;
        let count = digits.parse().unwrap_or(i64::MAX);
        millis = millis.saturating_add(count.saturating_mul(unit));
    }
    parts.next().is_none().then_some(millis)
}

/// The `exp` of a JWT. Its signature is not looked at: the token is not ours to trust, only to keep.
fn jwt_expiry(token: &str) -> Option<Timestamp> {
    const ENGINE: GeneralPurpose = GeneralPurpose::new(
        &alphabet::URL_SAFE,
        GeneralPurposeConfig::new()
            .with_decode_padding_mode(DecodePaddingMode::Indifferent)
            .with_decode_allow_trailing_bits(true),
    );
    let (_, rest) = token.split_once('.')?;
    let (payload, _) = rest.split_once('.')?;
    let claims = zeroize::Zeroizing::new(ENGINE.decode(payload).ok()?);
    let claims = Wiped(serde_json::from_slice(&claims).ok()?);
    let expiry = Value::Json(claims.get("exp")?).number()?;
    Some(instant::unix_by_magnitude(expiry))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_are_three_numbers() {
        let hours = |text| clock(text, ClockFormat::HoursMinutesSeconds);
        let days = |text| clock(text, ClockFormat::DaysHoursMinutes);
        assert_eq!(hours("177:05:38"), Some(637_538_000));
        assert_eq!(days("7:00:30"), Some(606_600_000));
        assert_eq!(hours("99999999999999999999:00:00"), Some(i64::MAX));
        for wrong in ["", "1:2", "1:2:3:4", "-1:00:00", "a:b:c", "1::2", "+1:0:0"] {
            assert_eq!(hours(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn jwt_expiries_are_seconds_or_milliseconds_or_nothing() {
        use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD};
        let jwt = |claims: &str| format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims));
        let seconds = Timestamp::from_unix_seconds;
        assert_eq!(
            jwt_expiry(&jwt(r#"{"exp":1700000000}"#)),
            Some(seconds(1_700_000_000))
        );
        assert_eq!(
            jwt_expiry(&jwt(r#"{"exp":1700000000000}"#)),
            Some(seconds(1_700_000_000))
        );
        assert_eq!(
            jwt_expiry(&jwt(r#"{"exp":"1700000000"}"#)),
            Some(seconds(1_700_000_000))
        );
        assert_eq!(jwt_expiry(&jwt(r#"{"exp":1e300}"#)), Some(Timestamp::MAX));
        assert_eq!(jwt_expiry(&jwt(r#"{"exp":-1e300}"#)), Some(Timestamp::MIN));
        assert_eq!(
            jwt_expiry(&format!("e30.{}.x", URL_SAFE.encode(r#"{"exp":17}"#))),
            Some(seconds(17))
        );
        for wrong in [
            "",
            "a",
            "a.b",
            "a.b.c",
            "..",
            &jwt("{}"),
            &jwt(r#"{"exp":null}"#),
            &jwt(r#"{"exp":[]}"#),
            &jwt("[]"),
            &jwt("x"),
        ] {
            assert_eq!(jwt_expiry(wrong), None, "{wrong}");
        }
    }
}

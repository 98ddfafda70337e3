//! Texts of tokens, and their ends in each way that vendors write them.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::{
    ClockFormat, Expression, InstantFormat, Json, Lifetime, Role, Timestamp, TokenRule, json,
};

/// A text that no other token of this server has: a JWT where its own `exp` tells its end.
pub(super) fn text(
    rule: &TokenRule,
    session: u64,
    generation: u64,
    now: Timestamp,
    ends: Option<Timestamp>,
) -> String {
    // Long enough for a search through logs to tell it from anything else, and the same on each run.
    let mark = mixed(rule.name, session, generation);
    if !rule.lifetime.contains(&Lifetime::JwtExpiry) {
        // Only the name's first letters: a name may well stand in a log where no secret does.
        let kind: String = rule.name.chars().take(3).collect();
        return format!("{kind}-{session}-{generation}-{mark:016x}");
    }
    let mut claims = json!({
        "sub": format!("session-{session}"),
        "use": rule.name,
        "jti": format!("{generation}-{mark:016x}"),
        "iat": now.unix_seconds(),
    });
    if let Some(ends) = ends {
        claims["exp"] = json!(ends.unix_seconds());
    }
    let part = |json: &Json| URL_SAFE_NO_PAD.encode(json.to_string());
    let header = part(&json!({"alg": "HS256", "typ": "JWT"}));
    let signature = URL_SAFE_NO_PAD.encode(format!("{mark:016x}, not a signature"));
    format!("{header}.{}.{signature}", part(&claims))
}

/// FNV-1a over what tells tokens apart.
fn mixed(name: &str, session: u64, generation: u64) -> u64 {
    let numbers = [session.to_le_bytes(), generation.to_le_bytes()].concat();
    let bytes = name.bytes().chain(numbers);
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// How long a token lives where the test does not say: as documented, else an hour, a refresh token thirty days.
/// `None`: it does not end.
pub(super) fn usual_lifetime(rule: &TokenRule) -> Option<Duration> {
    let documented = rule.lifetime.iter().find_map(|source| match source {
        Lifetime::Fixed(span) => Some(*span),
        _ => None,
    });
    let is_told = |source: &Lifetime| place(*source).is_some() || *source == Lifetime::JwtExpiry;
    let usual = match rule.role {
        Role::Refresh => Duration::from_secs(30 * 86_400),
        Role::Access | Role::Other => Duration::from_secs(3600),
    };
    documented.or_else(|| rule.lifetime.iter().any(is_told).then_some(usual))
}

/// The end to which the provider holds itself: what it tells is cut to seconds, and so is this.
pub(super) fn rounded(rule: &TokenRule, now: Timestamp, span: Duration) -> Timestamp {
    let ends = now.plus(span);
    let is_instant =
        |source: &Lifetime| matches!(source, Lifetime::JwtExpiry | Lifetime::Until(..));
    if rule.lifetime.iter().any(is_instant) {
        return Timestamp::from_unix_seconds(ends.unix_seconds());
    }
    ends
}

/// Where a source of a token's end stands in an answer.
pub(super) fn place(source: Lifetime) -> Option<Expression> {
    match source {
        Lifetime::Seconds(place)
        | Lifetime::Milliseconds(place)
        | Lifetime::Minutes(place)
        | Lifetime::Clock(place, _)
        | Lifetime::Until(place, _) => Some(place),
        Lifetime::JwtExpiry | Lifetime::Fixed(_) | Lifetime::Unlimited | Lifetime::Unknown => None,
    }
}

/// An end as this source writes it.
pub(super) fn written(source: Lifetime, now: Timestamp, ends: Timestamp) -> Option<Json> {
    let left = ends.millis_since(now).max(0);
    Some(match source {
        Lifetime::Seconds(_) => json!(left / 1000),
        Lifetime::Milliseconds(_) => json!(left),
        Lifetime::Minutes(_) => minutes(left),
        Lifetime::Clock(_, ClockFormat::HoursMinutesSeconds) => {
            let seconds = left / 1000;
            let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
            json!(format!("{hours}:{minutes:02}:{:02}", seconds % 60))
        }
        Lifetime::Clock(_, ClockFormat::DaysHoursMinutes) => {
            let minutes = left / 60_000;
            let (days, hours) = (minutes / 1440, minutes / 60 % 24);
            json!(format!("{days}:{hours:02}:{:02}", minutes % 60))
        }
        Lifetime::Until(_, format) => instant(ends, format)?,
        Lifetime::JwtExpiry | Lifetime::Fixed(_) | Lifetime::Unlimited | Lifetime::Unknown => {
            return None;
        }
    })
}

/// Whole minutes where they are, else with a fraction.
fn minutes(millis: i64) -> Json {
    if millis % 60_000 == 0 {
        return json!(millis / 60_000);
    }
    let span = Duration::from_millis(millis.unsigned_abs());
    json!(span.as_secs_f64() / 60.0)
}

fn instant(ends: Timestamp, format: InstantFormat) -> Option<Json> {
    Some(match format {
        InstantFormat::UnixSeconds | InstantFormat::Unix => json!(ends.unix_seconds()),
        InstantFormat::UnixMilliseconds => json!(ends.unix_millis()),
        InstantFormat::DateTime => json!(ends.to_string()),
        InstantFormat::Pattern(pattern) => {
            let instant = chrono::DateTime::from_timestamp_millis(ends.unix_millis())?;
            json!(instant.format(pattern).to_string())
        }
    })
}

/// The time as a `Date` header has it.
pub(super) fn http_date(now: Timestamp) -> String {
    now.to_system_time()
        .map_or_else(String::new, httpdate::fmt_http_date)
}

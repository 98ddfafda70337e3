//! How far the provider's clock is from ours, as its `Date` header shows.

use http::HeaderMap;
use http::header::DATE;

use crate::{Exchange, Timestamp};

/// The header is cut to the second, and answers take a while: less than this is no skew.
const TOLERANCE: i64 = 2_000;

/// More than a year is a broken header: with a clock that wrong, TLS would have refused the certificate.
const BELIEVABLE: i64 = 366 * 86_400_000;

/// How many milliseconds the provider's clock is ahead of ours; 0 where nobody can tell.
pub(super) fn of(headers: &HeaderMap, exchange: &Exchange) -> i64 {
    let date = headers.get(DATE).and_then(|value| value.to_str().ok());
    let Some(date) = date.and_then(|text| httpdate::parse_http_date(text).ok()) else {
        return 0;
    };
    between(Timestamp::from(date), exchange.sent(), exchange.received())
}

/// The date was written at some time from `sent` to `received`: only what is outside is skew.
fn between(date: Timestamp, sent: Timestamp, received: Timestamp) -> i64 {
    let ahead = date.millis_since(received);
    let behind = date.millis_since(sent);
    let skew = if ahead > 0 { ahead } else { behind.min(0) };
    if skew.abs() <= TOLERANCE || skew.abs() > BELIEVABLE {
        0
    } else {
        skew
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_outside_the_exchange_is_skew() {
        let sent = Timestamp::from_unix_seconds(1_700_000_000);
        let received = sent.plus_millis(30_000);
        let skew = |seconds: i64| between(sent.plus_millis(seconds * 1000), sent, received);
        assert_eq!(skew(0), 0);
        assert_eq!(skew(30), 0);
        assert_eq!(skew(-2), 0);
        assert_eq!(skew(-60), -60_000);
        assert_eq!(skew(90), 60_000);
        assert_eq!(skew(86_400), 86_370_000);
        assert_eq!(skew(-1_700_000_000), 0);
        assert_eq!(skew(i64::MAX / 1000), 0);
    }
}

//! How long a provider asks to wait.

use std::time::Duration;

use http::HeaderMap;
use http::header::{DATE, RETRY_AFTER};

use crate::exchange::header;
use crate::{Exchange, Timestamp};

/// Limits are counted by the day at most; who asks for more has mistaken the unit.
const LONGEST: Duration = Duration::from_secs(86_400);

/// `Retry-After` in seconds or as a date (RFC 9110, section 10.2.3), from nothing to a day.
pub(super) fn of(headers: &HeaderMap, exchange: &Exchange) -> Option<Duration> {
    let text = header(headers, RETRY_AFTER.as_str())?;
    if let Ok(seconds) = text.parse::<f64>() {
        let bounded = seconds.clamp(0.0, LONGEST.as_secs_f64());
        return Duration::try_from_secs_f64(bounded).ok();
    }
    // The provider's own clock is the better reference for a date that it wrote.
    let now = header(headers, DATE.as_str())
        .and_then(|date| instant(&date))
        .unwrap_or(exchange.received());
    Some(instant(&text)?.since(now).min(LONGEST))
}

fn instant(text: &str) -> Option<Timestamp> {
    httpdate::parse_http_date(text).ok().map(Timestamp::from)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;
    use crate::Request;

    fn wait(text: &'static str, date: Option<&'static str>) -> Option<u64> {
        let sent =
            Timestamp::from(httpdate::parse_http_date("Tue, 14 Nov 2023 22:13:20 GMT").unwrap());
        let exchange = Exchange::of(&Request::default(), sent);
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, HeaderValue::from_static(text));
        if let Some(date) = date {
            headers.insert(DATE, HeaderValue::from_static(date));
        }
        of(&headers, &exchange).map(|wait| wait.as_secs())
    }

    #[test]
    fn is_bounded_whatever_it_says() {
        let cases = [
            ("120", Some(120)),
            (" 1.5 ", Some(1)),
            ("-5", Some(0)),
            ("99999999999999999999", Some(86_400)),
            ("1e300", Some(86_400)),
            ("inf", Some(86_400)),
            ("NaN", None),
            ("soon", None),
            ("", None),
            ("Tue, 14 Nov 2023 22:14:20 GMT", Some(60)),
            ("Tue, 14 Nov 2023 22:00:00 GMT", Some(0)),
            ("Fri, 31 Dec 9999 23:59:59 GMT", Some(86_400)),
        ];
        for (text, seconds) in cases {
            assert_eq!(wait(text, None), seconds, "{text}");
        }
    }

    #[test]
    fn a_date_counts_from_the_providers_own_clock() {
        let date = Some("Wed, 15 Nov 2023 22:13:20 GMT");
        assert_eq!(wait("Wed, 15 Nov 2023 22:13:50 GMT", date), Some(30));
    }
}

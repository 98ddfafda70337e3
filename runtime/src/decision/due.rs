//! When a refresh is due: what the spec says where that makes sense, else the default rule.

use super::{Instants, Life, at};
use crate::{Moment, Timestamp};

/// Clients are seldom slower than this, and a longer margin wastes lifetime.
const LONGEST_MARGIN: i64 = 5 * 60_000;

/// When a refresh of the token is due, inside the window; `None`: never.
pub(super) fn due(moments: &[Moment], token: Life, window: &Instants) -> Option<Timestamp> {
    let due = match moments {
        [] => default_due(token),
        moments => moments
            .iter()
            .filter_map(|moment| at(*moment, token))
            .filter_map(|instant| {
                if is_sensible(instant, token) {
                    Some(instant)
                } else {
                    default_due(token)
                }
            })
            .min()
            .or_else(|| default_due(token)),
    };
    let due = match (due, last_call(token, window)) {
        (Some(due), Some((closes, last))) if due >= closes => last,
        (None, Some((_, last))) => last,
        (due, _) => due?,
    };
    Some(window.opens.map_or(due, |opens| due.max(opens)))
}

/// When the window closes, and when to call at the latest: a margin before that. A window that closes before the
/// token comes says nothing.
fn last_call(token: Life, window: &Instants) -> Option<(Timestamp, Timestamp)> {
    let start = window.opens.max(token.issued);
    let closes = window
        .advised
        .filter(|closes| start.is_none_or(|start| *closes > start))?;
    Some((closes, before(closes, start)))
}

/// A tenth of the lifetime before expiry, five minutes at most.
fn default_due(token: Life) -> Option<Timestamp> {
    let expiry = token.expiry.instant()?;
    Some(before(expiry, token.issued))
}

/// A tenth of the span before its end, five minutes at most; of a span of unknown start, five minutes.
fn before(end: Timestamp, start: Option<Timestamp>) -> Timestamp {
    let margin = start.map_or(LONGEST_MARGIN, |start| {
        (end.millis_since(start) / 10).clamp(0, LONGEST_MARGIN)
    });
    end.plus_millis(-margin)
}

/// Whether an instant is in the second half of the token's life. Earlier, a token would be refreshed as soon as
/// it came; later, it would be over.
fn is_sensible(instant: Timestamp, token: Life) -> bool {
    let Some(expiry) = token.expiry.instant() else {
        return true;
    };
    let half = token
        .issued
        .map(|issued| issued.plus_millis(expiry.millis_since(issued) / 2));
    instant <= expiry && half.is_none_or(|half| instant > half)
}

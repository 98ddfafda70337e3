//! The window is open at some time in the life of the token that it is about.
//!
//! A window that never opens, or closes before it opens, ends every session: no call is ever made.

use super::codes;
use super::scope::Scope;
use crate::diagnostic::{Report, Sink};
use crate::model::{Anchor, Lifetime, Moment, Token};

/// Whether the window can be open; of another one, nothing more is worth saying.
pub(super) fn check(scope: &Scope<'_>, sink: &mut Sink) -> bool {
    let window = &scope.operation.lifecycle.window;
    let life = scope.replaced().map_or(Life::Varies, Life::of);
    if window.from.value.anchor == Anchor::Expiry && life == Life::Endless {
        let report = Report::new(codes::WINDOW, "the window never opens");
        let label = "it opens at the expiry of a token that has none that is known";
        sink.push(report.at(window.from.span, label).help("from: issue"));
        return false;
    }
    let Some(until) = &window.until else {
        return true;
    };
    if is_not_before(until.value, window.from.value, life) {
        return true;
    }
    let report = Report::new(codes::WINDOW, "the window closes before it opens");
    let report = report.at(until.span, "it closes here");
    let report = if window.from.span == until.span {
        report.help("it opens at `issue` where `from` is not said")
    } else {
        report.and(window.from.span, "it opens here")
    };
    sink.push(report);
    false
}

/// What is known of the length of a token's life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Life {
    /// Always this many milliseconds.
    Fixed(i64),
    /// No end, or none that anybody knows.
    Endless,
    /// Told with each token.
    Varies,
}

impl Life {
    /// What a token's sources say before any of them is asked.
    pub(super) fn of(token: &Token) -> Self {
        match token.lifetime.first().map(|it| &it.value) {
            Some(Lifetime::Fixed(length)) => {
                Self::Fixed(i64::try_from(length.as_millis()).unwrap_or(i64::MAX))
            }
            Some(Lifetime::Unlimited | Lifetime::Unknown) => Self::Endless,
            _ => Self::Varies,
        }
    }
}

/// Whether the one moment can come after the other.
fn is_not_before(later: Moment, earlier: Moment, life: Life) -> bool {
    // No life is shorter than nothing, and of one that varies that is all that is known.
    compare(later, earlier, life).is_none_or(std::cmp::Ordering::is_gt)
        && !(later.anchor == Anchor::Issue
            && earlier.anchor == Anchor::Expiry
            && earlier.offset_millis >= later.offset_millis)
}

/// How two moments stand to each other, where that can be told.
pub(super) fn compare(one: Moment, other: Moment, life: Life) -> Option<std::cmp::Ordering> {
    if one.anchor == other.anchor {
        return Some(one.offset_millis.cmp(&other.offset_millis));
    }
    let Life::Fixed(length) = life else {
        return None;
    };
    let at = |moment: Moment| match moment.anchor {
        Anchor::Issue => moment.offset_millis,
        Anchor::Expiry => moment.offset_millis.saturating_add(length),
    };
    Some(at(one).cmp(&at(other)))
}

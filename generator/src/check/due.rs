//! The moment of the call lies in the window and within the token's life.
//!
//! A call that is due after the window has closed is never made in time; one that is due before it opens,
//! or outside the life, says something that the runtime has to overrule. The default needs no rule: the
//! runtime moves it into the window.

use std::cmp::Ordering;

use super::codes;
use super::scope::Scope;
use super::window::{Life, compare};
use crate::diagnostic::{Report, Sink};
use crate::model::{Anchor, Moment, Spanned, Window};

pub(super) fn check(scope: &Scope<'_>, sink: &mut Sink) {
    let lifecycle = &scope.operation.lifecycle;
    let life = scope.replaced().map_or(Life::Varies, Life::of);
    for due in &lifecycle.due {
        check_due(due, &lifecycle.window, life, sink);
    }
}

fn check_due(due: &Spanned<Moment>, window: &Window, life: Life, sink: &mut Sink) {
    let report = |label: &str| {
        let report = Report::new(codes::DUE, "`due` falls where no call can be made");
        report.at(due.span, label)
    };
    if let Some(until) = &window.until
        && compare(due.value, until.value, life).is_some_and(Ordering::is_ge)
    {
        let report = report("the window has closed by then").and(until.span, "it closes here");
        sink.push(report.help(format!("due: {}", before(until.value))));
        return;
    }
    if compare(due.value, window.from.value, life).is_some_and(Ordering::is_lt) {
        let report = report("the window is not open yet").and(window.from.span, "it opens here");
        sink.push(report.help(format!("due: {}", text(window.from.value))));
        return;
    }
    if due.value.anchor == Anchor::Expiry && life == Life::Endless {
        sink.push(report("the token has no expiry that is known").help("due: issue + 1d"));
        return;
    }
    check_life(due, window, life, sink);
}

/// `due` gives way to the default before half of the lifetime and after it.
fn check_life(due: &Spanned<Moment>, window: &Window, life: Life, sink: &mut Sink) {
    let expiry = Moment {
        anchor: Anchor::Expiry,
        offset_millis: 0,
    };
    let is_late = compare(due.value, expiry, life).is_some_and(Ordering::is_gt);
    // Where the window opens after expiry, there is no other time.
    let opens_late = compare(window.from.value, expiry, life).is_some_and(Ordering::is_gt);
    let is_early = match life {
        Life::Fixed(length) => {
            let half = Moment {
                anchor: Anchor::Issue,
                offset_millis: length / 2,
            };
            compare(due.value, half, life).is_some_and(Ordering::is_lt)
        }
        Life::Endless | Life::Varies => {
            due.value
                == Moment {
                    anchor: Anchor::Issue,
                    offset_millis: 0,
                }
        }
    };
    let label = match (is_late && !opens_late, is_early) {
        (true, _) => "the token has expired by then",
        (_, true) => "this is before half of the token's life",
        _ => return,
    };
    let report =
        Report::new(codes::DUE, "`due` would always give way to the default").at(due.span, label);
    sink.push(report.help("due: expiry - 5m"));
}

/// A moment a while before another, as text.
fn before(moment: Moment) -> String {
    const WHILE: i64 = 5 * 60 * 1000;
    text(Moment {
        offset_millis: moment.offset_millis.saturating_sub(WHILE),
        ..moment
    })
}

fn text(moment: Moment) -> String {
    let anchor = match moment.anchor {
        Anchor::Issue => "issue",
        Anchor::Expiry => "expiry",
    };
    let sign = match moment.offset_millis {
        0 => return anchor.to_owned(),
        1.. => '+',
        _ => '-',
    };
    let seconds = moment.offset_millis.unsigned_abs() / 1000;
    let units = [(86_400, 'd'), (3600, 'h'), (60, 'm')];
    let unit = units
        .into_iter()
        .find(|(length, _)| seconds.is_multiple_of(*length));
    let (length, letter) = unit.unwrap_or((1, 's'));
    format!("{anchor} {sign} {}{letter}", seconds / length)
}

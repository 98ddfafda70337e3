//! Lists of `received` are of one length, for they choose one position together.

use super::codes;
use super::scope::Scope;
use crate::diagnostic::{Report, Sink};

pub(super) fn check(scope: &Scope<'_>, sink: &mut Sink) {
    let mut lists = scope
        .operation
        .tokens
        .iter()
        .filter(|token| token.received.len() > 1);
    let Some(first) = lists.next() else { return };
    for other in lists.filter(|other| other.received.len() != first.received.len()) {
        let message = format!(
            "`{}` has {} places and `{}` has {}, but lists choose one position together",
            other.name.wire,
            other.received.len(),
            first.name.wire,
            first.received.len(),
        );
        let report = Report::new(codes::UNEQUAL_LISTS, message);
        let report = report.at(other.received[0].span, "this list");
        sink.push(
            report
                .and(first.received[0].span, "and this one")
                .help("give both lists the same length"),
        );
    }
}

//! Every status that a failure names is documented.
//!
//! A rule for a status that no response has is a rule that cannot be tested, and most often a typing
//! error for the one that was meant.

use super::codes;
use super::scope::Scope;
use crate::diagnostic::{Report, Sink};
use crate::model::DocumentedResponse;

pub(super) fn check(scope: &Scope<'_>, sink: &mut Sink) {
    for rule in &scope.operation.lifecycle.failures {
        for status in &rule.status {
            if matching(scope, &[status.value]).is_empty() {
                let text = written(status.value);
                let message = format!("the status {text} is not documented");
                let report = Report::new(codes::UNDOCUMENTED_STATUS, message);
                let report = report.at(status.span, documented(scope));
                sink.push(report.help(format!("\"{text}\": {{description: …}}")));
            }
        }
    }
}

/// The responses that can come with one of these statuses; all where none is named.
pub(super) fn matching<'a>(
    scope: &Scope<'a>,
    statuses: &[(u16, u16)],
) -> Vec<&'a DocumentedResponse> {
    let is_one = |response: &&DocumentedResponse| {
        let meets =
            |(first, last): &(u16, u16)| response.range.0 <= *last && response.range.1 >= *first;
        statuses.is_empty() || statuses.iter().any(meets)
    };
    let found: Vec<_> = scope.responses().iter().filter(is_one).collect();
    // `default` is about the statuses that no other response is about.
    let exact: Vec<_> = found
        .iter()
        .copied()
        .filter(|response| response.status != "default")
        .collect();
    let is_covered = |(first, last): &(u16, u16)| {
        exact
            .iter()
            .any(|response| response.range.0 <= *first && response.range.1 >= *last)
    };
    if !statuses.is_empty() && statuses.iter().all(is_covered) {
        exact
    } else {
        found
    }
}

/// The documented statuses, in words.
pub(super) fn documented(scope: &Scope<'_>) -> String {
    let statuses: Vec<_> = scope
        .responses()
        .iter()
        .map(|response| response.status.as_str())
        .collect();
    if statuses.is_empty() {
        return "no response is documented".to_owned();
    }
    format!("the responses are {}", statuses.join(", "))
}

fn written((first, last): (u16, u16)) -> String {
    if first == last {
        return first.to_string();
    }
    format!("{}XX", first / 100)
}

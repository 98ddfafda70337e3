//! A refusal in the vendor's own shape: tried out against the rules that clients classify by.

use super::draft::{Draft, constant_json};
use super::endpoint::TokenEndpoint;
use crate::testing::Answer;
use crate::{Exchange, Failure, FailureRule, Json, Lifecycle, Literal, json, reply};

/// An answer that a client of this provider takes for this class of failure, as near to what the vendor
/// documents as the rules tell. A provider that has no way to say it says the nearest thing.
pub(super) fn refusal(endpoint: &TokenEndpoint, exchange: &Exchange, means: Failure) -> Answer {
    let lifecycle = endpoint.lifecycle();
    let terms = endpoint.terms();
    if let Some(answer) = terms.refusals.iter().find(|(class, _)| *class == means) {
        return answer.1.clone();
    }
    let says_it = |draft: &Draft| {
        let meaning = draft
            .response()
            .map(|response| reply::meaning(lifecycle, exchange, response));
        meaning == Some(Err(Some(means)))
    };
    let mut drafts = candidates(lifecycle, means)
        .into_iter()
        .map(|shape| shape.draft(lifecycle, &terms.refusal_body));
    let first = drafts.next();
    let draft = match first {
        Some(first) if says_it(&first) => Some(first),
        first => drafts.find(says_it).or(first),
    };
    let mut draft = draft.unwrap_or_else(|| Draft::new(400));
    if means == Failure::RateLimited {
        draft.header("retry-after", "1".to_owned());
    }
    draft.into_answer()
}

/// One way to say it.
struct Shape {
    status: u16,
    rule: Option<&'static FailureRule>,
    code: Option<Literal>,
}

/// What might say it: the vendor's rules first, then RFC 6749's codes, then the bare statuses.
fn candidates(lifecycle: &'static Lifecycle, means: Failure) -> Vec<Shape> {
    let mut shapes = Vec::new();
    for rule in lifecycle.failures.iter().filter(|rule| rule.means == means) {
        let mut statuses: Vec<u16> = rule.status.iter().map(|range| range.first).collect();
        if statuses.is_empty() {
            statuses.extend(usual_statuses(means));
            // Some vendors refuse with a success: the code or the condition tells.
            statuses.push(200);
        }
        let code = rule.codes.first().copied();
        shapes.extend(statuses.into_iter().map(|status| Shape {
            status,
            rule: Some(rule),
            code,
        }));
    }
    let standard = match means {
        Failure::Reauthenticate => Some(Literal::String("invalid_grant")),
        Failure::Credentials => Some(Literal::String("invalid_client")),
        _ => None,
    };
    for status in usual_statuses(means) {
        shapes.extend([standard, None].map(|code| Shape {
            status: *status,
            rule: None,
            code,
        }));
    }
    shapes
}

fn usual_statuses(means: Failure) -> &'static [u16] {
    match means {
        Failure::Reauthenticate => &[400, 401, 403],
        Failure::Credentials => &[401, 403],
        Failure::TooEarly => &[400, 409, 425],
        Failure::RateLimited => &[429],
        Failure::Transient => &[503, 500],
        Failure::Rejected => &[400, 422, 404],
    }
}

impl Shape {
    fn draft(&self, lifecycle: &'static Lifecycle, template: &Json) -> Draft {
        let mut draft = Draft::new(self.status).on(template);
        if (200..300).contains(&self.status)
            && let Some(success) = lifecycle.success
        {
            draft.make(success, false);
        }
        if let (Some(place), Some(code)) = (lifecycle.error_code, self.code) {
            draft.put(place, constant_json(code));
        }
        if let Some(condition) = self.rule.and_then(|rule| rule.condition) {
            draft.make(condition, true);
        }
        if draft.body.is_null() {
            draft.body = json!({});
        }
        draft
    }
}

//! Turns the documented responses that are no success into the variants of `Refusal`.

use super::Response;
use crate::lower::names::Scope;
use crate::lower::schema::text;
use crate::lower::shapes::{Hint, Shapes};
use crate::model::{Name, Refusal};

/// The refusals, in the document's order. A 2xx can be one where a success predicate can fail on it.
pub(in crate::lower) fn refusals<'a>(
    responses: &[Response<'a>],
    has_predicate: bool,
    shapes: &mut Shapes<'a>,
) -> Vec<Refusal> {
    let mut scope = Scope::default();
    let is_refusal = |response: &&Response<'a>| {
        !response.is_success || response.key == "default" || has_predicate
    };
    let mut refusals = Vec::new();
    for response in responses.iter().filter(is_refusal) {
        let name = scope.claim(variant(response.key, response.range.0));
        let key = format!("{name} body");
        let hint = Hint {
            parent: "",
            key: &key,
        };
        refusals.push(Refusal {
            status: response.range,
            description: text(response.node, "description").map(str::to_owned),
            body: response.schema().map(|node| shapes.ty(node, hint).ty),
            origin: response.key_span,
            name: Name {
                wire: response.key.to_owned(),
                rust: name,
            },
        });
    }
    refusals
}

/// A variant's name by its status.
fn variant(key: &str, status: u16) -> String {
    let is_range = key.parse::<u16>().is_err();
    let name = match (is_range, status) {
        (true, 100) if key == "default" => "Other",
        (true, 100) => "Informational",
        (true, 200) => "Success",
        (true, 300) => "Redirection",
        (true, 400) => "ClientError",
        (true, _) => "ServerError",
        (false, 400) => "BadRequest",
        (false, 401) => "Unauthorized",
        (false, 403) => "Forbidden",
        (false, 404) => "NotFound",
        (false, 409) => "Conflict",
        (false, 429) => "TooManyRequests",
        (false, 500) => "InternalServerError",
        (false, 502) => "BadGateway",
        (false, 503) => "ServiceUnavailable",
        (false, status) => return format!("Status{status}"),
    };
    name.to_owned()
}

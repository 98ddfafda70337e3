//! A secret in a URL is warned of: URLs end up in the logs of every proxy on the way.

use super::codes;
use super::scope::Scope;
use crate::diagnostic::{Report, Sink};
use crate::model::{Part, PartSource, Place, Presentation};

pub(super) fn check(scope: &Scope<'_>, sink: &mut Sink) {
    let operation = scope.operation;
    let chosen = operation
        .request
        .choices
        .iter()
        .flat_map(|choice| &choice.parts);
    for part in operation.request.parts.iter().chain(chosen) {
        let (Place::Query(name) | Place::Path(name)) = &part.place else {
            continue;
        };
        if is_secret(scope, part) {
            let place = if matches!(part.place, Place::Query(_)) {
                "query"
            } else {
                "path"
            };
            let message = format!("the secret `{name}` travels in the {place}");
            let report = Report::new(codes::SECRET_IN_URL, message)
                .at(part.origin, "logged by every proxy on the way");
            sink.push(report.help(
                "if the vendor takes it in a header or in the body as well, document that instead",
            ));
        }
    }
    for token in &operation.tokens {
        if let Some(Presentation::Query(name)) = &token.present {
            let message = format!(
                "the token `{}` is shown in the query, as `{name}`",
                token.name.wire
            );
            let report = Report::new(codes::SECRET_IN_URL, message);
            let report = report.at(token.origin, "logged by every proxy on the way");
            sink.push(report.help("present: bearer"));
        }
    }
}

fn is_secret(scope: &Scope<'_>, part: &Part) -> bool {
    match &part.source {
        PartSource::Token(_) => true,
        PartSource::Setting(index) => scope
            .provider
            .settings
            .get(*index)
            .is_some_and(|input| input.is_secret),
        PartSource::Session(index) => scope
            .operation
            .session_inputs
            .get(*index)
            .is_some_and(|input| input.is_secret),
        PartSource::Constant(_) | PartSource::Generated(_) | PartSource::Basic(..) => false,
    }
}

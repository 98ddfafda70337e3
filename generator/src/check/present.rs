//! A token can be shown as its spec says: header names are names, prefixes fit in a header, and what is
//! only ever spent is shown to nobody.

use super::codes;
use super::scope::Scope;
use crate::diagnostic::{Report, Sink};
use crate::model::{Place, Presentation, Role, Token};

pub(super) fn check(scope: &Scope<'_>, sink: &mut Sink) {
    for token in &scope.operation.tokens {
        if let Some(present) = &token.present {
            check_present(token, present, sink);
        }
        let prefixes = token.received.iter().map(|it| (&it.value.prefix, it.span));
        let sent = token.sent.iter().map(|it| (&it.value.prefix, it.span));
        for (prefix, span) in prefixes.chain(sent) {
            if !is_value(prefix) {
                let report =
                    Report::new(codes::PRESENT, "a prefix has to be plain text on one line");
                sink.push(report.at(span, "it has other characters"));
            }
        }
    }
    for part in &scope.operation.request.parts {
        if let Place::Header(name) = &part.place
            && !is_name(name)
        {
            let report = Report::new(codes::PRESENT, format!("`{name}` is no name of a header"));
            sink.push(report.at(part.origin, "letters, digits and `-`"));
        }
    }
}

fn check_present(token: &Token, present: &Presentation, sink: &mut Sink) {
    if token.role == Role::Refresh {
        let message = format!("the refresh token `{}` is shown to no API", token.name.wire);
        let report = Report::new(codes::PRESENT, message).at(token.origin, "spent, never shown");
        sink.push(report.help("take `present` away"));
        return;
    }
    let fault = match present {
        Presentation::Header { name, .. } if !is_name(name) => "that is no name of a header",
        Presentation::Header { name, .. } if is_of_transport(name) => {
            "that header belongs to the transport"
        }
        Presentation::Header { prefix, .. } if !is_value(prefix) => {
            "its prefix does not fit in a header"
        }
        Presentation::Cookie(name) if !is_name(name) => "that is no name of a cookie",
        Presentation::Query(name) if name.is_empty() => "the parameter has no name",
        Presentation::Bearer
        | Presentation::Header { .. }
        | Presentation::Query(_)
        | Presentation::Cookie(_) => return,
    };
    let message = format!("the token `{}` cannot be shown like that", token.name.wire);
    let report = Report::new(codes::PRESENT, message).at(token.origin, fault);
    sink.push(report.help("present: bearer"));
}

/// RFC 9110, section 5.6.2; the same for cookies (RFC 6265, section 4.1.1).
fn is_name(name: &str) -> bool {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !name.is_empty() && name.bytes().all(is_token)
}

fn is_value(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

fn is_of_transport(name: &str) -> bool {
    const NAMES: [&str; 6] = [
        "host",
        "content-length",
        "transfer-encoding",
        "connection",
        "te",
        "upgrade",
    ];
    NAMES.iter().any(|it| it.eq_ignore_ascii_case(name))
}

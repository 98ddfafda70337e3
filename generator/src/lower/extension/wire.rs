//! Reads golden requests: HTTP as text, a request line, headers, a blank line, a body.

use super::block::Keyed;
use super::codes;
use crate::diagnostic::{Report, Sink};
use crate::model::{Json, Spanned, WireExample};
use crate::source::Span;

/// Turns the text of a request into its parts.
pub(super) fn read_request(
    given: Vec<(Spanned<String>, Json)>,
    request: &Keyed<String>,
    sink: &mut Sink,
) -> Option<WireExample> {
    let origin = request.key_span;
    let text = request.value.replace("\r\n", "\n");
    let (head, body) = match text.split_once("\n\n") {
        Some((head, body)) => (head, body.strip_suffix('\n').unwrap_or(body)),
        None => (text.as_str(), ""),
    };
    let mut lines = head.lines();
    let first = lines.next().unwrap_or_default();
    let request_line = request_line(first, origin, sink);
    let headers: Vec<_> = lines
        .zip(2..)
        .map(|(line, number)| header(line, number, origin, sink))
        .collect();
    let headers: Option<Vec<_>> = headers.into_iter().collect();
    let (method, target) = request_line?;
    Some(WireExample {
        origin,
        given: given
            .into_iter()
            .map(|(key, value)| (key.value, value, key.span))
            .collect(),
        method,
        target,
        headers: headers?,
        body: body.to_owned(),
    })
}

fn request_line(line: &str, origin: Span, sink: &mut Sink) -> Option<(String, String)> {
    let words: Vec<&str> = line.split_ascii_whitespace().collect();
    let fault = match words[..] {
        [method, target] | [method, target, "HTTP/1.1" | "HTTP/2" | "HTTP/1.0"] => {
            if !method.bytes().all(|byte| byte.is_ascii_uppercase()) {
                format!("`{method}` is no method: they are written in capitals")
            } else if !target.starts_with('/') {
                format!(
                    "`{target}` is no target: it begins with `/`, and the host has no place in it"
                )
            } else {
                return Some((method.to_owned(), target.to_owned()));
            }
        }
        _ => "its first line is no request line".to_owned(),
    };
    let report = Report::new(codes::WIRE, format!("this is not an HTTP request: {fault}"));
    sink.push(
        report
            .at(origin, "line 1 of this text")
            .help("POST /token HTTP/1.1"),
    );
    None
}

fn header(line: &str, number: usize, origin: Span, sink: &mut Sink) -> Option<(String, String)> {
    let is_name = |name: &&str| !name.is_empty() && name.bytes().all(is_name_byte);
    let pair = line.split_once(':').filter(|(name, _)| is_name(name));
    if pair.is_none() {
        let message = "this is not an HTTP request: a line before the body is no header";
        let label = format!("line {number} of this text");
        let report = Report::new(codes::WIRE, message).at(origin, label);
        sink.push(report.help("a blank line ends the headers; each of them is `name: value`"));
    }
    pair.map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
}

/// RFC 9110, section 5.6.2.
fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

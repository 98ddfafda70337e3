//! Compares a request with a golden one by meaning: what a `wire` example of a spec promises.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::engine::Received;

/// Headers that every client may add, and whose values are not the spec's business.
const FREE: &[&str] = &["accept", "content-length", "host", "user-agent"];

impl Received {
    /// Fails unless this is the request that `golden` describes, by meaning.
    ///
    /// `golden` is a request as in RFC 9112: the request line, the version left out or not; headers; an empty
    /// line; the body. Where it begins with a line break, as much is cut off the front of each line as its
    /// first has blanks. What is compared:
    ///
    /// - the method and the path; the query as pairs in any order;
    /// - the headers that the text lists, names without case; `Host` and `Content-Length` aside, for they
    ///   differ from run to run. Cookies are compared one by one;
    /// - that no other header is sent, save host, content-length, accept, user-agent, and the content-type
    ///   of a body;
    /// - the body: as JSON where it is JSON, as pairs where it is a form, otherwise as text.
    ///
    /// `{uuid}`, `{unix-seconds}`, `{unix-milliseconds}` and `{date-time}` as a whole value stand for
    /// any value of that form: they are made anew on each call.
    ///
    /// # Panics
    /// When the request differs, with everything that does.
    #[track_caller]
    pub fn assert_is(&self, golden: &str) {
        let differences = differences(self, golden);
        assert!(
            differences.is_empty(),
            "the request is not the golden one:\n{differences}"
        );
    }
}

/// Each difference on a line; empty when there is none.
fn differences(sent: &Received, golden: &str) -> String {
    let golden = Golden::parse(golden);
    let mut out = String::new();
    if sent.method != golden.method {
        differs(&mut out, "method", &golden.method, &sent.method);
    }
    compare_target(&mut out, &golden.target, &sent.target);
    compare_headers(&mut out, &golden, sent);
    compare_body(&mut out, &golden, sent);
    out
}

struct Golden {
    method: String,
    target: String,
    headers: BTreeMap<String, String>,
    body: String,
}

impl Golden {
    fn parse(text: &str) -> Self {
        let text = dedented(&text.replace("\r\n", "\n"));
        let (head, body) = text.split_once("\n\n").unwrap_or((&text, ""));
        let mut lines = head.lines();
        let mut words = lines.next().unwrap_or_default().split_whitespace();
        let mut word = || words.next().unwrap_or_default().to_owned();
        let (method, target) = (word(), word());
        let headers = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_owned(), value.to_owned()));
        Self {
            method,
            target,
            headers: joined(headers),
            body: body.trim_end_matches('\n').to_owned(),
        }
    }
}

/// A text that was indented with the code around it.
fn dedented(text: &str) -> String {
    let Some(text) = text.strip_prefix('\n') else {
        return text.to_owned();
    };
    let indent = text.len() - text.trim_start_matches(' ').len();
    let cut = |line: &str| line.get(indent..).unwrap_or_default().to_owned();
    text.lines().map(cut).collect::<Vec<_>>().join("\n")
}

/// Headers by lower-case name; repeated ones as one list (RFC 9110, section 5.3).
fn joined(headers: impl Iterator<Item = (String, String)>) -> BTreeMap<String, String> {
    let mut all: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in headers {
        let name = name.to_ascii_lowercase();
        // Cookies are parted by semicolons; everything else by commas.
        let separator = if name == "cookie" { "; " } else { ", " };
        all.entry(name)
            .and_modify(|list| *list = format!("{list}{separator}{}", value.trim()))
            .or_insert_with(|| value.trim().to_owned());
    }
    all
}

fn compare_target(out: &mut String, golden: &str, sent: &str) {
    let cut = |target: &str| {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let segments: Vec<String> = path.split('/').map(decoded).collect();
        (segments, pairs(query))
    };
    let (golden_path, golden_query) = cut(golden);
    let (sent_path, sent_query) = cut(sent);
    let is_same_path = golden_path.len() == sent_path.len()
        && golden_path
            .iter()
            .zip(&sent_path)
            .all(|(g, s)| is_text(g, s));
    if !is_same_path || !is_pairs(&golden_query, &sent_query) {
        differs(out, "target", golden, sent);
    }
}

fn compare_headers(out: &mut String, golden: &Golden, sent: &Received) {
    let sent = joined(sent.headers.iter().cloned());
    for (name, value) in &golden.headers {
        let Some(actual) = sent.get(name) else {
            writeln_to(out, &format!("  header `{name}` is missing"));
            continue;
        };
        let is_equal = match name.as_str() {
            "host" | "content-length" => true,
            "content-type" | "accept" => media_types(value) == media_types(actual),
            "cookie" => is_pairs(&cookies(value), &cookies(actual)),
            _ => is_text(value, actual),
        };
        if !is_equal {
            differs(out, &format!("header `{name}`"), value, actual);
        }
    }
    for (name, value) in &sent {
        let is_implied = name == "content-type" && !golden.body.is_empty();
        if !golden.headers.contains_key(name) && !FREE.contains(&name.as_str()) && !is_implied {
            writeln_to(
                out,
                &format!("  header `{name}: {value}` is sent and not in the text"),
            );
        }
    }
}

fn compare_body(out: &mut String, golden: &Golden, sent: &Received) {
    let actual = sent.text();
    let media_type = sent.header("content-type").unwrap_or_default();
    let json = |text: &str| serde_json::from_str::<Value>(text).ok();
    let is_same = if media_type.starts_with("application/x-www-form-urlencoded") {
        is_pairs(&pairs(&golden.body), &pairs(&actual))
    } else if let (Some(golden), Some(sent)) = (json(&golden.body), json(&actual)) {
        is_json(&golden, &sent)
    } else {
        golden.body == actual
    };
    if !is_same {
        differs(out, "body", &golden.body, &actual);
    }
}

fn is_json(golden: &Value, sent: &Value) -> bool {
    match (golden, sent) {
        (Value::Object(golden), Value::Object(sent)) => {
            golden.len() == sent.len()
                && golden
                    .iter()
                    .all(|(key, value)| sent.get(key).is_some_and(|sent| is_json(value, sent)))
        }
        (Value::Array(golden), Value::Array(sent)) => {
            golden.len() == sent.len() && golden.iter().zip(sent).all(|(g, s)| is_json(g, s))
        }
        (Value::String(golden), Value::String(sent)) => is_text(golden, sent),
        (Value::String(golden), Value::Number(sent)) => {
            golden.starts_with('{') && is_text(golden, &sent.to_string())
        }
        (Value::Number(golden), Value::Number(sent)) => {
            golden == sent || golden.as_f64() == sent.as_f64()
        }
        _ => golden == sent,
    }
}

/// Whether the text is the golden one, or of the form that the golden one asks for.
fn is_text(golden: &str, sent: &str) -> bool {
    let shape: String = sent
        .chars()
        .map(|c| if c.is_ascii_digit() { '0' } else { c })
        .collect();
    let is_number = !sent.is_empty() && shape.bytes().all(|b| b == b'0');
    match golden {
        "{uuid}" => {
            let is_hex = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
            let groups: Vec<usize> = sent.split('-').map(str::len).collect();
            groups == [8, 4, 4, 4, 12] && sent.chars().all(|c| c == '-' || is_hex(c))
        }
        "{unix-seconds}" => is_number && sent.len() == 10,
        "{unix-milliseconds}" => is_number && sent.len() == 13,
        "{date-time}" => shape.starts_with("0000-00-00T00:00:00") && shape.ends_with('Z'),
        _ => golden == sent,
    }
}

/// `a=1&b=2`, decoded and sorted.
fn pairs(text: &str) -> Vec<(String, String)> {
    let pair = |pair: &str| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (
            decoded(&name.replace('+', " ")),
            decoded(&value.replace('+', " ")),
        )
    };
    let mut pairs: Vec<_> = text
        .split('&')
        .filter(|p| !p.is_empty())
        .map(pair)
        .collect();
    pairs.sort();
    pairs
}

fn cookies(text: &str) -> Vec<(String, String)> {
    let pair = |pair: &str| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (name.trim().to_owned(), value.trim().to_owned())
    };
    let mut cookies: Vec<_> = text.split(';').map(pair).collect();
    cookies.sort();
    cookies
}

fn is_pairs(golden: &[(String, String)], sent: &[(String, String)]) -> bool {
    let is_pair = |((g_name, g), (s_name, s)): (&(String, String), &(String, String))| {
        g_name == s_name && is_text(g, s)
    };
    golden.len() == sent.len() && golden.iter().zip(sent).all(is_pair)
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// A list of media types without blanks, case, order and a needless `charset=utf-8`. Without weights none of
/// them comes before another (RFC 9110, section 12.5.1).
fn media_types(text: &str) -> Vec<String> {
    let text = text.to_ascii_lowercase().replace([' ', '"'], "");
    let text = text.replace(";charset=utf-8", "");
    let mut types: Vec<String> = text.split(',').map(str::to_owned).collect();
    types.sort();
    types
}

fn differs(out: &mut String, what: &str, golden: &str, sent: &str) {
    writeln_to(
        out,
        &format!("  {what}\n    golden: {golden}\n    sent:   {sent}"),
    );
}

fn writeln_to(out: &mut String, line: &str) {
    // Writing to a `String` cannot fail.
    let _ = writeln!(out, "{line}");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(method: &str, target: &str, headers: &[(&str, &str)], body: &str) -> Received {
        Received {
            method: method.into(),
            target: target.into(),
            headers: headers
                .iter()
                .map(|(n, v)| ((*n).into(), (*v).into()))
                .collect(),
            body: body.into(),
        }
    }

    const JSON: (&str, &str) = ("content-type", "application/json");
    const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

    #[test]
    fn what_means_the_same_is_equal() {
        let free = [
            ("host", "127.0.0.1:1"),
            ("accept", "text/plain, application/json"),
            ("content-length", "9"),
            ("user-agent", "x"),
            JSON,
        ];
        let json = sent(
            "POST",
            "/a?x=1&y=a%20b",
            &[&free[..], &[("X-Key", "k")]].concat(),
            r#"{"a":1,"b":[true]}"#,
        );
        json.assert_is("POST /a?y=a+b&x=1 HTTP/1.1\nHost: api.example.com\naccept: application/json, text/plain\nx-key: k\n\n{ \"b\": [true], \"a\": 1 }\n");
        json.assert_is("POST /a?x=1&y=a%20b\r\nContent-Type: application/json; charset=utf-8\r\nX-KEY: k\r\n\r\n{\"a\":1.0,\"b\":[true]}");
        sent("POST", "/", &[FORM], "b=2&a=1%2F").assert_is("POST /\n\na=1/&b=2");
        sent("GET", "/", &[("cookie", "b=2; a=1")], "")
            .assert_is("GET /\nCookie: a=1\nCookie: b=2");
    }

    #[test]
    fn a_text_may_be_indented() {
        sent("POST", "/", &[JSON, ("x-key", "k")], r#"{"a":1}"#).assert_is(
            r#"
                POST / HTTP/1.1
                x-key: k

                {
                  "a": 1
                }
            "#,
        );
    }

    #[test]
    fn what_is_made_anew_is_compared_by_form() {
        let id = "0d9a6c2e-8f0b-4f6e-9a41-3c5d7e9fb102";
        let body = format!(
            r#"{{"id":"{id}","at":1760000000,"ms":"1760000000000","when":"2026-11-20T12:00:00Z"}}"#
        );
        let request = sent("POST", &format!("/{id}"), &[JSON, ("x-id", id)], &body);
        request.assert_is(
            r#"POST /{uuid}
x-id: {uuid}

{"id": "{uuid}", "at": "{unix-seconds}", "ms": "{unix-milliseconds}", "when": "{date-time}"}"#,
        );
        assert!(
            differences(
                &request,
                &format!("POST /{id}\nx-id: {{unix-seconds}}\n\n{body}")
            )
            .contains("header `x-id`")
        );
    }

    #[test]
    fn each_difference_is_told() {
        let request = sent(
            "POST",
            "/a%2Fb?x=1",
            &[JSON, ("x-key", "k"), ("x-more", "m")],
            r#"{"a":"1"}"#,
        );
        let told = differences(&request, "GET /a/b?x=2\nx-key: K\nx-less: l\n\n{\"a\":1}");
        for part in [
            "method",
            "target",
            "header `x-key`",
            "`x-less` is missing",
            "header `x-more: m`",
            "body",
        ] {
            assert!(told.contains(part), "{part} in\n{told}");
        }
        assert!(!told.contains("content-type"), "{told}");
        let nothing_to_type = differences(&sent("GET", "/", &[JSON], ""), "GET /");
        assert!(
            nothing_to_type.contains("content-type"),
            "{nothing_to_type}"
        );
    }
}

//! Reads OpenAPI runtime expressions, and `$request.cookie.NAME`, which OpenAPI does not have.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::codes;
use super::read::{Fault, Parse, Read, parse};
use crate::diagnostic::nearest::nearest;
use crate::diagnostic::{Code, Sink};
use crate::model::Expression;
use crate::source::Node;

impl Read for Expression {
    const WORDS: &'static str = <Self as Parse>::WORDS;

    fn read(node: &Node, sink: &mut Sink) -> Option<Self> {
        parse(node, sink)
    }
}

impl Parse for Expression {
    const WORDS: &'static str = "a runtime expression";
    const CODE: Code = codes::EXPRESSION;

    fn parse(text: &str) -> Result<Self, Fault> {
        match text {
            "$url" => return Ok(Self::Url),
            "$method" => return Ok(Self::Method),
            "$statusCode" => return Ok(Self::StatusCode),
            _ => {}
        }
        if let Some(rest) = text.strip_prefix("$request.") {
            return half(rest, text.len() - rest.len(), &REQUEST);
        }
        if let Some(rest) = text.strip_prefix("$response.") {
            return half(rest, text.len() - rest.len(), &RESPONSE);
        }
        Err(other(text))
    }
}

type Make = fn(String) -> Expression;

/// A half of the exchange: its parts that have a name, and its body.
struct Half {
    name: &'static str,
    named: &'static [(&'static str, Make)],
    body: Make,
}

const REQUEST: Half = Half {
    name: "$request",
    named: &[
        ("header", Expression::RequestHeader),
        ("query", Expression::RequestQuery),
        ("path", Expression::RequestPath),
        ("cookie", Expression::RequestCookie),
    ],
    body: Expression::RequestBody,
};

const RESPONSE: Half = Half {
    name: "$response",
    named: &[("header", Expression::ResponseHeader)],
    body: Expression::ResponseBody,
};

fn half(rest: &str, offset: usize, half: &Half) -> Result<Expression, Fault> {
    let end = rest.find(['.', '#']).unwrap_or(rest.len());
    let (part, tail) = rest.split_at(end);
    let at = offset + end;
    if part == "body" {
        return match tail.strip_prefix('#') {
            Some(pointer) => Ok((half.body)(checked_pointer(pointer, at + 1)?)),
            None if tail.is_empty() => Ok((half.body)(String::new())),
            None => {
                let pointer = tail.replace('.', "/");
                let fault =
                    Fault::new(at..at + tail.len(), "a place in the body is a JSON pointer");
                Err(fault.help(format!("{}.body#{pointer}", half.name)))
            }
        };
    }
    if let Some((_, make)) = half.named.iter().find(|(name, _)| *name == part) {
        return match tail.strip_prefix('.').filter(|name| !name.is_empty()) {
            Some(name) => Ok(make(name.to_owned())),
            None => Err(Fault::new(0..at, format!("`.NAME` has to follow `{part}`"))),
        };
    }
    let mut known: Vec<&str> = half.named.iter().map(|(name, _)| *name).collect();
    known.push("body");
    let fault = Fault::new(
        offset..at.max(offset + 1),
        format!("{} has {}", half.name, super::block::list(&known)),
    );
    Err(match nearest(part, known.iter().copied()) {
        Some(near) => fault.help(format!("{}.{near}{tail}", half.name)),
        None => fault,
    })
}

fn checked_pointer(pointer: &str, offset: usize) -> Result<String, Fault> {
    if !pointer.is_empty() && !pointer.starts_with('/') {
        let range = offset..offset + pointer.len();
        return Err(
            Fault::new(range, "a JSON pointer begins with `/`").help(format!("#/{pointer}"))
        );
    }
    for (at, _) in pointer.match_indices('~') {
        if !matches!(pointer.as_bytes().get(at + 1), Some(b'0' | b'1')) {
            let range = offset + at..offset + at + 1;
            return Err(Fault::new(
                range,
                "a `~` in a JSON pointer is written `~0`, a `/` is `~1`",
            ));
        }
    }
    Ok(pointer.to_owned())
}

fn other(text: &str) -> Fault {
    const KNOWN: [&str; 5] = ["$request", "$response", "$statusCode", "$url", "$method"];
    let end = text.find(['.', '#']).unwrap_or(text.len());
    let fault = Fault::new(
        0..end,
        "it begins with `$request.`, `$response.`, `$statusCode`, `$url` or `$method`",
    );
    if let Some(near) = nearest(&text[..end], KNOWN) {
        let tail = &text[end..];
        return fault.help(format!("{near}{tail}"));
    }
    match text.strip_prefix('/') {
        Some(pointer) => fault.help(format!("$response.body#/{pointer}")),
        None => fault,
    }
}

impl JsonSchema for Expression {
    fn schema_name() -> Cow<'static, str> {
        "Expression".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "An OpenAPI runtime expression, such as `$response.body#/access_token` or \
                `$response.header.set-cookie`; also `$request.cookie.NAME`.",
            "type": "string",
            "pattern": r"^\$(url|method|statusCode|request\.(header|query|path|cookie)\..+|response\.header\..+|(request|response)\.body(#(/.*)?)?)$",
        })
    }
}

/// An expression as it is written, for messages.
pub fn written(expression: &Expression) -> String {
    let body = |half: &str, pointer: &str| match pointer {
        "" => format!("${half}.body"),
        pointer => format!("${half}.body#{pointer}"),
    };
    match expression {
        Expression::Url => "$url".to_owned(),
        Expression::Method => "$method".to_owned(),
        Expression::StatusCode => "$statusCode".to_owned(),
        Expression::RequestHeader(name) => format!("$request.header.{name}"),
        Expression::RequestQuery(name) => format!("$request.query.{name}"),
        Expression::RequestPath(name) => format!("$request.path.{name}"),
        Expression::RequestCookie(name) => format!("$request.cookie.{name}"),
        Expression::RequestBody(pointer) => body("request", pointer),
        Expression::ResponseHeader(name) => format!("$response.header.{name}"),
        Expression::ResponseBody(pointer) => body("response", pointer),
    }
}

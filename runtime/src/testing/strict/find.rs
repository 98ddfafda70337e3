//! Finds the tokens of a request by the lifecycle's own expressions.

use super::book::{Book, Shown};
use crate::testing::Received;
use crate::{Body, Exchange, Expression, Lifecycle, Timestamp};

/// The request as the machinery for expressions wants it; `None` where it is no HTTP.
/// Times in answers count from `sent_at`.
pub(super) fn exchange(request: &Received, sent_at: Timestamp) -> Option<Exchange> {
    let mut builder = http::Request::builder()
        .method(request.method.as_str())
        .uri(request.target.as_str());
    for (name, value) in &request.headers {
        builder = builder.header(name.as_str(), value.as_str());
    }
    let request = builder.body(Body::from(request.body.clone())).ok()?;
    Some(Exchange::of(&request, sent_at))
}

/// Every token that the request shows, in the lifecycle's order.
pub(super) fn shown(lifecycle: &Lifecycle, exchange: &Exchange, book: &Book) -> Vec<Shown> {
    let rules = lifecycle.tokens.iter().enumerate();
    rules
        .filter_map(|(rule, token)| {
            let text = text_at(token.sent?, exchange, book)?;
            Some(Shown {
                rule,
                session: book
                    .whose(&text)
                    .filter(|_| book.rule_of(&text) == Some(rule))
                    .map(|(session, _)| session),
                text,
            })
        })
        .collect()
}

fn text_at(place: Expression, exchange: &Exchange, book: &Book) -> Option<String> {
    if let Expression::RequestPath(_) = place {
        return in_path(exchange, book);
    }
    let value = exchange.find(place)?;
    let text = book.token_in(value.text()?);
    (!text.is_empty()).then(|| text.to_owned())
}

/// A finished path no longer tells its parameters apart: the segment that is a known token, else the last one.
fn in_path(exchange: &Exchange, book: &Book) -> Option<String> {
    let url = exchange.find(Expression::Url)?;
    let path = url.text()?.split('?').next()?.to_owned();
    let segments = path.split('/').filter(|segment| !segment.is_empty());
    let decoded = segments.map(|segment| {
        percent_encoding::percent_decode_str(segment)
            .decode_utf8_lossy()
            .into_owned()
    });
    let segments: Vec<String> = decoded.collect();
    let known = segments
        .iter()
        .find(|segment| book.whose(book.token_in(segment)).is_some());
    let segment = known.or(segments.last())?;
    Some(book.token_in(segment).to_owned())
}

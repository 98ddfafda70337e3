//! What a rule looks at: one operation, and the questions that several rules ask of its documents.

use std::collections::BTreeSet;

use crate::diagnostic::nearest::nearest;
use crate::diagnostic::{Code, Report, Sink};
use crate::lower::extension::written;
use crate::model::{
    Dead, DocumentedResponse, Expression, Facts, JsonType, Look, Operation, Place, Provider,
    SchemaId, Schemas, Spanned, Token,
};
use crate::source::Span;

/// One operation of a provider.
pub(super) struct Scope<'a> {
    pub(super) provider: &'a Provider,
    pub(super) operation: &'a Operation,
}

/// What stands where an expression points.
#[derive(Debug)]
pub(super) enum Find {
    /// One or more schemas know it.
    Found(Vec<Facts>),
    /// The documents leave it open.
    Open,
    /// None of them has it; what there is instead.
    Nowhere(Instead),
}

/// What there is instead of what an expression points at.
#[derive(Debug, Default)]
pub(super) struct Instead {
    /// Which of the pointer's segments leads nowhere; `None`: the whole expression does.
    pub(super) segment: Option<usize>,
    /// In words: ``the 200 response has `a` and `b` here``.
    pub(super) words: String,
    /// The expression that may be meant.
    pub(super) near: Option<Expression>,
}

impl<'a> Scope<'a> {
    pub(super) fn new(provider: &'a Provider, operation: &'a Operation) -> Self {
        Self {
            provider,
            operation,
        }
    }

    pub(super) fn schemas(&self) -> &'a Schemas {
        &self.provider.schemas
    }

    pub(super) fn responses(&self) -> &'a [DocumentedResponse] {
        &self.operation.documented.responses
    }

    /// The documented successes: those of 2xx, else `default`.
    pub(super) fn successes(&self) -> Vec<&'a DocumentedResponse> {
        let is_success = |response: &&DocumentedResponse| {
            response.status != "default" && (200..=299).contains(&response.range.0)
        };
        let found: Vec<_> = self.responses().iter().filter(is_success).collect();
        if !found.is_empty() {
            return found;
        }
        let is_default = |response: &&DocumentedResponse| response.status == "default";
        self.responses().iter().filter(is_default).collect()
    }

    /// The token that the window and `due` are about.
    pub(super) fn replaced(&self) -> Option<&'a Token> {
        let tokens = &self.operation.tokens;
        let is_replaced = |token: &&Token| {
            token.role == crate::model::Role::Access
                && (!token.received.is_empty() || token.is_extended)
        };
        let replaced = tokens.iter().find(is_replaced);
        replaced.or_else(|| tokens.iter().find(|token| token.sent.is_some()))
    }

    /// What stands at an expression in these responses.
    pub(super) fn find_in(&self, responses: &[&DocumentedResponse], at: &Expression) -> Find {
        match at {
            Expression::ResponseBody(pointer) => self.body(responses, pointer),
            Expression::ResponseHeader(name) => self.header(responses, name),
            _ => Find::Open,
        }
    }

    /// What stands at an expression in the request.
    pub(super) fn find_in_request(&self, at: &Expression) -> Find {
        let documented = &self.operation.documented;
        if let Expression::RequestBody(pointer) = at {
            let bodies = documented.request.iter();
            let bodies: Vec<_> = bodies
                .map(|body| ("the request".to_owned(), body.schema))
                .collect();
            if bodies.is_empty() {
                return Find::Nowhere(Instead::of("the request has no body"));
            }
            return self.look(&bodies, pointer, Expression::RequestBody);
        }
        let parameters = documented.parameters.iter();
        let parameters = parameters.map(|parameter| (Some(&parameter.place), parameter.schema));
        let schemes = documented.schemes.iter();
        let schemes = schemes.map(|scheme| (scheme.place.as_ref(), None));
        let mut known: Vec<Expression> = Vec::new();
        for (place, schema) in parameters.chain(schemes) {
            let Some(expression) = place.and_then(Place::expression) else {
                continue;
            };
            if same_place(&expression, at) {
                return schema.map_or(Find::Open, |id| Find::Found(vec![self.schemas().facts(id)]));
            }
            known.push(expression);
        }
        let texts: Vec<String> = known.iter().map(written).collect();
        let near = nearest(&written(at), texts.iter().map(String::as_str));
        let near = near.and_then(|near| texts.iter().position(|text| text == near));
        Find::Nowhere(Instead {
            segment: None,
            words: if texts.is_empty() {
                "the operation has no parameters".to_owned()
            } else {
                format!("the operation has {}", names(&texts))
            },
            near: near.map(|index| known.swap_remove(index)),
        })
    }

    fn body(&self, responses: &[&DocumentedResponse], pointer: &str) -> Find {
        let mut bodies = Vec::new();
        for response in responses {
            let whose = match response.status.as_str() {
                "default" => "the default response".to_owned(),
                status => format!("the {status} response"),
            };
            // A page of HTML beside the JSON leaves nothing open.
            let has_schema = response.bodies.iter().any(|body| body.schema.is_some());
            let telling = response
                .bodies
                .iter()
                .filter(|body| body.schema.is_some() || !has_schema);
            bodies.extend(telling.map(|body| (whose.clone(), body.schema)));
        }
        let Some(first) = responses.first() else {
            return Find::Nowhere(Instead::of("no such response is documented"));
        };
        if bodies.is_empty() {
            return Find::Nowhere(Instead::of(format!(
                "the {} response documents no body",
                first.status
            )));
        }
        self.look(&bodies, pointer, Expression::ResponseBody)
    }

    fn look(
        &self,
        bodies: &[(String, Option<SchemaId>)],
        pointer: &str,
        make: fn(String) -> Expression,
    ) -> Find {
        let mut found = Vec::new();
        let mut instead: Option<Instead> = None;
        for (whose, schema) in bodies {
            let Some(id) = schema else { return Find::Open };
            match self.schemas().look(*id, pointer) {
                Look::Found(facts) => found.push(facts),
                Look::Open => return Find::Open,
                Look::Nowhere(dead) => {
                    let other = Instead {
                        segment: Some(dead.depth),
                        words: format!("{whose} {}", words(&dead)),
                        near: self.near(*id, &dead, pointer).map(make),
                    };
                    // Where several bodies lack it, the one that has something like it is worth telling of,
                    // or the one that has most of the way.
                    let worth = |it: &Instead| (it.near.is_some(), it.segment);
                    if instead
                        .as_ref()
                        .is_none_or(|known| worth(known) < worth(&other))
                    {
                        instead = Some(other);
                    }
                }
            }
        }
        match instead {
            Some(instead) if found.is_empty() => Find::Nowhere(instead),
            _ => Find::Found(found),
        }
    }

    /// The pointer that may be meant: a property of a like name in the same object, or one of the very
    /// name elsewhere.
    fn near(&self, id: SchemaId, dead: &Dead, pointer: &str) -> Option<String> {
        let segments: Vec<&str> = pointer.split('/').skip(1).collect();
        let segment = *segments.get(dead.depth)?;
        if let Some(near) = like(segment, &dead.properties) {
            let near = escaped(near);
            let mut meant = segments.clone();
            meant[dead.depth] = &near;
            let meant = format!("/{}", meant.join("/"));
            if !matches!(self.schemas().look(id, &meant), Look::Nowhere(_)) {
                return Some(meant);
            }
        }
        self.schemas().search(id, segments.last()?)
    }

    fn header(&self, responses: &[&DocumentedResponse], name: &str) -> Find {
        let headers = responses.iter().flat_map(|response| &response.headers);
        let mut known = Vec::new();
        for header in headers {
            if header.name.eq_ignore_ascii_case(name) {
                let facts = header.schema.map(|id| self.schemas().facts(id));
                return facts.map_or(Find::Open, |facts| Find::Found(vec![facts]));
            }
            known.push(header.name.clone());
        }
        let status = responses
            .first()
            .map_or("default", |response| &response.status);
        let near = nearest(name, known.iter().map(String::as_str));
        Find::Nowhere(Instead {
            segment: None,
            words: if known.is_empty() {
                format!("the {status} response documents no headers")
            } else {
                format!("the {status} response has {}", names(&known))
            },
            near: near.map(|name| Expression::ResponseHeader(name.to_owned())),
        })
    }
}

impl Instead {
    fn of(words: impl Into<String>) -> Self {
        Self {
            words: words.into(),
            ..Self::default()
        }
    }
}

/// Reports an expression that points at nothing. `key` is what it stands at: `received`.
pub(super) fn report_nowhere(
    code: Code,
    key: &str,
    at: &Expression,
    span: Span,
    instead: &Instead,
    sink: &mut Sink,
) {
    let half = if at.is_of_request() {
        "request"
    } else {
        "response"
    };
    let span = instead
        .segment
        .map_or(span, |segment| segment_span(at, span, segment));
    let report = Report::new(code, format!("`{key}` points at nothing in the {half}"));
    let report = report.at(span, instead.words.clone());
    sink.push(match &instead.near {
        // The expressions of `inputs` are keys themselves.
        Some(near) if key == "inputs" => report.help(format!("{}:", written(near))),
        Some(near) => report.help(format!("{key}: {}", written(near))),
        None => match at {
            Expression::ResponseHeader(name) => {
                report.help(format!("headers: {{{name}: {{schema: {{type: string}}}}}}"))
            }
            _ => report,
        },
    });
}

/// The bytes of a segment of an expression's pointer, where the text stands as it is.
fn segment_span(at: &Expression, span: Span, segment: usize) -> Span {
    let text = written(at);
    let quote = match (span.end - span.start) as usize {
        length if length == text.len() => 0,
        length if length == text.len() + 2 => 1,
        _ => return span,
    };
    let Some((before, pointer)) = text.split_once('#') else {
        return span;
    };
    let lengths: Vec<usize> = pointer.split('/').map(str::len).collect();
    let Some(length) = lengths.get(segment + 1) else {
        return span;
    };
    // Each segment has its `/` before it; the piece before the first `/` is empty.
    let skipped: usize = lengths[..=segment].iter().map(|length| length + 1).sum();
    let start = quote + before.len() + 1 + skipped;
    let at = |offset: usize| span.start + u32::try_from(offset).unwrap_or(0);
    Span {
        start: at(start),
        end: at(start + (*length).max(1)),
        ..span
    }
}

/// A name that is like this one, or that begins with it, or the other way round.
fn like<'n>(name: &str, known: &'n [String]) -> Option<&'n str> {
    let begins = |other: &&String| {
        let (short, long) = if name.len() < other.len() {
            (name, other.as_str())
        } else {
            (other.as_str(), name)
        };
        short.len() >= 4 && long.starts_with(short)
    };
    nearest(name, known.iter().map(String::as_str))
        .or_else(|| known.iter().find(begins).map(String::as_str))
}

fn words(dead: &Dead) -> String {
    if !dead.properties.is_empty() {
        return format!("has {} here", names(&dead.properties));
    }
    if dead.types.is_empty() || dead.types == BTreeSet::from([JsonType::Object]) {
        return "has no properties here".to_owned();
    }
    let words: Vec<_> = dead.types.iter().map(|ty| ty.words()).collect();
    format!("has {} here", words.join(" or "))
}

/// A few names in words; of many, the first.
pub(super) fn names<S: AsRef<str>>(names: &[S]) -> String {
    const SHOWN: usize = 8;
    let shown = names.iter().take(SHOWN);
    let shown: Vec<_> = shown.map(|name| format!("`{}`", name.as_ref())).collect();
    let more = if names.len() > SHOWN { ", …" } else { "" };
    format!("{}{more}", shown.join(", "))
}

fn escaped(segment: &str) -> String {
    segment.replace('~', "~0").replace('/', "~1")
}

/// Whether two expressions are one place: names of headers compare without case.
pub(super) fn same_place(one: &Expression, other: &Expression) -> bool {
    match (one, other) {
        (Expression::RequestHeader(one), Expression::RequestHeader(other))
        | (Expression::ResponseHeader(one), Expression::ResponseHeader(other)) => {
            one.eq_ignore_ascii_case(other)
        }
        _ => one == other,
    }
}

/// The place of an operand within a condition, else the condition's.
pub(super) fn operand_span(
    scope: &Scope<'_>,
    condition: Span,
    operand: &crate::model::Operand,
) -> Span {
    let is_within = |it: &&Spanned<crate::model::Operand>| {
        it.span.file == condition.file
            && it.span.start >= condition.start
            && it.span.end <= condition.end
    };
    let operands = scope.operation.lifecycle.operands.iter();
    let mut within = operands.filter(is_within);
    within
        .find(|it| it.value == *operand)
        .map_or(condition, |it| it.span)
}

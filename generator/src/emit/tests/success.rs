//! Tests of the documented successes: every token and every plain value of the answer is where it belongs.

use proc_macro2::Literal;
use quote::quote;
use syn::{Item, Stmt};

use super::answer::Answer;
use super::call::Plants;
use super::judge::{self, Verdict};
use super::{Names, decode, expiry, failures, test, write};
use crate::emit::ast;
use crate::emit::context::{Context, token_field};
use crate::emit::docs::code;
use crate::emit::literal::{ident, integer};
use crate::model::{Example, Expression, FieldKind, Json, SuccessField, Type};

/// More values than this are not compared: the point is that they are read from their places.
const VALUES: usize = 8;

/// The examples that are successes and keep to their schema, as answers.
pub(super) fn examples<'a>(cx: &Context<'a>) -> impl Iterator<Item = (&'a Example, Answer)> {
    let operation = cx.operation;
    operation.examples.iter().filter_map(|example| {
        let answer = Answer::of(example)?;
        let is_success = judge::judge(operation, &answer) == Some(Verdict::Success);
        (is_success && decode::is_success_readable(operation, &answer)).then_some((example, answer))
    })
}

/// The success with the most tokens, planted ones in the place of its own. Of `plants` stays what it has.
pub(super) fn planted(cx: &Context<'_>, plants: &mut Plants) -> Option<Answer> {
    let operation = cx.operation;
    let has = |answer: &Answer, index: usize| {
        judge::received(operation, &operation.tokens[index], answer).is_some()
    };
    let tokens = |answer: &Answer| {
        plants
            .received
            .keys()
            .filter(|index| has(answer, **index))
            .count()
    };
    // Of several with as many, the first.
    let (_, mut answer) = examples(cx)
        .collect::<Vec<_>>()
        .into_iter()
        .rev()
        .max_by_key(|(_, answer)| tokens(answer))?;
    plants
        .received
        .retain(|index, text| plant(cx, &mut answer, *index, text));
    (judge::judge(operation, &answer) == Some(Verdict::Success)).then_some(answer)
}

/// Puts a text in a token's place; says whether there was one.
fn plant(cx: &Context<'_>, answer: &mut Answer, index: usize, text: &str) -> bool {
    let token = &cx.operation.tokens[index];
    let Some((_, position)) = judge::received(cx.operation, token, answer) else {
        return false;
    };
    let location = &token.received[position].value;
    let text = format!("{}{text}", location.prefix);
    match (&location.at, &location.cookie) {
        (Expression::ResponseBody(pointer), _) => answer.put(pointer, Json::String(text)),
        (Expression::ResponseHeader(name), cookie) => {
            let is_it = |(known, value): &&mut (String, String)| {
                let start = cookie
                    .as_ref()
                    .map_or_else(String::new, |cookie| format!("{cookie}="));
                known.eq_ignore_ascii_case(name) && value.trim_start().starts_with(&start)
            };
            let found = answer.headers.iter_mut().find(is_it);
            let is_there = found.is_some();
            if let Some((_, value)) = found {
                *value = match cookie {
                    Some(cookie) => format!("{cookie}={text}; Path=/; HttpOnly"),
                    None => text,
                };
            }
            is_there
        }
        _ => false,
    }
}

/// A test for each.
pub(super) fn tests(cx: &Context<'_>, plants: &Plants, names: &mut Names) -> Vec<Item> {
    let examples: Vec<_> = examples(cx).collect();
    let mut functions = failures::Functions::default();
    examples
        .iter()
        .map(|(example, answer)| one(cx, plants, names, &mut functions, example, answer))
        .collect()
}

fn one(
    cx: &Context<'_>,
    plants: &Plants,
    names: &mut Names,
    functions: &mut failures::Functions,
    example: &Example,
    answer: &Answer,
) -> Item {
    let function = functions.name(&format!(
        "success_{}",
        example.name.rust.trim_start_matches("r#")
    ));
    let tokens = cx
        .operation
        .tokens
        .iter()
        .enumerate()
        .filter_map(|(index, _)| token(cx, plants, names, index, answer));
    let mut checks: Vec<Stmt> = tokens.collect();
    let values = cx
        .operation
        .success
        .fields
        .iter()
        .filter_map(|field| value(field, answer))
        .take(VALUES);
    checks.extend(values);
    let answer_made = answer.expression(names);
    let error = write::ty(names.ty(cx, "Error"));
    names.testing.insert("answered");
    let answered = |answer| {
        let answered = ast::call(&["answered"], vec![write::local("refresh"), answer]);
        ast::question(ast::awaited(answered))
    };
    let body = if checks.is_empty() {
        vec![ast::statement(answered(answer_made))]
    } else {
        let mut body = vec![
            ast::bind("answer", answer_made),
            ast::bind("tokens", answered(write::local("answer"))),
        ];
        body.extend(checks);
        body
    };
    let sentence = format!(
        "Status {}, example {}.",
        answer.status,
        code(&example.name.wire)
    );
    test(Vec::new(), &[&sentence], &function, Some(error), body)
}

fn token(
    cx: &Context<'_>,
    plants: &Plants,
    names: &mut Names,
    index: usize,
    answer: &Answer,
) -> Option<Stmt> {
    let token = &cx.operation.tokens[index];
    let (field, is_optional) = token_field(cx.operation, index)?;
    let found = if token.received.is_empty() {
        plants.sent.get(&index).map(|text| (text.clone(), 0))
    } else {
        judge::received(cx.operation, token, answer)
    };
    let Some((text, position)) = found else {
        let field = ident(field);
        let is_none = quote!(tokens.#field.is_none());
        return is_optional.then(|| write::macro_statement("assert", is_none));
    };
    names.testing.extend(["Ends", "assert_token"]);
    let ends = expiry::expression(token, &text, position, answer);
    let given = ast::field(write::local("tokens"), field);
    let given = if is_optional {
        ast::method(given, "as_ref", Vec::new())
    } else {
        ast::option(Some(ast::borrow(given)))
    };
    let arguments = vec![given, ast::text(&text), ends];
    Some(ast::statement(ast::call(&["assert_token"], arguments)))
}

fn value(field: &SuccessField, answer: &Answer) -> Option<Stmt> {
    let is = |tokens| Some(write::macro_statement("assert", tokens));
    let equal = |tokens| Some(write::macro_statement("assert_eq", tokens));
    let FieldKind::Property {
        pointer,
        ty,
        is_required,
    } = &field.kind
    else {
        return None;
    };
    let name = ident(&field.name.rust);
    let found = answer.at(pointer).filter(|value| *value != Json::Null);
    let Some(found) = found else {
        return is(quote!(tokens.#name.is_none()));
    };
    let plain = match (ty, &found) {
        (Type::Bool, Json::Bool(true)) if *is_required => {
            return is(quote!(tokens.#name));
        }
        (Type::Bool, Json::Bool(false)) if *is_required => {
            return is(quote!(!tokens.#name));
        }
        (Type::Bool, Json::Bool(value)) => quote!(#value),
        (Type::Int32 | Type::Int64 | Type::UInt64, Json::Integer(value)) => integer(*value),
        (Type::String, Json::String(text)) => {
            let text = Literal::string(text);
            return equal(if *is_required {
                quote!(tokens.#name, #text)
            } else {
                quote!(tokens.#name.as_deref(), Some(#text))
            });
        }
        _ => return None,
    };
    equal(if *is_required {
        quote!(tokens.#name, #plain)
    } else {
        quote!(tokens.#name, Some(#plain))
    })
}

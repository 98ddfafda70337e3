//! Tests of what holds for any provider: secrets stay hidden, and broken answers are told apart.

use quote::quote;
use syn::Item;

use super::answer::Answer;
use super::call::{self, Plants};
use super::{Names, test, write};
use crate::emit::context::{Context, Grant};
use crate::emit::docs::code;
use crate::emit::{ast, item};
use crate::model::{AuthChoice, Json};

/// The tests and `fn success()`; nothing where no success can be made of the examples.
pub(super) fn tests(
    cx: &Context<'_>,
    plants: &Plants,
    success: Option<&Answer>,
    has_refusals: bool,
    names: &mut Names,
) -> Vec<Item> {
    let Some(success) = success else {
        return Vec::new();
    };
    let success = success.expression(names);
    let choice = call::own_choice(cx);
    let ways: Vec<&AuthChoice> =
        choice.map_or_else(Vec::new, |choice| call::ways(choice).collect());
    let function = write::Function {
        attributes: vec![item::doc("A success with planted tokens.")],
        name: "success",
        output: Some(item::ty("Answer")),
        ..write::Function::default()
    };
    let mut items = vec![function.of(vec![ast::value(success)])];
    if ways.is_empty() {
        items.extend(hidden(cx, plants, has_refusals, names, None));
    }
    for way in ways.into_iter().enumerate() {
        items.extend(hidden(cx, plants, has_refusals, names, Some(way)));
    }
    let lifecycle = ast::borrow(write::at(names.ty(cx, "LIFECYCLE")));
    names.testing.insert("check_broken_answers");
    let arguments = vec![write::local("refresh"), lifecycle, write::made("success")];
    items.push(test(
        Vec::new(),
        &[
            "Redirects, and bodies that are too large, torn or of another kind, are typed errors; a token that can",
            "still be read from them is.",
        ],
        "broken_answers",
        None,
        vec![write::awaited(ast::call(&["check_broken_answers"], arguments))],
    ));
    items
}

fn hidden(
    cx: &Context<'_>,
    plants: &Plants,
    has_refusals: bool,
    names: &mut Names,
    way: Option<(usize, &AuthChoice)>,
) -> Option<Item> {
    let planted = plants.of(cx, way.map(|(_, way)| way));
    if planted.is_empty() {
        return None;
    }
    let refusals = if has_refusals {
        write::made("refusals")
    } else {
        write::array(Vec::new())
    };
    let value = |index: usize, input: &crate::model::Input| {
        let text = plants.settings.get(&index).cloned();
        Some(text.map_or_else(
            || super::value::sample(&cx.provider().shapes, input),
            Json::String,
        ))
    };
    let mut inputs = vec![ast::text("https://localhost")];
    let mut refresh = Vec::new();
    if let Some((index, way)) = way {
        let way = call::alternative(cx, names, way, &value)?;
        if index > 0 {
            refresh = ast::parsed(
                quote!(let refresh = async |base_url: &str| refresh_as(base_url, #way).await;),
            );
        }
        inputs.push(way);
    }
    let client = ast::call(&["client"], inputs);
    let (bound, shown) = match cx.grant {
        Grant::Nothing => (ast::bind("client", client), quote!("{client:?}")),
        _ => {
            let both = write::tuple(vec![client, write::made("grant")]);
            let bound = write::bind_both(["client", "grant"], both);
            (bound, quote!("{client:?} {grant:?}"))
        }
    };
    names.testing.extend(["assert_no_secrets", "check_secrets"]);
    let texts = planted.into_iter().map(ast::text).collect();
    let planted = || ast::borrow(write::local("planted"));
    let shown = ast::borrow(write::macro_call("format", shown));
    let mut body = vec![
        ast::bind("planted", write::array(texts)),
        bound,
        ast::statement(ast::call(&["assert_no_secrets"], vec![planted(), shown])),
    ];
    body.extend(refresh);
    let arguments = vec![
        write::local("refresh"),
        planted(),
        write::made("success"),
        refusals,
    ];
    body.push(write::awaited(ast::call(&["check_secrets"], arguments)));
    let mut sentence =
        "No secret is seen, whatever is answered: not in `Debug`, in a message or in a log"
            .to_owned();
    let mut name = "secrets_stay_hidden".to_owned();
    if let Some((_, way)) = way {
        sentence.push_str(", with ");
        sentence.push_str(&code(&way.name.wire));
        name = format!("{name}_{}", snake(&way.name.rust));
    }
    sentence.push('.');
    Some(test(Vec::new(), &[&sentence], &name, None, body))
}

/// `ClientSecret` as a part of a function's name.
fn snake(name: &str) -> String {
    let mut snake = String::new();
    for character in name.trim_start_matches("r#").chars() {
        if character.is_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.extend(character.to_lowercase());
    }
    snake
}

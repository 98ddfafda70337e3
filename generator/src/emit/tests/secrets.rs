//! Tests of what holds for any provider: secrets stay hidden, and broken answers are told apart.

use proc_macro2::TokenStream;
use quote::quote;

use super::answer::Answer;
use super::call::{self, Plants};
use super::{Names, test};
use crate::emit::context::{Context, Grant};
use crate::emit::docs::code;
use crate::model::{AuthChoice, Json};

/// The tests and `fn success()`; nothing where no success can be made of the examples.
pub(super) fn tests(
    cx: &Context<'_>,
    plants: &Plants,
    success: Option<&Answer>,
    has_refusals: bool,
    names: &mut Names,
) -> TokenStream {
    let Some(success) = success else {
        return TokenStream::new();
    };
    let success = success.expression(names);
    let choice = call::own_choice(cx);
    let ways: Vec<&AuthChoice> =
        choice.map_or_else(Vec::new, |choice| call::ways(choice).collect());
    let hidden = match ways.as_slice() {
        [] => hidden(cx, plants, has_refusals, names, None).unwrap_or_default(),
        ways => ways
            .iter()
            .enumerate()
            .filter_map(|(index, way)| hidden(cx, plants, has_refusals, names, Some((index, way))))
            .collect(),
    };
    let lifecycle = names.ty(cx, "LIFECYCLE");
    names.testing.insert("check_broken_answers");
    let broken = test(
        &[
            "Redirects, and bodies that are too large, torn or of another kind, are typed errors; a token that can"
                .to_owned(),
            "still be read from them is.".to_owned(),
        ],
        "broken_answers",
        None,
        &quote!(check_broken_answers(refresh, &#lifecycle, success()).await;),
    );
    quote! {
        /// A success with planted tokens.
        fn success() -> Answer { #success }

        #hidden
        #broken
    }
}

fn hidden(
    cx: &Context<'_>,
    plants: &Plants,
    has_refusals: bool,
    names: &mut Names,
    way: Option<(usize, &AuthChoice)>,
) -> Option<TokenStream> {
    let planted = plants.of(cx, way.map(|(_, way)| way));
    if planted.is_empty() {
        return None;
    }
    let refusals = if has_refusals {
        quote!(refusals())
    } else {
        quote!([])
    };
    let value = |index: usize, input: &crate::model::Input| {
        let text = plants.settings.get(&index).cloned();
        Some(text.map_or_else(
            || super::value::sample(&cx.provider().shapes, input),
            Json::String,
        ))
    };
    let (client, refresh) = match way {
        None => (quote!(client("https://localhost")), None),
        Some((index, way)) => {
            let way = call::alternative(cx, names, way, &value)?;
            let refresh = (index > 0).then(
                || quote!(let refresh = async |base_url: &str| refresh_as(base_url, #way).await;),
            );
            (quote!(client("https://localhost", #way)), refresh)
        }
    };
    let shown = match cx.grant {
        Grant::Nothing => quote! {
            let client = #client;
            assert_no_secrets(&planted, &format!("{client:?}"));
        },
        _ => quote! {
            let (client, grant) = (#client, grant());
            assert_no_secrets(&planted, &format!("{client:?} {grant:?}"));
        },
    };
    names.testing.extend(["assert_no_secrets", "check_secrets"]);
    let body = quote! {
        let planted = [#(#planted),*];
        #shown
        #refresh
        check_secrets(refresh, &planted, success(), #refusals).await;
    };
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
    Some(test(&[sentence], &name, None, &body))
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

//! Turns a provider into the second example of its module's documentation: a session that is kept fresh.

use super::context::Context;
use crate::model::Token;

/// The example, which is compiled where the crate's feature `session` is on.
pub(crate) fn lines(cx: &Context<'_>, krate: &str) -> Vec<String> {
    let module = cx.provider().module.as_str();
    let (client, types) = if cx.client.has_several() {
        let operation = cx.operation.name.rust.as_str();
        (
            format!("client.{operation}()"),
            format!("{krate}::{module}::{operation}"),
        )
    } else {
        ("client".to_owned(), format!("{krate}::{module}"))
    };
    let access = cx.access();
    let name = if access.is_single_use() {
        access.name.rust.trim_start_matches("r#")
    } else {
        "header"
    };
    let mut lines = vec![
        "```".to_owned(),
        "# #[cfg(feature = \"session\")]".to_owned(),
        "# async fn example(".to_owned(),
        format!("#     client: {krate}::{module}::Client,"),
    ];
    if cx.has_sign_in() {
        lines.push(format!("#     signed_in: {types}::TokenSet,"));
    }
    lines.extend([
        format!("# ) -> Result<(), {krate}::session::SessionError> {{"),
        format!("use {krate}::session::{{MemoryStore, TokenSource}};"),
        String::new(),
        format!("let tokens = TokenSource::new({client}, MemoryStore::new(), \"customer-42\");"),
    ]);
    if cx.has_sign_in() {
        let first = "tokens.insert(signed_in).await?; // once, after the user has signed in";
        lines.push(first.to_owned());
    }
    lines.extend([
        format!("let {name} = {};", asked(access)),
        format!("# drop({name});"),
        "# Ok(())".to_owned(),
        "# }".to_owned(),
        "```".to_owned(),
    ]);
    lines
}

fn asked(access: &Token) -> &'static str {
    if access.is_single_use() {
        "tokens.take().await?"
    } else {
        "tokens.token().await?"
    }
}

//! Turns a provider into the example of its module's documentation, which is compiled as a test.

use super::auth;
use super::context::{Context, Grant, is_secret};
use crate::model::{Input, Json, ShapeKind, Type};

/// The example; `None` where a setting has a type that an example would be long for.
pub(crate) fn lines(cx: &Context<'_>, krate: &str) -> Option<Vec<String>> {
    let module = cx.provider().module.as_str();
    let mut types = vec!["Client".to_owned()];
    let mut chain = vec!["Client::builder()".to_owned()];
    for address in &cx.client.addresses {
        if address.servers.is_empty() {
            chain.push(format!(".{}(\"https://api.example.com\")?", address.field));
        }
    }
    for choice in &cx.client.choices {
        if auth::anonymous(choice).is_none() {
            chain.push(format!(".{}({})", choice.field, alternative(cx, choice)?));
            types.push(choice.ty.clone());
        }
    }
    for input in &cx.provider().settings {
        if input.is_required && input.default.is_none() && !input.is_of_choice {
            chain.push(format!(
                ".{}({})",
                input.name.rust,
                value(cx, input, &mut types)?
            ));
        }
    }
    chain.push(".build()?".to_owned());
    let (argument, call) = call(cx);
    let path = if cx.client.has_several() {
        format!("{module}::{}::", cx.operation.name.rust)
    } else {
        format!("{module}::")
    };
    let argument = argument.map(|(name, ty)| {
        if cx.client.has_several() {
            format!("{name}: {path}{ty}")
        } else {
            types.push(ty.clone());
            format!("{name}: {ty}")
        }
    });
    types.sort();
    types.dedup();
    let mut lines = vec!["```".to_owned()];
    lines.extend(uses(cx, krate, module, &types));
    lines.push(String::new());
    let argument = argument.unwrap_or_default();
    lines.push(format!(
        "# async fn example({argument}) -> Result<(), Box<dyn std::error::Error>> {{"
    ));
    lines.extend(chained(&chain));
    lines.push(format!("let tokens = client{call}.await?;"));
    lines.extend(
        [
            "println!(\"{tokens:?}\"); // secrets are redacted",
            "# Ok(())",
            "# }",
            "```",
        ]
        .map(str::to_owned),
    );
    Some(lines)
}

fn uses(cx: &Context<'_>, krate: &str, module: &str, types: &[String]) -> Vec<String> {
    let types = match types {
        [one] => one.clone(),
        several => format!("{{{}}}", several.join(", ")),
    };
    let mut lines = Vec::new();
    if cx.client.has_several() {
        lines.push(format!("use {krate}::{module};"));
    }
    lines.push(format!("use {krate}::{module}::{types};"));
    lines
}

fn chained(chain: &[String]) -> Vec<String> {
    let flat = format!("let client = {};", chain.concat());
    if chain.len() <= 3 && flat.len() <= 88 {
        return vec![flat];
    }
    let mut lines = vec![format!("let client = {}", chain[0])];
    lines.extend(chain[1..].iter().map(|call| format!("    {call}")));
    if let Some(last) = lines.last_mut() {
        last.push(';');
    }
    lines
}

/// The first alternative, with stand-ins.
fn alternative(cx: &Context<'_>, choice: &auth::Choice<'_>) -> Option<String> {
    let first = choice.alternatives.first()?;
    let inputs = auth::inputs(cx.provider(), first);
    let name = format!("{}::{}", choice.ty, first.name.rust);
    let stand_in = |input: &Input| -> Option<&str> {
        (is_secret(input) || input.ty == Type::String).then_some("\"…\".into()")
    };
    match inputs.as_slice() {
        [] => Some(name),
        [(_, input)] => Some(format!("{name}({})", stand_in(input)?)),
        several => {
            let fields: Option<Vec<_>> = several
                .iter()
                .map(|(_, input)| Some(format!("{}: {}", input.name.rust, stand_in(input)?)))
                .collect();
            Some(format!("{name} {{ {} }}", fields?.join(", ")))
        }
    }
}

fn value(cx: &Context<'_>, input: &Input, types: &mut Vec<String>) -> Option<String> {
    if is_secret(input) {
        return Some("\"…\"".to_owned());
    }
    let given = given(cx, &input.name.wire);
    match &input.ty {
        Type::String => match given {
            Some(Json::String(text)) if is_plain(text) => Some(format!("\"{text}\"")),
            _ => Some("\"…\"".to_owned()),
        },
        Type::Bool => Some("true".to_owned()),
        Type::Int32 | Type::Int64 | Type::UInt64 => match given {
            Some(Json::Integer(number)) if (0..=9999).contains(number) => Some(number.to_string()),
            _ => Some("1".to_owned()),
        },
        Type::Float => Some("1.0".to_owned()),
        Type::Shape(id) => {
            let shape = &cx.provider().shapes[id.0];
            let first = match &shape.kind {
                ShapeKind::StringEnum(values) => values.first()?.rust.clone(),
                ShapeKind::IntegerEnum(values) => values.first()?.1.clone(),
                _ => return None,
            };
            types.push(shape.name.rust.clone());
            Some(format!("{}::{first}", shape.name.rust))
        }
        _ => None,
    }
}

/// The value in the vendor's own example.
fn given<'a>(cx: &Context<'a>, name: &str) -> Option<&'a Json> {
    let given = &cx.operation.wire.first()?.given;
    given
        .iter()
        .find(|(known, ..)| known == name)
        .map(|(_, value, _)| value)
}

fn is_plain(text: &str) -> bool {
    text.len() <= 40
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-_./:@ ".contains(&b))
}

/// The argument of the example's function and the call.
fn call(cx: &Context<'_>) -> (Option<(String, String)>, String) {
    let through = if cx.client.has_several() {
        format!(".{}()", cx.operation.name.rust)
    } else {
        String::new()
    };
    let borrow = if cx.is_spent() { "" } else { "&" };
    match cx.grant {
        Grant::Nothing => (None, format!("{through}.refresh()")),
        Grant::Token(token) => {
            let name = token.name.rust.clone();
            let call = format!("{through}.refresh({borrow}{name})");
            (Some((name, token.ty.clone())), call)
        }
        Grant::Fields => {
            let call = format!("{through}.refresh({borrow}grant)");
            (Some(("grant".to_owned(), "Grant".to_owned())), call)
        }
    }
}

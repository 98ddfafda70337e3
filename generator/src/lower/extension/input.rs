//! Reads the keys of `inputs`: `$request.…`, `$server`, `$server.VARIABLE`, `security.SCHEME`, with
//! `.username` and `.password` for Basic.

use super::codes;
use super::read::{Fault, Parse};
use crate::diagnostic::nearest::nearest;
use crate::diagnostic::{Code, Report, Sink};
use crate::model::{Expression, InputKey, Spanned};

/// Reads a key.
pub(super) fn read_key(key: &Spanned<String>, sink: &mut Sink) -> Option<Spanned<InputKey>> {
    match InputKey::parse(&key.value) {
        Ok(value) => Some(Spanned {
            value,
            span: key.span,
        }),
        Err(fault) => {
            let report = Report::new(
                codes::INPUT_KEY,
                format!("`{}` is not the key of an input", key.value),
            );
            let report = report.at(key.span, fault.label);
            sink.push(match fault.help {
                Some(help) => report.help(help),
                None => report,
            });
            None
        }
    }
}

impl Parse for InputKey {
    const WORDS: &'static str = "the key of an input";
    const CODE: Code = codes::INPUT_KEY;

    fn parse(text: &str) -> Result<Self, Fault> {
        if text == "$server" {
            return Ok(Self::Server);
        }
        if let Some(variable) = text
            .strip_prefix("$server.")
            .filter(|name| !name.is_empty())
        {
            return Ok(Self::ServerVariable(variable.to_owned()));
        }
        if let Some(scheme) = text
            .strip_prefix("security.")
            .filter(|name| !name.is_empty())
        {
            return Ok(scheme_key(scheme));
        }
        if text.starts_with("$request") {
            return <Expression as Parse>::parse(text).map(Self::Expression);
        }
        Err(other(text))
    }
}

fn scheme_key(text: &str) -> InputKey {
    match text.rsplit_once('.') {
        Some((scheme, "username")) => InputKey::SecurityUsername(scheme.to_owned()),
        Some((scheme, "password")) => InputKey::SecurityPassword(scheme.to_owned()),
        _ => InputKey::Security(text.to_owned()),
    }
}

fn other(text: &str) -> Fault {
    let fault = Fault::new(
        0..text.len(),
        "expected `$request.…`, `$server`, `$server.VARIABLE` or `security.SCHEME`",
    );
    let (first, rest) = text.split_once('.').unwrap_or((text, ""));
    match nearest(first, ["$request", "$server", "security"]) {
        Some(near) if !rest.is_empty() => fault.help(format!("{near}.{rest}")),
        Some(near) => fault.help(near),
        None if first.starts_with("$response") => {
            fault.help("an input is part of the request: `$request.…`")
        }
        None => fault.help(format!("$request.body#/{text}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_read() {
        let parse = |text| InputKey::parse(text).unwrap();
        assert_eq!(parse("$server"), InputKey::Server);
        assert_eq!(
            parse("$server.shop"),
            InputKey::ServerVariable("shop".to_owned())
        );
        assert_eq!(
            parse("security.basic"),
            InputKey::Security("basic".to_owned())
        );
        assert_eq!(
            parse("security.basic.password"),
            InputKey::SecurityPassword("basic".to_owned())
        );
        assert_eq!(
            parse("security.a.b.username"),
            InputKey::SecurityUsername("a.b".to_owned())
        );
        let body = Expression::RequestBody("/apiKey".to_owned());
        assert_eq!(parse("$request.body#/apiKey"), InputKey::Expression(body));
    }

    #[test]
    fn help_names_what_was_meant() {
        let help = |text| InputKey::parse(text).unwrap_err().help.unwrap();
        assert_eq!(help("apiKey"), "$request.body#/apiKey");
        assert_eq!(help("$servers.shop"), "$server.shop");
        assert_eq!(help("securty.basic"), "security.basic");
        assert_eq!(help("$request.boddy#/a"), "$request.body#/a");
    }
}

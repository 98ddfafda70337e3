//! Reads Arazzo's simple conditions: comparisons of runtime expressions and literals, joined by `&&`,
//! `||`, `!` and parentheses.

use std::borrow::Cow;
use std::ops::Range;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::codes;
use super::read::{Fault, Parse, Read, anchor, inside, parse, wrong_kind};
use crate::diagnostic::{Code, Report, Sink};
use crate::model::{Comparison, Condition, Expression, Literal, Operand, Spanned};
use crate::source::{Entry, Node, Value};

/// A condition, and where in its text each operand stands.
#[derive(Clone, Debug)]
pub(super) struct Located {
    pub(super) condition: Spanned<Condition>,
    pub(super) operands: Vec<Spanned<Operand>>,
}

/// A condition, and the bytes of its text that are an operand.
#[derive(Debug, PartialEq)]
struct Parsed(Condition, Vec<(Operand, Range<usize>)>);

impl Read for Located {
    const WORDS: &'static str = Parsed::WORDS;

    fn read(node: &Node, sink: &mut Sink) -> Option<Self> {
        // Arazzo's other criteria are mappings with a `type`.
        if let Some(entry) = node.entry("type") {
            refuse_type(entry, sink);
            return None;
        }
        if matches!(node.value, Value::Bool(_)) {
            wrong_kind(node, Self::WORDS, sink);
            return None;
        }
        let Parsed(value, operands) = parse(node, sink)?;
        let text = node.as_str().unwrap_or_default();
        let place = |(value, range): (Operand, Range<usize>)| Spanned {
            value,
            span: inside(node, text, &range),
        };
        let span = anchor(node);
        Some(Self {
            condition: Spanned { value, span },
            operands: operands.into_iter().map(place).collect(),
        })
    }
}

/// Says that a criterion with a `type` is for later.
pub(super) fn refuse_type(entry: &Entry, sink: &mut Sink) {
    let message = "a condition of another `type` is not supported yet";
    let label = "only Arazzo's simple conditions, as text: not yet";
    sink.push(Report::new(codes::NOT_YET, message).at(entry.key_span, label));
}

impl Parse for Parsed {
    const WORDS: &'static str = "a condition";
    const CODE: Code = codes::CONDITION;

    fn parse(text: &str) -> Result<Self, Fault> {
        let mut parser = Parser {
            tokens: tokens(text)?,
            at: 0,
            end: text.len(),
            depth: 0,
        };
        let condition = parser.any()?;
        match parser.peek() {
            None => Ok(Self(condition, parser.operands())),
            Some(_) => Err(parser.expected("`&&`, `||` or the end")),
        }
    }
}

/// Parentheses and `!` may be nested so deep: nobody reads more, and the stack is finite.
const DEPTH: usize = 32;

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Comparison(Comparison),
    And,
    Or,
    Not,
    Open,
    Close,
    Operand(Operand),
}

struct Parser {
    tokens: Vec<(Token, Range<usize>)>,
    at: usize,
    end: usize,
    depth: usize,
}

impl Parser {
    fn operands(self) -> Vec<(Operand, Range<usize>)> {
        let operand = |(token, range)| match token {
            Token::Operand(operand) => Some((operand, range)),
            _ => None,
        };
        self.tokens.into_iter().filter_map(operand).collect()
    }

    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at).map(|(token, _)| token)
    }

    fn eat(&mut self, token: &Token) -> bool {
        let is_it = self.peek() == Some(token);
        self.at += usize::from(is_it);
        is_it
    }

    fn expected(&self, what: &str) -> Fault {
        let range = self.tokens.get(self.at).map(|(_, range)| range.clone());
        Fault::new(
            range.unwrap_or(self.end..self.end),
            format!("expected {what}"),
        )
    }

    fn any(&mut self) -> Result<Condition, Fault> {
        let mut parts = vec![self.all()?];
        while self.eat(&Token::Or) {
            parts.push(self.all()?);
        }
        Ok(one_or(parts, Condition::Any))
    }

    fn all(&mut self) -> Result<Condition, Fault> {
        let mut parts = vec![self.unary()?];
        while self.eat(&Token::And) {
            parts.push(self.unary()?);
        }
        Ok(one_or(parts, Condition::All))
    }

    fn unary(&mut self) -> Result<Condition, Fault> {
        if matches!(self.peek(), Some(Token::Not | Token::Open)) && self.depth == DEPTH {
            return Err(self.expected("a condition that is nested less deep"));
        }
        if self.eat(&Token::Not) {
            self.depth += 1;
            let inner = self.unary()?;
            self.depth -= 1;
            return Ok(Condition::Not(Box::new(inner)));
        }
        if self.eat(&Token::Open) {
            self.depth += 1;
            let inner = self.any()?;
            self.depth -= 1;
            if !self.eat(&Token::Close) {
                return Err(self.expected("`)`"));
            }
            return Ok(inner);
        }
        self.comparison()
    }

    fn comparison(&mut self) -> Result<Condition, Fault> {
        let left = self.operand()?;
        let Some(Token::Comparison(comparison)) = self.peek() else {
            return Ok(Condition::Holds(left));
        };
        let comparison = *comparison;
        self.at += 1;
        let right = self.operand()?;
        if matches!(self.peek(), Some(Token::Comparison(_))) {
            return Err(self.expected("`&&` or `||`: comparisons have two sides"));
        }
        Ok(Condition::Compare(left, comparison, right))
    }

    fn operand(&mut self) -> Result<Operand, Fault> {
        let Some(Token::Operand(operand)) = self.peek() else {
            return Err(self.expected("an expression or a value"));
        };
        let operand = operand.clone();
        self.at += 1;
        Ok(operand)
    }
}

fn one_or(mut parts: Vec<Condition>, many: fn(Vec<Condition>) -> Condition) -> Condition {
    match parts.len() {
        1 => parts.remove(0),
        _ => many(parts),
    }
}

const SYMBOLS: [(&str, Token); 11] = [
    ("==", Token::Comparison(Comparison::Equal)),
    ("!=", Token::Comparison(Comparison::NotEqual)),
    ("<=", Token::Comparison(Comparison::LessOrEqual)),
    (">=", Token::Comparison(Comparison::GreaterOrEqual)),
    ("&&", Token::And),
    ("||", Token::Or),
    ("<", Token::Comparison(Comparison::Less)),
    (">", Token::Comparison(Comparison::Greater)),
    ("!", Token::Not),
    ("(", Token::Open),
    (")", Token::Close),
];

fn tokens(text: &str) -> Result<Vec<(Token, Range<usize>)>, Fault> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        let rest = &text[at..];
        let (token, length) = if first.is_whitespace() {
            at += first.len_utf8();
            continue;
        } else if let Some((symbol, token)) = SYMBOLS.iter().find(|(it, _)| rest.starts_with(it)) {
            (token.clone(), symbol.len())
        } else if first == '\'' {
            let (literal, length) = quoted(rest)
                .ok_or_else(|| Fault::new(at..text.len(), "the closing `'` is missing"))?;
            (
                Token::Operand(Operand::Literal(Literal::String(literal))),
                length,
            )
        } else {
            let length = word_length(rest);
            (Token::Operand(word(&rest[..length], at)?), length)
        };
        tokens.push((token, at..at + length));
        at += length;
    }
    Ok(tokens)
}

/// A text in quotes, where `''` is one quote, and how many bytes it takes.
fn quoted(text: &str) -> Option<(String, usize)> {
    let mut literal = String::new();
    let mut rest = &text[1..];
    loop {
        let end = rest.find('\'')?;
        literal.push_str(&rest[..end]);
        rest = &rest[end + 1..];
        match rest.strip_prefix('\'') {
            Some(more) => {
                literal.push('\'');
                rest = more;
            }
            None => return Some((literal, text.len() - rest.len())),
        }
    }
}

fn word_length(text: &str) -> usize {
    let is_end = |c: char| {
        c.is_whitespace() || matches!(c, '(' | ')' | '=' | '!' | '<' | '>' | '&' | '|' | '\'')
    };
    match text.find(is_end) {
        Some(0) => text.chars().next().map_or(0, char::len_utf8),
        Some(length) => length,
        None => text.len(),
    }
}

fn word(word: &str, at: usize) -> Result<Operand, Fault> {
    let range = at..at + word.len();
    let literal = match word {
        "true" => Literal::Bool(true),
        "false" => Literal::Bool(false),
        "null" => Literal::Null,
        "=" => return Err(Fault::new(range, "to compare takes two").help("==")),
        "&" => return Err(Fault::new(range, "and is written with two").help("&&")),
        "|" => return Err(Fault::new(range, "or is written with two").help("||")),
        _ if word.starts_with('$') => {
            let expression = <Expression as Parse>::parse(word);
            return expression
                .map(Operand::Expression)
                .map_err(|fault| fault.shift(at));
        }
        _ => match number(word) {
            Some(number) => Literal::Number(number),
            None => return Err(bare(word, range)),
        },
    };
    Ok(Operand::Literal(literal))
}

/// A number as JSON writes it; Rust's parser would take `inf` and `nan`, too.
fn number(word: &str) -> Option<f64> {
    let digits = word.strip_prefix('-').unwrap_or(word);
    let is_number = digits.starts_with(|c: char| c.is_ascii_digit());
    let number: f64 = word.parse().ok().filter(|_| is_number)?;
    number.is_finite().then_some(number)
}

fn bare(word: &str, range: Range<usize>) -> Fault {
    let text = word.trim_matches('"');
    Fault::new(range, "text stands in single quotes").help(format!("'{text}'"))
}

impl JsonSchema for Located {
    fn schema_name() -> Cow<'static, str> {
        "Condition".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "One of Arazzo's simple conditions: `$statusCode == 400 && \
                $response.body#/error == 'invalid_grant'`. Text compares without case, types have to agree, \
                and what is not there is `null`.",
            "type": "string",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(pointer: &str) -> Operand {
        Operand::Expression(Expression::ResponseBody(pointer.to_owned()))
    }

    fn text(text: &str) -> Operand {
        Operand::Literal(Literal::String(text.to_owned()))
    }

    fn fault(text: &str) -> (Range<usize>, Option<String>) {
        let fault = Parsed::parse(text).unwrap_err();
        (fault.range, fault.help)
    }

    #[test]
    fn and_binds_closer_than_or() {
        let status = Operand::Expression(Expression::StatusCode);
        let number = Operand::Literal(Literal::Number(400.0));
        let parsed = Parsed::parse(
            "$statusCode == 400 && $response.body#/a=='it''s' || !($response.body#/ok)",
        );
        let both = Condition::All(vec![
            Condition::Compare(status, Comparison::Equal, number),
            Condition::Compare(body("/a"), Comparison::Equal, text("it's")),
        ]);
        let neither = Condition::Not(Box::new(Condition::Holds(body("/ok"))));
        assert_eq!(parsed.unwrap().0, Condition::Any(vec![both, neither]));
    }

    #[test]
    fn every_comparison_and_literal_is_read() {
        for condition in [
            "$url != null",
            "$response.body#/n >= -1.5",
            "$response.body#/n < 2e3",
            "$response.body#/b == true",
            "((($method)))",
        ] {
            assert!(Parsed::parse(condition).is_ok(), "{condition}");
        }
    }

    #[test]
    fn faults_are_where_they_are() {
        assert_eq!(fault("$statusCode = 400"), (12..13, Some("==".to_owned())));
        assert_eq!(
            fault("$response.body#/e == invalid"),
            (21..28, Some("'invalid'".to_owned()))
        );
        assert_eq!(
            fault("$response.body#/e == \"x\""),
            (21..24, Some("'x'".to_owned()))
        );
        assert_eq!(fault("$response.body#/e == 'x"), (21..23, None));
        assert_eq!(
            fault("$responce.body#/e == 1"),
            (0..9, Some("$response.body#/e".to_owned()))
        );
        assert_eq!(fault("$method ==").0, 10..10);
        assert_eq!(fault("($method").0, 8..8);
        assert_eq!(fault("$method $url").0, 8..12);
        assert_eq!(fault("1 < 2 < 3").0, 6..7);
        assert_eq!(fault("").0, 0..0);
        assert_eq!(fault("$url == inf").1.as_deref(), Some("'inf'"));
    }

    #[test]
    fn nesting_is_bounded() {
        let deep = format!("{}$url{}", "(".repeat(100_000), ")".repeat(100_000));
        assert!(Parsed::parse(&deep).is_err());
        assert!(Parsed::parse(&"!".repeat(100_000)).is_err());
    }
}

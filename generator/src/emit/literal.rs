//! Turns values into literals as a person writes them: no suffixes, digits in groups.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};

use syn::{Expr, Lit, LitFloat, LitInt};

use super::ast;
use crate::model::Json;

/// An identifier of the model, raw (`r#type`) where the model has it so.
pub(crate) fn ident(name: &str) -> Ident {
    match name.strip_prefix("r#") {
        Some(name) => Ident::new_raw(name, Span::call_site()),
        None => Ident::new(name, Span::call_site()),
    }
}

/// A whole number.
pub(crate) fn integer(value: i128) -> TokenStream {
    whole(value).into_token_stream()
}

/// Any number.
pub(crate) fn float(value: f64) -> TokenStream {
    number(value).into_token_stream()
}

/// A whole number, as an expression.
pub(crate) fn whole(value: i128) -> Expr {
    let digits = grouped(&value.unsigned_abs().to_string());
    let number = Lit::Int(LitInt::new(&digits, Span::call_site()));
    signed(value < 0, ast::literal(number))
}

/// Any number, as an expression.
pub(crate) fn number(value: f64) -> Expr {
    if value.is_nan() {
        return ast::named(&["f64", "NAN"]);
    }
    if value.is_infinite() {
        return signed(value < 0.0, ast::named(&["f64", "INFINITY"]));
    }
    let text = format!("{:?}", value.abs());
    let text = match text.split_once('.') {
        Some((whole, fraction)) => format!("{}.{fraction}", grouped(whole)),
        None => text,
    };
    let number = Lit::Float(LitFloat::new(&text, Span::call_site()));
    signed(value.is_sign_negative(), ast::literal(number))
}

/// A constant of the spec as the argument of a function that takes any JSON.
pub(crate) fn json(value: &Json) -> TokenStream {
    match value {
        Json::Null => quote!(Json::Null),
        Json::Bool(value) => quote!(#value),
        Json::Integer(value) => integer(*value),
        Json::Float(value) => float(*value),
        Json::String(text) => quote!(#text),
        Json::Array(_) | Json::Object(_) => {
            let value = json_macro(value);
            quote!(json!(#value))
        }
    }
}

/// The same, as an expression.
pub(crate) fn json_value(value: &Json) -> Expr {
    match value {
        Json::String(text) => ast::text(text),
        Json::Bool(value) => ast::boolean(*value),
        Json::Integer(value) => whole(*value),
        other => syn::parse2(json(other)).expect("a constant is an expression"),
    }
}

/// A constant as text: what stands in a header, a query or a path.
pub(crate) fn text(value: &Json) -> String {
    match value {
        Json::Null => String::new(),
        Json::Bool(value) => value.to_string(),
        Json::Integer(value) => value.to_string(),
        Json::Float(value) => value.to_string(),
        Json::String(text) => text.clone(),
        Json::Array(items) => items.iter().map(text).collect::<Vec<_>>().join(","),
        Json::Object(fields) => {
            let pair = |(name, value): &(String, Json)| format!("{name},{}", text(value));
            fields.iter().map(pair).collect::<Vec<_>>().join(",")
        }
    }
}

fn json_macro(value: &Json) -> TokenStream {
    match value {
        Json::Null => quote!(null),
        Json::Array(items) => {
            let items = items.iter().map(json_macro);
            quote!([#(#items),*])
        }
        Json::Object(fields) => {
            let names = fields.iter().map(|(name, _)| name);
            let values = fields.iter().map(|(_, value)| json_macro(value));
            quote!({ #(#names: #values),* })
        }
        simple => json(simple),
    }
}

fn signed(is_negative: bool, number: Expr) -> Expr {
    if is_negative {
        ast::negative(number)
    } else {
        number
    }
}

fn grouped(digits: &str) -> String {
    if digits.len() < 5 {
        return digits.to_owned();
    }
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push('_');
        }
        text.push(digit);
    }
    text
}

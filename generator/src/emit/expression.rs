//! Turns runtime expressions and conditions into the runtime's constants of them.

use proc_macro2::TokenStream;
use quote::quote;

use super::literal::{float, ident};
use crate::model::{Comparison, Condition, Expression, Literal, Operand};

/// An OpenAPI runtime expression.
pub(crate) fn expression(expression: &Expression) -> TokenStream {
    let of = |kind: &str, text: &String| {
        let kind = ident(kind);
        quote!(Expression::#kind(#text))
    };
    match expression {
        Expression::Url => quote!(Expression::Url),
        Expression::Method => quote!(Expression::Method),
        Expression::StatusCode => quote!(Expression::StatusCode),
        Expression::RequestHeader(name) => of("RequestHeader", name),
        Expression::RequestQuery(name) => of("RequestQuery", name),
        Expression::RequestPath(name) => of("RequestPath", name),
        Expression::RequestCookie(name) => of("RequestCookie", name),
        Expression::RequestBody(pointer) => of("RequestBody", pointer),
        Expression::ResponseHeader(name) => of("ResponseHeader", name),
        Expression::ResponseBody(pointer) => of("ResponseBody", pointer),
    }
}

/// A condition.
pub(crate) fn condition(stated: &Condition) -> TokenStream {
    match stated {
        Condition::Compare(left, comparison, right) => {
            let (left, right) = (operand(left), operand(right));
            let comparison = comparison_name(*comparison);
            quote!(Condition::Compare(#left, Comparison::#comparison, #right))
        }
        Condition::Holds(of) => {
            let of = operand(of);
            quote!(Condition::Holds(#of))
        }
        Condition::Not(of) => {
            let of = condition(of);
            quote!(Condition::Not(&#of))
        }
        Condition::All(of) => {
            let of = of.iter().map(condition);
            quote!(Condition::All(&[#(#of),*]))
        }
        Condition::Any(of) => {
            let of = of.iter().map(condition);
            quote!(Condition::Any(&[#(#of),*]))
        }
    }
}

/// A constant of a condition.
pub(crate) fn literal(value: &Literal) -> TokenStream {
    match value {
        Literal::Null => quote!(Literal::Null),
        Literal::Bool(value) => quote!(Literal::Bool(#value)),
        Literal::Number(value) => {
            let value = float(*value);
            quote!(Literal::Number(#value))
        }
        Literal::String(text) => quote!(Literal::String(#text)),
    }
}

fn operand(stated: &Operand) -> TokenStream {
    match stated {
        Operand::Expression(of) => {
            let of = expression(of);
            quote!(Operand::Expression(#of))
        }
        Operand::Literal(of) => {
            let of = literal(of);
            quote!(Operand::Literal(#of))
        }
    }
}

fn comparison_name(comparison: Comparison) -> proc_macro2::Ident {
    ident(match comparison {
        Comparison::Equal => "Equal",
        Comparison::NotEqual => "NotEqual",
        Comparison::Less => "Less",
        Comparison::LessOrEqual => "LessOrEqual",
        Comparison::Greater => "Greater",
        Comparison::GreaterOrEqual => "GreaterOrEqual",
    })
}

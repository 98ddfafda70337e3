//! Turns runtime expressions and conditions into the runtime's constants of them.

use syn::Expr;

use super::ast;
use super::literal::number;
use crate::model::{Comparison, Condition, Expression, Literal, Operand};

/// An OpenAPI runtime expression.
pub(crate) fn expression(expression: &Expression) -> Expr {
    let of = |kind: &str, text: &str| ast::call(&["Expression", kind], vec![ast::text(text)]);
    match expression {
        Expression::Url => ast::named(&["Expression", "Url"]),
        Expression::Method => ast::named(&["Expression", "Method"]),
        Expression::StatusCode => ast::named(&["Expression", "StatusCode"]),
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
pub(crate) fn condition(stated: &Condition) -> Expr {
    let of = |kind: &str, of: Vec<Expr>| ast::call(&["Condition", kind], of);
    let all = |of: &[Condition]| ast::slice(of.iter().map(condition).collect());
    match stated {
        Condition::Compare(left, comparison, right) => {
            let comparison = ast::named(&["Comparison", comparison_name(*comparison)]);
            of("Compare", vec![operand(left), comparison, operand(right)])
        }
        Condition::Holds(what) => of("Holds", vec![operand(what)]),
        Condition::Not(what) => of("Not", vec![ast::borrow(condition(what))]),
        Condition::All(what) => of("All", vec![all(what)]),
        Condition::Any(what) => of("Any", vec![all(what)]),
    }
}

/// A constant of a condition.
pub(crate) fn literal(value: &Literal) -> Expr {
    let of = |kind: &str, value: Expr| ast::call(&["Literal", kind], vec![value]);
    match value {
        Literal::Null => ast::named(&["Literal", "Null"]),
        Literal::Bool(value) => of("Bool", ast::boolean(*value)),
        Literal::Number(value) => of("Number", number(*value)),
        Literal::String(text) => of("String", ast::text(text)),
    }
}

fn operand(stated: &Operand) -> Expr {
    match stated {
        Operand::Expression(of) => ast::call(&["Operand", "Expression"], vec![expression(of)]),
        Operand::Literal(of) => ast::call(&["Operand", "Literal"], vec![literal(of)]),
    }
}

fn comparison_name(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Equal => "Equal",
        Comparison::NotEqual => "NotEqual",
        Comparison::Less => "Less",
        Comparison::LessOrEqual => "LessOrEqual",
        Comparison::Greater => "Greater",
        Comparison::GreaterOrEqual => "GreaterOrEqual",
    }
}

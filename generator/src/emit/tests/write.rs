//! Builds what tests are made of without a parser, beside [`crate::emit::ast`] and [`crate::emit::item`].

use proc_macro2::{Literal, Span, TokenStream};
use quote::quote;
use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, Item, Lit, LitInt, Path, Stmt, Token, Type};

use crate::emit::literal::ident;
use crate::emit::{ast, item};

/// `path`, as an expression.
pub(super) fn at(path: Path) -> Expr {
    Expr::Path(syn::ExprPath {
        attrs: Vec::new(),
        qself: None,
        path,
    })
}

/// `a::b::name`, where the module is `a::b`.
pub(super) fn of_module(module: &str, name: &str) -> Path {
    let names: Vec<_> = module.split("::").chain([name]).collect();
    ast::path(&names)
}

/// `path::name`
pub(super) fn within(mut path: Path, name: &str) -> Path {
    path.segments.push(ident(name).into());
    path
}

/// `path(a, b)`
pub(super) fn call(path: Path, arguments: Vec<Expr>) -> Expr {
    Expr::Call(syn::ExprCall {
        attrs: Vec::new(),
        func: Box::new(at(path)),
        paren_token: syn::token::Paren::default(),
        args: arguments.into_iter().collect(),
    })
}

/// `name`, a variable.
pub(super) fn local(name: &str) -> Expr {
    ast::named(&[name])
}

/// `name()`
pub(super) fn made(name: &str) -> Expr {
    ast::call(&[name], Vec::new())
}

/// `of.into()`
pub(super) fn into(of: Expr) -> Expr {
    ast::method(of, "into", Vec::new())
}

/// `of.await;`
pub(super) fn awaited(of: Expr) -> Stmt {
    ast::statement(ast::awaited(of))
}

/// `[a, b]`
pub(super) fn array(items: Vec<Expr>) -> Expr {
    Expr::Array(syn::ExprArray {
        attrs: Vec::new(),
        bracket_token: syn::token::Bracket::default(),
        elems: items.into_iter().collect(),
    })
}

/// `vec![a, b]`
pub(super) fn list(items: &[Expr]) -> Expr {
    let mut made = macro_call("vec", quote!(#(#items),*));
    if let Expr::Macro(made) = &mut made {
        made.mac.delimiter = syn::MacroDelimiter::Bracket(syn::token::Bracket::default());
    }
    made
}

/// `(a, b)`
pub(super) fn tuple(items: Vec<Expr>) -> Expr {
    Expr::Tuple(syn::ExprTuple {
        attrs: Vec::new(),
        paren_token: syn::token::Paren::default(),
        elems: items.into_iter().collect(),
    })
}

/// Digits that are in no groups: a status, a length.
pub(super) fn digits(number: usize) -> Expr {
    let digits = LitInt::new(&number.to_string(), Span::call_site());
    ast::literal(Lit::Int(digits))
}

/// A text that is written in a way of its own.
pub(super) fn written(literal: Literal) -> Expr {
    ast::literal(Lit::new(literal))
}

/// `name!(tokens)`
pub(super) fn macro_call(name: &str, tokens: TokenStream) -> Expr {
    Expr::Macro(syn::ExprMacro {
        attrs: Vec::new(),
        mac: parenthesized(name, tokens),
    })
}

/// `name!(tokens);`
pub(super) fn macro_statement(name: &str, tokens: TokenStream) -> Stmt {
    Stmt::Macro(syn::StmtMacro {
        attrs: Vec::new(),
        mac: parenthesized(name, tokens),
        semi_token: Some(<Token![;]>::default()),
    })
}

fn parenthesized(name: &str, tokens: TokenStream) -> syn::Macro {
    syn::Macro {
        path: ast::path(&[name]),
        bang_token: <Token![!]>::default(),
        delimiter: syn::MacroDelimiter::Paren(syn::token::Paren::default()),
        tokens,
    }
}

/// `|name| value`
pub(super) fn closure(name: &str, value: Expr) -> Expr {
    let mut closure = ast::closure(value);
    if let Expr::Closure(closure) = &mut closure {
        closure.inputs.push(pattern(name));
    }
    closure
}

/// `let (a, b) = value;`
pub(super) fn bind_both(names: [&str; 2], value: Expr) -> Stmt {
    let mut bound = ast::bind(names[0], value);
    if let Stmt::Local(local) = &mut bound {
        local.pat = syn::Pat::Tuple(syn::PatTuple {
            attrs: Vec::new(),
            paren_token: syn::token::Paren::default(),
            elems: names.into_iter().map(pattern).collect(),
        });
    }
    bound
}

fn pattern(name: &str) -> syn::Pat {
    syn::Pat::Ident(syn::PatIdent {
        attrs: Vec::new(),
        by_ref: None,
        mutability: None,
        ident: ident(name),
        subpat: None,
    })
}

/// `path`, as a type.
pub(super) fn ty(path: Path) -> Type {
    Type::Path(syn::TypePath {
        attrs: Vec::new(),
        qself: None,
        path,
    })
}

/// `&str`
pub(super) fn text_type() -> Type {
    reference(item::ty("str"))
}

/// `&Of`
pub(super) fn reference(of: Type) -> Type {
    Type::Reference(syn::TypeReference {
        attrs: Vec::new(),
        and_token: <Token![&]>::default(),
        lifetime: None,
        mutability: None,
        elem: Box::new(of),
    })
}

/// `[Of; length]`
pub(super) fn array_type(of: Type, length: usize) -> Type {
    Type::Array(syn::TypeArray {
        attrs: Vec::new(),
        bracket_token: syn::token::Bracket::default(),
        elem: Box::new(of),
        semi_token: <Token![;]>::default(),
        len: digits(length),
    })
}

/// `()`
pub(super) fn unit_type() -> Type {
    Type::Tuple(syn::TypeTuple {
        attrs: Vec::new(),
        paren_token: syn::token::Paren::default(),
        elems: Punctuated::new(),
    })
}

/// A function before it has a body.
#[derive(Default)]
pub(super) struct Function<'a> {
    pub(super) attributes: Vec<Attribute>,
    pub(super) is_async: bool,
    pub(super) name: &'a str,
    pub(super) inputs: Vec<(&'a str, Type)>,
    pub(super) output: Option<Type>,
}

impl Function<'_> {
    /// The whole function.
    pub(super) fn of(self, stmts: Vec<Stmt>) -> Item {
        let input = |(name, ty): (&str, Type)| {
            syn::FnArg::Typed(syn::PatType {
                attrs: Vec::new(),
                pat: Box::new(pattern(name)),
                colon_token: <Token![:]>::default(),
                ty: Box::new(ty),
            })
        };
        let sig = syn::Signature {
            constness: None,
            asyncness: self.is_async.then(<Token![async]>::default),
            safety: syn::Safety::Default,
            abi: None,
            fn_token: <Token![fn]>::default(),
            ident: ident(self.name),
            generics: syn::Generics::default(),
            paren_token: syn::token::Paren::default(),
            inputs: self.inputs.into_iter().map(input).collect(),
            variadic: None,
            output: match self.output {
                Some(ty) => syn::ReturnType::Type(<Token![->]>::default(), Box::new(ty)),
                None => syn::ReturnType::Default,
            },
        };
        Item::Fn(syn::ItemFn {
            attrs: self.attributes,
            vis: syn::Visibility::Inherited,
            modifiers: syn::FnModifiers::default(),
            sig,
            block: Box::new(syn::Block {
                brace_token: syn::token::Brace::default(),
                stmts,
            }),
        })
    }
}

//! Builds expressions without a parser: parsing is most of the generator's work, so what every provider has
//! much of does not go through it.

use proc_macro2::{Ident, Span};
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{Expr, Lit, LitStr, Member, Path, PathArguments, PathSegment, Stmt, Token};

use super::literal::ident;

/// `a::b`
pub(crate) fn path(names: &[&str]) -> Path {
    let segment = |name: &&str| PathSegment {
        ident: ident(name),
        arguments: PathArguments::None,
    };
    Path {
        leading_colon: None,
        segments: names.iter().map(segment).collect(),
    }
}

/// `a::b`, as an expression.
pub(crate) fn named(names: &[&str]) -> Expr {
    Expr::Path(syn::ExprPath {
        attrs: Vec::new(),
        qself: None,
        path: path(names),
    })
}

/// `a::b(c, d)`
pub(crate) fn call(function: &[&str], arguments: Vec<Expr>) -> Expr {
    Expr::Call(syn::ExprCall {
        attrs: Vec::new(),
        func: Box::new(named(function)),
        paren_token: syn::token::Paren::default(),
        args: listed(arguments),
    })
}

/// `on.name(a, b)`
pub(crate) fn method(on: Expr, name: &str, arguments: Vec<Expr>) -> Expr {
    Expr::MethodCall(syn::ExprMethodCall {
        attrs: Vec::new(),
        receiver: Box::new(on),
        dot_token: <Token![.]>::default(),
        method: ident(name),
        turbofish: None,
        paren_token: syn::token::Paren::default(),
        args: listed(arguments),
    })
}

/// `on.field`
pub(crate) fn field(on: Expr, name: &str) -> Expr {
    Expr::Field(syn::ExprField {
        attrs: Vec::new(),
        base: Box::new(on),
        dot_token: <Token![.]>::default(),
        member: Member::Named(ident(name)),
    })
}

/// `&of`
pub(crate) fn borrow(of: Expr) -> Expr {
    Expr::Reference(syn::ExprReference {
        attrs: Vec::new(),
        and_token: <Token![&]>::default(),
        mutability: None,
        expr: Box::new(of),
    })
}

/// `of?`
pub(crate) fn question(of: Expr) -> Expr {
    Expr::Try(syn::ExprTry {
        attrs: Vec::new(),
        expr: Box::new(of),
        question_token: <Token![?]>::default(),
    })
}

/// `of.await`
pub(crate) fn awaited(of: Expr) -> Expr {
    Expr::Await(syn::ExprAwait {
        attrs: Vec::new(),
        base: Box::new(of),
        dot_token: <Token![.]>::default(),
        await_token: <Token![await]>::default(),
    })
}

/// `"text"`
pub(crate) fn text(text: &str) -> Expr {
    literal(Lit::Str(LitStr::new(text, Span::call_site())))
}

/// `true`
pub(crate) fn boolean(value: bool) -> Expr {
    literal(Lit::Bool(syn::LitBool::new(value, Span::call_site())))
}

/// A literal.
pub(crate) fn literal(lit: Lit) -> Expr {
    Expr::Lit(syn::ExprLit {
        attrs: Vec::new(),
        lit,
    })
}

/// `-of`
pub(crate) fn negative(of: Expr) -> Expr {
    Expr::Unary(syn::ExprUnary {
        attrs: Vec::new(),
        op: syn::UnOp::Neg(<Token![-]>::default()),
        expr: Box::new(of),
    })
}

/// `&[a, b]`
pub(crate) fn slice(items: Vec<Expr>) -> Expr {
    borrow(Expr::Array(syn::ExprArray {
        attrs: Vec::new(),
        bracket_token: syn::token::Bracket::default(),
        elems: listed(items),
    }))
}

/// `Some(of)`, or `None`.
pub(crate) fn option(of: Option<Expr>) -> Expr {
    match of {
        Some(of) => call(&["Some"], vec![of]),
        None => named(&["None"]),
    }
}

/// `|| value`
pub(crate) fn closure(value: Expr) -> Expr {
    Expr::Closure(syn::ExprClosure {
        attrs: Vec::new(),
        lifetimes: None,
        modifiers: syn::ClosureModifiers::default(),
        constness: None,
        asyncness: None,
        capture: None,
        inputs_begin: <Token![|]>::default(),
        inputs: Punctuated::new(),
        inputs_end: <Token![|]>::default(),
        output: syn::ReturnType::Default,
        body: Box::new(value),
    })
}

/// `if let Some(name) = of { … }`
pub(crate) fn if_some(name: &Ident, of: Expr, then: Vec<Stmt>) -> Expr {
    let pattern = syn::Pat::TupleStruct(syn::PatTupleStruct {
        attrs: Vec::new(),
        qself: None,
        path: path(&["Some"]),
        paren_token: syn::token::Paren::default(),
        elems: Punctuated::from_iter([syn::Pat::Ident(syn::PatIdent {
            attrs: Vec::new(),
            by_ref: None,
            mutability: None,
            ident: name.clone(),
            subpat: None,
        })]),
    });
    Expr::If(syn::ExprIf {
        attrs: Vec::new(),
        if_token: <Token![if]>::default(),
        cond: Box::new(Expr::Let(syn::ExprLet {
            attrs: Vec::new(),
            let_token: <Token![let]>::default(),
            pat: Box::new(pattern),
            eq_token: <Token![=]>::default(),
            expr: Box::new(of),
        })),
        then_branch: syn::Block {
            brace_token: syn::token::Brace::default(),
            stmts: then,
        },
        else_branch: None,
    })
}

/// `()`
pub(crate) fn nothing() -> Expr {
    Expr::Tuple(syn::ExprTuple {
        attrs: Vec::new(),
        paren_token: syn::token::Paren::default(),
        elems: Punctuated::new(),
    })
}

/// A name as an expression.
pub(crate) fn local(name: &Ident) -> Expr {
    Expr::Path(syn::ExprPath {
        attrs: Vec::new(),
        qself: None,
        path: Path::from(name.clone()),
    })
}

/// A struct's fields and what the others are taken from.
pub(crate) struct Fields(Punctuated<syn::FieldValue, Token![,]>);

impl Fields {
    pub(crate) fn new() -> Self {
        Self(Punctuated::new())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// `name: value,`, or `name,` where the value is called the same.
    pub(crate) fn put(&mut self, name: &str, value: Expr) {
        let name = ident(name);
        let is_local = matches!(&value, Expr::Path(value) if value.path.is_ident(&name));
        self.0.push(syn::FieldValue {
            attrs: Vec::new(),
            member: Member::Named(name),
            colon_token: (!is_local).then(<Token![:]>::default),
            expr: value,
        });
    }

    /// `name: &[a, b],`, where there are any.
    pub(crate) fn put_list(&mut self, name: &str, items: impl Iterator<Item = Expr>) {
        let items: Vec<_> = items.collect();
        if !items.is_empty() {
            self.put(name, slice(items));
        }
    }

    /// `name: Some(value),`, where there is one.
    pub(crate) fn put_some(&mut self, name: &str, value: Option<Expr>) {
        if let Some(value) = value {
            self.put(name, option(Some(value)));
        }
    }

    /// `Name { a: b, ..rest }`
    pub(crate) fn of(self, name: &str, rest: Option<Expr>) -> Expr {
        self.with(path(&[name]), rest)
    }

    /// `Name::Variant { a: b }`
    pub(crate) fn of_path(self, names: &[&str]) -> Expr {
        self.with(path(names), None)
    }

    /// `path { a: b, ..rest }`
    pub(crate) fn with(self, path: Path, rest: Option<Expr>) -> Expr {
        Expr::Struct(syn::ExprStruct {
            attrs: Vec::new(),
            qself: None,
            path,
            brace_token: syn::token::Brace::default(),
            fields: self.0,
            dot2_token: rest.is_some().then(<Token![..]>::default),
            rest: rest.map(Box::new),
        })
    }
}

/// `of;`
pub(crate) fn statement(of: Expr) -> Stmt {
    Stmt::Expr(of, Some(<Token![;]>::default()))
}

fn listed(items: Vec<Expr>) -> Punctuated<Expr, Token![,]> {
    items.into_iter().collect()
}

/// `of`, at the end of a block.
pub(crate) fn value(of: Expr) -> Stmt {
    Stmt::Expr(of, None)
}

/// `left = right;`
pub(crate) fn assign(left: Expr, right: Expr) -> Stmt {
    statement(Expr::Assign(syn::ExprAssign {
        attrs: Vec::new(),
        left: Box::new(left),
        eq_token: <Token![=]>::default(),
        right: Box::new(right),
    }))
}

/// `*of`
pub(crate) fn inside(of: Expr) -> Expr {
    Expr::Unary(syn::ExprUnary {
        attrs: Vec::new(),
        op: syn::UnOp::Deref(<Token![*]>::default()),
        expr: Box::new(of),
    })
}

/// Statements that were written as tokens.
pub(crate) fn parsed(tokens: proc_macro2::TokenStream) -> Vec<Stmt> {
    syn::Block::parse_within
        .parse2(tokens)
        .expect("statements are written as such")
}

/// `let name = value;`
pub(crate) fn bind(name: &str, value: Expr) -> Stmt {
    bound(name, None, value)
}

/// `let mut name = value;`
pub(crate) fn bind_mut(name: &str, value: Expr) -> Stmt {
    bound(name, Some(<Token![mut]>::default()), value)
}

fn bound(name: &str, mutability: Option<Token![mut]>, value: Expr) -> Stmt {
    Stmt::Local(syn::Local {
        attrs: Vec::new(),
        let_token: <Token![let]>::default(),
        modifiers: syn::LocalModifiers::default(),
        pat: syn::Pat::Ident(syn::PatIdent {
            attrs: Vec::new(),
            by_ref: None,
            mutability,
            ident: ident(name),
            subpat: None,
        }),
        init: Some(syn::LocalInit {
            eq_token: <Token![=]>::default(),
            expr: Box::new(value),
            diverge: None,
        }),
        semi_token: <Token![;]>::default(),
    })
}

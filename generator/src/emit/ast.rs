//! Builds syntax trees without a parser: parsing is most of the generator's work, so what every provider has
//! much of does not go through it.

use proc_macro2::{Ident, Span};
use syn::punctuated::Punctuated;
use syn::{
    Attribute, Expr, Item, Lit, LitStr, Member, Path, PathArguments, PathSegment, Stmt, Token, Type, Visibility,
};

use super::literal::ident;

/// `pub const NAME: Type = value;`
pub(crate) fn constant(docs: &str, name: &str, ty: &str, value: Expr) -> Item {
    Item::Const(syn::ItemConst {
        attrs: vec![doc(docs)],
        vis: public(),
        modifiers: syn::ConstModifiers::default(),
        const_token: <Token![const]>::default(),
        ident: ident(name),
        generics: syn::Generics::default(),
        colon_token: <Token![:]>::default(),
        ty: Box::new(self::ty(ty)),
        eq_token: <Token![=]>::default(),
        expr: Box::new(value),
        semi_token: <Token![;]>::default(),
    })
}

/// `/// line`
pub(crate) fn doc(line: &str) -> Attribute {
    // The blank is what stands after `///`; prettyplease prints the attribute that way.
    let text = if line.is_empty() { text("") } else { text(&format!(" {line}")) };
    Attribute {
        pound_token: <Token![#]>::default(),
        style: syn::AttrStyle::Outer,
        bracket_token: syn::token::Bracket::default(),
        meta: syn::Meta::NameValue(syn::MetaNameValue {
            path: path(&["doc"]),
            eq_token: <Token![=]>::default(),
            value: text,
        }),
    }
}

/// `pub`
pub(crate) fn public() -> Visibility {
    Visibility::Public(<Token![pub]>::default())
}

/// `Name`
pub(crate) fn ty(name: &str) -> Type {
    Type::Path(syn::TypePath {
        attrs: Vec::new(),
        qself: None,
        path: path(&[name]),
    })
}

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

/// A struct's fields and what the others are taken from.
pub(crate) struct Fields(Punctuated<syn::FieldValue, Token![,]>);

impl Fields {
    pub(crate) fn new() -> Self {
        Self(Punctuated::new())
    }

    /// `name: value,`
    pub(crate) fn put(&mut self, name: &str, value: Expr) {
        self.0.push(syn::FieldValue {
            attrs: Vec::new(),
            member: Member::Named(ident(name)),
            colon_token: Some(<Token![:]>::default()),
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

    fn with(self, path: Path, rest: Option<Expr>) -> Expr {
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

/// A name as an expression.
pub(crate) fn local(name: &Ident) -> Expr {
    Expr::Path(syn::ExprPath {
        attrs: Vec::new(),
        qself: None,
        path: Path::from(name.clone()),
    })
}

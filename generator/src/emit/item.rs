//! Builds items without a parser, for the same reason as [`super::ast`].

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::punctuated::Punctuated;
use syn::{
    Attribute, Expr, Field, ImplItem, Item, Meta, PathArguments, Stmt, Token, Type, Variant,
    Visibility,
};

use super::ast::{path, text};
use super::literal::ident;

/// `/// line`
pub(crate) fn doc(line: &str) -> Attribute {
    // The blank is what stands after `///`; prettyplease prints the attribute that way.
    let value = if line.is_empty() {
        text("")
    } else {
        text(&format!(" {line}"))
    };
    attribute(Meta::NameValue(syn::MetaNameValue {
        path: path(&["doc"]),
        eq_token: <Token![=]>::default(),
        value,
    }))
}

/// `#[word]`
pub(crate) fn word(word: &str) -> Attribute {
    words(&[word])
}

/// `#[a::word]`
pub(crate) fn words(words: &[&str]) -> Attribute {
    attribute(Meta::Path(path(words)))
}

/// `#[derive(A, B)]`
pub(crate) fn derive(traits: &[&str]) -> Attribute {
    let traits = traits.iter().map(|name| ident(name));
    list("derive", quote!(#(#traits),*))
}

/// `#[name(tokens)]`
pub(crate) fn list(name: &str, tokens: TokenStream) -> Attribute {
    attribute(Meta::List(syn::MetaList {
        path: path(&[name]),
        delimiter: syn::MacroDelimiter::Paren(syn::token::Paren::default()),
        tokens,
    }))
}

fn attribute(meta: Meta) -> Attribute {
    Attribute {
        pound_token: <Token![#]>::default(),
        style: syn::AttrStyle::Outer,
        bracket_token: syn::token::Bracket::default(),
        meta,
    }
}

/// `Name`
pub(crate) fn ty(name: &str) -> Type {
    Type::Path(syn::TypePath {
        attrs: Vec::new(),
        qself: None,
        path: path(&[name]),
    })
}

/// `Name<A, B>`
pub(crate) fn generic(name: &str, arguments: Vec<Type>) -> Type {
    let mut path = path(&[name]);
    if let Some(last) = path.segments.last_mut() {
        last.arguments = PathArguments::AngleBracketed(syn::AngleBracketedGenericArguments {
            colon2_token: None,
            lt_token: <Token![<]>::default(),
            args: arguments
                .into_iter()
                .map(syn::GenericArgument::Type)
                .collect(),
            gt_token: <Token![>]>::default(),
        });
    }
    Type::Path(syn::TypePath {
        attrs: Vec::new(),
        qself: None,
        path,
    })
}

/// `pub const NAME: Type = value;`
pub(crate) fn constant(docs: &str, name: &str, of: &str, value: Expr) -> Item {
    Item::Const(syn::ItemConst {
        attrs: vec![doc(docs)],
        vis: public(),
        modifiers: syn::ConstModifiers::default(),
        const_token: <Token![const]>::default(),
        ident: ident(name),
        generics: syn::Generics::default(),
        colon_token: <Token![:]>::default(),
        ty: Box::new(ty(of)),
        eq_token: <Token![=]>::default(),
        expr: Box::new(value),
        semi_token: <Token![;]>::default(),
    })
}

/// The fields of a struct.
#[derive(Default)]
pub(crate) struct Fields(Punctuated<Field, Token![,]>);

impl Fields {
    /// `pub name: Type,`
    pub(crate) fn public(&mut self, attributes: Vec<Attribute>, name: &str, ty: Type) {
        self.0
            .push(declared(attributes, public(), Some(ident(name)), ty));
    }

    /// `name: Type,`
    pub(crate) fn private(&mut self, name: &str, ty: Type) {
        self.0.push(declared(
            Vec::new(),
            Visibility::Inherited,
            Some(ident(name)),
            ty,
        ));
    }

    /// `/// docs name: Type,`, in a variant.
    pub(crate) fn documented(&mut self, attributes: Vec<Attribute>, name: &str, ty: Type) {
        let vis = Visibility::Inherited;
        self.0
            .push(declared(attributes, vis, Some(ident(name)), ty));
    }

    /// `pub(super) name: Type,`
    pub(crate) fn within(&mut self, name: &str, ty: Type) {
        let vis: Visibility = syn::parse_quote!(pub(super));
        self.0
            .push(declared(Vec::new(), vis, Some(ident(name)), ty));
    }

    /// `pub struct Name { … }`
    pub(crate) fn strukt(self, attributes: Vec<Attribute>, vis: Visibility, name: &Ident) -> Item {
        let fields = syn::Fields::Named(syn::FieldsNamed {
            brace_token: syn::token::Brace::default(),
            named: self.0,
        });
        strukt(attributes, vis, name, fields, None)
    }
}

/// `pub struct Name(Type);`
pub(crate) fn newtype(attributes: Vec<Attribute>, name: &Ident, of: Type) -> Item {
    let field = declared(Vec::new(), Visibility::Inherited, None, of);
    let fields = unnamed(field);
    strukt(
        attributes,
        public(),
        name,
        fields,
        Some(<Token![;]>::default()),
    )
}

fn strukt(
    attrs: Vec<Attribute>,
    vis: Visibility,
    name: &Ident,
    fields: syn::Fields,
    semi_token: Option<Token![;]>,
) -> Item {
    Item::Struct(syn::ItemStruct {
        attrs,
        vis,
        struct_token: <Token![struct]>::default(),
        ident: name.clone(),
        generics: syn::Generics::default(),
        fields,
        semi_token,
    })
}

fn declared(attrs: Vec<Attribute>, vis: Visibility, ident: Option<Ident>, ty: Type) -> Field {
    Field {
        attrs,
        vis,
        modifiers: syn::FieldModifiers::default(),
        colon_token: ident.is_some().then(<Token![:]>::default),
        ident,
        ty,
        default: None,
    }
}

fn unnamed(field: Field) -> syn::Fields {
    syn::Fields::Unnamed(syn::FieldsUnnamed {
        paren_token: syn::token::Paren::default(),
        unnamed: Punctuated::from_iter([field]),
    })
}

/// The variants of an enum.
#[derive(Default)]
pub(crate) struct Variants(Punctuated<Variant, Token![,]>);

impl Variants {
    /// `Name,`, or `Name(Type),`
    pub(crate) fn put(&mut self, attributes: Vec<Attribute>, name: &str, of: Option<Type>) {
        let fields = of.map_or(syn::Fields::Unit, |of| {
            unnamed(declared(Vec::new(), Visibility::Inherited, None, of))
        });
        self.0.push(Variant {
            attrs: attributes,
            ident: ident(name),
            fields,
            discriminant: None,
        });
    }

    /// `Name { a: Type },`
    pub(crate) fn put_fields(&mut self, attributes: Vec<Attribute>, name: &str, fields: Fields) {
        self.put(attributes, name, None);
        if let Some(variant) = self.0.last_mut() {
            variant.fields = syn::Fields::Named(syn::FieldsNamed {
                brace_token: syn::token::Brace::default(),
                named: fields.0,
            });
        }
    }

    /// `pub enum Name { … }`
    pub(crate) fn of(self, attributes: Vec<Attribute>, name: &Ident) -> Item {
        Item::Enum(syn::ItemEnum {
            attrs: attributes,
            vis: public(),
            enum_token: <Token![enum]>::default(),
            ident: name.clone(),
            generics: syn::Generics::default(),
            brace_token: syn::token::Brace::default(),
            variants: self.0,
        })
    }
}

/// `name!(tokens);`
pub(crate) fn macro_call(name: &str, tokens: TokenStream) -> Item {
    Item::Macro(syn::ItemMacro {
        attrs: Vec::new(),
        ident: None,
        mac: syn::Macro {
            path: path(&[name]),
            bang_token: <Token![!]>::default(),
            delimiter: syn::MacroDelimiter::Paren(syn::token::Paren::default()),
            tokens,
        },
        semi_token: Some(<Token![;]>::default()),
    })
}

/// `impl Trait for Name { … }`
pub(crate) fn implementation(of: Option<&str>, name: &Ident, items: Vec<ImplItem>) -> Item {
    let mut this = ty("Self");
    if let Type::Path(of) = &mut this {
        of.path = name.clone().into();
    }
    Item::Impl(syn::ItemImpl {
        attrs: Vec::new(),
        modifiers: syn::ImplModifiers::default(),
        unsafety: None,
        impl_token: <Token![impl]>::default(),
        generics: syn::Generics::default(),
        trait_: of.map(|of| (path(&[of]), <Token![for]>::default())),
        self_ty: Box::new(this),
        brace_token: syn::token::Brace::default(),
        items,
    })
}

/// The one `impl` of these items, with this function in it.
pub(crate) fn filled(items: Vec<Item>, function: ImplItem) -> Item {
    match items.into_iter().next() {
        Some(Item::Impl(mut of)) => {
            of.items.push(function);
            Item::Impl(of)
        }
        _ => unreachable!("the caller writes one `impl`"),
    }
}

/// A function whose signature is written as tokens.
pub(crate) fn function(
    attrs: Vec<Attribute>,
    vis: Visibility,
    signature: TokenStream,
    stmts: Vec<Stmt>,
) -> ImplItem {
    ImplItem::Fn(syn::ImplItemFn {
        attrs,
        vis,
        modifiers: syn::FnModifiers::default(),
        sig: syn::parse2(signature).expect("a signature is written as one"),
        block: syn::Block {
            brace_token: syn::token::Brace::default(),
            stmts,
        },
    })
}

/// The functions of an `impl` that are written as tokens.
pub(crate) fn functions(tokens: &TokenStream) -> Vec<ImplItem> {
    let of: syn::ItemImpl =
        syn::parse2(quote!(impl A { #tokens })).expect("functions are written as such");
    of.items
}

/// `pub`
pub(crate) fn public() -> Visibility {
    Visibility::Public(<Token![pub]>::default())
}

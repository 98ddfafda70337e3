//! Turns the model's shapes into types that read themselves from JSON and write themselves to it.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::{Attribute, Item, Visibility, parse_quote};

use super::context::{optional, rust_type};
use super::docs::{Docs, code, doc};
use super::literal::{ident, integer, json};
use super::{ast, item, parsed};
use crate::model::{Field, Name, Shape, ShapeKind, Type, UnionVariant};

/// All of them, in the model's order.
pub(crate) fn all(shapes: &[Shape]) -> Vec<Item> {
    shapes.iter().flat_map(|shape| one(shapes, shape)).collect()
}

fn one(shapes: &[Shape], shape: &Shape) -> Vec<Item> {
    match &shape.kind {
        ShapeKind::Struct { fields, additional } => {
            strukt(shapes, shape, fields, additional.as_ref())
        }
        ShapeKind::StringEnum(values) => string_enum(shape, values),
        ShapeKind::IntegerEnum(values) => integer_enum(shape, values),
        ShapeKind::Union {
            discriminator,
            variants,
        } => parsed(union(shapes, shape, discriminator.as_deref(), variants)),
    }
}

fn docs(shape: &Shape) -> Docs {
    Docs::of(shape.description.as_deref(), || {
        format!("The vendor's {}.", code(&shape.name.wire))
    })
}

fn strukt(
    shapes: &[Shape],
    shape: &Shape,
    fields: &[Field],
    additional: Option<&Type>,
) -> Vec<Item> {
    let mut attributes = docs(shape).list();
    attributes.push(item::derive(&["Clone", "Debug", "PartialEq"]));
    // What only the vendor makes may grow; what the application makes has to be makeable.
    if !shape.is_written {
        attributes.push(item::word("non_exhaustive"));
    }
    let name = ident(&shape.name.rust);
    let is_shown = |field: &&Field| !(shape.is_written && field.constant.is_some());
    let shown: Vec<_> = fields.iter().filter(is_shown).collect();
    let mut declared = item::Fields::default();
    for field in &shown {
        declare(shapes, field, &mut declared);
    }
    let rest = additional.map(|ty| {
        let name = additional_name(fields);
        let of = vec![item::ty("String"), rust_type(shapes, ty)];
        let docs = vec![item::doc("Further properties.")];
        declared.public(docs, &name, item::generic("BTreeMap", of));
        name
    });
    let mut items = vec![declared.strukt(attributes, item::public(), &name)];
    items.extend(
        shape
            .is_read
            .then(|| decode(&name, &shown, rest.as_deref())),
    );
    if shape.is_written {
        let rest = rest.as_deref().map(ident);
        items.extend(parsed(encode(&name, fields, rest.as_ref())));
    }
    items
}

fn declare(shapes: &[Shape], field: &Field, fields: &mut item::Fields) {
    let docs = Docs::of(field.description.as_deref(), || {
        format!("The vendor's {}.", code(&field.name.wire))
    });
    let mut attributes = docs.list();
    if field.is_deprecated {
        attributes.push(item::word("deprecated"));
    }
    let ty = rust_type(shapes, &field.ty);
    let ty = if field.is_required { ty } else { optional(ty) };
    fields.public(attributes, &field.name.rust, ty);
}

fn additional_name(fields: &[Field]) -> String {
    let mut name = "additional".to_owned();
    while fields.iter().any(|field| field.name.rust == name) {
        name.push('_');
    }
    name
}

/// Building the struct names its deprecated fields.
fn expect_deprecated<'a>(fields: impl IntoIterator<Item = &'a Field>) -> Option<Attribute> {
    let is_any = fields.into_iter().any(|field| field.is_deprecated);
    is_any.then(|| parse_quote!(#[expect(deprecated, reason = "the vendor still sends it")]))
}

fn decode(name: &Ident, fields: &[&Field], rest: Option<&str>) -> Item {
    let object = |name: &str, arguments| {
        let called = ast::method(ast::named(&["object"]), name, arguments);
        ast::question(called)
    };
    let mut values = ast::Fields::new();
    for field in fields {
        let name = if field.is_required {
            "required"
        } else {
            "optional"
        };
        values.put(
            &field.name.rust,
            object(name, vec![ast::text(&field.name.wire)]),
        );
    }
    if let Some(rest) = rest {
        let known = fields
            .iter()
            .map(|field| ast::text(&field.name.wire))
            .collect();
        values.put(rest, object("rest", vec![ast::slice(known)]));
    }
    let seen = ast::question(ast::call(&["Object", "of"], vec![ast::named(&["value"])]));
    let first = if values.is_empty() {
        ast::statement(seen)
    } else {
        ast::bind("object", seen)
    };
    let made = ast::call(&["Ok"], vec![values.of("Self", None)]);
    let function = item::function(
        expect_deprecated(fields.iter().copied())
            .into_iter()
            .collect(),
        Visibility::Inherited,
        quote!(fn decode(value: &Json) -> Result<Self, Mismatch>),
        vec![first, ast::value(made)],
    );
    item::implementation(Some("Decode"), name, vec![function])
}

fn encode(name: &Ident, fields: &[Field], rest: Option<&Ident>) -> TokenStream {
    let expect = expect_deprecated(fields.iter().filter(|field| field.constant.is_none()));
    let written = fields.iter().map(|field| {
        let name = ident(&field.name.rust);
        let key = &field.name.wire;
        match (&field.constant, field.is_required) {
            (Some(constant), _) => {
                let constant = json(constant);
                quote!(object.put(#key, #constant);)
            }
            (None, true) => quote!(object.put(#key, &self.#name);),
            (None, false) => quote!(object.put_if(#key, &self.#name);),
        }
    });
    let rest = rest.map(|name| quote!(object.extend(&self.#name);));
    quote! {
        impl Encode for #name {
            #expect
            fn encode(&self) -> Json {
                let mut object = ObjectWriter::new();
                #(#written)*
                #rest
                object.finish()
            }
        }
    }
}

fn string_enum(shape: &Shape, values: &[Name]) -> Vec<Item> {
    let variants = values
        .iter()
        .map(|value| (code(&value.wire), value.rust.as_str()));
    let names = values.iter().map(|value| ident(&value.rust));
    let texts = values.iter().map(|value| &value.wire);
    let name = ident(&shape.name.rust);
    let call = quote!(#name { #(#names = #texts,)* });
    let derives = &["Clone", "Debug", "PartialEq", "Eq"];
    open_enum(
        shape,
        derives,
        variants,
        "String",
        item::macro_call("string_enum", call),
    )
}

fn integer_enum(shape: &Shape, values: &[(i64, String)]) -> Vec<Item> {
    let variants = values
        .iter()
        .map(|(value, name)| (format!("`{value}`"), name.as_str()));
    let names = values.iter().map(|(_, name)| ident(name));
    let numbers = values.iter().map(|(value, _)| integer((*value).into()));
    let name = ident(&shape.name.rust);
    let call = quote!(#name { #(#names = #numbers,)* });
    let derives = &["Clone", "Copy", "Debug", "PartialEq", "Eq"];
    open_enum(
        shape,
        derives,
        variants,
        "i64",
        item::macro_call("integer_enum", call),
    )
}

/// An enum that keeps the values that the vendor does not document.
fn open_enum<'a>(
    shape: &Shape,
    derives: &[&str],
    values: impl Iterator<Item = (String, &'a str)>,
    other: &str,
    implementation: Item,
) -> Vec<Item> {
    let mut attributes = docs(shape).list();
    attributes.extend([item::derive(derives), item::word("non_exhaustive")]);
    let mut variants = item::Variants::default();
    for (docs, name) in values {
        variants.put(vec![item::doc(&docs)], name, None);
    }
    let docs = item::doc("A value that the vendor does not document.");
    variants.put(vec![docs], "Other", Some(item::ty(other)));
    vec![
        variants.of(attributes, &ident(&shape.name.rust)),
        implementation,
    ]
}

fn union(
    shapes: &[Shape],
    shape: &Shape,
    discriminator: Option<&str>,
    variants: &[UnionVariant],
) -> TokenStream {
    let docs = docs(shape).attributes();
    let name = ident(&shape.name.rust);
    let declared = variants.iter().map(|variant| {
        let docs = doc(&format!("The vendor's {}.", code(&variant.name.wire)));
        let name = ident(&variant.name.rust);
        let ty = variant_type(shapes, &variant.ty);
        quote!(#docs #name(#ty),)
    });
    let other = doc("What fits none of them.");
    let decode = shape
        .is_read
        .then(|| decode_union(&name, discriminator, variants));
    let encode = shape.is_written.then(|| encode_union(&name, variants));
    quote! {
        #docs
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        pub enum #name { #(#declared)* #other Other(Json) }
        #decode
        #encode
    }
}

fn decode_union(
    name: &Ident,
    discriminator: Option<&str>,
    variants: &[UnionVariant],
) -> TokenStream {
    let read = |variant: &UnionVariant| {
        let name = ident(&variant.name.rust);
        quote!(Decode::decode(value).ok().map(Self::#name))
    };
    let known = if let Some(key) = discriminator {
        let arms = variants
            .iter()
            .filter(|variant| !variant.tags.is_empty())
            .map(|variant| {
                let tags = &variant.tags;
                let read = read(variant);
                quote!(Some(#(#tags)|*) => #read,)
            });
        quote!(match value.get(#key).and_then(Json::as_str) { #(#arms)* _ => None })
    } else {
        let mut tries = variants.iter().map(read);
        let first = tries.next().unwrap_or_else(|| quote!(None));
        quote!(#first #(.or_else(|| #tries))*)
    };
    quote! {
        impl Decode for #name {
            fn decode(value: &Json) -> Result<Self, Mismatch> {
                let known = #known;
                Ok(known.unwrap_or_else(|| Self::Other(value.clone())))
            }
        }
    }
}

fn encode_union(name: &Ident, variants: &[UnionVariant]) -> TokenStream {
    let names = variants.iter().map(|variant| ident(&variant.name.rust));
    quote! {
        impl Encode for #name {
            fn encode(&self) -> Json {
                match self {
                    #(Self::#names(value) => value.encode(),)*
                    Self::Other(value) => value.clone(),
                }
            }
        }
    }
}

/// The type of a variant's content: behind a box where it would make every other variant large.
pub(crate) fn variant_type(shapes: &[Shape], ty: &Type) -> syn::Type {
    let rust = rust_type(shapes, ty);
    if size(shapes, ty, 0) > LARGE {
        item::generic("Box", vec![rust])
    } else {
        rust
    }
}

/// Clippy's bound for variants that differ (`large_enum_variant`) is 200 bytes; sizes here are estimates.
const LARGE: usize = 160;

fn size(shapes: &[Shape], ty: &Type, depth: usize) -> usize {
    match ty {
        Type::Bool => 1,
        Type::Int32 => 4,
        Type::Int64 | Type::UInt64 | Type::Float | Type::Boxed(_) => 8,
        Type::String | Type::Secret | Type::List(_) | Type::Map(_) => 24,
        Type::Json => 32,
        Type::Option(of) => 8 + size(shapes, of, depth),
        Type::Shape(_) if depth > 8 => LARGE,
        Type::Shape(id) => match &shapes[id.0].kind {
            ShapeKind::StringEnum(_) => 24,
            ShapeKind::IntegerEnum(_) => 16,
            ShapeKind::Union { .. } => LARGE,
            ShapeKind::Struct { fields, additional } => {
                let fields = fields
                    .iter()
                    .map(|field| 8 + size(shapes, &field.ty, depth + 1));
                fields.sum::<usize>() + additional.as_ref().map_or(0, |_| 24)
            }
        },
    }
}

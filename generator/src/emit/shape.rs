//! Turns the model's shapes into types that read themselves from JSON and write themselves to it.

use proc_macro2::TokenStream;
use quote::quote;

use super::context::{optional, rust_type};
use super::docs::{Docs, code, doc};
use super::literal::{ident, integer, json};
use crate::model::{Field, Name, Shape, ShapeKind, Type, UnionVariant};

/// All of them, in the model's order.
pub(crate) fn all(shapes: &[Shape]) -> TokenStream {
    shapes.iter().map(|shape| one(shapes, shape)).collect()
}

fn one(shapes: &[Shape], shape: &Shape) -> TokenStream {
    match &shape.kind {
        ShapeKind::Struct { fields, additional } => {
            strukt(shapes, shape, fields, additional.as_ref())
        }
        ShapeKind::StringEnum(values) => string_enum(shape, values),
        ShapeKind::IntegerEnum(values) => integer_enum(shape, values),
        ShapeKind::Union {
            discriminator,
            variants,
        } => union(shapes, shape, discriminator.as_deref(), variants),
    }
}

fn docs(shape: &Shape) -> TokenStream {
    Docs::of(shape.description.as_deref(), || {
        format!("The vendor's {}.", code(&shape.name.wire))
    })
    .attributes()
}

/// What only the vendor makes may grow; what the application makes has to be makeable.
fn non_exhaustive(shape: &Shape) -> Option<TokenStream> {
    (!shape.is_written).then(|| quote!(#[non_exhaustive]))
}

fn strukt(
    shapes: &[Shape],
    shape: &Shape,
    fields: &[Field],
    additional: Option<&Type>,
) -> TokenStream {
    let docs = docs(shape);
    let name = ident(&shape.name.rust);
    let open = non_exhaustive(shape);
    let is_shown = |field: &&Field| !(shape.is_written && field.constant.is_some());
    let shown: Vec<_> = fields.iter().filter(is_shown).collect();
    let declared = shown.iter().map(|field| declaration(shapes, field));
    let rest = additional.map(|ty| (additional_name(fields), rust_type(shapes, ty)));
    let rest_declared = rest.as_ref().map(|(name, ty)| {
        let docs = doc("Further properties.");
        quote!(#docs pub #name: BTreeMap<String, #ty>,)
    });
    let rest_name = rest.map(|(name, _)| name);
    let decode = shape
        .is_read
        .then(|| decode(&name, &shown, rest_name.as_ref()));
    let encode = shape
        .is_written
        .then(|| encode(&name, fields, rest_name.as_ref()));
    quote! {
        #docs
        #[derive(Clone, Debug, PartialEq)]
        #open
        pub struct #name { #(#declared)* #rest_declared }
        #decode
        #encode
    }
}

fn declaration(shapes: &[Shape], field: &Field) -> TokenStream {
    let docs = Docs::of(field.description.as_deref(), || {
        format!("The vendor's {}.", code(&field.name.wire))
    });
    let docs = docs.attributes();
    let deprecated = field.is_deprecated.then(|| quote!(#[deprecated]));
    let name = ident(&field.name.rust);
    let ty = rust_type(shapes, &field.ty);
    let ty = if field.is_required { ty } else { optional(&ty) };
    quote!(#docs #deprecated pub #name: #ty,)
}

fn additional_name(fields: &[Field]) -> proc_macro2::Ident {
    let mut name = "additional".to_owned();
    while fields.iter().any(|field| field.name.rust == name) {
        name.push('_');
    }
    ident(&name)
}

/// Building the struct names its deprecated fields.
fn expect_deprecated<'a>(fields: impl IntoIterator<Item = &'a Field>) -> Option<TokenStream> {
    let is_any = fields.into_iter().any(|field| field.is_deprecated);
    is_any.then(|| quote!(#[expect(deprecated, reason = "the vendor still sends it")]))
}

fn decode(
    name: &proc_macro2::Ident,
    fields: &[&Field],
    rest: Option<&proc_macro2::Ident>,
) -> TokenStream {
    let expect = expect_deprecated(fields.iter().copied());
    let read = fields.iter().map(|field| {
        let name = ident(&field.name.rust);
        let key = &field.name.wire;
        if field.is_required {
            quote!(#name: object.required(#key)?,)
        } else {
            quote!(#name: object.optional(#key)?,)
        }
    });
    let rest = rest.map(|name| {
        let known = fields.iter().map(|field| &field.name.wire);
        quote!(#name: object.rest(&[#(#known),*])?,)
    });
    let object = if fields.is_empty() && rest.is_none() {
        quote!(Object::of(value)?;)
    } else {
        quote!(let object = Object::of(value)?;)
    };
    quote! {
        impl Decode for #name {
            #expect
            fn decode(value: &Json) -> Result<Self, Mismatch> {
                #object
                Ok(Self { #(#read)* #rest })
            }
        }
    }
}

fn encode(
    name: &proc_macro2::Ident,
    fields: &[Field],
    rest: Option<&proc_macro2::Ident>,
) -> TokenStream {
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

fn string_enum(shape: &Shape, values: &[Name]) -> TokenStream {
    let docs = docs(shape);
    let name = ident(&shape.name.rust);
    let variants: Vec<_> = values.iter().map(|value| ident(&value.rust)).collect();
    let texts: Vec<_> = values.iter().map(|value| &value.wire).collect();
    let variant_docs = values.iter().map(|value| doc(&code(&value.wire)));
    let other = doc("A value that the vendor does not document.");
    quote! {
        #docs
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum #name { #(#variant_docs #variants,)* #other Other(String) }
        string_enum!(#name { #(#variants = #texts,)* });
    }
}

fn integer_enum(shape: &Shape, values: &[(i64, String)]) -> TokenStream {
    let docs = docs(shape);
    let name = ident(&shape.name.rust);
    let variants: Vec<_> = values.iter().map(|(_, variant)| ident(variant)).collect();
    let numbers = values.iter().map(|(value, _)| integer((*value).into()));
    let variant_docs = values.iter().map(|(value, _)| doc(&format!("`{value}`")));
    let other = doc("A value that the vendor does not document.");
    quote! {
        #docs
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum #name { #(#variant_docs #variants,)* #other Other(i64) }
        integer_enum!(#name { #(#variants = #numbers,)* });
    }
}

fn union(
    shapes: &[Shape],
    shape: &Shape,
    discriminator: Option<&str>,
    variants: &[UnionVariant],
) -> TokenStream {
    let docs = docs(shape);
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
    name: &proc_macro2::Ident,
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

fn encode_union(name: &proc_macro2::Ident, variants: &[UnionVariant]) -> TokenStream {
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
pub(crate) fn variant_type(shapes: &[Shape], ty: &Type) -> TokenStream {
    let rust = rust_type(shapes, ty);
    if size(shapes, ty, 0) > LARGE {
        quote!(Box<#rust>)
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

//! What the emitters of one operation need to know beyond the operation: where its servers come from,
//! what its grant is, and where its client lives.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::address::{self, Address};
use super::auth::{self, Choice};
use super::item;
use super::literal::ident;
use crate::model::{
    Input, Operation, PartSource, Provider, Role, Shape, ShapeId, Success, Token, Type,
};

/// One provider, looked at as a whole.
pub(crate) struct Client<'a> {
    pub(crate) provider: &'a Provider,
    pub(crate) addresses: Vec<Address<'a>>,
    pub(crate) choices: Vec<Choice<'a>>,
}

/// One operation and the client that makes it.
pub(crate) struct Context<'a> {
    pub(crate) client: &'a Client<'a>,
    pub(crate) operation: &'a Operation,
    pub(crate) grant: Grant<'a>,
}

/// What a call spends, as a type.
pub(crate) enum Grant<'a> {
    /// The client's credentials.
    Nothing,
    /// One token.
    Token(&'a Token),
    /// A struct of several tokens, or of values that belong to the session.
    Fields,
}

impl<'a> Client<'a> {
    pub(crate) fn new(provider: &'a Provider) -> Self {
        Self {
            provider,
            addresses: address::addresses(provider),
            choices: auth::choices(provider),
        }
    }

    /// Whether operations have modules of their own.
    pub(crate) fn has_several(&self) -> bool {
        self.provider.operations.len() > 1
    }

    /// Whether the operations' requests hold this setting, beyond the address that `build()` makes.
    pub(crate) fn is_kept(&self, setting: usize) -> bool {
        let is_it = |source: &PartSource| mentions(source, setting);
        let in_request = |operation: &Operation| {
            operation
                .request
                .parts
                .iter()
                .any(|part| is_it(&part.source))
        };
        let in_address =
            |address: &Address<'_>| address.is_of_session && address.variables().any(is_it);
        self.provider.operations.iter().any(in_request) || self.addresses.iter().any(in_address)
    }
}

fn mentions(source: &PartSource, setting: usize) -> bool {
    match source {
        PartSource::Setting(index) => *index == setting,
        PartSource::Basic(user, password) => mentions(user, setting) || mentions(password, setting),
        _ => false,
    }
}

impl<'a> Context<'a> {
    pub(crate) fn new(client: &'a Client<'a>, operation: &'a Operation) -> Self {
        let sent: Vec<_> = operation
            .tokens
            .iter()
            .filter(|token| token.sent.is_some())
            .collect();
        let address = client
            .addresses
            .iter()
            .find(|address| address.is_of(operation));
        let has_fields =
            !operation.session_inputs.is_empty() || address.is_some_and(|a| a.is_chosen_by_session);
        let grant = match (sent.as_slice(), has_fields) {
            ([], false) => Grant::Nothing,
            ([token], false) => Grant::Token(token),
            _ => Grant::Fields,
        };
        Self {
            client,
            operation,
            grant,
        }
    }

    pub(crate) fn provider(&self) -> &'a Provider {
        self.client.provider
    }

    pub(crate) fn success(&self) -> &'a Success {
        &self.operation.success
    }

    /// Where this operation's servers are.
    pub(crate) fn address(&self) -> &Address<'a> {
        self.client
            .addresses
            .iter()
            .find(|address| address.is_of(self.operation))
            .expect("each operation has an address")
    }

    /// The tokens that the request carries.
    pub(crate) fn sent(&self) -> impl Iterator<Item = &'a Token> + use<'a> {
        self.operation
            .tokens
            .iter()
            .filter(|token| token.sent.is_some())
    }

    /// Whether a call uses its grant up.
    pub(crate) fn is_spent(&self) -> bool {
        self.sent().any(Token::is_single_use)
    }

    /// The refresh token that is sent and may be none of the answer's, where it is the only one sent.
    pub(crate) fn staying_grant(&self) -> Option<&'a Token> {
        let mut sent = self.sent();
        match (sent.next(), sent.next()) {
            (Some(token), None) => {
                let stays = token.role == Role::Refresh && !token.is_single_use();
                (stays && !token.is_always_received).then_some(token)
            }
            _ => None,
        }
    }

    /// The tokens that each call gives more time without being shown them: they have to be had from the beginning.
    pub(crate) fn extended_unseen(&self) -> impl Iterator<Item = &'a Token> + use<'a> {
        let tokens = self.operation.tokens.iter();
        tokens.filter(|token| token.is_extended && token.sent.is_none())
    }

    /// The token that the API is shown: the one that window and due are about.
    pub(crate) fn access(&self) -> &'a Token {
        let mut tokens = self.operation.tokens.iter();
        tokens
            .find(|token| token.role == Role::Access)
            .expect("each operation has an access token: TR118")
    }

    /// Whether a session begins with something that the application has.
    pub(crate) fn has_sign_in(&self) -> bool {
        !matches!(self.grant, Grant::Nothing) || self.extended_unseen().next().is_some()
    }

    /// The type that makes the calls: the client, or the operation's own.
    pub(crate) fn actor(&self) -> Ident {
        ident(if self.client.has_several() {
            "Refresh"
        } else {
            "Client"
        })
    }

    /// The type of the grant.
    pub(crate) fn grant_type(&self) -> TokenStream {
        match self.grant {
            Grant::Nothing => quote!(()),
            Grant::Token(token) => {
                let ty = ident(&token.ty);
                quote!(#ty)
            }
            Grant::Fields => quote!(Grant),
        }
    }
}

/// The name of a field of `Tokens` and whether it may be absent.
pub(crate) fn token_field(operation: &Operation, index: usize) -> Option<(&str, bool)> {
    use crate::model::FieldKind;
    let field = operation
        .success
        .fields
        .iter()
        .find(|field| field.kind == FieldKind::Token(index))?;
    let token = &operation.tokens[index];
    is_had(token).then_some((&field.name.rust, !is_always_had(token)))
}

/// Whether an answer yields the token: one that lives on is known only where the request carried it.
pub(crate) fn is_had(token: &Token) -> bool {
    !token.is_extended || token.sent.is_some()
}

/// Whether every answer yields the token.
pub(crate) fn is_always_had(token: &Token) -> bool {
    token.is_always_received || token.is_extended && token.sent.is_some()
}

/// The Rust type of a value.
pub(crate) fn rust_type(shapes: &[Shape], ty: &Type) -> syn::Type {
    let name = |id: &ShapeId| item::ty(&shapes[id.0].name.rust);
    match ty {
        Type::String => item::ty("String"),
        Type::Secret => item::ty("Secret"),
        Type::Bool => item::ty("bool"),
        Type::Int32 => item::ty("i32"),
        Type::Int64 => item::ty("i64"),
        Type::UInt64 => item::ty("u64"),
        Type::Float => item::ty("f64"),
        Type::Json => item::ty("Json"),
        Type::List(of) => item::generic("Vec", vec![rust_type(shapes, of)]),
        Type::Map(of) => item::generic("BTreeMap", vec![item::ty("String"), rust_type(shapes, of)]),
        Type::Option(of) => optional(rust_type(shapes, of)),
        Type::Shape(id) => name(id),
        Type::Boxed(id) => item::generic("Box", vec![name(id)]),
    }
}

/// `Option<T>`
pub(crate) fn optional(ty: syn::Type) -> syn::Type {
    item::generic("Option", vec![ty])
}

/// Whether a value is hidden: taken for a secret wherever it goes.
pub(crate) fn is_secret(input: &Input) -> bool {
    input.is_secret || input.ty == Type::Secret
}

/// The type of an input's value; a hidden one is a `Secret` whatever the schema says.
pub(crate) fn input_type(shapes: &[Shape], input: &Input) -> syn::Type {
    if is_secret(input) {
        item::ty("Secret")
    } else {
        rust_type(shapes, &input.ty)
    }
}

//! A provider as the generator writes one, over any lifecycle.
#![allow(dead_code, unreachable_pub, unused_imports, clippy::unwrap_used)]

use std::fmt::Debug;
use std::time::Duration;

use token_refresh_runtime::{
    Anchor, BaseUrl, Decode, Error, Exchange, Expression, Failure, Json, Lifecycle, Lifetime,
    Location, Mismatch, Moment, Object, Previous, Provider, ReadRefusal, ReadTokens,
    Reauthentication, Reply, Request, RequestBuilder, RequestError, Response, Role, Secret,
    Timestamp, Token, TokenRule, Window, shared_token, single_use_token,
};

/// Longer than what is too short to be scrubbed.
pub const GRANT: &str = "planted-grant-1/a+b=";
pub const PASSWORD: &str = "planted password \"2\"";
pub const HEADER_SECRET: &str = "planted-header-3";
pub const PATH_SECRET: &str = "planted-path-4/x";
pub const PLANTED: [&str; 4] = [GRANT, PASSWORD, HEADER_SECRET, PATH_SECRET];

/// When every exchange of these tests was sent: 2023-11-14T22:13:20Z.
pub const SENT: Timestamp = Timestamp::from_unix_seconds(1_700_000_000);

#[derive(Debug)]
pub struct AccessToken(Token);
shared_token!(AccessToken, "accessToken");

#[derive(Debug)]
pub struct RefreshToken(Token);
single_use_token!(RefreshToken, "refreshToken");

/// Tokens by the rules' order: the access token first, then a refresh token that may stay away.
#[derive(Debug)]
pub struct Tokens {
    pub access_token: AccessToken,
    pub refresh_token: Option<RefreshToken>,
    pub scope: Option<String>,
    pub extra: Option<Json>,
}

impl ReadTokens for Tokens {
    fn read(reply: &mut Reply<'_>) -> Result<Self, Mismatch> {
        Ok(Self {
            access_token: reply.token(0)?,
            refresh_token: reply.token_if_any(1),
            scope: reply.optional("/scope")?,
            extra: reply.extra(0),
        })
    }
}

#[derive(Debug, PartialEq)]
pub struct ErrorBody {
    pub error: String,
    pub error_description: Option<String>,
}

impl Decode for ErrorBody {
    fn decode(value: &Json) -> Result<Self, Mismatch> {
        let object = Object::of(value)?;
        Ok(Self {
            error: object.required("error")?,
            error_description: object.optional("error_description")?,
        })
    }
}

#[derive(Debug, PartialEq)]
pub enum Refusal {
    BadRequest(ErrorBody),
    ServerError(String),
}

impl ReadRefusal for Refusal {
    fn read(status: u16, body: &Json) -> Result<Option<Self>, Mismatch> {
        Ok(Some(match status {
            200 | 400 | 401 => Self::BadRequest(Decode::decode(body)?),
            500..=599 => Self::ServerError(Decode::decode(body)?),
            _ => return Ok(None),
        }))
    }
}

macro_rules! provider {
    ($name:ident, $lifecycle:expr) => {
        /// One of the tests' providers.
        #[derive(Debug)]
        pub(crate) struct $name(pub(crate) token_refresh_runtime::BaseUrl);

        impl token_refresh_runtime::Provider for $name {
            type Grant = $crate::common::RefreshToken;
            type Tokens = $crate::common::Tokens;
            type Refusal = $crate::common::Refusal;
            const LIFECYCLE: &'static Lifecycle = &$lifecycle;

            fn request(
                &self,
                grant: &Self::Grant,
            ) -> Result<token_refresh_runtime::Request, token_refresh_runtime::RequestError> {
                $crate::common::request(&self.0, grant)
            }
        }
    };
}
pub(crate) use provider;

/// A request with a secret in every place.
pub fn request(base: &BaseUrl, grant: &RefreshToken) -> Result<Request, RequestError> {
    let mut request = RequestBuilder::new("POST", base);
    request.segment_literal("/tokens/");
    request.secret_segment("key", "", &Secret::from(PATH_SECRET));
    request.secret_header("x-secret", "Key ", &Secret::from(HEADER_SECRET));
    request.basic("user", &Secret::from(PASSWORD));
    request.content_type("application/json");
    request.secret_json("/refreshToken", "", grant);
    request.json("/expiresIn", 120);
    request.finish()
}

/// The rule of a token that stands in the body.
pub const fn token(
    name: &'static str,
    role: Role,
    received: &'static [Location],
    lifetime: &'static [Lifetime],
) -> TokenRule {
    TokenRule {
        name,
        role,
        sent: None,
        received,
        lifetime,
        renewed: false,
        uses: None,
        previous: Previous::Valid,
        present: None,
    }
}

pub const fn body(pointer: &'static str) -> Location {
    place(Expression::ResponseBody(pointer))
}

pub const fn place(at: Expression) -> Location {
    Location {
        at,
        cookie: None,
        prefix: "",
    }
}

pub const EXPIRES_IN: Lifetime = Lifetime::Seconds(Expression::ResponseBody("/expires_in"));

/// RFC 6749 to the letter.
pub const PLAIN: Lifecycle = Lifecycle {
    provider: "plain",
    operation: "refresh",
    tokens: &[
        token(
            "accessToken",
            Role::Access,
            &[body("/access_token")],
            &[EXPIRES_IN, Lifetime::Fixed(Duration::from_secs(60))],
        ),
        token(
            "refreshToken",
            Role::Refresh,
            &[body("/refresh_token")],
            &[Lifetime::Unknown],
        ),
    ],
    window: Window {
        from: Moment {
            anchor: Anchor::Issue,
            offset_millis: 0,
        },
        until: None,
    },
    due: &[],
    limits: &[],
    success: None,
    error_code: Some(Expression::ResponseBody("/error")),
    failures: &[],
    unauthorized: Failure::Credentials,
    reauthenticate: Reauthentication {
        how: Some("Sign in again."),
        url: None,
    },
    extras: &[],
};

provider!(Plain, PLAIN);

pub fn base() -> BaseUrl {
    BaseUrl::parse("https://api.example.com/v1").unwrap()
}

/// What a provider makes of an answer.
pub fn read<P: Provider<Grant = RefreshToken>>(
    provider: &P,
    response: Response,
) -> Result<P::Tokens, Error<P::Refusal>> {
    let request = provider.request(&RefreshToken::from(GRANT)).unwrap();
    provider.response(&Exchange::of(&request, SENT), response)
}

pub fn answer(status: u16, content_type: &str, body: impl AsRef<[u8]>) -> Response {
    let builder = http::Response::builder().status(status);
    let builder = if content_type.is_empty() {
        builder
    } else {
        builder.header("content-type", content_type)
    };
    builder.body(body.as_ref().into()).unwrap()
}

pub fn json(status: u16, body: &str) -> Response {
    answer(status, "application/json", body)
}

/// Everything that an error or a value shows of itself.
pub fn shown(error: &impl std::error::Error) -> String {
    let mut text = format!("{error} {error:?} {error:#?}");
    let mut source = error.source();
    while let Some(error) = source {
        text.extend([format!(" {error} {error:?} {error:#?}")]);
        source = error.source();
    }
    text
}

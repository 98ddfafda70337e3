//! A token that no answer carries: each success extends the one in hand, whether the request showed it or not.
#![cfg(all(feature = "session", feature = "testing"))]

use std::sync::Arc;
use std::time::Duration;

use token_refresh_runtime::session::store::MemoryStore;
use token_refresh_runtime::session::{Clock, EventKind, ManualClock, TokenSource};
use token_refresh_runtime::testing::{Answer, ScriptedTransport};
use token_refresh_runtime::{
    BaseUrl, Expiry, Expression, Keep, Kept, Lifecycle, Lifetime, Mismatch, Missing, Provider,
    ReadTokens, Reply, Request, RequestBuilder, RequestError, Role, SharedTransport, SignIn,
    Timestamp, Token, TokenRule, shared_token,
};

const START: Timestamp = Timestamp::from_unix_seconds(1_700_000_000);
const HALF_HOUR: Duration = Duration::from_secs(1800);

#[derive(Debug)]
struct AccessToken(Token);
shared_token!(AccessToken, "accessToken");

#[derive(Debug)]
struct Tokens;

impl ReadTokens for Tokens {
    fn read(_: &mut Reply<'_>) -> Result<Self, Mismatch> {
        Ok(Self)
    }
}

const UNSEEN: TokenRule = TokenRule {
    lifetime: &[Lifetime::Fixed(HALF_HOUR)],
    ..TokenRule::new("accessToken", Role::Access)
};

/// Shows the token with the call, or the account's key alone.
#[derive(Clone, Debug)]
struct Client<const IS_SHOWN: bool>(SharedTransport);

impl<const IS_SHOWN: bool> Provider for Client<IS_SHOWN> {
    type Grant = Option<AccessToken>;
    type Tokens = Tokens;
    type Refusal = ();
    const LIFECYCLE: &'static Lifecycle = if IS_SHOWN {
        &Lifecycle {
            tokens: &[TokenRule {
                sent: Some(Expression::RequestHeader("token")),
                ..UNSEEN
            }],
            ..Lifecycle::new("shown", "extend")
        }
    } else {
        &Lifecycle {
            tokens: &[UNSEEN],
            ..Lifecycle::new("unseen", "extend")
        }
    };

    fn request(&self, grant: &Option<AccessToken>) -> Result<Request, RequestError> {
        let base = BaseUrl::parse("https://api.example.com").expect("this is a URL");
        let mut request = RequestBuilder::new("POST", &base);
        request.segment_literal("/extend");
        if let Some(token) = grant {
            request.secret_header("token", "", token);
        }
        request.finish()
    }
}

impl<const IS_SHOWN: bool> Keep for Client<IS_SHOWN> {
    type Access = AccessToken;
    const STORED_AS: &'static str = if IS_SHOWN { "shown" } else { "unseen" };

    fn grant(kept: &Kept) -> Result<Option<AccessToken>, Missing> {
        IS_SHOWN.then(|| kept.grant()).transpose()
    }

    fn transport(&self) -> &SharedTransport {
        &self.0
    }
}

impl<const IS_SHOWN: bool> SignIn for Client<IS_SHOWN> {
    type TokenSet = Kept;

    fn keep(tokens: Kept) -> Kept {
        tokens
    }
}

async fn lives_on<const IS_SHOWN: bool>() {
    let success = || Answer::json(200, r#"{"result": "0000"}"#).into_response();
    let script = ScriptedTransport::new((0..3).map(|_| success()));
    let clock = ManualClock::at(START);
    let client = Client::<IS_SHOWN>(Arc::new(script.clone()));
    let store = MemoryStore::with_clock(clock.clone());
    let source = TokenSource::builder(client, store, "customer-42")
        .clock(Clock::Manual(clock.clone()))
        .build();
    let mut events = source.events();
    let mut tokens = Kept::new();
    let end = Expiry::At(START.plus(HALF_HOUR));
    tokens.put(AccessToken::with_times("in-hand", Some(START), end));
    source.insert(tokens).await.expect("memory takes it");
    for round in 1..=3 {
        // Five minutes past the end of the life before: only what was extended is good by now.
        let header = source.token().await.expect("the token is good");
        assert_eq!(header, "Bearer in-hand");
        assert_eq!(script.requests().len(), round - 1, "it is not due yet");
        clock.advance(Duration::from_secs(1700));
        assert_eq!(source.token().await.expect("it is still good"), header);
        let until = loop {
            match events.next().await.expect("the source is there").kind {
                EventKind::Refreshed { until, .. } => break until,
                EventKind::Adopted { .. } => {}
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(until, Some(clock.now().wall.plus(HALF_HOUR)));
        assert_eq!(script.requests().len(), round);
    }
}

#[tokio::test]
async fn a_token_that_the_call_shows_lives_on() {
    lives_on::<true>().await;
}

#[tokio::test]
async fn a_token_that_the_call_never_sees_lives_on() {
    lives_on::<false>().await;
}

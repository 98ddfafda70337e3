//! The checks of `testing`, put to a provider made by hand: they pass on a good one, and tell of each fault.
#![cfg(all(feature = "reqwest", feature = "testing"))]

use std::fmt;
use std::time::Duration;

use token_refresh_runtime::testing::{
    Answer, Case, Ends, answered, assert_token, check_broken_answers, check_failures, check_secrets,
};
use token_refresh_runtime::{
    BaseUrl, Error, Expression, Failure, FailureRule, Json, Lifecycle, Lifetime, Location,
    Mismatch, Object, Provider, ReadRefusal, ReadTokens, Reply, Request, RequestBuilder,
    RequestError, Role, Secret, Token, TokenRule, default_transport, refresh, shared_token,
};

const LIFECYCLE: Lifecycle = Lifecycle {
    tokens: &[
        TokenRule {
            received: &[Location::new(Expression::ResponseBody("/access"))],
            lifetime: &[Lifetime::Seconds(Expression::ResponseBody("/seconds"))],
            ..TokenRule::new("accessToken", Role::Access)
        },
        TokenRule {
            sent: Some(Expression::RequestBody("/refresh")),
            received: &[Location::new(Expression::ResponseBody("/refresh"))],
            lifetime: &[Lifetime::Unknown],
            ..TokenRule::new("refreshToken", Role::Refresh)
        },
    ],
    error_code: Some(Expression::ResponseBody("/error")),
    failures: &[FailureRule {
        codes: &[token_refresh_runtime::Literal::String("early")],
        ..FailureRule::new(Failure::TooEarly)
    }],
    ..Lifecycle::new("acme", "renew")
};

const CLIENT_SECRET: &str = "planted/01-7c0e4b9d";
const REFRESH_TOKEN: &str = "planted/02-1f6a83c2";
const SUCCESS: &str =
    r#"{"access": "planted/03-9ad0517e", "refresh": "planted/04-c3be6f08", "seconds": 60}"#;
const PLANTED: &[&str] = &[
    CLIENT_SECRET,
    REFRESH_TOKEN,
    "planted/03-9ad0517e",
    "planted/04-c3be6f08",
];

#[derive(Debug)]
struct AccessToken(Token);
shared_token!(AccessToken, "accessToken");

#[derive(Debug)]
struct RefreshToken(Token);
shared_token!(RefreshToken, "refreshToken");

struct Tokens {
    access: AccessToken,
    refresh: Option<RefreshToken>,
    /// Whether `Debug` shows what it must not.
    is_talkative: bool,
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_talkative {
            write!(f, "{}", self.access.expose())
        } else {
            write!(f, "{:?} {:?}", self.access, self.refresh)
        }
    }
}

impl ReadTokens for Tokens {
    fn read(reply: &mut Reply<'_>) -> Result<Self, Mismatch> {
        Ok(Self {
            access: reply.token(0)?,
            refresh: reply.token_if_any(1),
            is_talkative: false,
        })
    }
}

#[derive(Debug)]
struct Refusal {
    error: String,
}

impl ReadRefusal for Refusal {
    fn read(_: u16, body: &Json) -> Result<Option<Self>, Mismatch> {
        let error = Object::of(body)?.required("error")?;
        Ok(Some(Self { error }))
    }
}

struct Client {
    base_url: BaseUrl,
}

impl Provider for Client {
    type Grant = RefreshToken;
    type Tokens = Tokens;
    type Refusal = Refusal;
    const LIFECYCLE: &'static Lifecycle = &LIFECYCLE;

    fn request(&self, grant: &RefreshToken) -> Result<Request, RequestError> {
        let mut request = RequestBuilder::new("POST", &self.base_url);
        request.segment_literal("/renew");
        request.secret_header("x-secret", "", &Secret::new(CLIENT_SECRET));
        request.secret_json("/refresh", "", grant);
        request.finish()
    }
}

async fn call(base_url: &str) -> Result<Tokens, Error<Refusal>> {
    let client = Client {
        base_url: BaseUrl::parse(base_url).expect("loopback is a base URL"),
    };
    let grant = RefreshToken::from(REFRESH_TOKEN);
    let transport = default_transport().expect("reqwest is here");
    refresh(&client, &*transport, &grant).await
}

async fn talkative(base_url: &str) -> Result<Tokens, Error<Refusal>> {
    let tokens = call(base_url).await?;
    Ok(Tokens {
        is_talkative: true,
        ..tokens
    })
}

fn success() -> Answer {
    Answer::json(200, SUCCESS)
}

fn refusals() -> Vec<Case<Refusal>> {
    vec![Case::new(400, r#"{"error": "early"}"#, Failure::TooEarly).typed(|r| r.error == "early")]
}

#[tokio::test]
async fn a_success_is_compared() {
    let tokens = answered(call, success()).await.unwrap();
    let minute = Ends::After(Duration::from_secs(60));
    assert_token(Some(&tokens.access), "planted/03-9ad0517e", minute);
    assert_token(
        tokens.refresh.as_ref(),
        "planted/04-c3be6f08",
        Ends::Unknown,
    );
}

#[tokio::test]
#[should_panic(expected = "the end of accessToken")]
async fn a_wrong_end_is_told() {
    let tokens = answered(call, success()).await.unwrap();
    assert_token(Some(&tokens.access), "planted/03-9ad0517e", Ends::Never);
}

#[tokio::test]
async fn refusals_are_compared() {
    let busy = Case::new(429, "", Failure::RateLimited).header("retry-after", "7");
    check_failures(call, refusals().into_iter().chain([busy])).await;
}

#[tokio::test]
#[should_panic(expected = "the meaning is Some(TooEarly), not Some(Transient)")]
async fn a_wrong_meaning_is_told() {
    let case = Case::new(400, r#"{"error": "early"}"#, Failure::Transient);
    check_failures(call, [case]).await;
}

#[tokio::test]
#[should_panic(expected = "the refusal is not the documented one")]
async fn a_wrong_type_is_told() {
    let case = Case::new(400, r#"{"error": 1}"#, Failure::Rejected).typed(|_| true);
    check_failures(call, [case]).await;
}

#[tokio::test]
#[should_panic(expected = "is taken for a success")]
async fn a_success_is_no_refusal() {
    check_failures(call, [Case::of(success(), Failure::Rejected)]).await;
}

#[tokio::test]
async fn broken_answers_are_told_apart() {
    check_broken_answers(call, &LIFECYCLE, success()).await;
}

#[tokio::test]
#[should_panic(expected = "the kind is Refused, not Protocol")]
async fn a_broken_answer_of_another_kind_is_told() {
    // Without an access token the answer is a refusal, whatever else is broken in it.
    let no_access = Answer::json(200, r#"{"refresh": "planted/04-c3be6f08"}"#);
    check_broken_answers(call, &LIFECYCLE, no_access).await;
}

#[tokio::test]
async fn secrets_stay_hidden() {
    check_secrets(call, PLANTED, success(), refusals()).await;
}

#[tokio::test]
#[should_panic(expected = "a success: `planted/03-9ad0517e` is seen, as it is")]
async fn a_talkative_type_is_told() {
    check_secrets(talkative, PLANTED, success(), refusals()).await;
}

#[tokio::test]
#[should_panic(expected = "`planted/02-1f6a83c2` is seen, in Base64")]
async fn a_talkative_log_is_told() {
    let logging = async |base_url: &str| {
        // `planted/02-1f6a83c2` after `user:`.
        say("dXNlcjpwbGFudGVkLzAyLTFmNmE4M2My");
        call(base_url).await
    };
    check_secrets(logging, PLANTED, success(), refusals()).await;
}

#[tokio::test]
#[should_panic(expected = "planted/05-00000000: is planted neither")]
async fn an_idle_search_is_told() {
    check_secrets(call, &["planted/05-00000000"], success(), refusals()).await;
}

fn say(text: &str) {
    log::debug!("sending {text}");
}

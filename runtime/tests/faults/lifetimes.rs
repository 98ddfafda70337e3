//! Lifetimes: absent, 0, negative, fraction, string, 1e300, 2^63, JWT without `exp` or in milliseconds: clamped, no panic, no loop.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use token_refresh_runtime::session::SessionErrorKind;
use token_refresh_runtime::testing::Fault;
use token_refresh_runtime::{Json, Lifetime, Previous, TokenRule, json};

use crate::support::*;

provider! {
    /// The access token tells its own end, or nobody does.
    Jwt,
    lifecycle("jwt", &[
        TokenRule { lifetime: &[Lifetime::JwtExpiry], ..ACCESS },
        refresh(Previous::ReuseRevokesSession),
    ])
}

/// The outcome of one refresh whose answer is changed so, after everybody has read it for a while.
async fn refreshed<P: FromUrl>(
    edit: impl Fn(&mut Json) + Send + Sync + 'static,
) -> (Bench, Result<(), SessionErrorKind>) {
    let bench = Bench::new::<P>();
    let (source, _) = bench.signed_in::<P>().await;
    bench.clock.advance(2 * HOUR);
    bench.server.always(Fault::edited(edit));
    let outcome = soon("an answer", source.token()).await;
    for _ in 0..100 {
        let again = soon("an answer", source.token()).await;
        assert_eq!(again.is_ok(), outcome.is_ok());
    }
    (bench, outcome.map(drop).map_err(|error| error.kind()))
}

#[tokio::test]
async fn a_lifetime_that_makes_no_sense() {
    let good = [
        Json::Null,
        json!("3600"),
        json!(3600.5),
        json!("soon"),
        json!(1e300),
        json!(9_223_372_036_854_775_808_u64),
        json!([]),
    ];
    for value in good {
        let (bench, outcome) = refreshed::<Strict>({
            let value = value.clone();
            move |body| body["expires_in"] = value.clone()
        })
        .await;
        assert_eq!(outcome, Ok(()), "{value}");
        assert_eq!(bench.server.counts().requests, 1, "{value}");
    }
    let (bench, outcome) = refreshed::<Strict>(|body| {
        body.as_object_mut().unwrap().remove("expires_in");
    })
    .await;
    assert_eq!((outcome, bench.server.counts().requests), (Ok(()), 1));
}

#[tokio::test]
async fn a_lifetime_that_is_over_at_once() {
    for value in [
        json!(0),
        json!(-1),
        json!("-3600"),
        json!(-1e300),
        json!(0.0001),
    ] {
        let (bench, outcome) = refreshed::<Strict>({
            let value = value.clone();
            move |body| body["expires_in"] = value.clone()
        })
        .await;
        assert_eq!(outcome, Err(SessionErrorKind::Protocol), "{value}");
        let counts = bench.server.counts();
        assert_eq!((counts.requests, counts.reused), (1, 0), "{value}");
    }
}

/// A token that says this of itself.
fn jwt(claims: &Json) -> Json {
    let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let claims = part(&claims.to_string());
    json!(format!(
        "{}.{claims}.{}",
        part(r#"{"alg":"none"}"#),
        part("signature")
    ))
}

#[tokio::test]
async fn a_token_that_says_something_odd_of_itself() {
    // 2023-11-15T02:13:20Z, four hours after the start.
    let good = [
        json!({}),
        json!({"exp": 1_700_014_400}),
        json!({"exp": 1_700_014_400_000_i64}),
        json!({"exp": "1700014400"}),
        json!({"exp": 1e300}),
        json!({"exp": 9_223_372_036_854_775_808_u64}),
        json!({"exp": null}),
        json!({"exp": "tomorrow"}),
    ];
    for claims in good {
        let token = jwt(&claims);
        let (bench, outcome) =
            refreshed::<Jwt>(move |body| body["access_token"] = token.clone()).await;
        assert_eq!(
            (outcome, bench.server.counts().requests),
            (Ok(()), 1),
            "{claims}"
        );
    }
    for claims in [
        json!({"exp": 0}),
        json!({"exp": -1e300}),
        json!({"exp": 1_700_000_000}),
    ] {
        let token = jwt(&claims);
        let (bench, outcome) =
            refreshed::<Jwt>(move |body| body["access_token"] = token.clone()).await;
        assert_eq!(outcome, Err(SessionErrorKind::Protocol), "{claims}");
        assert_eq!(bench.server.counts().requests, 1, "{claims}");
    }
}

use std::time::Duration;

use super::*;
use crate::reply::fresh;
use crate::session::state::{Dead, Failed, Intent, admit};
use crate::{
    BaseUrl, Exchange, Expression, ExtraRule, Json, Location, RequestBuilder, Timestamp, json,
};

/// When the tokens before came, in seconds.
const CAME: i64 = 1_700_000_000;
/// When they are refreshed.
const SENT: i64 = CAME + 1000;

const fn seconds(pointer: &'static str) -> crate::Lifetime {
    crate::Lifetime::Seconds(Expression::ResponseBody(pointer))
}

const fn fixed(seconds: u64) -> crate::Lifetime {
    crate::Lifetime::Fixed(Duration::from_secs(seconds))
}

const fn received(name: &'static str, role: Role, from: &'static [Location]) -> TokenRule {
    TokenRule {
        received: from,
        ..TokenRule::new(name, role)
    }
}

const ACCESS: TokenRule = received(
    "accessToken",
    Role::Access,
    &[Location::new(Expression::ResponseBody("/access"))],
);
const REFRESH: TokenRule = TokenRule {
    sent: Some(Expression::RequestBody("/refresh")),
    ..received(
        "refreshToken",
        Role::Refresh,
        &[Location::new(Expression::ResponseBody("/refresh"))],
    )
};
const ID: TokenRule = received(
    "idToken",
    Role::Other,
    &[Location::new(Expression::ResponseBody("/id"))],
);

/// What a case has before, what the answer is, and what is there after.
struct Case {
    says: &'static str,
    access: TokenRule,
    refresh: TokenRule,
    before: Vec<(&'static str, Token)>,
    answer: Json,
    after: &'static str,
}

impl Case {
    fn new(says: &'static str) -> Self {
        Self {
            says,
            access: TokenRule {
                lifetime: const { &[seconds("/expires")] },
                ..ACCESS
            },
            refresh: TokenRule {
                lifetime: const { &[crate::Lifetime::Unknown] },
                ..REFRESH
            },
            before: Vec::new(),
            answer: json!({"access": "new"}),
            after: "",
        }
    }

    fn check(self) {
        let lifecycle = lifecycle(vec![self.access, self.refresh, ID]);
        let mut state = State::default();
        for (name, token) in self.before {
            state.kept.put_token(name, token);
        }
        let sent = state
            .kept
            .token("refreshToken")
            .map_or("none", Token::expose)
            .to_owned();
        let fresh = fresh(lifecycle, &exchange(&sent, SENT), response(&self.answer)).unwrap();
        let after = merge(lifecycle, state, fresh, None);
        assert_eq!(told(&after), self.after, "{}", self.says);
    }
}

/// Tests make few of them, and a lifecycle is a constant elsewhere.
fn lifecycle(tokens: Vec<TokenRule>) -> &'static Lifecycle {
    const EXTRA: ExtraRule = ExtraRule {
        name: "domain",
        at: Expression::ResponseBody("/domain"),
    };
    Box::leak(Box::new(Lifecycle {
        tokens: tokens.leak(),
        extras: &[EXTRA],
        ..Lifecycle::new("example", "refresh")
    }))
}

fn exchange(refresh: &str, sent: i64) -> Exchange {
    let base = BaseUrl::parse("https://api.example.com").unwrap();
    let mut request = RequestBuilder::new("POST", &base);
    request.segment_literal("/token");
    request.content_type("application/json");
    request.secret_json("/refresh", "", &Secret::from(refresh));
    Exchange::of(
        &request.finish().unwrap(),
        Timestamp::from_unix_seconds(sent),
    )
}

fn response(body: &Json) -> crate::Response {
    let response = http::Response::builder().header("content-type", "application/json");
    response.body(body.to_string().into()).unwrap()
}

/// A token that came at `CAME`; it ends so many seconds after that.
fn stated(text: &str, ends: i64) -> Token {
    let came = Timestamp::from_unix_seconds(CAME);
    Token::with_times(text, Some(came), Expiry::At(came.plus_millis(ends * 1000)))
}

fn documented(text: &str, ends: i64) -> Token {
    stated(text, ends).on_basis(Basis::Documented)
}

fn endless(text: &str, basis: Basis) -> Token {
    Token::with_times(
        text,
        Some(Timestamp::from_unix_seconds(CAME)),
        Expiry::Unknown,
    )
    .on_basis(basis)
}

/// `name=text issued..end`, in seconds from `CAME`; `*` marks an end by documentation alone.
fn told(state: &State) -> String {
    let since = |at: Timestamp| at.millis_since(Timestamp::from_unix_seconds(CAME)) / 1000;
    let tokens = state.kept.tokens().map(|(name, token)| {
        let issued = token
            .issued()
            .map_or("?".to_owned(), |issued| since(issued).to_string());
        let end = match token.expiry() {
            Expiry::At(end) => since(end).to_string(),
            Expiry::Never => "never".to_owned(),
            Expiry::Unknown => "?".to_owned(),
        };
        let mark = if token.basis() == Basis::Documented {
            "*"
        } else {
            ""
        };
        format!("{name}={} {issued}..{end}{mark}", token.expose())
    });
    tokens.collect::<Vec<_>>().join(", ")
}

#[test]
fn new_tokens_replace_the_old_and_count_from_the_request() {
    Case {
        before: vec![
            ("accessToken", stated("old", 900)),
            ("refreshToken", endless("r1", Basis::Documented)),
        ],
        answer: json!({"access": "new", "expires": 600, "refresh": "r2", "id": "i"}),
        after: "accessToken=new 1000..1600, idToken=i 1000..?, refreshToken=r2 1000..?*",
        ..Case::new("all come")
    }
    .check();
}

#[test]
fn a_refresh_token_that_is_left_out_stays_and_another_is_gone() {
    for (says, left_out) in [
        ("absent", json!({"access": "new", "expires": 600})),
        (
            "null",
            json!({"access": "new", "expires": 600, "refresh": null, "id": null}),
        ),
        (
            "an empty text is absent",
            json!({"access": "new", "expires": 600, "refresh": "", "id": " "}),
        ),
    ] {
        Case {
            before: vec![
                ("refreshToken", endless("r1", Basis::Documented)),
                ("idToken", stated("i", 5000)),
            ],
            answer: left_out,
            after: "accessToken=new 1000..1600, refreshToken=r1 0..?*",
            ..Case::new(says)
        }
        .check();
    }
}

#[test]
fn the_end_of_a_token_that_is_left_out_counts_where_it_is_stated() {
    let refresh = TokenRule {
        lifetime: const { &[seconds("/refreshExpires"), fixed(7000)] },
        ..REFRESH
    };
    let before = || vec![("refreshToken", stated("r1", 5000))];
    Case {
        refresh,
        before: before(),
        answer: json!({"access": "new", "expires": 600, "refreshExpires": 5000}),
        after: "accessToken=new 1000..1600, refreshToken=r1 1000..6000",
        ..Case::new("it starts anew")
    }
    .check();
    Case {
        refresh,
        before: before(),
        answer: json!({"access": "new", "expires": 600, "refreshExpires": 4000}),
        after: "accessToken=new 1000..1600, refreshToken=r1 0..5000",
        ..Case::new("it is what was known")
    }
    .check();
    Case {
        refresh,
        before: before(),
        answer: json!({"access": "new", "expires": 600}),
        after: "accessToken=new 1000..1600, refreshToken=r1 0..5000",
        ..Case::new("nothing is stated, and what was stated stands")
    }
    .check();
}

#[test]
fn a_fixed_lifetime_counts_from_when_the_very_value_first_came() {
    let refresh = TokenRule {
        lifetime: const { &[fixed(5000)] },
        ..REFRESH
    };
    let renewed = TokenRule {
        renewed: true,
        ..refresh
    };
    let stays = TokenRule {
        received: &[],
        ..refresh
    };
    let before = || vec![("refreshToken", documented("r1", 5000))];
    let cases = [
        (
            "the same again",
            refresh,
            json!("r1"),
            "refreshToken=r1 0..5000*",
        ),
        (
            "another one",
            refresh,
            json!("r2"),
            "refreshToken=r2 1000..6000*",
        ),
        ("left out", refresh, Json::Null, "refreshToken=r1 0..5000*"),
        (
            "never received",
            stays,
            Json::Null,
            "refreshToken=r1 0..5000*",
        ),
        (
            "renewed, the same again",
            renewed,
            json!("r1"),
            "refreshToken=r1 1000..6000*",
        ),
        (
            "renewed, left out",
            renewed,
            Json::Null,
            "refreshToken=r1 1000..6000*",
        ),
        (
            "renewed, never received",
            TokenRule {
                renewed: true,
                ..stays
            },
            Json::Null,
            "refreshToken=r1 1000..6000*",
        ),
    ];
    for (says, refresh, token, after) in cases {
        let after = format!("accessToken=new 1000..1600, {after}");
        Case {
            refresh,
            before: before(),
            answer: json!({"access": "new", "expires": 600, "refresh": token}),
            after: after.leak(),
            ..Case::new(says)
        }
        .check();
    }
}

#[test]
fn what_the_response_states_of_the_same_value_counts_anew() {
    let cases = [
        ("a whole life", 900, "accessToken=a 1000..1900"),
        (
            "what is left of the life that was known",
            400,
            "accessToken=a 0..1400",
        ),
        (
            "a little more, by the clocks' difference",
            405,
            "accessToken=a 0..1405",
        ),
        ("less", 100, "accessToken=a 0..1100"),
    ];
    for (says, expires, after) in cases {
        Case {
            before: vec![("accessToken", stated("a", 1400))],
            answer: json!({"access": "a", "expires": expires}),
            after,
            ..Case::new(says)
        }
        .check();
    }
    Case {
        before: vec![("accessToken", documented("a", 1400))],
        answer: json!({"access": "a", "expires": 400}),
        after: "accessToken=a 1000..1400",
        ..Case::new("it was the documentation's word before")
    }
    .check();
}

#[test]
fn where_all_sources_fail_the_last_lifetime_counts() {
    let cases = [
        (
            "of another token",
            stated("old", 900),
            json!("new"),
            "accessToken=new 1000..1900",
        ),
        (
            "of the same, which is over",
            stated("old", 900),
            json!("old"),
            "accessToken=old 1000..1900",
        ),
        (
            "of the same, which is not",
            stated("old", 1200),
            json!("old"),
            "accessToken=old 0..1200",
        ),
        (
            "on its basis",
            documented("old", 900),
            json!("new"),
            "accessToken=new 1000..1900*",
        ),
        (
            "that is none",
            endless("old", Basis::Stated),
            json!("new"),
            "accessToken=new 1000..?",
        ),
        (
            "that has no end",
            Token::with_times("old", None, Expiry::Never),
            json!("new"),
            "accessToken=new 1000..never",
        ),
        (
            "of unknown start",
            Token::with_times("old", None, Expiry::At(Timestamp::MAX)),
            json!("new"),
            "accessToken=new 1000..?",
        ),
        (
            "that ends before it starts",
            stated("old", -900),
            json!("new"),
            "accessToken=new 1000..1000",
        ),
    ];
    for (says, before, token, after) in cases {
        Case {
            before: vec![("accessToken", before)],
            answer: json!({"access": token, "expires": "soon"}),
            after,
            ..Case::new(says)
        }
        .check();
    }
    Case {
        after: "accessToken=new 1000..?",
        ..Case::new("there is none")
    }
    .check();
}

#[test]
fn the_last_lifetime_is_that_of_a_token_that_was_taken_too() {
    let lifecycle = lifecycle(vec![TokenRule {
        uses: Some(1),
        lifetime: const { &[seconds("/expires")] },
        ..ACCESS
    }]);
    let answer = |state: State, answer: &Json| {
        let fresh = fresh(lifecycle, &exchange("none", SENT), response(answer)).unwrap();
        merge(lifecycle, state, fresh, None)
    };
    let mut state = State::default();
    state.kept.put_token("accessToken", stated("old", 900));
    assert_eq!(state.take_token("accessToken").unwrap().expose(), "old");
    assert!(state.take_token("accessToken").is_none());
    // It is remembered in the record.
    let state = State::decode(&state.encode()).unwrap();
    assert_eq!(told(&state), "");
    let mut state = answer(state, &json!({"access": "new"}));
    assert_eq!(told(&state), "accessToken=new 1000..1900");
    assert!(state.lifetimes.is_empty());
    state.take_token("accessToken");
    let state = answer(state, &json!({"access": "next", "expires": 60}));
    assert_eq!(told(&state), "accessToken=next 1000..1060");
    assert!(state.lifetimes.is_empty());
}

#[test]
fn a_call_that_extends_a_token_it_does_not_carry_starts_its_life_anew() {
    let unseen = |lifetime| TokenRule {
        lifetime,
        ..TokenRule::new("accessToken", Role::Access)
    };
    let after = |rule, answer: Json| {
        let lifecycle = lifecycle(vec![rule]);
        let fresh = fresh(lifecycle, &exchange("none", SENT), response(&answer)).unwrap();
        let mut state = State::default();
        state.kept.put_token("accessToken", documented("a", 1500));
        told(&merge(lifecycle, state, fresh, None))
    };
    let documented = after(unseen(const { &[fixed(1800)] }), json!({}));
    assert_eq!(documented, "accessToken=a 1000..2800*");
    let stated = after(
        unseen(const { &[seconds("/expires")] }),
        json!({"expires": 60}),
    );
    assert_eq!(stated, "accessToken=a 1000..1060");
    let as_before = after(unseen(const { &[seconds("/expires")] }), json!({}));
    assert_eq!(as_before, "accessToken=a 1000..2500*");
}

#[test]
fn a_call_that_extends_the_token_in_hand_starts_its_documented_life_anew() {
    let access = TokenRule {
        sent: Some(Expression::RequestBody("/refresh")),
        lifetime: const { &[fixed(1500)] },
        ..TokenRule::new("accessToken", Role::Access)
    };
    let lifecycle = lifecycle(vec![access]);
    let mut state = State::default();
    state.kept.put_token("accessToken", documented("a", 1500));
    let fresh = fresh(lifecycle, &exchange("a", SENT), response(&json!({}))).unwrap();
    assert_eq!(
        told(&merge(lifecycle, state, fresh, None)),
        "accessToken=a 1000..2500*"
    );
}

#[test]
fn a_token_that_no_answer_carries_stays() {
    let lifecycle = lifecycle(vec![ACCESS, TokenRule::new("apiKey", Role::Other)]);
    let mut state = State::default();
    state.kept.put_token("apiKey", endless("k", Basis::Stated));
    let fresh = fresh(
        lifecycle,
        &exchange("none", SENT),
        response(&json!({"access": "a"})),
    )
    .unwrap();
    assert_eq!(
        told(&merge(lifecycle, state, fresh, None)),
        "accessToken=a 1000..?, apiKey=k 0..?"
    );
}

#[test]
fn an_access_token_that_is_left_out_stays_unless_it_is_dead() {
    const SECOND: TokenRule = received(
        "otherToken",
        Role::Access,
        &[Location::new(Expression::ResponseBody("/other"))],
    );
    for (previous, after) in [
        (
            Previous::Valid,
            "accessToken=a 1000..?, otherToken=o 0..5000",
        ),
        (
            Previous::ValidUntilNewIsUsed,
            "accessToken=a 1000..?, otherToken=o 0..5000",
        ),
        (Previous::Revoked, "accessToken=a 1000..?"),
    ] {
        let lifecycle = lifecycle(vec![ACCESS, TokenRule { previous, ..SECOND }]);
        let mut state = State::default();
        state.kept.put_token("otherToken", stated("o", 5000));
        let fresh = fresh(
            lifecycle,
            &exchange("none", SENT),
            response(&json!({"access": "a"})),
        )
        .unwrap();
        assert_eq!(told(&merge(lifecycle, state, fresh, None)), after);
    }
}

#[test]
fn extras_stay_and_are_replaced() {
    let lifecycle = lifecycle(vec![ACCESS]);
    let mut state = State::default();
    for (answer, domain) in [
        (json!({"access": "a", "domain": "eu"}), json!("eu")),
        (json!({"access": "a"}), json!("eu")),
        (json!({"access": "a", "domain": null}), json!("eu")),
        (
            json!({"access": "a", "domain": {"us": 1}}),
            json!({"us": 1}),
        ),
    ] {
        let fresh = fresh(lifecycle, &exchange("none", SENT), response(&answer)).unwrap();
        state = merge(lifecycle, state, fresh, None);
        assert_eq!(
            state.kept.extras().collect::<Vec<_>>(),
            [("domain", &domain)]
        );
    }
}

#[test]
fn variants_share_what_is_spent_and_nothing_else() {
    let lifecycle = lifecycle(vec![ACCESS, REFRESH, ID]);
    let mut state = State::default();
    let answers = [
        ("eu", json!({"access": "a1", "refresh": "r1", "id": "i1"})),
        ("us", json!({"access": "a2", "refresh": "r2"})),
        ("eu", json!({"access": "a3", "refresh": "r3"})),
    ];
    for (variant, answer) in answers {
        let fresh = fresh(lifecycle, &exchange("r", SENT), response(&answer)).unwrap();
        state = merge(lifecycle, state, fresh, Some(variant));
    }
    assert_eq!(
        told(&state),
        "accessToken@eu=a3 1000..?, accessToken@us=a2 1000..?, refreshToken=r3 1000..?"
    );
    assert_eq!(state.generation, 3);
}

fn troubled() -> State {
    let at = Timestamp::from_unix_seconds(CAME);
    State {
        generation: 4,
        intent: Some(Intent {
            owner: "o".to_owned(),
            at,
            losses: 2,
        }),
        failed: Some(Failed {
            times: 1,
            retry_at: at,
            kind: crate::session::SessionErrorKind::Transient,
        }),
        dead: Some(Dead {
            since: at,
            code: None,
        }),
        calls: vec![at],
        ..State::default()
    }
}

#[test]
fn a_success_ends_what_was_noted_and_keeps_the_calls() {
    let lifecycle = lifecycle(vec![ACCESS]);
    let fresh = fresh(
        lifecycle,
        &exchange("none", SENT),
        response(&json!({"access": "a"})),
    )
    .unwrap();
    let state = merge(lifecycle, troubled(), fresh, None);
    assert_eq!(state.generation, 5);
    assert!(state.intent.is_none() && state.failed.is_none() && state.dead.is_none());
    assert_eq!(state.calls.len(), 1);
}

#[test]
fn rescued_tokens_are_kept_and_the_grants_successor_ends_the_doubt() {
    let refresh = TokenRule {
        lifetime: const { &[seconds("/x"), fixed(5000)] },
        ..REFRESH
    };
    let lifecycle = lifecycle(vec![ACCESS, refresh, ID]);
    let sent = Timestamp::from_unix_seconds(SENT);
    let rescue = |tokens: &[(&'static str, Secret)]| {
        let mut state = troubled();
        state.kept.put_token("accessToken", stated("old", 900));
        state.kept.put_token("refreshToken", documented("r1", 5000));
        state.kept.put_token("idToken", stated("i", 900));
        merge_rescued(
            lifecycle,
            state,
            tokens.iter().map(|(name, text)| (*name, text)),
            sent,
            None,
        )
    };
    let with_grant = rescue(&[("accessToken", "new".into()), ("refreshToken", "r2".into())]);
    let expected = "accessToken=new 1000..1900, idToken=i 0..900, refreshToken=r2 1000..6000*";
    assert_eq!(told(&with_grant), expected);
    assert!(with_grant.generation == 5 && with_grant.intent.is_none());

    let without = rescue(&[
        ("accessToken", "new".into()),
        ("refreshToken", "".into()),
        ("odd", "x".into()),
    ]);
    let expected = "accessToken=new 1000..1900, idToken=i 0..900, refreshToken=r1 0..5000*";
    assert_eq!(told(&without), expected);
    assert!(without.generation == 4 && without.intent.is_some());
}

#[test]
fn what_the_application_puts_in_is_completed() {
    let refresh = TokenRule {
        lifetime: const { &[seconds("/x"), fixed(5000)] },
        ..REFRESH
    };
    let lifecycle = lifecycle(vec![ACCESS, refresh]);
    let mut state = State::default();
    state.kept.put_token("accessToken@eu", Token::new("a"));
    state.kept.put_token("refreshToken", Token::new("r"));
    state.kept.put_token("elsewhere", Token::new("e"));
    admit(
        lifecycle,
        &mut state.kept,
        Timestamp::from_unix_seconds(SENT),
    );
    assert_eq!(
        told(&state),
        "accessToken@eu=a 1000..?, elsewhere=e ?..?, refreshToken=r 1000..6000*"
    );

    let mut state = State::default();
    state
        .kept
        .put_token("refreshToken", endless("r", Basis::Stated));
    state.kept.put_token("accessToken", stated("a", 77));
    admit(
        lifecycle,
        &mut state.kept,
        Timestamp::from_unix_seconds(SENT),
    );
    assert_eq!(told(&state), "accessToken=a 0..77, refreshToken=r 0..5000*");
}

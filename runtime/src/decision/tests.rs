//! The decision as a table, and its promises for any input.

use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::lifecycle::{Failure, Lifetime, Previous, Reauthentication, TokenRule, Window};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
const START: Timestamp = Timestamp::from_unix_seconds(1_700_000_000);

const FIXED: &[Lifetime] = &[Lifetime::Fixed(Duration::from_secs(3600))];

const fn rule(name: &'static str, role: Role, is_sent: bool) -> TokenRule {
    TokenRule {
        name,
        role,
        sent: if is_sent {
            Some(crate::Expression::RequestBody("/token"))
        } else {
            None
        },
        received: &[],
        lifetime: FIXED,
        renewed: false,
        uses: None,
        previous: Previous::Valid,
        present: None,
    }
}

const WITH_REFRESH_TOKEN: &[TokenRule] = &[
    rule("accessToken", Role::Access, false),
    rule("refreshToken", Role::Refresh, true),
];
const ACCESS_TOKEN_IS_GRANT: &[TokenRule] = &[rule("accessToken", Role::Access, true)];

const fn moment(anchor: Anchor, offset_millis: i64) -> Moment {
    Moment {
        anchor,
        offset_millis,
    }
}

const ISSUE: Moment = moment(Anchor::Issue, 0);
const EXPIRY: Moment = moment(Anchor::Expiry, 0);

fn lifecycle(tokens: &'static [TokenRule], window: Window, due: &'static [Moment]) -> Lifecycle {
    Lifecycle {
        provider: "test",
        operation: "refresh",
        tokens,
        window,
        due,
        limits: &[],
        success: None,
        error_code: None,
        failures: &[],
        unauthorized: Failure::Credentials,
        reauthenticate: Reauthentication {
            how: None,
            url: None,
        },
        extras: &[],
    }
}

fn open(due: &'static [Moment]) -> Lifecycle {
    lifecycle(
        WITH_REFRESH_TOKEN,
        Window {
            from: ISSUE,
            until: None,
        },
        due,
    )
}

fn life(lifetime: i64, basis: Basis) -> Life {
    Life {
        issued: Some(START),
        expiry: Expiry::At(START.plus_millis(lifetime)),
        basis,
    }
}

/// The decision at so many milliseconds after the issue, in one line.
fn at_millis(
    lifecycle: &Lifecycle,
    token: Option<Life>,
    grant: Option<Life>,
    millis: i64,
) -> String {
    let decision = lifecycle.decide(&Situation {
        token,
        grant,
        now: START.plus_millis(millis),
    });
    let minutes = |instant: Timestamp| {
        let seconds = i32::try_from(instant.millis_since(START) / 1000).unwrap();
        format!("{}", f64::from(seconds) / 60.0)
    };
    let maybe = |instant: Option<Timestamp>| instant.map_or("-".to_owned(), minutes);
    match decision {
        Decision::Serve { due, until } => {
            format!("serve due {} until {}", maybe(due), maybe(until))
        }
        Decision::Due { until, closes } => {
            format!("due until {} closes {}", maybe(until), maybe(closes))
        }
        Decision::Wait { opens } => format!("wait {}", minutes(opens)),
        Decision::Refresh { closes } => format!("refresh closes {}", maybe(closes)),
        Decision::Reauthenticate { since } => format!("reauthenticate since {}", minutes(since)),
    }
}

#[test]
fn without_a_word_it_is_due_a_tenth_before_expiry_and_five_minutes_at_most() {
    let lifecycle = open(&[]);
    let cases = [
        (HOUR, "serve due 55 until 60"),
        (DAY, "serve due 1435 until 1440"),
        (5 * MINUTE, "serve due 4.5 until 5"),
        (MINUTE, "serve due 0.9 until 1"),
        (0, "refresh closes -"),
        (-HOUR, "refresh closes -"),
    ];
    for (lifetime, wanted) in cases {
        assert_eq!(
            at_millis(&lifecycle, Some(life(lifetime, Basis::Stated)), None, 0),
            wanted
        );
    }
    let token = Some(life(HOUR, Basis::Stated));
    assert_eq!(
        at_millis(&lifecycle, token, None, 55 * MINUTE - 1),
        "serve due 55 until 60"
    );
    assert_eq!(
        at_millis(&lifecycle, token, None, 55 * MINUTE),
        "due until 60 closes -"
    );
    assert_eq!(at_millis(&lifecycle, token, None, HOUR), "refresh closes -");
}

#[test]
fn a_due_in_the_first_half_or_after_expiry_gives_way_to_the_default() {
    const FIVE_BEFORE: &[Moment] = &[moment(Anchor::Expiry, -5 * MINUTE)];
    const MINUTE_BEFORE: &[Moment] = &[moment(Anchor::Expiry, -MINUTE)];
    const AT_EXPIRY: &[Moment] = &[EXPIRY];
    const AFTER: &[Moment] = &[moment(Anchor::Expiry, 1)];
    const SEVEN_DAYS: &[Moment] = &[moment(Anchor::Issue, 7 * DAY)];
    const TWO: &[Moment] = &[
        moment(Anchor::Expiry, -10 * MINUTE),
        moment(Anchor::Issue, 40 * MINUTE),
    ];
    let cases = [
        (FIVE_BEFORE, HOUR, "serve due 55 until 60"),
        (FIVE_BEFORE, 5 * MINUTE, "serve due 4.5 until 5"),
        (FIVE_BEFORE, 10 * MINUTE, "serve due 9 until 10"),
        (MINUTE_BEFORE, HOUR, "serve due 59 until 60"),
        (AT_EXPIRY, HOUR, "serve due 60 until 60"),
        (AFTER, HOUR, "serve due 55 until 60"),
        (SEVEN_DAYS, 10 * DAY, "serve due 10080 until 14400"),
        (SEVEN_DAYS, DAY, "serve due 1435 until 1440"),
        (SEVEN_DAYS, 30 * DAY, "serve due 43195 until 43200"),
        (TWO, HOUR, "serve due 40 until 60"),
        (TWO, 2 * HOUR, "serve due 110 until 120"),
    ];
    for (due, lifetime, wanted) in cases {
        assert_eq!(
            at_millis(&open(due), Some(life(lifetime, Basis::Stated)), None, 0),
            wanted
        );
    }
}

#[test]
fn a_token_of_unknown_end_is_served_until_its_due_comes() {
    const SEVEN_DAYS: &[Moment] = &[moment(Anchor::Issue, 7 * DAY)];
    let token = Some(Life {
        issued: Some(START),
        expiry: Expiry::Unknown,
        basis: Basis::Documented,
    });
    assert_eq!(
        at_millis(&open(&[]), token, None, 900 * DAY),
        "serve due - until -"
    );
    assert_eq!(
        at_millis(&open(SEVEN_DAYS), token, None, DAY),
        "serve due 10080 until -"
    );
    assert_eq!(
        at_millis(&open(SEVEN_DAYS), token, None, 8 * DAY),
        "due until - closes -"
    );
    let unknown_issue = Some(Life {
        issued: None,
        expiry: Expiry::At(START.plus_millis(HOUR)),
        basis: Basis::Stated,
    });
    assert_eq!(
        at_millis(&open(SEVEN_DAYS), unknown_issue, None, 0),
        "serve due 55 until 60"
    );
}

#[test]
fn no_call_is_made_before_the_window_opens() {
    let only_after_expiry = lifecycle(
        &[],
        Window {
            from: EXPIRY,
            until: None,
        },
        &[],
    );
    let token = Some(life(HOUR, Basis::Stated));
    assert_eq!(
        at_millis(&only_after_expiry, token, None, 58 * MINUTE),
        "serve due 60 until 60"
    );
    assert_eq!(
        at_millis(&only_after_expiry, token, None, HOUR),
        "refresh closes -"
    );

    let last_half_minute = lifecycle(
        WITH_REFRESH_TOKEN,
        Window {
            from: moment(Anchor::Expiry, -30_000),
            until: None,
        },
        &[],
    );
    assert_eq!(
        at_millis(&last_half_minute, token, None, 57 * MINUTE),
        "serve due 59.5 until 60"
    );
    assert_eq!(
        at_millis(&last_half_minute, token, None, 59 * MINUTE + 30_000),
        "due until 60 closes -"
    );

    let later = lifecycle(
        &[],
        Window {
            from: moment(Anchor::Expiry, 10 * MINUTE),
            until: None,
        },
        &[],
    );
    assert_eq!(at_millis(&later, token, None, 65 * MINUTE), "wait 70");
    assert_eq!(
        at_millis(&later, token, None, 70 * MINUTE),
        "refresh closes -"
    );
}

#[test]
fn no_call_is_made_after_it_has_closed() {
    let only_before = lifecycle(
        ACCESS_TOKEN_IS_GRANT,
        Window {
            from: ISSUE,
            until: Some(EXPIRY),
        },
        &[],
    );
    let stated = Some(life(HOUR, Basis::Stated));
    assert_eq!(
        at_millis(&only_before, stated, stated, 0),
        "serve due 55 until 60"
    );
    assert_eq!(
        at_millis(&only_before, stated, stated, 56 * MINUTE),
        "due until 60 closes 60"
    );
    assert_eq!(
        at_millis(&only_before, stated, stated, HOUR),
        "reauthenticate since 60"
    );

    // A due at the very end would come too late.
    let at_the_end = lifecycle(
        ACCESS_TOKEN_IS_GRANT,
        Window {
            from: ISSUE,
            until: Some(EXPIRY),
        },
        &[EXPIRY],
    );
    assert_eq!(
        at_millis(&at_the_end, stated, stated, 0),
        "serve due 55 until 60"
    );

    let first_day = lifecycle(
        WITH_REFRESH_TOKEN,
        Window {
            from: ISSUE,
            until: Some(moment(Anchor::Issue, DAY)),
        },
        &[],
    );
    let week = Some(life(7 * DAY, Basis::Stated));
    assert_eq!(
        at_millis(&first_day, week, None, 0),
        "serve due 1435 until 10080"
    );
    assert_eq!(
        at_millis(&first_day, week, None, 2 * DAY),
        "serve due - until 10080"
    );
    assert_eq!(
        at_millis(&first_day, week, None, 8 * DAY),
        "reauthenticate since 1440"
    );
}

#[test]
fn what_is_only_documented_of_a_grant_closes_nothing() {
    let only_before = lifecycle(
        ACCESS_TOKEN_IS_GRANT,
        Window {
            from: ISSUE,
            until: Some(EXPIRY),
        },
        &[],
    );
    let documented = Some(life(HOUR, Basis::Documented));
    assert_eq!(
        at_millis(&only_before, documented, documented, 56 * MINUTE),
        "due until 60 closes -"
    );
    assert_eq!(
        at_millis(&only_before, documented, documented, 2 * HOUR),
        "refresh closes -"
    );

    // An access token that is not the grant does close it.
    let other = lifecycle(
        WITH_REFRESH_TOKEN,
        Window {
            from: ISSUE,
            until: Some(EXPIRY),
        },
        &[],
    );
    assert_eq!(
        at_millis(&other, documented, None, 2 * HOUR),
        "reauthenticate since 60"
    );
}

#[test]
fn a_grant_that_is_over_by_the_vendors_word_ends_the_session() {
    let lifecycle = open(&[]);
    let token = Some(life(HOUR, Basis::Stated));
    let over = Some(life(30 * MINUTE, Basis::Stated));
    let documented = Some(life(30 * MINUTE, Basis::Documented));
    assert_eq!(
        at_millis(&lifecycle, token, over, 40 * MINUTE),
        "serve due - until 60"
    );
    assert_eq!(
        at_millis(&lifecycle, token, over, HOUR),
        "reauthenticate since 30"
    );
    assert_eq!(
        at_millis(&lifecycle, token, documented, HOUR),
        "refresh closes -"
    );
    assert_eq!(
        at_millis(&lifecycle, None, over, HOUR),
        "reauthenticate since 30"
    );
    assert_eq!(at_millis(&lifecycle, None, over, 0), "refresh closes 30");
    assert_eq!(
        at_millis(&lifecycle, None, documented, HOUR),
        "refresh closes -"
    );
    assert_eq!(at_millis(&lifecycle, None, None, 0), "refresh closes -");
}

#[test]
fn a_grants_end_does_not_hurry_the_call() {
    // Or a grant that is not rotated would be spent again and again in its last minutes.
    let token = Some(life(HOUR, Basis::Stated));
    let grant = Some(life(20 * MINUTE, Basis::Stated));
    assert_eq!(
        at_millis(&open(&[]), token, grant, 19 * MINUTE),
        "serve due 55 until 60"
    );
}

#[test]
fn the_right_tokens_are_asked_about() {
    assert_eq!(
        (open(&[]).grant(), open(&[]).replaced()),
        (Some(1), Some(0))
    );
    let window = Window {
        from: ISSUE,
        until: None,
    };
    let only_access = lifecycle(ACCESS_TOKEN_IS_GRANT, window, &[]);
    assert_eq!(
        (only_access.grant(), only_access.replaced()),
        (Some(0), Some(0))
    );
    let none = lifecycle(&[], window, &[]);
    assert_eq!((none.grant(), none.replaced()), (None, None));
}

fn any_instant() -> impl Strategy<Value = Timestamp> {
    prop_oneof![
        any::<i64>().prop_map(Timestamp::from_unix_millis),
        (-3 * HOUR..3 * HOUR).prop_map(|offset| START.plus_millis(offset)),
    ]
}

fn any_life() -> impl Strategy<Value = Life> {
    let expiry = prop_oneof![
        any_instant().prop_map(Expiry::At),
        Just(Expiry::Never),
        Just(Expiry::Unknown)
    ];
    let basis = prop_oneof![Just(Basis::Stated), Just(Basis::Documented)];
    (proptest::option::of(any_instant()), expiry, basis).prop_map(|(issued, expiry, basis)| Life {
        issued,
        expiry,
        basis,
    })
}

fn any_moment() -> impl Strategy<Value = Moment> {
    let offset = prop_oneof![any::<i64>(), -2 * HOUR..2 * HOUR];
    (
        prop_oneof![Just(Anchor::Issue), Just(Anchor::Expiry)],
        offset,
    )
        .prop_map(|(anchor, offset)| moment(anchor, offset))
}

proptest! {
    #[test]
    fn never_refreshes_outside_the_window(
        token in any_life(),
        grant in proptest::option::of(any_life()),
        from in any_moment(),
        until in proptest::option::of(any_moment()),
        due in proptest::option::of(any_moment()),
        now in any_instant(),
    ) {
        // Leaked once a case: lifecycles are constants.
        let due: &'static [Moment] = Vec::leak(due.into_iter().collect());
        let lifecycle = lifecycle(WITH_REFRESH_TOKEN, Window { from, until }, due);
        let decision = lifecycle.decide(&Situation { token: Some(token), grant, now });
        if decision.is_to_refresh() {
            prop_assert!(at(from, token).is_none_or(|opens| opens <= now));
            prop_assert!(until.and_then(|until| at(until, token)).is_none_or(|closes| now < closes));
            prop_assert!(grant.and_then(stated_end).is_none_or(|end| now < end));
        }
        prop_assert_eq!(decision.is_to_serve(), !token.expiry.is_over(now));
        if let Decision::Wait { opens } = decision {
            prop_assert!(opens > now);
        }
        if let Decision::Serve { due: Some(due), .. } = decision {
            prop_assert!(due > now);
        }
    }

    #[test]
    fn a_fresh_token_is_never_due_at_once(lifetime in 10_i64..DAY, offset in -2 * DAY..2 * DAY, from_issue: bool) {
        let anchor = if from_issue { Anchor::Issue } else { Anchor::Expiry };
        let due: &'static [Moment] = Vec::leak(vec![moment(anchor, offset)]);
        let token = life(lifetime, Basis::Stated);
        let half = START.plus_millis(lifetime / 2);
        let decision = open(due).decide(&Situation { token: Some(token), grant: None, now: half });
        let is_later = matches!(decision, Decision::Serve { due: Some(due), .. } if due > half);
        prop_assert!(is_later);
    }
}

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;

use super::*;
use crate::session::SessionErrorKind;
use crate::session::state::{Dead, Failed, Intent, Lived, State};
use crate::session::store::StoreErrorKind;
use crate::session::wire::Writer;
use crate::{Basis, Expiry, Json, Timestamp, Token, json};

fn sample() -> State {
    let now = Timestamp::from_unix_millis(1_795_190_400_123);
    let ends = |seconds: i64| Expiry::At(now.plus_millis(seconds * 1000));
    let mut state = State {
        generation: 7,
        ..State::default()
    };
    let access = Token::with_times("a".repeat(40), Some(now), ends(3600));
    let refresh =
        Token::with_times("r".repeat(40), Some(now), ends(7 * 86_400)).on_basis(Basis::Documented);
    state.kept.put_token("accessToken", access);
    state.kept.put_token("refreshToken", refresh);
    state
}

/// All that a state says, to compare.
fn told(state: &State) -> String {
    let State {
        kept,
        generation,
        intent,
        failed,
        dead,
        calls,
        lifetimes,
        later,
    } = state;
    let tokens: Vec<_> = kept
        .tokens()
        .map(|(name, token)| {
            (
                name,
                token.expose(),
                token.issued(),
                token.expiry(),
                token.basis(),
            )
        })
        .collect();
    let inputs: Vec<_> = kept.inputs().collect();
    let extras: Vec<_> = kept.extras().collect();
    let fields: Vec<_> = later
        .fields
        .iter()
        .map(|(tag, content)| (tag, content.to_vec()))
        .collect();
    format!(
        "{tokens:?} {inputs:?} {extras:?} {generation} {intent:?} {failed:?} {dead:?} {calls:?} {lifetimes:?} {fields:?}"
    )
}

#[test]
fn two_tokens_are_framed_in_45_bytes() {
    let framing = sample().encode().len() - 80;
    assert!(framing <= 45, "{framing}");
    println!("framing of two tokens: {framing} bytes");
}

/// A record of everything, as version 1 writes it. It never changes: records outlive the code that wrote them.
const GOLDEN: &str = "\
    01eca3fab5fed001012d000301c1706161616161616161616161616161616161616161616161616161616161616161616161\
    6161616161010782026575020369010a3f066f776e406575046f012f010b0181d49301727272727272727272727272727272\
    72727272727272727272727272727272727272727272727272020b3f0473686f7022732d31220310087b226575223a5b312c\
    6e756c6c5d7d04010705060d0234322d61060403f10102070f1101696e76616c69645f6772616e74090207040904030ad00f\
    080227016e508e5f";

#[test]
fn a_record_is_written_and_read_as_it_always_was() {
    let at = |seconds: i64| Timestamp::from_unix_millis(1_795_190_400_123 + seconds * 1000);
    let mut state = sample();
    state
        .kept
        .put_token("own@eu", Token::with_times("o", None, Expiry::Never));
    state.kept.put_token(
        "idToken@eu",
        Token::with_times("i", None, Expiry::At(at(-1))),
    );
    state.kept.put_input_json("shop", json!("s-1"));
    state.kept.put_extra("apiDomain", json!({"eu": [1, null]}));
    let kind = SessionErrorKind::RateLimited;
    state.intent = Some(Intent {
        owner: "42-a".to_owned(),
        at: at(3),
        losses: 2,
    });
    state.failed = Some(Failed {
        times: 3,
        retry_at: at(60),
        kind,
    });
    state.dead = Some(Dead {
        since: at(4),
        code: Some("invalid_grant".to_owned()),
    });
    state.calls = vec![at(-10), at(0)];
    state.lifetimes.insert(
        "walletToken".to_owned(),
        Lived {
            millis: Some(500),
            basis: Basis::Documented,
        },
    );
    state.lifetimes.insert(
        "token".to_owned(),
        Lived {
            millis: None,
            basis: Basis::Stated,
        },
    );
    let hex: String = state
        .encode()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert_eq!(hex, GOLDEN);
    assert_eq!(told(&State::decode(&state.encode()).unwrap()), told(&state));
}

#[test]
fn a_variant_costs_its_name_and_little_more() {
    let mut state = sample();
    let plain = state.encode().len();
    let access = state.kept.take_token("accessToken").unwrap();
    state.kept.put_token("accessToken@eu", access);
    assert_eq!(state.encode().len(), plain + 3);
    assert_eq!(told(&State::decode(&state.encode()).unwrap()), told(&state));
}

/// A record as a later version writes it: with its number, and fields that this one does not know.
fn of_version(version: u8, state: &State, fields: &[(u8, &[u8])]) -> Zeroizing<Vec<u8>> {
    let bytes = state.encode();
    let mut writer = Writer::with_capacity(0);
    writer.byte(version);
    writer.bytes(&bytes[1..bytes.len() - 4]);
    for (tag, content) in fields {
        writer.field(*tag, |writer| writer.bytes(content));
    }
    writer.finish()
}

#[test]
fn what_the_next_version_adds_survives_being_written_back() {
    let session = 0x20;
    let of_generation = 0x21 | OF_THIS_GENERATION;
    let fields: [(u8, &[u8]); 2] = [(session, b"for ever"), (of_generation, b"of these tokens")];
    let record = of_version(VERSION + 1, &sample(), &fields);

    let mut state = State::decode(&record).unwrap();
    assert_eq!(
        state.kept.token("accessToken").unwrap().expose(),
        "a".repeat(40)
    );
    state.failed = Some(Failed {
        times: 1,
        retry_at: Timestamp::MAX,
        kind: SessionErrorKind::Transient,
    });
    let written = state.encode();
    assert_eq!(written[0], VERSION + 1);

    let mut again = State::decode(&written).unwrap();
    let kept = |state: &State| {
        state
            .later
            .fields
            .iter()
            .map(|(tag, content)| (*tag, content.to_vec()))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        kept(&again),
        [
            (session, b"for ever".to_vec()),
            (of_generation, b"of these tokens".to_vec())
        ]
    );
    again.begin_generation();
    assert_eq!(kept(&again), [(session, b"for ever".to_vec())]);
}

#[test]
fn two_versions_later_is_refused_by_name() {
    let error = State::decode(&of_version(VERSION + 2, &sample(), &[])).unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Corrupt);
    assert_eq!(
        error.to_string(),
        "the session's record is of version 3, and this library reads up to 2: update it"
    );
}

#[test]
fn a_kind_of_failure_that_is_not_known_yet_passes() {
    let mut state = sample();
    state.failed = Some(Failed {
        times: 3,
        retry_at: Timestamp::MAX,
        kind: SessionErrorKind::ShutDown,
    });
    let mut bytes = state.encode().to_vec();
    let at = bytes.len() - 5;
    assert_eq!(bytes[at], 9);
    bytes[at] = 99;
    let mut writer = Writer::with_capacity(0);
    writer.bytes(&bytes[..bytes.len() - 4]);
    let read = State::decode(&writer.finish()).unwrap();
    assert_eq!(read.failed.unwrap().kind, SessionErrorKind::Transient);
}

#[test]
fn every_flipped_bit_and_every_cut_is_found() {
    let record = sample().encode();
    for length in 0..record.len() {
        let error = State::decode(&record[..length]).unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::Corrupt);
    }
    for bit in 0..record.len() * 8 {
        let mut damaged = record.to_vec();
        damaged[bit / 8] ^= 1 << (bit % 8);
        let error = State::decode(&damaged).unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::Corrupt, "bit {bit}");
    }
}

#[test]
fn nothing_of_a_record_is_shown() {
    let fields: [(u8, &[u8]); 1] = [(0x20, b"planted-secret")];
    let state = State::decode(&of_version(VERSION, &sample(), &fields)).unwrap();
    let shown = format!("{state:?} {state:#?}");
    assert!(
        !shown.contains("planted")
            && !shown.contains(&"a".repeat(8))
            && !shown.contains(&"r".repeat(8))
    );
    // A list of bytes shows them as numbers.
    assert!(!shown.contains("112, 108"), "{shown}");
}

fn instants() -> impl Strategy<Value = Timestamp> {
    prop_oneof![
        any::<i64>().prop_map(Timestamp::from_unix_millis),
        (0..4_000_000_000_i64).prop_map(Timestamp::from_unix_seconds),
        Just(Timestamp::MIN),
        Just(Timestamp::MAX),
    ]
}

fn names() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("accessToken".to_owned()),
        Just("refreshToken@a@b".to_owned()),
        Just("@".to_owned()),
        any::<String>()
    ]
}

fn tokens() -> impl Strategy<Value = (String, Token)> {
    let expiry = prop_oneof![
        instants().prop_map(Expiry::At),
        Just(Expiry::Never),
        Just(Expiry::Unknown)
    ];
    let basis = bases();
    (
        names(),
        any::<String>(),
        proptest::option::of(instants()),
        expiry,
        basis,
    )
        .prop_map(|(name, text, issued, expiry, basis)| {
            (
                name,
                Token::with_times(text, issued, expiry).on_basis(basis),
            )
        })
}

fn values() -> impl Strategy<Value = (String, Json)> {
    let value = prop_oneof![
        any::<String>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        vec(any::<Option<String>>(), 0..3).prop_map(|list| json!({ "list": list })),
    ];
    (names(), value)
}

fn kinds() -> impl Strategy<Value = SessionErrorKind> {
    (0_u8..10).prop_map(super::decode::kind_of)
}

fn bases() -> impl Strategy<Value = Basis> {
    prop_oneof![Just(Basis::Stated), Just(Basis::Documented)]
}

fn lifetimes() -> impl Strategy<Value = Lived> {
    (proptest::option::of(0..i64::MAX / 1000), bases())
        .prop_map(|(millis, basis)| Lived { millis, basis })
}

prop_compose! {
    fn notes()(
        intent in proptest::option::of((any::<String>(), instants(), any::<u32>())),
        failed in proptest::option::of((any::<u32>(), instants(), kinds())),
        dead in proptest::option::of((instants(), any::<Option<String>>())),
    ) -> (Option<Intent>, Option<Failed>, Option<Dead>) {
        (
            intent.map(|(owner, at, losses)| Intent { owner, at, losses }),
            failed.map(|(times, retry_at, kind)| Failed { times, retry_at, kind }),
            dead.map(|(since, code)| Dead { since, code }),
        )
    }
}

prop_compose! {
    fn states()(
        tokens in vec(tokens(), 0..4),
        inputs in vec(values(), 0..3),
        extras in vec(values(), 0..3),
        generation in any::<u64>(),
        (intent, failed, dead) in notes(),
        calls in vec(instants(), 0..5),
        lifetimes in btree_map(names(), lifetimes(), 0..3),
    ) -> State {
        let mut state = State { generation, intent, failed, dead, calls, lifetimes, ..State::default() };
        for (name, token) in tokens {
            state.kept.put_token(&name, token);
        }
        for (name, value) in inputs {
            state.kept.put_input_json(&name, value);
        }
        for (name, value) in extras {
            state.kept.put_extra(&name, value);
        }
        state
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn every_state_comes_back(state in states()) {
        let read = State::decode(&state.encode()).unwrap();
        prop_assert_eq!(told(&read), told(&state));
    }

    #[test]
    fn whatever_the_bytes_are_there_is_no_panic(bytes in vec(any::<u8>(), 0..200)) {
        // With a right checksum, so that what lies behind it is tried.
        let mut writer = Writer::with_capacity(0);
        writer.bytes(&bytes);
        for bytes in [bytes.as_slice(), &*writer.finish()] {
            if let Err(error) = State::decode(bytes) {
                prop_assert_eq!(error.kind(), StoreErrorKind::Corrupt);
            }
        }
    }

    #[test]
    fn whatever_is_changed_in_a_record_there_is_no_panic(
        state in states(), changes in vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let mut bytes = state.encode().to_vec();
        bytes.truncate(bytes.len() - 4);
        for (place, byte) in changes {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        let mut writer = Writer::with_capacity(0);
        writer.bytes(&bytes);
        let _ = State::decode(&writer.finish());
    }
}

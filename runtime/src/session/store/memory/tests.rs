use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::session::store::Record;

/// What is done to the sessions of a provider. Subjects are few, so that they meet often.
#[derive(Clone, Debug)]
enum Step {
    Write { subject: u8, due: Option<i64> },
    Remove { subject: u8 },
    Claim { due: i64, limit: usize, hold: u64 },
    Pass { time: u64 },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let subject = 0..20_u8;
    let step = prop_oneof![
        4 => (subject.clone(), proptest::option::weighted(0.8, 0..50_i64))
            .prop_map(|(subject, due)| Step::Write { subject, due }),
        2 => subject.prop_map(|subject| Step::Remove { subject }),
        2 => (0..50_i64, 0..6_usize, 0..5_u64)
            .prop_map(|(due, limit, hold)| Step::Claim { due, limit, hold }),
        1 => (1..4_u64).prop_map(|time| Step::Pass { time }),
    ];
    vec(step, 0..150)
}

/// The same, as simply as it can be said.
#[derive(Debug)]
struct Plain {
    version: Version,
    due: Option<Timestamp>,
    held_until: u64,
}

fn at(millis: i64) -> Timestamp {
    Timestamp::from_unix_millis(millis)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn sessions_are_what_a_map_of_them_is(steps in steps()) {
        let mut sessions = Sessions::default();
        let mut model: BTreeMap<String, Plain> = BTreeMap::new();
        let (mut now, mut version) = (0, Version(0));
        for step in steps {
            match step {
                Step::Write { subject, due } => {
                    version.0 += 1;
                    let (subject, due) = (subject.to_string(), due.map(at));
                    sessions.write(&subject, version, &Record::new(subject.as_str(), due));
                    model.insert(subject, Plain { version, due, held_until: 0 });
                }
                Step::Remove { subject } => {
                    sessions.remove(&subject.to_string());
                    model.remove(&subject.to_string());
                }
                Step::Claim { due, limit, hold } => {
                    let claimed = sessions.claim_due(at(due), limit, now, now + hold);
                    let is_due = |plain: &&Plain| {
                        plain.held_until <= now && plain.due.is_some_and(|at_last| at_last <= at(due))
                    };
                    let mut expected: Vec<_> = model.values().filter(is_due).map(|plain| plain.due).collect();
                    expected.sort();
                    expected.truncate(limit);
                    // Which of those that are due at the same instant is first is nobody's concern.
                    let dues: Vec<_> = claimed.iter().map(|subject| model[&**subject].due).collect();
                    prop_assert_eq!(dues, expected);
                    for subject in claimed {
                        let plain = model.get_mut(&*subject).unwrap();
                        prop_assert!(plain.held_until <= now, "{} is handed out twice", subject);
                        plain.held_until = now + hold;
                    }
                }
                Step::Pass { time } => now += time,
            }
            prop_assert_eq!(sessions.len(), model.len());
            for subject in 0..20_u8 {
                let subject = subject.to_string();
                let (found, expected) = (sessions.load(&subject), model.get(&subject));
                prop_assert_eq!(
                    found.map(|entry| (entry.version, entry.record.due, entry.record.bytes.to_vec())),
                    expected.map(|plain| (plain.version, plain.due, subject.clone().into_bytes()))
                );
            }
        }
    }
}

#[test]
fn leases_that_ran_out_are_let_go() {
    let mut leases = Leases::default();
    for number in 0..1000_u64 {
        let key = SessionKey::new("example", number.to_string());
        leases.acquire(&key, &Owner::unique(), number * 10, number * 10 + 1);
    }
    assert!(leases.len() <= 128, "{} are kept", leases.len());
}

#[test]
fn a_store_shows_how_much_it_has_and_nothing_of_it() {
    let store = MemoryStore::new();
    let key = SessionKey::new("example", "planted-subject");
    store
        .inner()
        .write(&key, None, &Record::new("planted-record", None));
    assert_eq!(format!("{store:?}"), "MemoryStore { sessions: 1, .. }");
}

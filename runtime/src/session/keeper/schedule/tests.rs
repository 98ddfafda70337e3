//! The schedule by itself, and against a made-up store whose sessions fall due at random.

use proptest::prelude::*;

use super::*;

const NO_LIMIT: Budget = Budget {
    free: usize::MAX,
    opens: Timestamp::from_unix_millis(0),
};
const LONGEST: Duration = Duration::from_secs(10);

fn at(millis: u64) -> Now {
    Now {
        wall: Timestamp::from_unix_millis(i64::try_from(millis).unwrap()),
        monotonic: millis * 1_000_000,
    }
}

fn schedule() -> Schedule {
    Schedule::new(8, LONGEST, at(0))
}

fn wait_until(millis: u64) -> Next {
    Next::Wait(Look::at(at(millis)))
}

#[test]
fn it_never_looks_without_a_pause() {
    let mut schedule = Schedule::new(8, Duration::ZERO, at(0));
    for now in [0, 100, 200] {
        assert_eq!(schedule.next(at(now), NO_LIMIT), Next::Claim(8));
        schedule.claimed(8, 0, at(now));
        assert_eq!(schedule.next(at(now), NO_LIMIT), wait_until(now + 100));
    }
}

#[test]
fn it_looks_at_once_and_then_less_and_less_often() {
    let mut schedule = schedule();
    let mut now = 0;
    for wait in [2000, 4000, 8000, 10_000, 10_000] {
        assert_eq!(schedule.next(at(now), NO_LIMIT), Next::Claim(8));
        schedule.claimed(8, 0, at(now));
        assert_eq!(schedule.next(at(now), NO_LIMIT), wait_until(now + wait));
        now += wait;
    }
}

#[test]
fn a_find_brings_the_next_look_near() {
    let mut schedule = schedule();
    for now in [0, 2000, 6000] {
        schedule.claimed(8, 0, at(now));
    }
    schedule.claimed(8, 1, at(14_000));
    assert_eq!(schedule.next(at(14_000), NO_LIMIT), wait_until(15_000));
}

#[test]
fn as_much_as_was_asked_for_means_more_as_soon_as_there_is_room() {
    let mut schedule = schedule();
    schedule.claimed(8, 8, at(0));
    assert_eq!(schedule.next(at(0), NO_LIMIT), Next::WaitForRoom);
    schedule.finished(None, at(0));
    assert_eq!(schedule.next(at(0), NO_LIMIT), Next::WaitForRoom);
    schedule.finished(None, at(0));
    assert_eq!(schedule.next(at(0), NO_LIMIT), Next::Claim(2));
}

#[test]
fn what_was_written_here_is_looked_for_when_it_falls_due() {
    let mut schedule = schedule();
    schedule.claimed(8, 0, at(0));
    schedule.hint(Timestamp::from_unix_millis(1350));
    schedule.hint(Timestamp::from_unix_millis(1730));
    let Next::Wait(first) = schedule.next(at(0), NO_LIMIT) else {
        panic!("nothing is due yet");
    };
    assert_eq!(first.wall.unix_millis(), 1400);
    assert_eq!(schedule.next(at(1400), NO_LIMIT), Next::Claim(8));
    schedule.claimed(8, 1, at(1400));
    let Next::Wait(second) = schedule.next(at(1400), NO_LIMIT) else {
        panic!("nothing is due yet");
    };
    assert_eq!(second.wall.unix_millis(), 1800);
}

#[test]
fn hints_take_no_more_room_however_many_there_are() {
    let mut schedule = schedule();
    for due in (0..1_000_000).rev() {
        schedule.hint(Timestamp::from_unix_millis(due * 1000));
    }
    assert_eq!(schedule.hints.len(), MOST_HINTS);
    assert_eq!(schedule.hints.first(), Some(&0));
}

#[test]
fn a_used_up_budget_is_waited_for() {
    let mut schedule = schedule();
    schedule.claimed(8, 8, at(0));
    for _ in 0..8 {
        schedule.finished(None, at(0));
    }
    let used_up = |opens| Budget {
        free: 0,
        opens: Timestamp::from_unix_millis(opens),
    };
    assert_eq!(schedule.next(at(0), used_up(5000)), wait_until(5000));
    // One that says that it is open and gives nothing does not make it spin.
    assert_eq!(schedule.next(at(0), used_up(0)), wait_until(100));
    let little = Budget {
        free: 3,
        ..NO_LIMIT
    };
    assert_eq!(schedule.next(at(0), little), Next::Claim(3));
}

#[test]
fn a_store_that_fails_is_left_alone_longer_and_longer() {
    let mut schedule = schedule();
    schedule.claimed(8, 8, at(0));
    for _ in 0..8 {
        schedule.finished(None, at(0));
    }
    schedule.hint(Timestamp::from_unix_millis(100));
    let mut now = 0;
    for wait in [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000] {
        schedule.store_failed(at(now), 1.0);
        assert_eq!(schedule.next(at(now), NO_LIMIT), wait_until(now + wait));
        now += wait;
    }
    schedule.store_failed(at(now), 0.0);
    assert_eq!(schedule.next(at(now), NO_LIMIT), wait_until(now + 30_000));
}

#[test]
fn a_wall_clock_set_back_does_not_hold_it_up() {
    let mut schedule = schedule();
    schedule.claimed(8, 0, at(3_600_000));
    let back = Now {
        wall: Timestamp::from_unix_millis(0),
        monotonic: at(3_602_000).monotonic,
    };
    assert_eq!(schedule.next(back, NO_LIMIT), Next::Claim(8));
}

#[test]
fn a_machine_that_slept_looks_at_once() {
    let mut schedule = schedule();
    schedule.claimed(8, 0, at(0));
    let awake = Now {
        wall: Timestamp::from_unix_millis(3_600_000),
        monotonic: 0,
    };
    assert_eq!(schedule.next(awake, NO_LIMIT), Next::Claim(8));
}

#[test]
fn a_store_that_hands_out_more_than_was_asked_for_does_no_harm() {
    let mut schedule = schedule();
    schedule.claimed(8, 20, at(0));
    assert_eq!(schedule.next(at(60_000), NO_LIMIT), Next::WaitForRoom);
}

#[test]
fn draining_ends_what_is_under_way_and_begins_nothing() {
    let mut schedule = schedule();
    schedule.claimed(8, 2, at(0));
    schedule.drain();
    assert_eq!(schedule.next(at(60_000), NO_LIMIT), Next::WaitForRoom);
    schedule.finished(None, at(0));
    schedule.finished(None, at(0));
    assert_eq!(schedule.next(at(60_000), NO_LIMIT), Next::Stop);
}

const TROUBLE: Option<Trouble> = Some(Trouble { not_before: None });

#[test]
fn an_endpoint_in_trouble_gets_fewer_calls_at_once() {
    let mut schedule = schedule();
    schedule.claimed(8, 8, at(0));
    for _ in 0..2 {
        schedule.finished(TROUBLE, at(0));
    }
    assert_eq!(schedule.next(at(0), NO_LIMIT), Next::WaitForRoom);
    for _ in 0..6 {
        schedule.finished(None, at(0));
    }
    // Down to two, and six successes later back at eight.
    assert_eq!(schedule.next(at(0), NO_LIMIT), Next::Claim(8));
}

#[test]
fn an_endpoint_that_is_down_is_tried_once_in_a_while() {
    let mut schedule = schedule();
    schedule.claimed(8, 8, at(0));
    for _ in 0..7 {
        schedule.finished(TROUBLE, at(0));
    }
    assert_eq!(schedule.next(at(0), NO_LIMIT), Next::WaitForRoom);
    let mut now = 0;
    // Four of the eight met with trouble when there was one at a time.
    for wait in [16_000, 32_000, 60_000, 60_000] {
        schedule.finished(TROUBLE, at(now));
        assert_eq!(schedule.next(at(now), NO_LIMIT), wait_until(now + wait));
        now += wait;
        assert_eq!(schedule.next(at(now), NO_LIMIT), Next::Claim(1));
        schedule.claimed(1, 1, at(now));
    }
    schedule.finished(None, at(now));
    assert_eq!(schedule.next(at(now), NO_LIMIT), Next::Claim(2));
}

#[test]
fn what_the_endpoint_asks_for_is_kept_to_within_reason() {
    let mut schedule = Schedule::new(1, LONGEST, at(0));
    let asks = |instant| {
        Some(Trouble {
            not_before: Some(Timestamp::from_unix_millis(instant)),
        })
    };
    schedule.claimed(1, 1, at(0));
    schedule.finished(asks(90_000), at(0));
    assert_eq!(schedule.next(at(0), NO_LIMIT), wait_until(90_000));
    schedule.claimed(1, 1, at(90_000));
    schedule.finished(asks(i64::MAX), at(90_000));
    assert_eq!(schedule.next(at(90_000), NO_LIMIT), wait_until(390_000));
    schedule.claimed(1, 1, at(390_000));
    schedule.finished(asks(i64::MIN), at(390_000));
    assert_eq!(schedule.next(at(390_000), NO_LIMIT), wait_until(394_000));
}

/// One run over a made-up store.
#[derive(Debug)]
struct Course {
    /// When sessions fall due, and whether they were written here.
    sessions: Vec<(u64, bool)>,
    concurrency: usize,
    longest_wait: u64,
    /// How long each refresh takes.
    takes: u64,
    /// Which looks the store fails, counted from the first.
    failing: Vec<usize>,
    /// So many calls in each second; 0: any number.
    per_second: usize,
}

fn course() -> impl Strategy<Value = Course> {
    (
        prop::collection::vec((0_u64..60_000, any::<bool>()), 0..80),
        1_usize..20,
        1000_u64..30_000,
        1_u64..4000,
        prop::collection::vec(0_usize..10, 0..3),
        prop_oneof![Just(0_usize), 1_usize..30],
    )
        .prop_map(
            |(sessions, concurrency, longest_wait, takes, failing, per_second)| Course {
                sessions,
                concurrency,
                longest_wait,
                takes,
                failing,
                per_second,
            },
        )
}

/// What came of a run.
#[derive(Debug, Default)]
struct Outcome {
    /// When each session fell due and was taken.
    taken: Vec<(u64, u64)>,
    looks: usize,
    empty_looks: usize,
    most_under_way: usize,
}

fn run(course: &Course) -> Outcome {
    let mut schedule = Schedule::new(
        course.concurrency,
        Duration::from_millis(course.longest_wait),
        at(0),
    );
    let mut waiting = course.sessions.clone();
    waiting.sort_unstable();
    for (due, _) in waiting.iter().filter(|(_, is_local)| *is_local) {
        schedule.hint(Timestamp::from_unix_millis(i64::try_from(*due).unwrap()));
    }
    let mut outcome = Outcome::default();
    let mut ends: Vec<u64> = Vec::new();
    let mut calls: Vec<u64> = Vec::new();
    let mut now = 0;
    for _ in 0..100_000 {
        while ends.first().is_some_and(|end| *end <= now) {
            ends.remove(0);
            schedule.finished(None, at(now));
        }
        if waiting.is_empty() && ends.is_empty() && now > 120_000 {
            return outcome;
        }
        let second = now / 1000;
        let used = calls.iter().filter(|call| *call / 1000 == second).count();
        let budget = match course.per_second {
            0 => NO_LIMIT,
            most => Budget {
                free: most.saturating_sub(used),
                opens: Timestamp::from_unix_millis(i64::try_from((second + 1) * 1000).unwrap()),
            },
        };
        match schedule.next(at(now), budget) {
            Next::Claim(most) => {
                assert!(most > 0 && most <= budget.free);
                outcome.looks += 1;
                if course.failing.contains(&(outcome.looks - 1)) {
                    schedule.store_failed(at(now), 0.5);
                    continue;
                }
                let due = waiting.iter().take_while(|(due, _)| *due <= now).count();
                let found = due.min(most);
                for (due, _) in waiting.drain(..found) {
                    outcome.taken.push((due, now));
                    ends.push(now + course.takes);
                    calls.push(now);
                }
                outcome.empty_looks += usize::from(found == 0);
                schedule.claimed(most, found, at(now));
                outcome.most_under_way = outcome.most_under_way.max(ends.len());
            }
            Next::Wait(look) => {
                assert!(!look.is_reached(at(now)), "it would spin");
                let by_wall = u64::try_from(look.wall.unix_millis()).unwrap();
                let look = by_wall.min(look.monotonic / 1_000_000);
                now = ends.first().map_or(look, |end| look.min(*end));
            }
            Next::WaitForRoom => now = *ends.first().expect("something is under way"),
            Next::Stop => unreachable!("nobody asked it to drain"),
        }
    }
    panic!("it does not come to an end: {outcome:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn everything_due_is_taken_once_and_never_too_much_at_a_time(course in course()) {
        let outcome = run(&course);
        prop_assert_eq!(outcome.taken.len(), course.sessions.len());
        prop_assert!(outcome.most_under_way <= course.concurrency);
        prop_assert!(outcome.taken.iter().all(|(due, taken)| taken >= due));
    }

    #[test]
    fn looks_that_find_nothing_are_few(course in course()) {
        let outcome = run(&course);
        let local = course.sessions.iter().filter(|(_, is_local)| *is_local).count();
        // One for each hint, one after each find, and otherwise two seconds apart at the least.
        let most = local + course.sessions.len() + 1 + 400_000 / 1000;
        prop_assert!(outcome.empty_looks <= most, "{outcome:?}");
    }

    #[test]
    fn with_room_and_budget_nothing_due_waits_longer_than_the_longest_wait(course in course()) {
        let course = Course { per_second: 0, failing: Vec::new(), concurrency: 400, ..course };
        let outcome = run(&course);
        for (due, taken) in outcome.taken {
            prop_assert!(taken - due <= course.longest_wait + 100, "due {due}, taken {taken}");
        }
    }

    #[test]
    fn what_was_written_here_waits_for_nothing(course in course()) {
        let sessions = course.sessions.iter().map(|(due, _)| (*due, true)).collect();
        let course = Course { per_second: 0, failing: Vec::new(), concurrency: 400, sessions, ..course };
        let outcome = run(&course);
        for (due, taken) in outcome.taken {
            prop_assert!(taken - due <= 100, "due {due}, taken {taken}");
        }
    }
}

//! The figures of a session, row by row: what a read costs, how many calls a crowd makes, what is lost when the leader goes away.
//! `figures.sh` beside this file runs them all.
#![allow(clippy::print_stdout, reason = "that is what it is for")]

mod away;
mod crowd;
mod dropped;
mod front;
mod provider;
mod reads;
mod refresh;

use std::env;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

const ROWS: &[(&str, fn())] = &[
    ("two-threads", reads::two_threads),
    ("crowd", crowd::crowd),
    ("dropped", dropped::dropped),
    ("refresh", refresh::refresh),
];

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        ["serve"] => away::serve(),
        // For valgrind: so many times the same, and nothing else.
        ["read", how, times] => reads::read(how, number(times)),
        ["renew", how, times] => refresh::renew(how, number(times)),
        _ => {
            for (name, row) in ROWS {
                if words.iter().all(|word| word.starts_with('-')) || words.contains(name) {
                    row();
                }
            }
        }
    }
}

/// What one of the CPU's clocks shows.
fn seconds(clock: ClockId) -> f64 {
    Duration::try_from(clock_gettime(clock)).map_or(0.0, |time| time.as_secs_f64())
}

fn number(text: &str) -> u32 {
    text.parse().expect("a number of times")
}

//! The keeper's map of live sources under the model checker: every interleaving of its lock, within three switches.
#![allow(clippy::unwrap_used, dead_code, unreachable_pub)]

#[path = "../src/session/keeper/live.rs"]
mod live;
mod sync {
    pub use std::sync::{Arc, PoisonError, Weak};

    pub use loom::sync::{Mutex, MutexGuard};
}

use live::{Live, Slot};
use sync::Arc;

/// A source in place of the real one.
struct Value(Slot<Self>);

type Sources = Arc<Live<Value>>;

fn get(sources: &Sources) -> Arc<Value> {
    sources.get_or_make("a", |_, slot| Arc::new(Value(slot)))
}

/// Holds a source for a while: whoever asks meanwhile has to get the same, or there would be two drivers of one session.
fn hold(sources: &Sources) {
    let held = get(sources);
    let again = get(sources);
    assert!(Arc::ptr_eq(&held, &again));
}

fn check(model: impl Fn() + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(3);
    builder.check(model);
}

#[test]
fn one_subject_has_one_source_and_the_last_holder_takes_the_entry_along() {
    check(|| {
        let sources = Arc::new(Live::new());
        let threads: Vec<_> = (0..2)
            .map(|_| {
                let sources = Arc::clone(&sources);
                loom::thread::spawn(move || hold(&sources))
            })
            .collect();
        hold(&sources);
        for thread in threads {
            thread.join().unwrap();
        }
        assert_eq!(sources.len(), 0);
    });
}

#[test]
fn a_held_source_is_found_whatever_others_drop() {
    check(|| {
        let sources = Arc::new(Live::new());
        let held = get(&sources);
        let other = {
            let sources = Arc::clone(&sources);
            loom::thread::spawn(move || {
                drop(get(&sources));
                drop(sources.all());
            })
        };
        assert!(Arc::ptr_eq(&held, &get(&sources)));
        other.join().unwrap();
        assert_eq!(sources.len(), 1);
        drop(held);
        assert_eq!(sources.len(), 0);
    });
}

#[test]
fn whoever_looks_at_all_may_be_the_last_holder() {
    check(|| {
        let sources = Arc::new(Live::new());
        let held = get(&sources);
        let looker = {
            let sources = Arc::clone(&sources);
            loom::thread::spawn(move || drop(sources.all()))
        };
        drop(held);
        looker.join().unwrap();
        assert_eq!(sources.len(), 0);
    });
}

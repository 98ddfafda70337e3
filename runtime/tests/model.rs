//! The atomics of a session, run through every order that threads and memory allow, by loom.
//!
//! The files are the library's own, with loom's atomics under the name by which they ask for them. What is shown is modelled
//! by its number: that swapping and loading it are ordered as they are here is what arc-swap promises.

#[path = "../src/session/cell/call.rs"]
mod call;
#[path = "../src/session/cell/edge.rs"]
mod edge;
mod sync {
    pub(crate) use loom::sync::atomic::{AtomicBool, AtomicI64, Ordering, fence};
}

use call::Call;
use edge::Edge;
use loom::sync::Arc;
use loom::sync::atomic::AtomicUsize;
use loom::thread;
use sync::Ordering;

/// What a cell is to its readers: the number of what is shown, and where each thing shown ends.
struct Shown {
    number: AtomicUsize,
    edges: [Edge; 3],
}

impl Shown {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            number: AtomicUsize::new(0),
            edges: [Edge::at(9), Edge::at(9), Edge::at(9)],
        })
    }

    /// As `Cell::publish` does.
    fn publish(&self, number: usize) {
        let old = self.number.swap(number, Ordering::AcqRel);
        self.edges[old].end();
    }

    /// As `View::get` does: what it takes into its hand instead of this, if it has to.
    fn next(&self, hand: usize) -> Option<usize> {
        if self.edges[hand].get() != Edge::ENDED {
            return None;
        }
        Edge::gone();
        Some(self.number.load(Ordering::Acquire))
    }
}

#[test]
fn of_all_who_come_one_calls() {
    loom::model(|| {
        let call = Arc::new(Call::new());
        let others: Vec<_> = (0..2)
            .map(|_| {
                let call = Arc::clone(&call);
                thread::spawn(move || usize::from(call.is_first()))
            })
            .collect();
        let own = usize::from(call.is_first());
        let calls: usize = others.into_iter().map(|other| other.join().unwrap()).sum();
        assert_eq!(own + calls, 1);
        assert!(!call.is_first());
    });
}

#[test]
fn a_reader_never_goes_back() {
    loom::model(|| {
        let shown = Shown::new();
        let driver = {
            let shown = Arc::clone(&shown);
            thread::spawn(move || {
                shown.publish(1);
                shown.publish(2);
            })
        };
        let mut hand = 0;
        for _ in 0..3 {
            if let Some(next) = shown.next(hand) {
                assert!(next > hand, "{hand} is gone, and {next} is read");
                hand = next;
            }
        }
        driver.join().unwrap();
        assert_eq!(
            shown.next(hand).unwrap_or(hand),
            2,
            "what is published is read"
        );
    });
}

#[test]
fn with_two_who_publish_all_is_gone_but_what_is_shown() {
    loom::model(|| {
        let shown = Shown::new();
        let other = {
            let shown = Arc::clone(&shown);
            thread::spawn(move || shown.publish(1))
        };
        shown.publish(2);
        other.join().unwrap();
        let last = shown.number.load(Ordering::Acquire);
        for (number, edge) in shown.edges.iter().enumerate() {
            assert_eq!(edge.get() == Edge::ENDED, number != last);
        }
    });
}

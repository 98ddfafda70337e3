//! What a cached read costs.

use std::hint::black_box;
use std::mem::ManuallyDrop;
use std::pin::pin;
use std::sync::{Arc, Barrier};
use std::task::{Context, Poll, Waker};
use std::thread;

use rustix::time::ClockId;
use token_refresh_runtime::session::store::MemoryStore;
use token_refresh_runtime::session::{Reader, TokenSource};

use crate::provider::{AtOnce, Client, signed_in};
use crate::seconds;

/// A source with a good token.
fn ready() -> TokenSource<Client> {
    let client = Client::over("http://127.0.0.1:1", Arc::new(AtOnce));
    let source = TokenSource::new(client, MemoryStore::new(), "reads");
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.expect("a runtime").block_on(async {
        source
            .insert(signed_in("first"))
            .await
            .expect("it is stored");
        source.token().await.expect("a token comes");
    });
    source
}

/// Reads so many times, for whoever counts instructions.
pub(crate) fn read(how: &str, times: u32) {
    let source = ready();
    let mut reader = source.reader();
    match how {
        "nothing" => repeat(times, || &source),
        // Its bytes are shared: what is not dropped is a number that stays too high.
        "owned" => repeat(times, || ManuallyDrop::new(source.current())),
        "owned-and-dropped" => repeat(times, || source.current()),
        "awaited" => repeat(times, || awaited(&source)),
        "borrowed" => borrow(times, &mut reader),
        "clone" => {
            let token = source.current().expect("a token");
            repeat(times, || token.clone());
        }
        "owned-of-reader" => repeat(times, || reader.get().cloned()),
        _ => panic!("no such read: {how}"),
    }
}

#[inline]
fn repeat<T>(times: u32, mut read: impl FnMut() -> T) {
    for _ in 0..times {
        black_box(read());
    }
}

#[inline(never)]
fn borrow(times: u32, reader: &mut Reader<Client>) {
    for _ in 0..times {
        black_box(reader.get());
    }
}

/// `token()`, which is ready when it is first asked.
fn awaited(source: &TokenSource<Client>) -> bool {
    let mut context = Context::from_waker(Waker::noop());
    let future = pin!(source.token());
    matches!(future.poll(&mut context), Poll::Ready(Ok(_)))
}

/// The borrowed read in two threads at once, over one alone.
pub(crate) fn two_threads() {
    const READS: u32 = 4_000_000;
    let source = ready();
    let at_once = |threads: usize| {
        let start = Barrier::new(threads);
        thread::scope(|scope| {
            let others: Vec<_> = (0..threads)
                .map(|_| {
                    scope.spawn(|| {
                        let mut reader = source.reader();
                        start.wait();
                        let began = seconds(ClockId::ThreadCPUTime);
                        borrow(READS, &mut reader);
                        seconds(ClockId::ThreadCPUTime) - began
                    })
                })
                .collect();
            let times = others.into_iter().map(|one| one.join().expect("it reads"));
            times.fold(0.0, f64::max)
        })
    };
    // CPU time, which grows with waiting for memory but not with waiting for a processor; the least of several, one thread and two
    // by turns: what else the machine does only ever adds.
    let rounds: Vec<_> = (0..15).map(|_| (at_once(1), at_once(2))).collect();
    let one = rounds.iter().map(|round| round.0).fold(f64::MAX, f64::min);
    let two = rounds.iter().map(|round| round.1).fold(f64::MAX, f64::min);
    println!(
        "borrowed read: {:.1} ns in one thread, {:.1} ns in two at once: {:.2} x",
        one * 1e9 / f64::from(READS),
        two * 1e9 / f64::from(READS),
        two / one
    );
}

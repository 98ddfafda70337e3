//! Room for recursion: a spec may nest deeper than the stack of a test's thread or of a build script bears.

use std::cell::Cell;

/// Enough for what [`crate::source`] lets through, many times over. Only what is touched is ever taken.
const BYTES: usize = 64 << 20;

thread_local! {
    /// Whether this is a thread with a large stack.
    static IS_DEEP: Cell<bool> = const { Cell::new(false) };
}

/// Does the work on a thread with a large stack; on this one where it is such, or where none is to be had.
pub(crate) fn deep<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    // One thread for all: memory that another one has given back is not taken again.
    if IS_DEEP.get() {
        return work();
    }
    // Where no thread can be made, what it was to do is still in the slot.
    let slot = std::sync::Mutex::new(Some(work));
    let take = || {
        let work = slot.lock().ok().and_then(|mut slot| slot.take());
        work.map(|work| work())
    };
    let on_thread = || {
        IS_DEEP.set(true);
        take()
    };
    let done = std::thread::scope(|scope| {
        let made = std::thread::Builder::new()
            .stack_size(BYTES)
            .spawn_scoped(scope, on_thread);
        match made {
            Ok(thread) => thread
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
            Err(_) => take(),
        }
    });
    done.unwrap_or_else(|| unreachable!("the work is taken once"))
}

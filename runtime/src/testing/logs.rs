//! Catches what a call tells `log` and `tracing`, for tests that look for secrets in it.

use std::cell::RefCell;
use std::fmt::{self, Write as _};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, Once, PoisonError};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::DefaultGuard;
use tracing::{Event, Metadata, Subscriber};

/// Everything that this thread tells `log` and `tracing`, at every level, until it is dropped.
///
/// Other threads are left alone, so tests run side by side. A `#[tokio::test]` has all its tasks on its own
/// thread unless it asks for more.
///
/// ```
/// use token_refresh_runtime::testing::Logs;
///
/// let logs = Logs::capture();
/// tracing::debug!(attempt = 1, "asking");
/// assert!(logs.text().contains("asking"));
/// ```
#[derive(Debug)]
pub struct Logs {
    buffer: Buffer,
    previous: Option<Buffer>,
    _tracing: DefaultGuard,
}

impl Logs {
    /// Starts to listen.
    ///
    /// # Panics
    /// When the process has a logger of another make: `log` has room for one, and would tell us nothing.
    pub fn capture() -> Self {
        install();
        let buffer = Buffer::default();
        let previous = CURRENT.with_borrow_mut(|current| current.replace(buffer.clone()));
        let collector = Collector {
            buffer: buffer.clone(),
            spans: AtomicU64::new(0),
        };
        Self {
            buffer,
            previous,
            _tracing: tracing::subscriber::set_default(collector),
        }
    }

    /// What was told so far, one record a line.
    pub fn text(&self) -> String {
        self.buffer.lock().clone()
    }
}

impl Drop for Logs {
    fn drop(&mut self) {
        CURRENT.with_borrow_mut(|current| *current = self.previous.take());
    }
}

#[derive(Clone, Debug, Default)]
struct Buffer(Arc<Mutex<String>>);

impl Buffer {
    fn lock(&self) -> MutexGuard<'_, String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn line(&self, line: fmt::Arguments<'_>) {
        // Writing to a `String` cannot fail.
        let _ = writeln!(self.lock(), "{line}");
    }
}

thread_local! {
    static CURRENT: RefCell<Option<Buffer>> = const { RefCell::new(None) };
}

/// The one logger of the process; hands each record to the buffer of the thread that it comes from.
struct PerThread;

fn install() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        log::set_logger(&PerThread)
            .expect("no other logger is set in a process whose logs are searched");
        log::set_max_level(log::LevelFilter::Trace);
    });
}

impl log::Log for PerThread {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        // A thread may log while its locals are being taken down.
        CURRENT
            .try_with(|current| current.borrow().is_some())
            .unwrap_or(false)
    }

    fn log(&self, record: &log::Record<'_>) {
        let buffer = CURRENT.try_with(|current| current.borrow().clone());
        if let Ok(Some(buffer)) = buffer {
            buffer.line(format_args!(
                "{} {}: {}",
                record.level(),
                record.target(),
                record.args()
            ));
        }
    }

    fn flush(&self) {}
}

/// The subscriber of one thread.
struct Collector {
    buffer: Buffer,
    spans: AtomicU64,
}

impl Collector {
    fn tell(&self, metadata: &Metadata<'_>, what: &str, values: impl FnOnce(&mut Fields)) {
        let mut fields = Fields::default();
        values(&mut fields);
        let (level, target) = (metadata.level(), metadata.target());
        self.buffer
            .line(format_args!("{level} {target}: {what}{}", fields.0));
    }
}

impl Subscriber for Collector {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        self.tell(span.metadata(), span.metadata().name(), |fields| {
            span.record(fields);
        });
        Id::from_u64(self.spans.fetch_add(1, Ordering::Relaxed) + 1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        let mut fields = Fields::default();
        values.record(&mut fields);
        self.buffer.line(format_args!("span{}", fields.0));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        self.tell(event.metadata(), "event", |fields| event.record(fields));
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// Fields as ` name=value`.
#[derive(Default)]
struct Fields(String);

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        // As it is: escapes would be one more form to search for.
        let _ = write!(self.0, " {field}={value}");
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let _ = write!(self.0, " {field}={value:?}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_facades_are_caught_at_every_level() {
        let logs = Logs::capture();
        log::trace!("from log");
        let span = tracing::trace_span!("call", session = "s-1", late = tracing::field::Empty);
        let _entered = span.enter();
        span.record("late", "r-1");
        tracing::trace!(answer = ?Some(42), "from tracing");
        let text = logs.text();
        for part in [
            "TRACE token_refresh_runtime",
            "from log",
            "session=s-1",
            "late=r-1",
            "answer=Some(42)",
            "from tracing",
        ] {
            assert!(text.contains(part), "{part} in {text}");
        }
    }

    #[test]
    fn threads_do_not_hear_each_other() {
        let logs = Logs::capture();
        let other = std::thread::spawn(|| {
            let logs = Logs::capture();
            log::error!("there");
            tracing::error!("there too");
            logs.text()
        });
        let other = other.join().unwrap();
        log::error!("here");
        assert!(
            other.contains("there") && other.contains("there too"),
            "{other}"
        );
        assert!(
            logs.text().contains("here") && !logs.text().contains("there"),
            "{}",
            logs.text()
        );
    }

    #[test]
    fn an_inner_capture_hands_back_to_the_outer_one() {
        let outer = Logs::capture();
        let inner = Logs::capture();
        log::warn!("inner");
        drop(inner);
        log::warn!("outer");
        assert!(outer.text().contains("outer") && !outer.text().contains("inner"));
    }
}

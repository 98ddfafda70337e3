//! Tells a person at a terminal that work of more than a second is still going on, and what it is at.

use std::io::{IsTerminal as _, Write as _, stderr};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Work shorter than this shows nothing.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often the line is written anew.
const PACE: Duration = Duration::from_millis(250);
/// Back to the start of the line, and clear it.
const CLEAR: &str = "\r\u{1b}[2K";

/// Shows a line on standard error while it lives, from the first second on; nothing where that is no terminal.
#[derive(Debug)]
pub(crate) struct Progress {
    teller: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Progress {
    /// Starts the clock for this piece of work.
    pub(crate) fn start(what: String) -> Self {
        if !stderr().is_terminal() {
            return Self { teller: None };
        }
        let (sender, receiver) = channel();
        let began = Instant::now();
        let thread = std::thread::spawn(move || {
            let mut wait = PATIENCE;
            while receiver.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
                show(&format!("{CLEAR}{what}, {} s", began.elapsed().as_secs()));
                wait = PACE;
            }
            if wait == PACE {
                show(CLEAR);
            }
        });
        Self {
            teller: Some((sender, thread)),
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some((sender, thread)) = self.teller.take() {
            drop(sender);
            // The thread only writes to the terminal; if it panicked there is nothing to save.
            let _ = thread.join();
        }
    }
}

fn show(text: &str) {
    let mut stream = stderr();
    let _ = stream
        .write_all(text.as_bytes())
        .and_then(|()| stream.flush());
}

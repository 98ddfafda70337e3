//! A question to the store on its way to the worker and back.

use std::time::Instant;

use rusqlite::Connection;
use tokio::sync::{OwnedSemaphorePermit, oneshot};

use super::fault::Fault;
use crate::session::store::StoreError;

/// What a job needs of a transaction.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// It changes nothing.
    Read,
    /// It changes leases, which need not outlive a power cut: nobody who held one does.
    Lease,
    /// What it writes is on the disk before it is answered.
    Write,
}

/// Something to do in a transaction, perhaps more than once, and someone who waits for how it went.
pub(super) struct Job {
    pub(super) kind: Kind,
    /// When whoever asked is told that no turn came.
    pub(super) until: Instant,
    work: Box<dyn Work>,
    /// Its room in the queue, free again when this is dropped.
    _room: OwnedSemaphorePermit,
}

trait Work: Send {
    fn is_wanted(&self) -> bool;
    fn run(&mut self, connection: &Connection) -> Result<(), Fault>;
    fn answer(self: Box<Self>, outcome: Result<(), StoreError>);
}

struct Task<T, F> {
    act: F,
    done: Option<Result<T, StoreError>>,
    reply: oneshot::Sender<Result<T, StoreError>>,
}

impl Job {
    /// The job, and where its answer comes.
    pub(super) fn new<T, F>(
        kind: Kind,
        until: Instant,
        room: OwnedSemaphorePermit,
        act: F,
    ) -> (Self, oneshot::Receiver<Result<T, StoreError>>)
    where
        T: Send + 'static,
        F: FnMut(&Connection) -> Result<T, Fault> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let task = Task {
            act,
            done: None,
            reply,
        };
        let job = Self {
            kind,
            until,
            work: Box::new(task),
            _room: room,
        };
        (job, answer)
    }

    /// Whether anyone still waits for it.
    pub(super) fn is_wanted(&self) -> bool {
        self.work.is_wanted()
    }

    /// Does it; an error is one of the whole transaction.
    pub(super) fn run(&mut self, connection: &Connection) -> Result<(), Fault> {
        self.work.run(connection)
    }

    /// Tells how it went: as it said itself where the transaction succeeded.
    pub(super) fn answer(self, outcome: Result<(), StoreError>) {
        self.work.answer(outcome);
    }
}

impl<T, F> Work for Task<T, F>
where
    T: Send,
    F: FnMut(&Connection) -> Result<T, Fault> + Send,
{
    fn is_wanted(&self) -> bool {
        !self.reply.is_closed()
    }

    fn run(&mut self, connection: &Connection) -> Result<(), Fault> {
        self.done = Some(match (self.act)(connection) {
            Ok(done) => Ok(done),
            // One session's damage is no other's trouble.
            Err(Fault::Store(error)) => Err(error),
            Err(fault) => return Err(fault),
        });
        Ok(())
    }

    fn answer(self: Box<Self>, outcome: Result<(), StoreError>) {
        let done = match outcome {
            Ok(()) => self
                .done
                .expect("a transaction that succeeded ran every job"),
            Err(error) => Err(error),
        };
        // Whoever asked may have gone.
        let _ = self.reply.send(done);
    }
}

//! The short changes, each in a task of its own: whoever asked may go away, and it is done all the same.

use std::sync::Arc;

use tokio::sync::oneshot;

use super::spare::Taken;
use super::{Session, metrics};
use crate::Token;
use crate::session::machine::{Change, Edit, EditAsk, EditEvent, Edited, Want};
use crate::session::store::StoreError;
use crate::session::{EventKind, SessionError, SessionErrorKind};

/// How a change went, for whoever asked.
pub(crate) enum Done {
    /// It is in the store.
    Stored,
    /// The token.
    Taken(Taken),
    /// There is none to take.
    Empty,
}

impl Session {
    /// Makes a change, and waits for it. None is made once the source is being shut down.
    pub(crate) async fn edit(self: &Arc<Self>, change: Change) -> Result<Done, SessionError> {
        let gone = || self.error(SessionErrorKind::ShutDown);
        let handle = self.handle().map_err(|_| gone())?;
        // Counted before it is asked: a shutdown either waits for this, or is seen here.
        let editing = Editing::new(Arc::clone(self));
        if *self.closing.borrow() {
            return Err(gone());
        }
        let (answer, answered) = oneshot::channel();
        handle.spawn(async move {
            let session = Arc::clone(&editing.0);
            // Whoever asked may have gone.
            drop(answer.send(session.make(change).await));
            drop(editing);
        });
        answered.await.map_err(|_| gone())?
    }

    /// A token that was taken for someone who has gone.
    pub(crate) fn spare(&self) -> Option<Token> {
        let mut desk = self.desk();
        let now = desk.machine.time(self.clock.now());
        let generation = || Some(desk.machine.state()?.generation);
        // Where a refresh kills the token before, only those of the last one are left.
        let generation = self.rules.is_access_revoked().then(generation).flatten();
        desk.spares.next(generation, now)
    }

    async fn make(self: &Arc<Self>, change: Change) -> Result<Done, SessionError> {
        let mut edit = Edit::new(change);
        let mut ask = EditAsk::Load;
        loop {
            let event = match ask {
                EditAsk::Load => EditEvent::Loaded(self.load().await),
                EditAsk::Write { expected, state } => {
                    EditEvent::Written(self.write(expected, &state).await)
                }
                EditAsk::Remove(version) => {
                    let removed = self.store.remove(&self.key, version).await;
                    let counted = |error: &_| metrics::store_failed(&self.key, "remove", error);
                    EditEvent::Removed(removed.inspect_err(counted))
                }
                EditAsk::Done(edited) => return self.made(edited),
            };
            ask = edit.step(event, &self.desk().machine, self.clock.now());
        }
    }

    fn made(self: &Arc<Self>, edited: Result<Edited, StoreError>) -> Result<Done, SessionError> {
        let edited = edited.map_err(|error| self.rules.store(error, None))?;
        let now = self.clock.now();
        // Before the lock: a token that is dropped takes it.
        let mut on_its_way = None;
        let mut reported = None;
        let mut desk = self.desk();
        let done = match edited {
            Edited::Inserted(loaded) => {
                let generation = loaded.state.generation;
                desk.spares.end(Some(loaded.version));
                desk.machine.edited(loaded, now);
                let kind = EventKind::Adopted { generation };
                self.emit(&kind);
                reported = Some(kind);
                Done::Stored
            }
            Edited::Taken(token, loaded) => {
                on_its_way = Some(Taken::new(self, token, &loaded));
                desk.machine.edited(loaded, now);
                Done::Empty
            }
            Edited::Empty(found) => {
                if let Some(found) = found {
                    desk.machine.edited(found, now);
                }
                Done::Empty
            }
            Edited::Forgotten(version) => {
                desk.spares.end(version);
                desk.machine.forgotten(version);
                Done::Stored
            }
        };
        self.publish(&desk.machine);
        drop(desk);
        if let Some(kind) = reported {
            self.report(&kind);
        }
        let Some(taken) = on_its_way else {
            return Ok(done);
        };
        if !self.rules.is_access_revoked() {
            // Its successor is fetched behind whoever has it.
            drop(self.request(Want::Due));
        }
        Ok(Done::Taken(taken))
    }
}

/// That a change is being made, for whoever shuts the session down.
struct Editing(Arc<Session>);

impl Editing {
    fn new(session: Arc<Session>) -> Self {
        session.busy.send_modify(|count| *count += 1);
        Self(session)
    }
}

impl Drop for Editing {
    fn drop(&mut self) {
        self.0.busy.send_modify(|count| *count -= 1);
    }
}

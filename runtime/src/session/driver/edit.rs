//! The short changes, each in a task of its own: whoever asked may go away, and it is done all the same.

use std::sync::Arc;

use tokio::sync::oneshot;

use super::Session;
use crate::Token;
use crate::session::machine::{Change, Edit, EditAsk, EditEvent, Edited, Want};
use crate::session::store::StoreError;
use crate::session::{EventKind, SessionError, SessionErrorKind};

/// How a change went, for whoever asked.
pub(crate) enum Done {
    /// It is in the store.
    Stored,
    /// The token.
    Taken(Token),
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
            let done = session.make(change).await;
            if let Err(Ok(Done::Taken(token))) = answer.send(done) {
                // Whoever asked has gone: the token is for the next one.
                session.desk().spare = Some(token);
            }
            drop(editing);
        });
        answered.await.map_err(|_| gone())?
    }

    /// The token that was taken for someone who has gone.
    pub(crate) fn spare(&self) -> Option<Token> {
        let now = self.clock.now().wall;
        let spare = self.desk().spare.take();
        spare.filter(|token| !token.expiry().is_over(now))
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
                    EditEvent::Removed(self.store.remove(&self.key, version).await)
                }
                EditAsk::Done(edited) => return self.made(edited),
            };
            ask = edit.step(event, &self.rules, self.clock.now());
        }
    }

    fn made(self: &Arc<Self>, edited: Result<Edited, StoreError>) -> Result<Done, SessionError> {
        let edited = edited.map_err(|error| self.rules.store(error, None))?;
        let now = self.clock.now();
        let mut desk = self.desk();
        let done = match edited {
            Edited::Inserted(loaded) => {
                let generation = loaded.state.generation;
                desk.spare = None;
                desk.machine.edited(loaded, now);
                self.emit(EventKind::Adopted { generation });
                Done::Stored
            }
            Edited::Taken(token, loaded) => {
                desk.machine.edited(loaded, now);
                Done::Taken(token)
            }
            Edited::Empty(found) => {
                if let Some(found) = found {
                    desk.machine.edited(found, now);
                }
                Done::Empty
            }
            Edited::Forgotten => {
                desk.spare = None;
                desk.machine.forgotten();
                Done::Stored
            }
        };
        self.publish(&desk.machine);
        drop(desk);
        if matches!(done, Done::Taken(_)) && !self.rules.is_access_revoked() {
            // Its successor is fetched behind whoever has it.
            drop(self.request(Want::Due));
        }
        Ok(done)
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

//! From a wish to the flight that fulfils it: the one under way, a new one, or none.

use std::sync::Arc;

use tokio::sync::watch;

use super::{Outcome, Session, Waiting};
use crate::session::machine::{Verdict, Want, Wanted};
use crate::session::{SessionError, SessionErrorKind};

/// What becomes of a wish.
pub(crate) enum Requested {
    /// What there is will do.
    Served,
    /// Nothing can be done now.
    Failed(SessionError),
    /// A flight is under way.
    Waiting(Flown),
}

/// A flight to wait for. Dropping it changes nothing.
pub(crate) struct Flown {
    outcome: watch::Receiver<Option<Outcome>>,
    /// Whether it was begun for this wish.
    pub(crate) is_new: bool,
}

impl Session {
    /// Sees to it that this is done, as far as that needs doing.
    pub(crate) fn request(self: &Arc<Self>, want: Want) -> Requested {
        let mut desk = self.desk();
        if matches!(want, Want::Other(_) | Want::Look)
            && let Some(current) = &desk.current
        {
            return Requested::Waiting(Flown::joined(current));
        }
        if let (Want::Other(refused), Some((wanted, waiting))) = (&want, &desk.next)
            && wanted.refused.as_ref() == Some(refused)
        {
            // One flight for all who were refused, and one judgement of whether it is let through.
            return Requested::Waiting(Flown::joined(waiting));
        }
        let wanted = match desk.machine.verdict(want, self.clock.now()) {
            Verdict::Serve => {
                self.publish(&desk.machine);
                return Requested::Served;
            }
            Verdict::Fail(error) => return Requested::Failed(error),
            Verdict::Fly(wanted) => wanted,
        };
        if *self.closing.borrow() {
            return Requested::Failed(self.error(SessionErrorKind::ShutDown));
        }
        if let Some(current) = &desk.current {
            return Requested::Waiting(Flown::joined(current));
        }
        if desk.is_running {
            let (next, waiting) = desk
                .next
                .get_or_insert_with(|| (Wanted::default(), watch::Sender::new(None)));
            next.join(wanted);
            return Requested::Waiting(Flown::joined(waiting));
        }
        let waiting = watch::Sender::new(None);
        let mut flown = Flown::joined(&waiting);
        flown.is_new = true;
        desk.current = Some(waiting);
        desk.is_running = true;
        drop(desk);
        self.take_off(wanted);
        Requested::Waiting(flown)
    }
}

impl Flown {
    fn joined(waiting: &Waiting) -> Self {
        Self {
            outcome: waiting.subscribe(),
            is_new: false,
        }
    }

    /// How the flight ends; `None`: the runtime that it was on has gone away.
    pub(crate) async fn outcome(mut self) -> Option<Outcome> {
        let outcome = self.outcome.wait_for(Option::is_some).await.ok()?;
        outcome.clone()
    }
}

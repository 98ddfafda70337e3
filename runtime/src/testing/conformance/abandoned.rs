//! Calls whose futures are dropped midway: what they were about is done or not, and the store is as good as before.

use std::pin::pin;
use std::task::Poll;

use super::stand::{Fault, LONG, Outcome, SHORT, Stand, due_at, ensure, record, same};
use super::{Rule, rule};
use crate::Timestamp;
use crate::session::SessionKey;
use crate::session::store::{Acquired, Owner, Record, Removed, Written};

pub(super) fn rules() -> Vec<Rule> {
    vec![
        rule(
            "abandoned-write",
            "a write whose future is dropped has stored all or nothing, and others go on",
            abandoned_write,
        ),
        rule(
            "abandoned-lease",
            "a lease whose future is dropped is free when its time is over at the latest",
            abandoned_lease,
        ),
        rule(
            "abandoned-claim",
            "what was handed out to a future that is dropped is handed out again after `hold`",
            abandoned_claim,
        ),
    ]
}

/// After how many polls a call is dropped.
const POLLS: [usize; 6] = [0, 1, 2, 3, 8, 50];

/// Polls a call so many times at most, and drops it.
async fn abandon(call: impl Future, polls: usize) {
    let mut call = pin!(call);
    for _ in 0..polls {
        let is_done =
            std::future::poll_fn(|context| Poll::Ready(call.as_mut().poll(context).is_ready()))
                .await;
        if is_done {
            return;
        }
        tokio::task::yield_now().await;
    }
}

async fn abandoned_write(stand: Stand) -> Outcome {
    for polls in POLLS {
        let key = stand.key(polls.to_string());
        let before = stand.write(&key, None, &record("before")).await?;
        let left = Record::new(vec![b'x'; 10_000], None);
        abandon(stand.one.load(&key), polls).await;
        abandon(stand.one.write(&key, Some(before), &left), polls).await;
        let entry = stand.load(&key).await?;
        let is_old = entry.version == before && &**entry.record.bytes == b"before";
        let is_new = entry.version > before && entry.record.bytes == left.bytes;
        ensure(is_old || is_new, || {
            format!("after {polls} polls, half of a record is there")
        })?;
        settle(&stand, &key).await?;
        abandon(stand.one.remove(&key, before), polls).await;
        let entry = stand.load(&key).await?;
        ensure(&**entry.record.bytes == b"after", || {
            "a removal by an old version removed it".to_owned()
        })?;
    }
    Ok(())
}

/// Writes over whatever is there; what was abandoned may still come in between, once.
async fn settle(stand: &Stand, key: &SessionKey) -> Outcome {
    for _ in 0..10 {
        let version = stand.load(key).await?.version;
        if stand
            .one
            .write(key, Some(version), &record("after"))
            .await?
            != Written::Conflict
        {
            let entry = stand.load(key).await?;
            return ensure(&**entry.record.bytes == b"after", || {
                "what was abandoned undid a later write".to_owned()
            });
        }
    }
    Err(Fault(
        "after a call was dropped, every write is a conflict".to_owned(),
    ))
}

async fn abandoned_lease(stand: Stand) -> Outcome {
    for polls in POLLS {
        let (key, owner) = (stand.key(polls.to_string()), Owner::unique());
        abandon(stand.one.acquire(&key, &owner, SHORT), polls).await;
        let next = Owner::unique();
        let free = || async {
            let Acquired::Lease(lease) = stand.other.acquire(&key, &next, LONG).await? else {
                return Ok(false);
            };
            abandon(stand.one.renew(&lease, LONG), polls).await;
            abandon(stand.one.release(&lease), polls).await;
            // Given up or not: whoever owns it can give it up.
            stand.one.release(&lease).await?;
            Ok(true)
        };
        stand
            .until("the end of a lease whose future was dropped", free)
            .await?;
        // What was abandoned first may come as late as now, and holds the lease for its time.
        let again = || async {
            let acquired = stand.one.acquire(&key, &owner, LONG).await?;
            Ok(matches!(acquired, Acquired::Lease(_)))
        };
        stand.until("that it is free once more", again).await?;
    }
    Ok(())
}

async fn abandoned_claim(stand: Stand) -> Outcome {
    const NOW: i64 = 1_795_190_400_000;
    let now = Timestamp::from_unix_millis(NOW);
    let key = stand.key("a");
    let mut version = stand.write(&key, None, &due_at(NOW)).await?;
    for polls in POLLS {
        abandon(stand.one.claim_due(&stand.provider, now, 10, SHORT), polls).await;
        let ask = || async { Ok(stand.claim(NOW, 10, LONG).await? == ["a"]) };
        stand.until("that it is handed out again", ask).await?;
        version = stand.write(&key, Some(version), &due_at(NOW)).await?;
    }
    let removed = stand.one.remove(&key, version).await?;
    same("removing it", &removed, &Removed::Removed)
}

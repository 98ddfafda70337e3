//! Leases: one owner at most, by the store's own clock, and no say over writes.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::task::JoinSet;

use super::races::all;
use super::stand::{Fault, LONG, Outcome, SHORT, Stand, ensure, record, same};
use super::{Rule, rule};
use crate::session::store::{Acquired, Lease, Owner};

pub(super) fn rules() -> Vec<Rule> {
    vec![
        rule(
            "lease-has-one-owner",
            "a lease that is held is given to nobody else, and not to the same owner again",
            lease_has_one_owner,
        ),
        rule(
            "lease-needs-no-record",
            "a session that has no record can be leased",
            lease_needs_no_record,
        ),
        rule(
            "one-acquires",
            "of many who want the lease at once, one gets it",
            one_acquires,
        ),
        rule(
            "holders-take-turns",
            "a lease that goes from hand to hand is never in two, and its fencing numbers grow",
            holders_take_turns,
        ),
        rule(
            "released-is-free",
            "a lease that is given up is free at once",
            released_is_free,
        ),
        rule(
            "owner-releases",
            "only the owner of the lease as it is now gives it up",
            owner_releases,
        ),
        rule(
            "owner-renews",
            "only the owner of the lease as it is now holds it for longer",
            owner_renews,
        ),
        rule(
            "lease-runs-out",
            "a lease is over when its time is; the next has a greater fencing number, and the late owner can do nothing to it",
            lease_runs_out,
        ),
        rule(
            "renewed-lease-lasts",
            "a lease that is renewed is held for so long from then",
            renewed_lease_lasts,
        ),
        rule(
            "fences-grow",
            "fencing numbers grow, whether leases are released or the session is removed",
            fences_grow,
        ),
        rule(
            "lease-guards-no-write",
            "a write is never refused for the want of a lease, and never let through for it",
            lease_guards_no_write,
        ),
        rule(
            "remove-keeps-lease",
            "a session's lease stays as it is when the session is removed",
            remove_keeps_lease,
        ),
    ]
}

async fn lease_has_one_owner(stand: Stand) -> Outcome {
    let (key, owner) = (stand.key("a"), Owner::unique());
    let lease = stand.lease(&key, &owner, LONG).await?;
    same("the lease's key", &lease.key, &key)?;
    same("the lease's owner", &lease.owner, &owner)?;
    for other in [&Owner::unique(), &owner] {
        let remaining = stand.held(&key, other).await?;
        ensure(remaining <= LONG && remaining > LONG / 2, || {
            format!("of a lease of {LONG:?} that was just taken, {remaining:?} are said to be left")
        })?;
    }
    stand.lease(&stand.key("b"), &owner, LONG).await.map(drop)
}

async fn lease_needs_no_record(stand: Stand) -> Outcome {
    let (key, owner) = (stand.key("a"), Owner::unique());
    let lease = stand.lease(&key, &owner, LONG).await?;
    ensure(stand.one.load(&key).await?.is_none(), || {
        "a lease makes a record".to_owned()
    })?;
    stand
        .conflict(
            &key,
            Some(crate::session::store::Version(lease.fence)),
            &record("x"),
        )
        .await?;
    stand.write(&key, None, &record("x")).await?;
    ensure(stand.one.renew(&lease, LONG).await?, || {
        "the lease is lost once there is a record".to_owned()
    })
}

async fn one_acquires(stand: Stand) -> Outcome {
    const TASKS: usize = 16;
    for round in 0..5 {
        let mut tasks = JoinSet::new();
        for task in 0..TASKS {
            let stand = stand.clone();
            tasks.spawn(async move {
                let key = stand.key(round.to_string());
                let acquired = stand
                    .handle(task)
                    .acquire(&key, &Owner::unique(), LONG)
                    .await?;
                Ok(matches!(acquired, Acquired::Lease(_)))
            });
        }
        let holders = all(tasks)
            .await?
            .into_iter()
            .filter(|is_held| *is_held)
            .count();
        same("how many got it", &holders, &1)?;
    }
    Ok(())
}

async fn holders_take_turns(stand: Stand) -> Outcome {
    const TASKS: usize = 8;
    const TURNS: usize = 4;
    // Who is in now, and the last fencing number.
    let (inside, last) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let mut tasks = JoinSet::new();
    for task in 0..TASKS {
        let (stand, inside, last) = (stand.clone(), Arc::clone(&inside), Arc::clone(&last));
        tasks.spawn(async move {
            let owner = Owner::unique();
            for _ in 0..TURNS {
                let lease = turn(&stand, task, &owner).await?;
                let others = inside.fetch_add(1, Ordering::SeqCst);
                let before = last.swap(lease.fence, Ordering::SeqCst);
                same("others who hold it", &others, &0)?;
                ensure(lease.fence > before, || {
                    format!("fencing number {} comes after {before}", lease.fence)
                })?;
                tokio::task::yield_now().await;
                inside.fetch_sub(1, Ordering::SeqCst);
                stand.handle(task).release(&lease).await?;
            }
            Ok(())
        });
    }
    all(tasks).await.map(drop)
}

async fn turn(stand: &Stand, task: usize, owner: &Owner) -> Outcome<Lease> {
    for _ in 0..100_000 {
        match stand
            .handle(task)
            .acquire(&stand.key("a"), owner, LONG)
            .await?
        {
            Acquired::Lease(lease) => return Ok(lease),
            Acquired::Held { .. } => tokio::task::yield_now().await,
        }
    }
    Err(Fault(
        "a lease that is given up again and again is never free".to_owned(),
    ))
}

async fn released_is_free(stand: Stand) -> Outcome {
    let (key, owner) = (stand.key("a"), Owner::unique());
    for turn in 0..3 {
        let lease = stand.lease(&key, &owner, LONG).await?;
        stand.handle(turn).release(&lease).await?;
        // A second time does nothing.
        stand.one.release(&lease).await?;
    }
    stand.lease(&key, &Owner::unique(), LONG).await.map(drop)
}

/// Leases that look like this one and are not.
fn forged(lease: &Lease) -> [Lease; 3] {
    [
        Lease {
            owner: Owner::unique(),
            ..lease.clone()
        },
        Lease {
            fence: lease.fence.wrapping_sub(1),
            ..lease.clone()
        },
        Lease {
            fence: lease.fence + 1,
            ..lease.clone()
        },
    ]
}

async fn owner_releases(stand: Stand) -> Outcome {
    let (key, owner) = (stand.key("a"), Owner::unique());
    let early = stand.lease(&key, &owner, LONG).await?;
    stand.one.release(&early).await?;
    // The same owner's next lease is another one.
    let lease = stand.lease(&key, &owner, LONG).await?;
    for wrong in forged(&lease).into_iter().chain([early]) {
        stand.one.release(&wrong).await?;
        stand
            .held(&key, &Owner::unique())
            .await
            .map_err(|_| Fault(format!("{wrong:?} gives up {lease:?}")))?;
    }
    ensure(stand.one.renew(&lease, LONG).await?, || {
        "the owner has lost the lease".to_owned()
    })
}

async fn owner_renews(stand: Stand) -> Outcome {
    let (key, owner) = (stand.key("a"), Owner::unique());
    let early = stand.lease(&key, &owner, LONG).await?;
    stand.one.release(&early).await?;
    ensure(!stand.one.renew(&early, LONG).await?, || {
        "a lease that was given up is renewed".to_owned()
    })?;
    let lease = stand.lease(&key, &owner, LONG).await?;
    for wrong in forged(&lease).into_iter().chain([early]) {
        let is_renewed = stand.one.renew(&wrong, LONG).await?;
        ensure(!is_renewed, || format!("{wrong:?} renews {lease:?}"))?;
    }
    ensure(stand.other.renew(&lease, LONG).await?, || {
        "the owner cannot renew the lease".to_owned()
    })
}

async fn lease_runs_out(stand: Stand) -> Outcome {
    let (key, late, next) = (stand.key("a"), Owner::unique(), Owner::unique());
    let lost = stand.lease(&key, &late, SHORT).await?;
    stand.pass(SHORT).await;
    let found = Arc::new(std::sync::Mutex::new(None));
    stand
        .until("the end of a lease", || async {
            let acquired = stand.other.acquire(&key, &next, LONG).await?;
            let Acquired::Lease(lease) = acquired else {
                return Ok(false);
            };
            *found
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner) = Some(lease);
            Ok(true)
        })
        .await?;
    let lease = found
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
        .take();
    let lease = lease.ok_or_else(|| Fault("the lease is gone".to_owned()))?;
    ensure(lease.fence > lost.fence, || {
        format!("fencing number {} comes after {}", lease.fence, lost.fence)
    })?;
    ensure(!stand.one.renew(&lost, LONG).await?, || {
        "the late owner renews the lease of the next".to_owned()
    })?;
    stand.one.release(&lost).await?;
    stand.held(&key, &late).await.map(drop)
}

async fn renewed_lease_lasts(stand: Stand) -> Outcome {
    let (key, owner) = (stand.key("a"), Owner::unique());
    // A busy machine may be too late to renew a short lease: then a longer one is tried.
    for hold in [SHORT, SHORT * 10, SHORT * 100] {
        let lease = stand.lease(&key, &owner, hold).await?;
        if !stand.one.renew(&lease, LONG).await? {
            stand.pass(hold).await;
            continue;
        }
        let remaining = stand.held(&key, &Owner::unique()).await?;
        ensure(remaining > hold, || {
            format!("of {LONG:?}, {remaining:?} are said to be left")
        })?;
        stand.pass(hold + Duration::from_millis(50)).await;
        stand.held(&key, &Owner::unique()).await?;
        ensure(stand.one.renew(&lease, SHORT).await?, || {
            "a lease that is held cannot be renewed".to_owned()
        })?;
        // For so long from now: shorter, too.
        stand.pass(SHORT).await;
        let free = || async {
            let acquired = stand.other.acquire(&key, &Owner::unique(), LONG).await?;
            Ok(matches!(acquired, Acquired::Lease(_)))
        };
        return stand
            .until("the end of a lease that was renewed for a short time", free)
            .await;
    }
    Err(Fault(
        "a lease that was just taken cannot be renewed".to_owned(),
    ))
}

async fn fences_grow(stand: Stand) -> Outcome {
    let (key, mut last) = (stand.key("a"), 0);
    for turn in 0..6 {
        let lease = stand.lease(&key, &Owner::unique(), LONG).await?;
        ensure(turn == 0 || lease.fence > last, || {
            format!("fencing number {} comes after {last}", lease.fence)
        })?;
        last = lease.fence;
        let version = stand.write(&key, None, &record("x")).await?;
        stand.one.release(&lease).await?;
        stand.remove(&key, version).await?;
    }
    Ok(())
}

async fn lease_guards_no_write(stand: Stand) -> Outcome {
    let (key, owner) = (stand.key("a"), Owner::unique());
    let first = stand.write(&key, None, &record("first")).await?;
    let lease = stand.lease(&key, &owner, LONG).await?;
    let second = stand.write(&key, Some(first), &record("second")).await?;
    stand
        .conflict(&key, Some(first), &record("by the lease"))
        .await?;
    ensure(stand.other.renew(&lease, LONG).await?, || {
        "a write takes the lease away".to_owned()
    })?;
    stand.remove(&key, second).await
}

async fn remove_keeps_lease(stand: Stand) -> Outcome {
    let (key, owner) = (stand.key("a"), Owner::unique());
    let version = stand.write(&key, None, &record("x")).await?;
    let lease = stand.lease(&key, &owner, LONG).await?;
    stand.remove(&key, version).await?;
    stand.held(&key, &Owner::unique()).await?;
    ensure(stand.one.renew(&lease, LONG).await?, || {
        "the removal takes the lease away".to_owned()
    })?;
    stand.one.release(&lease).await?;
    stand.lease(&key, &owner, LONG).await.map(drop)
}

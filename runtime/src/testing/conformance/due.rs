//! What falls due: handed out once, the earliest first, and again when that was not enough.

use std::collections::BTreeSet;

use tokio::task::JoinSet;

use super::races::all;
use super::stand::{LONG, Outcome, SHORT, Stand, due_at, ensure, record, same};
use super::{Rule, rule};
use crate::Timestamp;
use crate::session::SessionKey;
use crate::session::store::{Owner, Version};

/// An instant of the year 2026, in milliseconds; what is due is so by the caller's clock.
const NOW: i64 = 1_795_190_400_000;

pub(super) fn rules() -> Vec<Rule> {
    vec![
        rule(
            "due-is-handed-out",
            "what is due is handed out, the earliest first, `limit` at most; nothing else is",
            due_is_handed_out,
        ),
        rule(
            "due-once-in-hold",
            "what was handed out is handed out to nobody within `hold`",
            due_once_in_hold,
        ),
        rule(
            "due-again-after-hold",
            "what was handed out and not written is handed out again after `hold`",
            due_again_after_hold,
        ),
        rule(
            "due-again-when-written",
            "what is written is handed out when it is due again, and not before",
            due_again_when_written,
        ),
        rule(
            "removed-is-not-due",
            "what is removed is not handed out",
            removed_is_not_due,
        ),
        rule(
            "claim-changes-nothing",
            "handing out changes no record and no version, and takes no lease",
            claim_changes_nothing,
        ),
        rule(
            "workers-share",
            "of what is due, many workers at once get all, and none twice",
            workers_share,
        ),
    ]
}

/// Subjects that are due at these instants, counted from `NOW`.
async fn fill(stand: &Stand, dues: &[(&str, i64)]) -> Outcome<Vec<Version>> {
    let mut versions = Vec::new();
    for (subject, due) in dues {
        versions.push(
            stand
                .write(&stand.key(*subject), None, &due_at(NOW + due))
                .await?,
        );
    }
    Ok(versions)
}

fn subjects(of: &[&str]) -> Vec<String> {
    of.iter().map(|subject| (*subject).to_owned()).collect()
}

async fn due_is_handed_out(stand: Stand) -> Outcome {
    fill(
        &stand,
        &[
            ("d", 1),
            ("b", -1),
            ("c", 0),
            ("a", -500_000),
            ("e", 2),
            ("early", -NOW),
        ],
    )
    .await?;
    stand
        .write(&stand.key("never"), None, &record("never due"))
        .await?;
    let elsewhere = SessionKey::new(format!("{} elsewhere", stand.provider), "x");
    stand.write(&elsewhere, None, &due_at(NOW)).await?;
    same("none", &stand.claim(NOW, 0, LONG).await?, &Vec::new())?;
    same(
        "two",
        &stand.claim(NOW, 2, LONG).await?,
        &subjects(&["early", "a"]),
    )?;
    same(
        "the rest",
        &stand.claim(NOW, 10, LONG).await?,
        &subjects(&["b", "c"]),
    )?;
    same(
        "later",
        &stand.claim(NOW + 1, 10, LONG).await?,
        &subjects(&["d"]),
    )?;
    let end = Timestamp::MAX.unix_millis();
    same(
        "at the end of time",
        &stand.claim(end, usize::MAX, LONG).await?,
        &subjects(&["e"]),
    )?;
    same(
        "after that",
        &stand.claim(end, 10, LONG).await?,
        &Vec::new(),
    )
}

async fn due_once_in_hold(stand: Stand) -> Outcome {
    let versions = fill(&stand, &[("a", 0), ("b", 1)]).await?;
    same(
        "first",
        &stand.claim(NOW, 10, LONG).await?,
        &subjects(&["a"]),
    )?;
    // A write that stores nothing does not count.
    stand
        .conflict(
            &stand.key("a"),
            Some(Version(versions[1].0 + 1)),
            &due_at(NOW),
        )
        .await?;
    for handle in [&stand.other, &stand.one] {
        let again = handle
            .claim_due(&stand.provider, Timestamp::from_unix_millis(NOW), 10, LONG)
            .await?;
        same("again", &again, &Vec::new())?;
    }
    stand.pass(SHORT).await;
    same(
        "the other one",
        &stand.claim(NOW + 1, 10, LONG).await?,
        &subjects(&["b"]),
    )
}

async fn due_again_after_hold(stand: Stand) -> Outcome {
    fill(&stand, &[("a", 0)]).await?;
    same(
        "first",
        &stand.claim(NOW, 10, SHORT).await?,
        &subjects(&["a"]),
    )?;
    stand.pass(SHORT).await;
    let ask = || async { Ok(stand.claim(NOW, 10, LONG).await? == ["a"]) };
    stand.until("that it is handed out again", ask).await?;
    same("once more", &stand.claim(NOW, 10, LONG).await?, &Vec::new())
}

async fn due_again_when_written(stand: Stand) -> Outcome {
    let key = stand.key("a");
    let first = fill(&stand, &[("a", 0)]).await?[0];
    same(
        "first",
        &stand.claim(NOW, 10, LONG).await?,
        &subjects(&["a"]),
    )?;
    let second = stand.write(&key, Some(first), &due_at(NOW - 1)).await?;
    same(
        "written and due",
        &stand.claim(NOW, 10, LONG).await?,
        &subjects(&["a"]),
    )?;
    let third = stand.write(&key, Some(second), &due_at(NOW + 5)).await?;
    same(
        "written and not due",
        &stand.claim(NOW, 10, LONG).await?,
        &Vec::new(),
    )?;
    same(
        "due by then",
        &stand.claim(NOW + 5, 10, LONG).await?,
        &subjects(&["a"]),
    )?;
    let fourth = stand.write(&key, Some(third), &record("never")).await?;
    same(
        "never due",
        &stand.claim(NOW + 9, 10, LONG).await?,
        &Vec::new(),
    )?;
    // What is put off before anyone took it is put off.
    let fifth = stand.write(&key, Some(fourth), &due_at(NOW)).await?;
    stand.write(&key, Some(fifth), &due_at(NOW + 9)).await?;
    same("put off", &stand.claim(NOW, 10, LONG).await?, &Vec::new())?;
    same(
        "due at last",
        &stand.claim(NOW + 9, 10, LONG).await?,
        &subjects(&["a"]),
    )
}

async fn removed_is_not_due(stand: Stand) -> Outcome {
    let versions = fill(&stand, &[("a", 0), ("b", 1)]).await?;
    stand.remove(&stand.key("a"), versions[0]).await?;
    same("removed", &stand.claim(NOW, 10, LONG).await?, &Vec::new())?;
    same(
        "the other one",
        &stand.claim(NOW + 1, 10, SHORT).await?,
        &subjects(&["b"]),
    )?;
    stand.remove(&stand.key("b"), versions[1]).await?;
    stand.pass(SHORT * 2).await;
    same(
        "handed out, then removed",
        &stand.claim(NOW + 1, 10, LONG).await?,
        &Vec::new(),
    )?;
    stand
        .write(&stand.key("a"), None, &record("never due"))
        .await?;
    stand.write(&stand.key("b"), None, &due_at(NOW)).await?;
    same(
        "there again",
        &stand.claim(NOW + 1, 10, LONG).await?,
        &subjects(&["b"]),
    )
}

async fn claim_changes_nothing(stand: Stand) -> Outcome {
    let key = stand.key("a");
    let version = fill(&stand, &[("a", 0)]).await?[0];
    same(
        "handed out",
        &stand.claim(NOW, 10, LONG).await?,
        &subjects(&["a"]),
    )?;
    let entry = stand.load(&key).await?;
    same("the version", &entry.version, &version)?;
    same(
        "the due",
        &entry.record.due,
        &Some(Timestamp::from_unix_millis(NOW)),
    )?;
    ensure(entry.record.bytes == due_at(NOW).bytes, || {
        "the record is another one".to_owned()
    })?;
    let lease = stand.lease(&key, &Owner::unique(), LONG).await?;
    stand.write(&key, Some(version), &due_at(NOW)).await?;
    // Nor does a lease hold anything back.
    same(
        "due again",
        &stand.claim(NOW, 10, LONG).await?,
        &subjects(&["a"]),
    )?;
    stand.one.release(&lease).await?;
    Ok(())
}

async fn workers_share(stand: Stand) -> Outcome {
    const SESSIONS: usize = 200;
    const WORKERS: usize = 8;
    for number in 0..SESSIONS {
        let due = i64::try_from(number % 7).unwrap_or_default();
        stand
            .write(&stand.key(number.to_string()), None, &due_at(NOW - due))
            .await?;
    }
    let mut tasks = JoinSet::new();
    for worker in 0..WORKERS {
        let stand = stand.clone();
        tasks.spawn(async move {
            let mut claimed = Vec::new();
            loop {
                let store = stand.handle(worker);
                let keys = store
                    .claim_due(&stand.provider, Timestamp::from_unix_millis(NOW), 7, LONG)
                    .await?;
                ensure(keys.len() <= 7, || {
                    format!("{} are handed out where 7 are the limit", keys.len())
                })?;
                if keys.is_empty() {
                    return Ok(claimed);
                }
                claimed.extend(keys.iter().map(|key| key.subject().to_owned()));
                tokio::task::yield_now().await;
            }
        });
    }
    let mut claimed: Vec<String> = all(tasks).await?.into_iter().flatten().collect();
    // Where workers pass over what others are at, the last may come away empty.
    claimed.extend(stand.claim(NOW, SESSIONS, LONG).await?);
    let distinct: BTreeSet<_> = claimed.iter().collect();
    same(
        "the sessions that were handed out",
        &distinct.len(),
        &SESSIONS,
    )?;
    same("how often, in all", &claimed.len(), &SESSIONS)
}

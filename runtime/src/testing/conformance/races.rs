//! Races for a record: of those who expect the same version, one wins.

use std::collections::BTreeSet;

use tokio::task::JoinSet;

use super::stand::{Fault, Outcome, Stand, ensure, record, same};
use super::{Rule, rule};
use crate::Timestamp;
use crate::session::store::{Record, Removed, StoreErrorKind, Version, Written};

const TASKS: usize = 16;

pub(super) fn rules() -> Vec<Rule> {
    vec![
        rule(
            "no-update-is-lost",
            "of many who write at once what they read and a little more, none undoes another's",
            no_update_is_lost,
        ),
        rule(
            "one-creates",
            "of many who expect that there is none, one creates it",
            one_creates,
        ),
        rule(
            "one-of-write-and-remove",
            "of a write and a removal that expect the same version, one succeeds",
            one_of_write_and_remove,
        ),
        rule(
            "loads-are-whole",
            "a record is loaded as it was written by one, with its own due, under its own version",
            loads_are_whole,
        ),
    ]
}

/// Waits for all, and fails with the first that failed.
pub(super) async fn all<T: 'static>(mut tasks: JoinSet<Outcome<T>>) -> Outcome<Vec<T>> {
    let mut answers = Vec::new();
    while let Some(joined) = tasks.join_next().await {
        answers.push(joined.map_err(|error| Fault(format!("the store panics: {error}")))??);
    }
    Ok(answers)
}

/// Every task puts its own marks behind what is there. A write that fails is looked for before it is made again, as it
/// may have been stored.
async fn no_update_is_lost(stand: Stand) -> Outcome {
    const EACH: usize = 6;
    let mut tasks = JoinSet::new();
    for task in 0..TASKS {
        let stand = stand.clone();
        tasks.spawn(async move {
            let mut versions = Vec::new();
            for turn in 0..EACH {
                let mark = u8::try_from(task * EACH + turn).unwrap_or(u8::MAX);
                versions.extend(append(&stand, task, mark).await?);
            }
            Ok(versions)
        });
    }
    let versions: Vec<Version> = all(tasks).await?.into_iter().flatten().collect();
    let distinct: BTreeSet<_> = versions.iter().collect();
    same(
        "the versions that were given, and those that differ",
        &distinct.len(),
        &versions.len(),
    )?;
    let marks = stand.load(&stand.key("a")).await?.record.bytes;
    let distinct: BTreeSet<_> = marks.iter().collect();
    same("the marks in the record", &marks.len(), &(TASKS * EACH))?;
    same("the marks that differ", &distinct.len(), &(TASKS * EACH))
}

async fn append(stand: &Stand, task: usize, mark: u8) -> Outcome<Option<Version>> {
    let (key, store) = (stand.key("a"), stand.handle(task));
    for _ in 0..10_000 {
        let entry = store.load(&key).await?;
        let mut marks = entry
            .as_ref()
            .map(|entry| entry.record.bytes.to_vec())
            .unwrap_or_default();
        if marks.contains(&mark) {
            return Ok(None);
        }
        marks.push(mark);
        let version = entry.map(|entry| entry.version);
        match store.write(&key, version, &Record::new(marks, None)).await {
            Ok(Written::Stored(version)) => return Ok(Some(version)),
            Ok(Written::Conflict) => {}
            Err(error) if error.kind() == StoreErrorKind::Unavailable => {}
            Err(error) => return Err(error.into()),
        }
        tokio::task::yield_now().await;
    }
    Err(Fault(
        "after ten thousand conflicts nothing is stored".to_owned(),
    ))
}

async fn one_creates(stand: Stand) -> Outcome {
    for round in 0..5 {
        let mut tasks = JoinSet::new();
        for task in 0..TASKS {
            let stand = stand.clone();
            tasks.spawn(async move {
                let key = stand.key(round.to_string());
                let text = record(&task.to_string());
                let written = stand.handle(task).write(&key, None, &text).await?;
                Ok((task, written))
            });
        }
        let stored: Vec<_> = all(tasks)
            .await?
            .into_iter()
            .filter(|(_, written)| *written != Written::Conflict)
            .collect();
        let [(winner, written)] = *stored.as_slice() else {
            return Err(Fault(format!("{} of {TASKS} created it", stored.len())));
        };
        let entry = stand.load(&stand.key(round.to_string())).await?;
        same("the version", &Written::Stored(entry.version), &written)?;
        ensure(
            &**entry.record.bytes == winner.to_string().as_bytes(),
            || "a loser's record is kept".to_owned(),
        )?;
    }
    Ok(())
}

async fn one_of_write_and_remove(stand: Stand) -> Outcome {
    for round in 0..10 {
        let key = stand.key(round.to_string());
        let version = stand.write(&key, None, &record("before")).await?;
        let (left, right) = (stand.clone(), stand.clone());
        let (its_key, text) = (key.clone(), record("after"));
        let write =
            tokio::spawn(async move { left.one.write(&its_key, Some(version), &text).await });
        let its_key = key.clone();
        let remove = tokio::spawn(async move { right.other.remove(&its_key, version).await });
        let panics = |error| Fault(format!("the store panics: {error}"));
        let written = write.await.map_err(panics)??;
        let gone = remove.await.map_err(panics)??;
        let has_written = written != Written::Conflict;
        ensure(has_written != (gone == Removed::Removed), || {
            format!("{written:?} and {gone:?}")
        })?;
        same(
            "whether it is there",
            &stand.one.load(&key).await?.is_some(),
            &has_written,
        )?;
    }
    Ok(())
}

async fn loads_are_whole(stand: Stand) -> Outcome {
    const WRITES: u8 = 30;
    let key = stand.key("a");
    let whole = |byte: u8| {
        let due = Timestamp::from_unix_millis(i64::from(byte));
        Record::new(vec![byte; usize::from(byte) * 100], Some(due))
    };
    let first = stand.write(&key, None, &whole(0)).await?;
    let mut tasks = JoinSet::new();
    for reader in 0..4 {
        let (stand, key) = (stand.clone(), key.clone());
        tasks.spawn(async move {
            let mut last = first;
            loop {
                let entry = stand
                    .handle(reader)
                    .load(&key)
                    .await?
                    .ok_or_else(|| Fault("it is gone for a while".to_owned()))?;
                let byte = entry.record.due.map_or(0, Timestamp::unix_millis);
                let length = usize::try_from(byte).unwrap_or_default() * 100;
                let is_whole = entry
                    .record
                    .bytes
                    .iter()
                    .all(|found| i64::from(*found) == byte);
                ensure(is_whole && entry.record.bytes.len() == length, || {
                    "half of a record is loaded".to_owned()
                })?;
                ensure(entry.version >= last, || {
                    "an older version is loaded after a newer one".to_owned()
                })?;
                if byte == i64::from(WRITES) {
                    return Ok(());
                }
                last = entry.version;
                for _ in 0..=reader {
                    tokio::task::yield_now().await;
                }
            }
        });
    }
    let mut version = first;
    for byte in 1..=WRITES {
        version = stand.write(&key, Some(version), &whole(byte)).await?;
        // By turns more and less, so that reads and writes do not go in step.
        for _ in 0..byte % 3 {
            tokio::task::yield_now().await;
        }
    }
    all(tasks).await.map(drop)
}

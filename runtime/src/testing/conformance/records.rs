//! Records: what is written is there, under a version that never comes again.

use super::stand::{Outcome, Stand, ensure, record, same};
use super::{Rule, rule};
use crate::Timestamp;
use crate::session::store::{Record, Removed, Version};

pub(super) fn rules() -> Vec<Rule> {
    vec![
        rule(
            "nothing-is-there",
            "a session that was never written has no record, and no version fits it",
            nothing_is_there,
        ),
        rule(
            "written-is-loaded",
            "another process loads what was written: every byte, the due, the version",
            written_is_loaded,
        ),
        rule(
            "write-expects-version",
            "nothing is stored when the version is not the one that was expected",
            write_expects_version,
        ),
        rule(
            "remove-expects-version",
            "nothing is removed when the version is not the one that was expected",
            remove_expects_version,
        ),
        rule(
            "versions-grow",
            "each write has a greater version than the one before",
            versions_grow,
        ),
        rule(
            "versions-outlive-removal",
            "a version is never used twice for one key, not even after `remove`",
            versions_outlive_removal,
        ),
        rule(
            "shows-no-record",
            "neither `Debug` nor an error shows a record's bytes",
            shows_no_record,
        ),
    ]
}

async fn nothing_is_there(stand: Stand) -> Outcome {
    let key = stand.key("a");
    for handle in [&stand.one, &stand.other] {
        ensure(handle.load(&key).await?.is_none(), || {
            "it has a record".to_owned()
        })?;
    }
    for version in [0, 1, 2] {
        stand
            .conflict(&key, Some(Version(version)), &record("x"))
            .await?;
        same(
            "removing it",
            &stand.one.remove(&key, Version(version)).await?,
            &Removed::Conflict,
        )?;
    }
    ensure(stand.other.load(&key).await?.is_none(), || {
        "it has a record after a conflict".to_owned()
    })
}

async fn written_is_loaded(stand: Stand) -> Outcome {
    let every_byte: Vec<u8> = (0..=u8::MAX).collect();
    let large: Vec<u8> = every_byte.iter().copied().cycle().take(1 << 20).collect();
    let bytes = [Vec::new(), vec![0], b"text".to_vec(), every_byte];
    let instants = [i64::MIN, -1, 0, 1_795_190_400_123, i64::MAX].map(Timestamp::from_unix_millis);
    let dues = instants.into_iter().map(Some).chain([None]);
    let key = stand.key("a");
    let mut version = None;
    for due in dues {
        for bytes in &bytes {
            let record = Record::new(bytes.as_slice(), due);
            let written = stand.write(&key, version, &record).await?;
            let entry = stand.load(&key).await?;
            same("the version", &entry.version, &written)?;
            same("the due", &entry.record.due, &due)?;
            ensure(entry.record.bytes == record.bytes, || {
                format!(
                    "{} bytes were written, and other {} loaded",
                    bytes.len(),
                    entry.record.bytes.len()
                )
            })?;
            version = Some(written);
        }
    }
    let large = Record::new(large, None);
    stand.write(&key, version, &large).await?;
    ensure(stand.load(&key).await?.record.bytes == large.bytes, || {
        "of a record of a mebibyte, something else is loaded".to_owned()
    })
}

async fn write_expects_version(stand: Stand) -> Outcome {
    let key = stand.key("a");
    let first = stand.write(&key, None, &record("first")).await?;
    stand.conflict(&key, None, &record("wrong")).await?;
    stand
        .conflict(&key, Some(Version(first.0 + 1)), &record("wrong"))
        .await?;
    stand
        .conflict(
            &key,
            Some(Version(first.0.wrapping_sub(1))),
            &record("wrong"),
        )
        .await?;
    is_still(&stand, "first", first).await?;
    let second = stand.write(&key, Some(first), &record("second")).await?;
    stand.conflict(&key, Some(first), &record("wrong")).await?;
    stand.conflict(&key, None, &record("wrong")).await?;
    is_still(&stand, "second", second).await
}

async fn remove_expects_version(stand: Stand) -> Outcome {
    let key = stand.key("a");
    let first = stand.write(&key, None, &record("first")).await?;
    let second = stand.write(&key, Some(first), &record("second")).await?;
    for wrong in [first, Version(second.0 + 1), Version(0)] {
        same(
            "removing it by another version",
            &stand.one.remove(&key, wrong).await?,
            &Removed::Conflict,
        )?;
    }
    is_still(&stand, "second", second).await?;
    stand.remove(&key, second).await?;
    ensure(stand.other.load(&key).await?.is_none(), || {
        "it is there after it was removed".to_owned()
    })?;
    same(
        "removing it again",
        &stand.one.remove(&key, second).await?,
        &Removed::Conflict,
    )
}

async fn is_still(stand: &Stand, text: &str, version: Version) -> Outcome {
    let entry = stand.load(&stand.key("a")).await?;
    ensure(&**entry.record.bytes == text.as_bytes(), || {
        "a conflict stored something".to_owned()
    })?;
    same("the version after a conflict", &entry.version, &version)
}

async fn versions_grow(stand: Stand) -> Outcome {
    let key = stand.key("a");
    let mut last = stand.write(&key, None, &record("0")).await?;
    for turn in 1..20 {
        // The same bytes too: a version says that something was written, not that it is something else.
        let version = stand
            .write(&key, Some(last), &record(&(turn / 2).to_string()))
            .await?;
        ensure(version > last, || {
            format!("{version:?} comes after {last:?}")
        })?;
        last = version;
    }
    Ok(())
}

async fn versions_outlive_removal(stand: Stand) -> Outcome {
    let key = stand.key("a");
    let mut seen: Vec<Version> = Vec::new();
    for life in 0..3 {
        let mut version = None;
        for _ in 0..=life {
            let next = stand.write(&key, version, &record("x")).await?;
            if let Some(last) = seen.last() {
                ensure(next > *last, || {
                    format!("{next:?} comes after {last:?}, with a removal between them")
                })?;
            }
            seen.push(next);
            version = Some(next);
        }
        let version = version.unwrap_or(Version(0));
        stand.remove(&key, version).await?;
        stand
            .conflict(&key, Some(version), &record("of a life before"))
            .await?;
    }
    Ok(())
}

async fn shows_no_record(stand: Stand) -> Outcome {
    const PLANTED: &str = "planted-record";
    let key = stand.key("a");
    let version = stand.write(&key, None, &record(PLANTED)).await?;
    let refused = stand.key("a\0");
    let mut shown = vec![format!(
        "{:?} {:#?} {:?}",
        stand.one,
        stand.other,
        stand.load(&key).await?
    )];
    for (key, expected) in [(&key, None), (&key, Some(version)), (&refused, None)] {
        shown.push(
            match stand.one.write(key, expected, &record(PLANTED)).await {
                Ok(written) => format!("{written:?}"),
                Err(error) => format!("{error} {error:?} {error:#?}"),
            },
        );
    }
    let form = crate::testing::find_secret(PLANTED, &shown.join("\n"));
    ensure(form.is_none(), || {
        format!("the record's bytes are shown, {}", form.unwrap_or_default())
    })
}

//! Keys: told apart by every byte, and refused rather than cut.

use super::stand::{Fault, LONG, Outcome, Stand, ensure, record};
use super::{Rule, rule};
use crate::session::SessionKey;
use crate::session::store::{Owner, StoreError, StoreErrorKind};

pub(super) fn rules() -> Vec<Rule> {
    vec![
        rule(
            "keys-are-apart",
            "keys are told apart by every byte: records and leases of one are not another's",
            keys_are_apart,
        ),
        rule(
            "keys-are-refused",
            "a key that `SessionKey::check` refuses is refused, never cut",
            keys_are_refused,
        ),
    ]
}

async fn keys_are_apart(stand: Stand) -> Outcome {
    let keys = odd_keys(&stand);
    let owner = Owner::unique();
    for (turn, key) in keys.iter().enumerate() {
        let with = |fault: Fault| Fault(format!("{}: {}", short(key), fault.0));
        stand
            .write(key, None, &record(&turn.to_string()))
            .await
            .map_err(with)?;
        stand.lease(key, &owner, LONG).await.map_err(with)?;
    }
    for (turn, key) in keys.iter().enumerate() {
        let entry = stand.load(key).await?;
        ensure(&**entry.record.bytes == turn.to_string().as_bytes(), || {
            format!("{} has another's record", short(key))
        })?;
    }
    Ok(())
}

/// A key as a message shows it.
fn short(key: &SessionKey) -> String {
    let (provider, subject) = (key.provider().len(), key.subject().len());
    let shown: String = key.to_string().chars().take(100).collect();
    format!("{shown:?} (of {provider} and {subject} bytes)")
}

/// Keys of which any two differ by little.
fn odd_keys(stand: &Stand) -> Vec<SessionKey> {
    let provider = &stand.provider;
    let long = "x".repeat(SessionKey::LONGEST - 1);
    let subjects = [
        "",
        " ",
        "  ",
        "a",
        "A",
        "a ",
        " a",
        "a\n",
        "a\t",
        "/",
        "a/b",
        "a:b",
        "a b",
        "a%b",
        "a%2Fb",
        "%",
        "_",
        "*",
        "?",
        "a*",
        "..",
        "'",
        "\"",
        "\\",
        "a\\b",
        "{a}",
        "[a]",
        "--",
        "; drop table sessions",
        "null",
        "0",
        "00",
        "1e0",
        // Composed and decomposed, and what some collations take for one.
        "\u{e9}",
        "e\u{301}",
        "ss",
        "\u{df}",
        "i",
        "\u{131}",
        "I",
        "\u{130}",
        "\u{1f511}",
        "\u{feff}",
        "\u{200b}",
        "\u{202e}",
        "\u{ffff}",
        "\u{1}",
        "\u{7f}",
    ];
    let mut keys: Vec<_> = subjects
        .into_iter()
        .map(|subject| stand.key(subject))
        .collect();
    // The border between provider and subject counts.
    for separator in ["/", ":", "\u{1}", " "] {
        keys.push(SessionKey::new(format!("{provider}{separator}a"), "b"));
        keys.push(SessionKey::new(
            &**provider,
            format!("a{separator}b{separator}c"),
        ));
        keys.push(SessionKey::new(
            format!("{provider}{separator}a"),
            format!("b{separator}c"),
        ));
    }
    for last in ["x", "y"] {
        keys.push(stand.key(format!("{long}{last}")));
        let longest = format!("{provider}{long}");
        keys.push(SessionKey::new(
            format!("{}{last}", &longest[..SessionKey::LONGEST - 1]),
            format!("{long}{last}"),
        ));
    }
    keys
}

async fn keys_are_refused(stand: Stand) -> Outcome {
    let long = "x".repeat(SessionKey::LONGEST + 1);
    let keys = [
        stand.key(&*long),
        stand.key("\u{e9}".repeat(SessionKey::LONGEST / 2 + 1)),
        SessionKey::new(&*long, "a"),
        stand.key("a\0b"),
        stand.key("\0"),
        SessionKey::new("a\0", "b"),
    ];
    for key in keys {
        let owner = Owner::unique();
        refused("load", stand.one.load(&key).await)?;
        refused("write", stand.one.write(&key, None, &record("x")).await)?;
        refused("acquire", stand.one.acquire(&key, &owner, LONG).await)?;
    }
    Ok(())
}

fn refused<T>(call: &str, answer: Result<T, StoreError>) -> Outcome {
    match answer {
        Err(error) if error.kind() == StoreErrorKind::Refused => Ok(()),
        Err(error) => Err(Fault(format!(
            "`{call}` fails, but not with `Refused`: {error:?}"
        ))),
        Ok(_) => Err(Fault(format!(
            "`{call}` takes a key that is too long or has a NUL"
        ))),
    }
}

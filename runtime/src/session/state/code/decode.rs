//! The bytes of a record to a state.

use zeroize::Zeroizing;

use super::{
    CALLS, DEAD, DOCUMENTED, ENDS, EXTRA, FAILED, GENERATION, HAS_ISSUED, INPUT, INTENT, LIFETIME,
    NAMES, NEVER_ENDS, SPELT_OUT, TOKEN, VERSION, WITH_VARIANT,
};
use crate::json::Wiped;
use crate::session::SessionErrorKind;
use crate::session::state::{Dead, Failed, Intent, Lived, State};
use crate::session::store::StoreError;
use crate::session::wire::{Reader, SEALED};
use crate::{Basis, Expiry, Json, Kept, Timestamp, Token};

impl State {
    /// A record's bytes read.
    ///
    /// # Errors
    /// [`Corrupt`](crate::session::store::StoreErrorKind::Corrupt) where they are damaged, or of a version too late.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, StoreError> {
        let damaged = || StoreError::corrupt("the session's record is damaged");
        match bytes.first() {
            Some(&SEALED) => {
                return Err(StoreError::corrupt(
                    "the session's record is sealed, and the store was opened without keys",
                ));
            }
            Some(&version) if version > VERSION + 1 => {
                return Err(StoreError::corrupt(format!(
                    "the session's record is of version {version}, and this library reads up to {}: update it",
                    VERSION + 1
                )));
            }
            Some(0) | None => return Err(damaged()),
            Some(_) => {}
        }
        let reader = Reader::checked(bytes).ok_or_else(damaged)?;
        decode(reader).ok_or_else(damaged)
    }
}

fn decode(mut reader: Reader<'_>) -> Option<State> {
    let version = reader.byte()?;
    let base = Timestamp::from_unix_millis(reader.millis()?);
    let mut state = State::default();
    state.later.version = version;
    while !reader.is_empty() {
        let (tag, content) = reader.field()?;
        read_field(&mut state, base, tag, content)?;
    }
    Some(state)
}

fn read_field(state: &mut State, base: Timestamp, tag: u8, mut content: Reader<'_>) -> Option<()> {
    match tag {
        TOKEN => {
            let name = read_name(&mut content)?;
            state.kept.put_token(&name, read_token(&mut content, base)?);
        }
        INPUT => read_json(content, &mut state.kept, Kept::put_input_json)?,
        EXTRA => read_json(content, &mut state.kept, Kept::put_extra)?,
        GENERATION => state.generation = content.number()?,
        INTENT => {
            state.intent = Some(Intent {
                at: base.plus_millis(content.millis()?),
                losses: content.small()?,
                owner: content.rest_as_text()?.to_owned(),
            });
        }
        FAILED => {
            state.failed = Some(Failed {
                times: content.small()?,
                retry_at: base.plus_millis(content.millis()?),
                kind: kind_of(content.byte()?),
            });
        }
        DEAD => {
            let since = base.plus_millis(content.millis()?);
            let has_code = content.byte()? != 0;
            let code = content.rest_as_text()?;
            state.dead = Some(Dead {
                since,
                code: has_code.then(|| code.to_owned()),
            });
        }
        LIFETIME => {
            let name = read_name(&mut content)?;
            let flags = content.byte()?;
            let millis = match flags & ENDS {
                0 => None,
                _ => Some(content.millis()?),
            };
            let basis = basis_of(flags);
            state.lifetimes.insert(name, Lived { millis, basis });
        }
        CALLS => {
            while !content.is_empty() {
                state.calls.push(base.plus_millis(content.millis()?));
            }
        }
        unknown => {
            let content = Zeroizing::new(content.rest().to_vec());
            state.later.fields.push((unknown, content));
        }
    }
    Some(())
}

fn read_token(content: &mut Reader<'_>, base: Timestamp) -> Option<Token> {
    let flags = content.byte()?;
    let issued = match flags & HAS_ISSUED {
        0 => None,
        _ => Some(base.plus_millis(content.millis()?)),
    };
    let expiry = match flags & (ENDS | NEVER_ENDS) {
        ENDS => Expiry::At(issued.unwrap_or(base).plus_millis(content.millis()?)),
        NEVER_ENDS => Expiry::Never,
        _ => Expiry::Unknown,
    };
    let token = Token::with_times(content.rest_as_text()?, issued, expiry);
    Some(token.on_basis(basis_of(flags)))
}

fn basis_of(flags: u8) -> Basis {
    match flags & DOCUMENTED {
        0 => Basis::Stated,
        _ => Basis::Documented,
    }
}

fn read_name(content: &mut Reader<'_>) -> Option<String> {
    let code = content.byte()?;
    if code == SPELT_OUT {
        return content.text().map(str::to_owned);
    }
    let name = *NAMES.get(usize::from(code & !WITH_VARIANT))?;
    if code & WITH_VARIANT == 0 {
        return Some(name.to_owned());
    }
    Some(format!("{name}@{}", content.text()?))
}

fn read_json(
    mut content: Reader<'_>,
    kept: &mut Kept,
    put: fn(&mut Kept, &str, Json),
) -> Option<()> {
    let name = read_name(&mut content)?;
    let mut value = Wiped(serde_json::from_slice(content.rest()).ok()?);
    put(kept, &name, std::mem::take(&mut value.0));
    Some(())
}

/// A kind that a later version added passes by itself, as far as this one can know.
pub(super) fn kind_of(code: u8) -> SessionErrorKind {
    match code {
        0 => SessionErrorKind::Reauthenticate,
        1 => SessionErrorKind::Misconfigured,
        2 => SessionErrorKind::RateLimited,
        4 => SessionErrorKind::TooEarly,
        5 => SessionErrorKind::InDoubt,
        6 => SessionErrorKind::Protocol,
        7 => SessionErrorKind::Rejected,
        8 => SessionErrorKind::Store,
        9 => SessionErrorKind::ShutDown,
        _ => SessionErrorKind::Transient,
    }
}

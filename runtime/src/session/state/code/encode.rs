//! A state to the bytes of a record.

use zeroize::Zeroizing;

use super::{
    CALLS, DEAD, DOCUMENTED, ENDS, EXTRA, FAILED, GENERATION, HAS_ISSUED, INPUT, INTENT, LIFETIME,
    NAMES, NEVER_ENDS, SPELT_OUT, TOKEN, VERSION, WITH_VARIANT,
};
use crate::session::SessionErrorKind;
use crate::session::state::{Dead, Failed, Intent, Lived, State, variant};
use crate::session::wire::Writer;
use crate::{Basis, Expiry, Json, Timestamp, Token};

impl State {
    /// The bytes of a record.
    pub(crate) fn encode(&self) -> Zeroizing<Vec<u8>> {
        let texts: usize = self
            .kept
            .tokens()
            .map(|(_, token)| token.expose().len() + 32)
            .sum();
        let mut encoder = Encoder {
            writer: Writer::with_capacity(texts + 64),
            base: self.base(),
        };
        encoder.state(self);
        encoder.writer.finish()
    }

    /// What times are near to.
    fn base(&self) -> Timestamp {
        let issued = self
            .kept
            .tokens()
            .filter_map(|(_, token)| token.issued())
            .max();
        let dead = self.dead.as_ref().map(|dead| dead.since);
        issued.or(dead).unwrap_or(Timestamp::from_unix_millis(0))
    }
}

struct Encoder {
    writer: Writer,
    base: Timestamp,
}

impl Encoder {
    fn state(&mut self, state: &State) {
        let base = self.base;
        self.writer.byte(VERSION.max(state.later.version));
        self.writer.millis(base.unix_millis());
        for (name, token) in state.kept.tokens() {
            self.writer
                .field(TOKEN, |writer| write_token(writer, base, name, token));
        }
        for (name, value) in state.kept.inputs() {
            self.writer
                .field(INPUT, |writer| write_json(writer, name, value));
        }
        for (name, value) in state.kept.extras() {
            self.writer
                .field(EXTRA, |writer| write_json(writer, name, value));
        }
        if state.generation > 0 {
            self.writer
                .field(GENERATION, |writer| writer.number(state.generation));
        }
        self.notes(state);
        for (tag, content) in &state.later.fields {
            self.writer.field(*tag, |writer| writer.bytes(content));
        }
    }

    fn notes(&mut self, state: &State) {
        let base = self.base;
        let from_base = |at: Timestamp| at.millis_since(base);
        if let Some(Intent { owner, at, losses }) = &state.intent {
            self.writer.field(INTENT, |writer| {
                writer.millis(from_base(*at));
                writer.number(u64::from(*losses));
                writer.bytes(owner.as_bytes());
            });
        }
        if let Some(Failed {
            times,
            retry_at,
            kind,
        }) = &state.failed
        {
            self.writer.field(FAILED, |writer| {
                writer.number(u64::from(*times));
                writer.millis(from_base(*retry_at));
                writer.byte(code_of(*kind));
            });
        }
        if let Some(Dead { since, code }) = &state.dead {
            self.writer.field(DEAD, |writer| {
                writer.millis(from_base(*since));
                writer.byte(u8::from(code.is_some()));
                writer.bytes(code.as_deref().unwrap_or_default().as_bytes());
            });
        }
        for (name, lived) in &state.lifetimes {
            self.writer
                .field(LIFETIME, |writer| write_lifetime(writer, name, *lived));
        }
        if !state.calls.is_empty() {
            self.writer.field(CALLS, |writer| {
                for call in &state.calls {
                    writer.millis(from_base(*call));
                }
            });
        }
    }
}

fn write_token(writer: &mut Writer, base: Timestamp, name: &str, token: &Token) {
    write_name(writer, name);
    let issued = token.issued();
    let (ends, end) = match token.expiry() {
        Expiry::At(end) => (ENDS, Some(end)),
        Expiry::Never => (NEVER_ENDS, None),
        Expiry::Unknown => (0, None),
    };
    let has_issued = if issued.is_some() { HAS_ISSUED } else { 0 };
    writer.byte(has_issued | ends | documented(token.basis()));
    if let Some(issued) = issued {
        writer.millis(issued.millis_since(base));
    }
    if let Some(end) = end {
        writer.millis(end.millis_since(issued.unwrap_or(base)));
    }
    writer.bytes(token.expose().as_bytes());
}

fn write_lifetime(writer: &mut Writer, name: &str, lived: Lived) {
    write_name(writer, name);
    let ends = lived.millis.map_or(NEVER_ENDS, |_| ENDS);
    writer.byte(ends | documented(lived.basis));
    if let Some(millis) = lived.millis {
        writer.millis(millis);
    }
}

fn documented(basis: Basis) -> u8 {
    match basis {
        Basis::Documented => DOCUMENTED,
        Basis::Stated => 0,
    }
}

fn write_name(writer: &mut Writer, name: &str) {
    let (plain, variant) = variant::split(name);
    let index = NAMES
        .iter()
        .position(|known| *known == plain)
        .and_then(|index| u8::try_from(index).ok());
    match (index, variant) {
        (Some(index), None) => writer.byte(index),
        (Some(index), Some(variant)) => {
            writer.byte(index | WITH_VARIANT);
            writer.text(variant);
        }
        (None, _) => {
            writer.byte(SPELT_OUT);
            writer.text(name);
        }
    }
}

fn write_json(writer: &mut Writer, name: &str, value: &Json) {
    write_name(writer, name);
    serde_json::to_writer(writer, value).expect("a JSON value is written to memory");
}

fn code_of(kind: SessionErrorKind) -> u8 {
    match kind {
        SessionErrorKind::Reauthenticate => 0,
        SessionErrorKind::Misconfigured => 1,
        SessionErrorKind::RateLimited => 2,
        SessionErrorKind::Transient => 3,
        SessionErrorKind::TooEarly => 4,
        SessionErrorKind::InDoubt => 5,
        SessionErrorKind::Protocol => 6,
        SessionErrorKind::Rejected => 7,
        SessionErrorKind::Store => 8,
        SessionErrorKind::ShutDown => 9,
    }
}

//! Reads durations (`90s`, `7d`, `PT1H`) and moments (`expiry - 5m`).

use std::borrow::Cow;
use std::time::Duration;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::codes;
use super::read::{Fault, Parse, Read, parse};
use crate::diagnostic::nearest::nearest;
use crate::diagnostic::{Code, Sink};
use crate::model::{Anchor, Moment};
use crate::source::Node;

/// A duration that is not zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Length(pub(super) Duration);

const SECOND: u64 = 1000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// A hundred years: longer than any token, and short enough for sums in 64 bits everywhere.
const LONGEST: u64 = 36_525 * DAY;

const UNITS: &str = "a number and `s`, `m`, `h` or `d`, or ISO 8601 such as `PT1H`";

impl Read for Length {
    const WORDS: &'static str = <Self as Parse>::WORDS;

    fn read(node: &Node, sink: &mut Sink) -> Option<Self> {
        parse(node, sink)
    }
}

impl Parse for Length {
    const WORDS: &'static str = "a duration such as `90s`, `24h` or `PT1H`";
    const CODE: Code = codes::DURATION;

    fn parse(text: &str) -> Result<Self, Fault> {
        match millis(text)? {
            0 => Err(Fault::new(
                0..text.len(),
                "it has to be longer than nothing",
            )),
            millis => Ok(Self(Duration::from_millis(millis))),
        }
    }
}

impl Read for Moment {
    const WORDS: &'static str = <Self as Parse>::WORDS;

    fn read(node: &Node, sink: &mut Sink) -> Option<Self> {
        parse(node, sink)
    }
}

impl Parse for Moment {
    const WORDS: &'static str = "a moment such as `expiry - 5m`";
    const CODE: Code = codes::MOMENT;

    fn parse(text: &str) -> Result<Self, Fault> {
        let end = text
            .find(|c: char| !c.is_ascii_alphabetic())
            .unwrap_or(text.len());
        let anchor = match &text[..end] {
            "issue" => Anchor::Issue,
            "expiry" => Anchor::Expiry,
            word => return Err(no_anchor(text, word)),
        };
        let rest = text[end..].trim_start();
        let at = text.len() - rest.len();
        if rest.is_empty() {
            return Ok(Self {
                anchor,
                offset_millis: 0,
            });
        }
        let sign = match rest.as_bytes()[0] {
            b'+' => 1,
            b'-' => -1,
            _ => {
                return Err(Fault::new(
                    at..text.len(),
                    "expected `+` or `-` and a duration",
                ));
            }
        };
        let length = rest[1..].trim_start();
        let at = text.len() - length.len();
        if length.is_empty() {
            return Err(Fault::new(at..at, "expected a duration after the sign"));
        }
        let millis = millis(length.trim_end()).map_err(|fault| fault.shift(at))?;
        // At most a hundred years, so that it fits.
        let offset_millis = sign * i64::try_from(millis).unwrap_or(i64::MAX);
        Ok(Self {
            anchor,
            offset_millis,
        })
    }
}

fn no_anchor(text: &str, word: &str) -> Fault {
    let end = if word.is_empty() {
        text.len()
    } else {
        word.len()
    };
    let fault = Fault::new(0..end, "a moment begins with `issue` or `expiry`");
    if let Some(near) = nearest(word, ["issue", "expiry"]) {
        return fault.help(format!("{near}{}", &text[word.len()..]));
    }
    // A bare duration most often means so long before expiry.
    match millis(text) {
        Ok(_) => fault.help(format!("expiry - {text}")),
        Err(_) => fault,
    }
}

fn millis(text: &str) -> Result<u64, Fault> {
    let whole = 0..text.len();
    let millis = match text.strip_prefix('P') {
        Some(rest) => iso(rest).map_err(|fault| fault.shift(1))?,
        None => short(text)?,
    };
    match millis.filter(|millis| *millis <= LONGEST) {
        Some(millis) => Ok(millis),
        None => Err(Fault::new(
            whole,
            "longer than a hundred years; `unlimited` says that there is no end",
        )),
    }
}

/// `90s`; nothing when it is too large.
fn short(text: &str) -> Result<Option<u64>, Fault> {
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    if number.is_empty() {
        return Err(Fault::new(0..text.len(), format!("expected {UNITS}")));
    }
    let factor = match unit {
        "s" => SECOND,
        "m" => MINUTE,
        "h" => HOUR,
        "d" => DAY,
        "" => {
            return Err(Fault::new(0..text.len(), "the unit is missing").help(format!("{number}s")));
        }
        _ => {
            let fault = Fault::new(end..text.len(), "the units are `s`, `m`, `h` and `d`");
            return Err(match (unit, number.parse::<u64>()) {
                ("w", Ok(weeks)) => fault.help(format!("{}d", weeks.saturating_mul(7))),
                (other, _) => match nearest_unit(other) {
                    Some(unit) => fault.help(format!("{number}{unit}")),
                    None => fault,
                },
            });
        }
    };
    Ok(number
        .parse::<u64>()
        .ok()
        .and_then(|number| number.checked_mul(factor)))
}

fn nearest_unit(word: &str) -> Option<char> {
    let word = word.trim().to_ascii_lowercase();
    let words = [
        ("seconds", 's'),
        ("minutes", 'm'),
        ("hours", 'h'),
        ("days", 'd'),
    ];
    let fits =
        |(long, _): &&(&str, char)| word.len() > 1 && long.starts_with(word.trim_end_matches('s'));
    let exact = |(_, unit): &&(&str, char)| word == unit.to_string();
    words
        .iter()
        .find(exact)
        .or_else(|| words.iter().find(fits))
        .map(|(_, unit)| *unit)
}

/// What follows the `P` of an ISO 8601 duration; nothing when it is too large.
fn iso(text: &str) -> Result<Option<u64>, Fault> {
    let (date, time) = match text.split_once('T') {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    if time.is_some_and(str::is_empty) || (date.is_empty() && time.is_none()) {
        return Err(Fault::new(
            0..text.len(),
            "a number and a unit are missing, as in `PT1H`",
        ));
    }
    let days = fields(date, &[(b'W', 7 * DAY), (b'D', DAY)])?;
    let clock = fields(
        time.unwrap_or_default(),
        &[(b'H', HOUR), (b'M', MINUTE), (b'S', SECOND)],
    );
    let clock = clock.map_err(|fault| fault.shift(date.len() + 1))?;
    Ok(days
        .zip(clock)
        .and_then(|(days, clock)| days.checked_add(clock)))
}

/// Numbers with units, each unit once, from the large to the small.
fn fields(text: &str, mut units: &[(u8, u64)]) -> Result<Option<u64>, Fault> {
    let mut total = Some(0_u64);
    let mut at = 0;
    while at < text.len() {
        let digits = text[at..].bytes().take_while(u8::is_ascii_digit).count();
        let letter = text.as_bytes().get(at + digits).copied();
        let found = units.iter().position(|(unit, _)| Some(*unit) == letter);
        let (Some(index), true) = (found, digits > 0) else {
            return Err(iso_fault(text, at, letter, units));
        };
        let number = text[at..at + digits].parse::<u64>().ok();
        let part = number.and_then(|number| number.checked_mul(units[index].1));
        total = total
            .zip(part)
            .and_then(|(total, part)| total.checked_add(part));
        units = &units[index + 1..];
        at += digits + 1;
    }
    Ok(total)
}

fn iso_fault(text: &str, at: usize, letter: Option<u8>, units: &[(u8, u64)]) -> Fault {
    let range = at..text.len();
    let is_date = units.iter().any(|(_, factor)| *factor >= DAY);
    match letter {
        Some(b'Y' | b'M') if is_date => Fault::new(
            range,
            "a year and a month have no fixed length; say it in days",
        ),
        Some(b'H' | b'S') if is_date => {
            let fault = Fault::new(range, "hours, minutes and seconds come after a `T`");
            fault.help(format!("P{}T{}", &text[..at], &text[at..]))
        }
        Some(b'.' | b',') => Fault::new(range, "no fractions; say it in a smaller unit"),
        _ => Fault::new(
            range,
            "expected a number and a unit, as in `P7D` or `PT1H30M`",
        ),
    }
}

impl JsonSchema for Length {
    fn schema_name() -> Cow<'static, str> {
        "Duration".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A duration: `90s`, `10m`, `24h`, `7d`, or ISO 8601 such as `PT1H`.",
            "type": "string",
            "pattern": r"^([0-9]+[smhd]|P([0-9]+W)?([0-9]+D)?(T([0-9]+H)?([0-9]+M)?([0-9]+S)?)?)$",
        })
    }
}

impl JsonSchema for Moment {
    fn schema_name() -> Cow<'static, str> {
        "Moment".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "`issue` or `expiry`, plus or minus a duration: `expiry - 5m`, `issue + 24h`.",
            "type": "string",
            "pattern": r"^(issue|expiry)( *[+-] *\S+)?$",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn length(text: &str) -> Option<u64> {
        let length = <Length as Parse>::parse(text).ok()?;
        u64::try_from(length.0.as_millis()).ok()
    }

    #[test]
    fn durations_are_read_in_both_notations() {
        assert_eq!(length("90s"), Some(90_000));
        assert_eq!(length("10m"), Some(600_000));
        assert_eq!(length("7d"), Some(7 * DAY));
        assert_eq!(length("PT1H"), Some(HOUR));
        assert_eq!(
            length("P1DT12H30M5S"),
            Some(DAY + 12 * HOUR + 30 * MINUTE + 5 * SECOND)
        );
        assert_eq!(length("P2W"), Some(14 * DAY));
    }

    #[test]
    fn what_is_no_duration_is_refused() {
        for text in [
            "",
            "s",
            "90",
            "1.5h",
            "0s",
            "P",
            "PT",
            "P1DT",
            "P1H",
            "P1M",
            "PT1S1H",
            "PT1H1H",
            "-5m",
            "36526d",
            "99999999999999999999d",
            "P1DT1H2D",
        ] {
            assert_eq!(length(text), None, "{text}");
        }
    }

    #[test]
    fn help_names_what_was_meant() {
        let help = |text| <Length as Parse>::parse(text).unwrap_err().help;
        assert_eq!(help("2w").as_deref(), Some("14d"));
        assert_eq!(help("90").as_deref(), Some("90s"));
        assert_eq!(help("5 min").as_deref(), Some("5m"));
        assert_eq!(help("24H").as_deref(), Some("24h"));
        let help = |text| <Moment as Parse>::parse(text).unwrap_err().help;
        assert_eq!(help("5m").as_deref(), Some("expiry - 5m"));
        assert_eq!(help("expire - 5m").as_deref(), Some("expiry - 5m"));
    }

    #[test]
    fn moments_are_read() {
        let moment = |text| {
            <Moment as Parse>::parse(text)
                .ok()
                .map(|it| (it.anchor, it.offset_millis))
        };
        assert_eq!(moment("issue"), Some((Anchor::Issue, 0)));
        assert_eq!(moment("expiry - 5m"), Some((Anchor::Expiry, -300_000)));
        assert_eq!(moment("issue+24h"), Some((Anchor::Issue, 86_400_000)));
        assert_eq!(moment("expiry - PT30S"), Some((Anchor::Expiry, -30_000)));
        for text in ["", "now", "expiry 5m", "expiry -", "expiry - 5x", "Expiry"] {
            assert_eq!(moment(text), None, "{text}");
        }
    }

    #[test]
    fn a_fault_in_a_moment_is_where_it_is() {
        let fault = <Moment as Parse>::parse("expiry - 5x").unwrap_err();
        assert_eq!(fault.range, 10..11);
    }
}

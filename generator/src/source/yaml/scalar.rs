//! Turns the text of a plain scalar into a value, by the core schema of YAML 1.2 (section 10.3.2).

use crate::source::Value;

/// What a plain scalar means. `yes`, `no`, `on` and `off` are text: that was YAML 1.1.
pub(super) fn plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "true" | "True" | "TRUE" => return Value::Bool(true),
        "false" | "False" | "FALSE" => return Value::Bool(false),
        ".nan" | ".NaN" | ".NAN" => return Value::Float(f64::NAN),
        _ => {}
    }
    // Most scalars are words: one look at the first byte spares them the rest.
    if !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.')) {
        return Value::String(text.to_owned());
    }
    integer(text)
        .or_else(|| float(text))
        .unwrap_or_else(|| Value::String(text.to_owned()))
}

/// A whole number; one beyond 128 bits is a float.
pub(super) fn integer(text: &str) -> Option<Value> {
    let radix = |digits: &str, radix: u32| {
        let is_number = !digits.is_empty() && digits.chars().all(|c| c.is_digit(radix));
        is_number.then(|| match i128::from_str_radix(digits, radix) {
            Ok(number) => Value::Integer(number),
            Err(_) => Value::Float(digits.chars().fold(0.0, |sum, c| {
                sum.mul_add(f64::from(radix), f64::from(c.to_digit(radix).unwrap_or(0)))
            })),
        })
    };
    if let Some(digits) = text.strip_prefix("0o") {
        return radix(digits, 8);
    }
    if let Some(digits) = text.strip_prefix("0x") {
        return radix(digits, 16);
    }
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    match text.parse::<i128>() {
        Ok(number) => Some(Value::Integer(number)),
        Err(_) => text.parse().ok().map(Value::Float),
    }
}

/// A number with a point or an exponent, or an infinity.
pub(super) fn float(text: &str) -> Option<Value> {
    let (sign, rest) = match text.as_bytes().first()? {
        b'-' => (-1.0, &text[1..]),
        b'+' => (1.0, &text[1..]),
        _ => (1.0, text),
    };
    if matches!(rest, ".inf" | ".Inf" | ".INF") {
        return Some(Value::Float(sign * f64::INFINITY));
    }
    // Rust's own grammar takes `inf`, `infinity` and `nan` as well; the core schema does not.
    let is_numeric = rest
        .bytes()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'+' | b'-'));
    let has_digit = rest
        .strip_prefix('.')
        .unwrap_or(rest)
        .starts_with(|c: char| c.is_ascii_digit());
    if !is_numeric || !has_digit {
        return None;
    }
    text.parse().ok().map(Value::Float)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_yaml_1_1_are_text() {
        for word in [
            "yes",
            "no",
            "on",
            "off",
            "y",
            "n",
            "0b11",
            "1_000",
            "190:20:30",
            "0o8",
            "0x",
            "inf",
            "nan",
            ".",
            "-",
            "+",
            "1e",
            "1.2.3",
            "12-01-2026",
            "--1",
        ] {
            assert_eq!(plain(word), Value::String(word.to_owned()), "{word}");
        }
    }

    #[test]
    fn numbers_of_the_core_schema() {
        for (text, number) in [
            ("0", 0),
            ("-12", -12),
            ("+7", 7),
            ("007", 7),
            ("0o17", 15),
            ("0xfF", 255),
        ] {
            assert_eq!(plain(text), Value::Integer(number), "{text}");
        }
        for (text, number) in [
            ("1.5", 1.5),
            (".5", 0.5),
            ("1.", 1.0),
            ("-1e3", -1000.0),
            ("1E+2", 100.0),
            ("-.inf", f64::NEG_INFINITY),
        ] {
            assert_eq!(plain(text), Value::Float(number), "{text}");
        }
        assert!(matches!(plain(".NaN"), Value::Float(number) if number.is_nan()));
    }

    #[test]
    fn integers_beyond_128_bits_are_floats() {
        let nines = "9".repeat(60);
        assert_eq!(plain(&nines), Value::Float(1e60));
        assert_eq!(
            plain(&format!("0x{}", "f".repeat(40))),
            Value::Float(2f64.powi(160))
        );
        assert_eq!(plain(&i128::MAX.to_string()), Value::Integer(i128::MAX));
    }
}

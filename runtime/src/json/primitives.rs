//! [`Decode`] and [`Encode`] for the types that generated ones are made of.

use std::collections::BTreeMap;

use super::{Decode, Encode, Json, Mismatch};
use crate::Secret;

impl Decode for Json {
    fn decode(value: &Json) -> Result<Self, Mismatch> {
        Ok(value.clone())
    }
}

impl Decode for String {
    fn decode(value: &Json) -> Result<Self, Mismatch> {
        text(value).map(str::to_owned)
    }
}

impl Decode for Secret {
    fn decode(value: &Json) -> Result<Self, Mismatch> {
        text(value).map(Self::from)
    }
}

impl Decode for bool {
    fn decode(value: &Json) -> Result<Self, Mismatch> {
        value
            .as_bool()
            .ok_or_else(|| Mismatch::found("a boolean", value))
    }
}

impl Decode for i64 {
    fn decode(value: &Json) -> Result<Self, Mismatch> {
        whole(value, "a whole number").and_then(|number| fit(number, "a whole number of 64 bits"))
    }
}

impl Decode for i32 {
    fn decode(value: &Json) -> Result<Self, Mismatch> {
        whole(value, "a whole number").and_then(|number| fit(number, "a whole number of 32 bits"))
    }
}

impl Decode for u64 {
    fn decode(value: &Json) -> Result<Self, Mismatch> {
        whole(value, "a whole number").and_then(|number| fit(number, "a whole number from 0 on"))
    }
}

impl Decode for f64 {
    fn decode(value: &Json) -> Result<Self, Mismatch> {
        let number = match value {
            Json::Number(number) => number.as_f64(),
            Json::String(text) => text
                .trim()
                .parse()
                .ok()
                .filter(|number: &Self| number.is_finite()),
            _ => None,
        };
        number.ok_or_else(|| Mismatch::found("a number", value))
    }
}

impl<T: Decode> Decode for Option<T> {
    fn decode(value: &Json) -> Result<Self, Mismatch> {
        match value {
            Json::Null => Ok(None),
            other => T::decode(other).map(Some),
        }
    }
}

impl<T: Decode> Decode for Box<T> {
    fn decode(value: &Json) -> Result<Self, Mismatch> {
        T::decode(value).map(Self::new)
    }
}

impl<T: Decode> Decode for Vec<T> {
    fn decode(value: &Json) -> Result<Self, Mismatch> {
        let Json::Array(items) = value else {
            return Err(Mismatch::found("an array", value));
        };
        let mut list = Self::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            list.push(T::decode(item).map_err(|mismatch| mismatch.under(&index.to_string()))?);
        }
        Ok(list)
    }
}

impl<T: Decode> Decode for BTreeMap<String, T> {
    fn decode(value: &Json) -> Result<Self, Mismatch> {
        super::Object::of(value)?.rest(&[])
    }
}

fn text(value: &Json) -> Result<&str, Mismatch> {
    value
        .as_str()
        .ok_or_else(|| Mismatch::found("a string", value))
}

/// A whole number, be it written as one, as a fraction of zero, or in a string.
fn whole(value: &Json, expected: &'static str) -> Result<i128, Mismatch> {
    let number = match value {
        Json::Number(number) => number
            .as_i128()
            .or_else(|| number.as_f64().and_then(without_fraction)),
        Json::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    number.ok_or_else(|| Mismatch::found(expected, value))
}

/// A float that is a whole number and small enough to be exact.
fn without_fraction(number: f64) -> Option<i128> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "it has no fraction and is below 2^53"
    )]
    let whole = || number as i128;
    (number.fract() == 0.0 && number.abs() <= EXACT).then(whole)
}

fn fit<T: TryFrom<i128>>(number: i128, expected: &'static str) -> Result<T, Mismatch> {
    T::try_from(number).map_err(|_| Mismatch::new(expected, "a number beyond that"))
}

impl Encode for Json {
    fn encode(&self) -> Json {
        self.clone()
    }
}

impl Encode for str {
    fn encode(&self) -> Json {
        Json::String(self.to_owned())
    }
}

impl Encode for String {
    fn encode(&self) -> Json {
        Json::String(self.clone())
    }
}

impl Encode for Secret {
    fn encode(&self) -> Json {
        self.expose().encode()
    }
}

macro_rules! encode_as_is {
    ($($ty:ty),+) => {$(
        impl Encode for $ty {
            fn encode(&self) -> Json {
                Json::from(*self)
            }
        }
    )+};
}

encode_as_is!(bool, i32, i64, u64, f64);

impl<T: Encode + ?Sized> Encode for &T {
    fn encode(&self) -> Json {
        T::encode(self)
    }
}

impl<T: Encode> Encode for Option<T> {
    fn encode(&self) -> Json {
        self.as_ref().map_or(Json::Null, T::encode)
    }
}

impl<T: Encode> Encode for Box<T> {
    fn encode(&self) -> Json {
        T::encode(self)
    }
}

impl<T: Encode> Encode for Vec<T> {
    fn encode(&self) -> Json {
        Json::Array(self.iter().map(T::encode).collect())
    }
}

impl<T: Encode> Encode for BTreeMap<String, T> {
    fn encode(&self) -> Json {
        Json::Object(
            self.iter()
                .map(|(key, value)| (key.clone(), value.encode()))
                .collect(),
        )
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn words<T: Decode + std::fmt::Debug>(value: &Json) -> String {
        T::decode(value).unwrap_err().to_string()
    }

    #[test]
    fn numbers_may_stand_in_strings() {
        assert_eq!(i64::decode(&json!("3600")), Ok(3600));
        assert_eq!(i32::decode(&json!(" -5 ")), Ok(-5));
        assert_eq!(u64::decode(&json!(u64::MAX)), Ok(u64::MAX));
        assert_eq!(i64::decode(&json!(3600.0)), Ok(3600));
        assert_eq!(f64::decode(&json!("1.5")), Ok(1.5));
    }

    #[test]
    fn what_does_not_fit_is_named_without_its_value() {
        assert_eq!(
            words::<i64>(&json!(3.5)),
            "expected a whole number, found a number"
        );
        assert_eq!(
            words::<i64>(&json!(u64::MAX)),
            "expected a whole number of 64 bits, found a number beyond that"
        );
        assert_eq!(
            words::<i32>(&json!(2_147_483_648_i64)),
            "expected a whole number of 32 bits, found a number beyond that"
        );
        assert_eq!(
            words::<u64>(&json!(-1)),
            "expected a whole number from 0 on, found a number beyond that"
        );
        assert_eq!(
            words::<i64>(&json!(1e300)),
            "expected a whole number, found a number"
        );
        assert_eq!(
            words::<i64>(&json!("planted")),
            "expected a whole number, found a string"
        );
        assert_eq!(
            words::<f64>(&json!("NaN")),
            "expected a number, found a string"
        );
        assert_eq!(
            words::<bool>(&json!("true")),
            "expected a boolean, found a string"
        );
        assert_eq!(
            words::<String>(&json!(null)),
            "expected a string, found null"
        );
    }

    #[test]
    fn a_place_is_named_as_a_pointer() {
        let value = json!({"a/b": [{"ok": 1}, {"ok": "x"}]});
        assert_eq!(
            words::<BTreeMap<String, Vec<BTreeMap<String, i64>>>>(&value),
            "expected a whole number at /a~1b/1/ok, found a string",
        );
    }

    #[test]
    fn goes_out_as_it_came_in() {
        let value = json!({"list": [1, null], "none": []});
        let decoded = BTreeMap::<String, Vec<Option<i64>>>::decode(&value).unwrap();
        assert_eq!(decoded.encode(), value);
    }
}

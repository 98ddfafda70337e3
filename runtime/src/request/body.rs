//! The body of a request: JSON put together by pointers, a form, or text.

use std::fmt;

use percent_encoding::utf8_percent_encode;
use zeroize::Zeroizing;

use super::UNRESERVED;
use crate::json::{Json, Wiped};
use crate::{Body, RequestError};

/// A body that grows.
#[derive(Default)]
pub(super) enum Content {
    #[default]
    Empty,
    Json(Wiped),
    Form(Zeroizing<String>),
    Text(Zeroizing<String>),
}

impl Content {
    pub(super) fn text(text: &str) -> Self {
        Self::Text(Zeroizing::new(text.to_owned()))
    }

    /// Makes an empty body of a media type that has one.
    pub(super) fn begin(&mut self, media_type: &str) {
        if !matches!(self, Self::Empty) {
            return;
        }
        if media_type.contains("json") {
            *self = Self::Json(Wiped(Json::Object(serde_json::Map::new())));
        } else if media_type.contains("form-urlencoded") {
            *self = Self::Form(Zeroizing::default());
        }
    }

    /// Puts a value where the pointer points, making objects on the way.
    pub(super) fn put_json(&mut self, pointer: &str, value: Json) -> Result<(), RequestError> {
        let clash = || {
            Err(RequestError::unfit(
                format!("body field `{pointer}`"),
                "another value stands in its way",
            ))
        };
        if matches!(self, Self::Empty) {
            *self = Self::Json(Wiped(Json::Object(serde_json::Map::new())));
        }
        let Self::Json(root) = self else {
            return clash();
        };
        let mut place = &mut root.0;
        for segment in pointer.split('/').skip(1) {
            let Json::Object(map) = place else {
                return clash();
            };
            let key = segment.replace("~1", "/").replace("~0", "~");
            place = map
                .entry(key)
                .or_insert_with(|| Json::Object(serde_json::Map::new()));
        }
        *place = value;
        Ok(())
    }

    /// Appends a field, as `application/x-www-form-urlencoded` has it: a blank is a plus sign.
    pub(super) fn put_form(&mut self, name: &str, value: &str) -> Result<(), RequestError> {
        if matches!(self, Self::Empty) {
            *self = Self::Form(Zeroizing::default());
        }
        let Self::Form(text) = self else {
            return Err(RequestError::unfit(
                format!("form field `{name}`"),
                "the body is no form",
            ));
        };
        if !text.is_empty() {
            text.push('&');
        }
        push_form_text(text, name);
        text.push('=');
        push_form_text(text, value);
        Ok(())
    }

    pub(super) fn into_body(self) -> Body {
        match self {
            Self::Empty => Body::empty(),
            Self::Json(root) => Body::from(root.to_string()),
            Self::Form(mut text) | Self::Text(mut text) => Body::from(std::mem::take(&mut *text)),
        }
    }
}

fn push_form_text(text: &mut String, value: &str) {
    for (index, word) in value.split(' ').enumerate() {
        if index > 0 {
            text.push('+');
        }
        text.extend(utf8_percent_encode(word, UNRESERVED));
    }
}

impl fmt::Debug for Content {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[redacted]")
    }
}

//! The address of a request: base, path and query.

use std::fmt;

use percent_encoding::utf8_percent_encode;
use zeroize::Zeroizing;

use super::UNRESERVED;
use crate::RequestError;
use crate::base_url::is_dot_segment;

/// An address that grows: first its path, then its query. It may hold secrets.
pub(super) struct Target {
    path: Zeroizing<String>,
    query: Zeroizing<String>,
}

impl Target {
    pub(super) fn new(base: &str) -> Self {
        Self {
            path: Zeroizing::new(base.to_owned()),
            query: Zeroizing::default(),
        }
    }

    pub(super) fn push_literal(&mut self, literal: &str) {
        self.path.push_str(literal);
    }

    /// An empty segment would call another operation, and so would `..`: parsers step back on it even when it is
    /// percent-encoded.
    pub(super) fn push_segment(&mut self, name: &str, value: &str) -> Result<(), RequestError> {
        let reason = match value {
            "" => "it is empty",
            dots if is_dot_segment(dots) => "it would change the path",
            _ => {
                self.path.extend(utf8_percent_encode(value, UNRESERVED));
                return Ok(());
            }
        };
        Err(RequestError::unfit(
            format!("path parameter `{name}`"),
            reason,
        ))
    }

    pub(super) fn push_query(&mut self, name: &str, value: &str) {
        let separator = if self.query.is_empty() { '?' } else { '&' };
        self.query.push(separator);
        self.query.extend(utf8_percent_encode(name, UNRESERVED));
        self.query.push('=');
        self.query.extend(utf8_percent_encode(value, UNRESERVED));
    }

    pub(super) fn as_str(&mut self) -> &str {
        self.path.push_str(&std::mem::take(&mut *self.query));
        &self.path
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[redacted]")
    }
}

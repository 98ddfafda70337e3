//! Answers, whole and broken, for the engine to send.

use std::io::{self, Write};

use super::read::{Reader, Received};

/// What a server answers: a status, headers, a body, and what goes wrong on the way.
///
/// ```
/// use token_refresh_runtime::testing::Answer;
///
/// let slow_down = Answer::json(429, r#"{"error": "slow_down"}"#).header("retry-after", "30");
/// let torn = Answer::json(200, r#"{"access_token": "…"}"#).truncated();
/// # let _ = (slow_down, torn);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    delivery: Delivery,
}

/// How the body travels, or fails to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Delivery {
    /// With its length.
    Length,
    /// In chunks.
    Chunked,
    /// Without either; the end of the connection is the end of the body.
    UntilClose,
    /// In chunks, over and over, until the client closes.
    Endless,
    /// With a length beyond what is sent; then the connection is closed.
    Truncated,
    /// Half of it, and then nothing, until the client closes.
    Stalled,
    /// Nothing at all, until the client closes.
    Silent,
    /// Nothing at all: the connection is reset.
    Reset,
}

/// How a connection goes on after an answer.
pub(super) enum Next {
    /// With another request.
    Request,
    /// It is closed in good order.
    Close,
    /// It is torn down.
    Reset,
}

impl Answer {
    /// An answer without a body.
    pub fn new(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Vec::new(),
            delivery: Delivery::Length,
        }
    }

    /// An answer of `application/json`. The text is sent as it is, right or wrong.
    pub fn json(status: u16, text: impl Into<Vec<u8>>) -> Self {
        Self::new(status)
            .header("content-type", "application/json")
            .body(text)
    }

    /// An answer of `text/html`.
    pub fn html(status: u16, text: impl Into<Vec<u8>>) -> Self {
        Self::new(status)
            .header("content-type", "text/html")
            .body(text)
    }

    /// An answer that sends the client elsewhere.
    pub fn redirect(status: u16, location: &str) -> Self {
        Self::new(status).header("location", location)
    }

    /// No answer: the connection is reset once the request has arrived.
    pub fn reset() -> Self {
        Self::new(200).delivered(Delivery::Reset)
    }

    /// No answer: the connection stays open until the client closes it.
    pub fn silence() -> Self {
        Self::new(200).delivered(Delivery::Silent)
    }

    /// Adds a header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Replaces the body.
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// Lets the body grow to this many bytes with blanks at its end, which JSON does not mind.
    pub fn padded(mut self, length: usize) -> Self {
        self.body.resize(self.body.len().max(length), b' ');
        self
    }

    /// Sends the body in chunks, without its length.
    pub fn chunked(self) -> Self {
        self.delivered(Delivery::Chunked)
    }

    /// Sends the body without its length; closing the connection ends it.
    pub fn until_close(self) -> Self {
        self.delivered(Delivery::UntilClose)
    }

    /// Sends the body in chunks, over and over, until the client closes.
    pub fn endless(self) -> Self {
        self.delivered(Delivery::Endless)
    }

    /// Announces more than the body has, and closes after it.
    pub fn truncated(self) -> Self {
        self.delivered(Delivery::Truncated)
    }

    /// Sends half of the body, then nothing more, until the client closes.
    pub fn stalled(self) -> Self {
        self.delivered(Delivery::Stalled)
    }

    /// The status.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The body.
    pub fn bytes(&self) -> &[u8] {
        &self.body
    }

    /// The headers.
    pub(crate) fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The first header of this name.
    pub(crate) fn find_header(&self, name: &str) -> Option<&str> {
        let is_it = |(n, _): &&(String, String)| n.eq_ignore_ascii_case(name);
        self.headers
            .iter()
            .find(is_it)
            .map(|(_, value)| value.as_str())
    }

    fn delivered(mut self, delivery: Delivery) -> Self {
        self.delivery = delivery;
        self
    }

    /// Sends it, and says how the connection goes on.
    pub(super) fn send(&self, reader: &mut Reader, request: &Received) -> io::Result<Next> {
        if self.delivery == Delivery::Reset {
            return Ok(Next::Reset);
        }
        reader.release()?;
        if self.delivery == Delivery::Silent {
            reader.wait_for_close();
            return Ok(Next::Close);
        }
        let mut out = self.head().into_bytes();
        let has_body = request.method != "HEAD" && !matches!(self.status, 204 | 304);
        match self.delivery {
            _ if !has_body => {}
            Delivery::Stalled => out.extend(&self.body[..self.body.len() / 2]),
            Delivery::Chunked => {
                for part in self.body.chunks(16 * 1024) {
                    out.extend(chunk(part));
                }
                out.extend(b"0\r\n\r\n");
            }
            Delivery::Endless => {
                let again = chunk(&self.body);
                (&*reader.stream).write_all(&out)?;
                // Ends with an error, once the client has closed.
                loop {
                    (&*reader.stream).write_all(&again)?;
                }
            }
            _ => out.extend(&self.body),
        }
        (&*reader.stream).write_all(&out)?;
        Ok(match self.delivery {
            Delivery::Stalled => {
                reader.wait_for_close();
                Next::Close
            }
            Delivery::Truncated | Delivery::UntilClose => Next::Close,
            _ if request.header("connection") == Some("close") => Next::Close,
            _ => Next::Request,
        })
    }

    fn head(&self) -> String {
        let framing = match self.delivery {
            _ if matches!(self.status, 204 | 304) => None,
            Delivery::Length | Delivery::Stalled => {
                Some(("content-length", self.body.len().to_string()))
            }
            Delivery::Truncated => Some(("content-length", (self.body.len() + 512).to_string())),
            Delivery::Chunked | Delivery::Endless => {
                Some(("transfer-encoding", "chunked".to_owned()))
            }
            Delivery::UntilClose | Delivery::Silent | Delivery::Reset => {
                Some(("connection", "close".to_owned()))
            }
        };
        let mut lines = vec![format!("HTTP/1.1 {} {}", self.status, reason(self.status))];
        lines.extend(
            self.headers
                .iter()
                .map(|(name, value)| format!("{name}: {value}")),
        );
        lines.extend(framing.map(|(name, value)| format!("{name}: {value}")));
        lines.join("\r\n") + "\r\n\r\n"
    }
}

fn chunk(bytes: &[u8]) -> Vec<u8> {
    let mut chunk = format!("{:x}\r\n", bytes.len()).into_bytes();
    chunk.extend(bytes);
    chunk.extend(b"\r\n");
    chunk
}

fn reason(status: u16) -> &'static str {
    http::StatusCode::from_u16(status)
        .ok()
        .and_then(|status| status.canonical_reason())
        .unwrap_or("Unnamed")
}

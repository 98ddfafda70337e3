//! Reads requests off a socket, for the engine.

use std::io::{self, ErrorKind, Read};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;

/// More than any client of ours sends; a guard against a test that would fill the memory.
const LIMIT: usize = 16 * 1024 * 1024;

/// A request as it came over the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Received {
    /// The method. `POST`
    pub method: String,
    /// Path and query as they were sent.
    pub target: String,
    /// The headers in the order of sending, names as they were written.
    pub headers: Vec<(String, String)>,
    /// The body, with any chunked coding taken off.
    pub body: Vec<u8>,
}

impl Received {
    /// The first header of this name, without regard to case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let is_it = |(n, _): &&(String, String)| n.eq_ignore_ascii_case(name);
        self.headers
            .iter()
            .find(is_it)
            .map(|(_, value)| value.as_str())
    }

    /// The body as text; bytes that are none are replaced.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// Reads a socket and leaves the last byte of what it returned in the kernel until the next call.
///
/// Closing a socket over unread bytes resets the connection, and std has no other way to ask for that.
pub(super) struct Reader {
    pub(super) stream: Arc<TcpStream>,
    is_holding: bool,
}

impl Reader {
    pub(super) fn new(stream: Arc<TcpStream>) -> Self {
        Self {
            stream,
            is_holding: false,
        }
    }

    /// The next request; `None` once the client has closed.
    pub(super) fn request(&mut self) -> io::Result<Option<Received>> {
        let head = match self.until(b"\r\n\r\n") {
            Ok(head) => head,
            Err(e) if e.kind() == ErrorKind::UnexpectedEof => return Ok(None),
            Err(e) => return Err(e),
        };
        let mut request = parse_head(&head).ok_or(ErrorKind::InvalidData)?;
        let is_chunked = request
            .header("transfer-encoding")
            .is_some_and(|value| value.eq_ignore_ascii_case("chunked"));
        request.body = if is_chunked {
            self.chunks()?
        } else {
            let length = request.header("content-length").unwrap_or("0");
            self.exactly(length.parse().map_err(|_| ErrorKind::InvalidData)?)?
        };
        Ok(Some(request))
    }

    /// Takes the byte that was held back.
    pub(super) fn release(&mut self) -> io::Result<()> {
        if std::mem::take(&mut self.is_holding) {
            (&*self.stream).read_exact(&mut [0])?;
        }
        Ok(())
    }

    /// Waits until the client closes, and forgets what it sends until then.
    pub(super) fn wait_for_close(&mut self) {
        while matches!((&*self.stream).read(&mut [0; 1024]), Ok(count) if count > 0) {}
    }

    /// Closes in good order: everything that was written arrives.
    pub(super) fn close(&mut self) {
        drop(self.release());
        drop(self.stream.shutdown(Shutdown::Write));
        self.wait_for_close();
    }

    fn chunks(&mut self) -> io::Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let line = self.until(b"\r\n")?;
            let digits = String::from_utf8_lossy(&line);
            let digits = digits.split(';').next().unwrap_or_default().trim();
            let size = usize::from_str_radix(digits, 16).map_err(|_| ErrorKind::InvalidData)?;
            body.extend(self.exactly(size)?);
            // The line break after a chunk, or the empty line after the last one. Trailers are not spoken here.
            self.until(b"\r\n")?;
            if size == 0 {
                return Ok(body);
            }
        }
    }

    fn exactly(&mut self, length: usize) -> io::Result<Vec<u8>> {
        if length > LIMIT {
            return Err(ErrorKind::InvalidData.into());
        }
        let mut bytes = vec![0; length];
        if let Some((last, rest)) = bytes.split_last_mut() {
            self.release()?;
            (&*self.stream).read_exact(rest)?;
            self.peek(std::slice::from_mut(last))?;
            self.is_holding = true;
        }
        Ok(bytes)
    }

    fn until(&mut self, end: &[u8]) -> io::Result<Vec<u8>> {
        self.release()?;
        let mut bytes = Vec::new();
        while bytes.len() < LIMIT {
            let mut ahead = [0; 2048];
            let count = self.peek(&mut ahead)?;
            for (index, byte) in ahead[..count].iter().enumerate() {
                bytes.push(*byte);
                if bytes.ends_with(end) {
                    (&*self.stream).read_exact(&mut ahead[..index])?;
                    self.is_holding = true;
                    return Ok(bytes);
                }
            }
            (&*self.stream).read_exact(&mut ahead[..count])?;
        }
        Err(ErrorKind::InvalidData.into())
    }

    fn peek(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        match self.stream.peek(bytes)? {
            0 => Err(ErrorKind::UnexpectedEof.into()),
            count => Ok(count),
        }
    }
}

/// A request without a body, for tests that need no socket.
#[cfg(test)]
pub(crate) fn parse(head: &[u8]) -> Option<Received> {
    parse_head(head)
}

fn parse_head(head: &[u8]) -> Option<Received> {
    let head = std::str::from_utf8(head).ok()?;
    let mut lines = head.split("\r\n").filter(|line| !line.is_empty());
    let mut words = lines.next()?.split(' ');
    let (method, target) = (words.next()?, words.next()?);
    let header = |line: &str| {
        let (name, value) = line.split_once(':')?;
        Some((name.to_owned(), value.trim().to_owned()))
    };
    Some(Received {
        method: method.to_owned(),
        target: target.to_owned(),
        headers: lines.map(header).collect::<Option<_>>()?,
        body: Vec::new(),
    })
}

//! The engine and the script, spoken to over a bare socket.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use super::Answer;
use crate::testing::Server;

const GET: &[u8] = b"GET /a?b=c HTTP/1.1\r\nHost: x\r\n\r\n";

fn connect(server: &Server) -> TcpStream {
    let stream = TcpStream::connect(server.address()).unwrap();
    // No test waits for this: it turns a mistake that would hang into one that is seen.
    stream
        .set_read_timeout(Some(Duration::from_secs(30)))
        .unwrap();
    stream
}

/// Sends one request and reads to the end of the connection.
fn talk(server: &Server, request: &[u8]) -> std::io::Result<String> {
    let mut stream = connect(server);
    stream.write_all(request)?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

/// Reads one answer of a known length and leaves the connection open.
fn read(stream: &mut TcpStream, length: usize) -> String {
    let mut bytes = vec![0; length];
    stream.read_exact(&mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

#[test]
fn replies_come_in_order_on_one_connection() {
    let server = Server::start([Answer::json(200, "{}").header("x-a", "1"), Answer::new(204)]);
    let mut stream = connect(&server);
    let first = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nx-a: 1\r\ncontent-length: 2\r\n\r\n{}";
    let second = "HTTP/1.1 204 No Content\r\n\r\n";
    for expected in [first, second] {
        stream.write_all(GET).unwrap();
        assert_eq!(read(&mut stream, expected.len()), expected);
    }
    assert_eq!(server.received().len(), 2);
}

#[test]
fn the_request_is_kept_as_it_came() {
    let server = Server::start([Answer::new(200).until_close()]);
    let request =
        b"POST /a?b=c HTTP/1.1\r\nHost: x\r\nX-B: 2\r\nx-a: 1\r\nContent-Length: 5\r\n\r\nhello";
    talk(&server, request).unwrap();
    let got = server.only_request();
    assert_eq!(
        (
            got.method.as_str(),
            got.target.as_str(),
            got.text().as_str()
        ),
        ("POST", "/a?b=c", "hello")
    );
    let names: Vec<&str> = got.headers.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["Host", "X-B", "x-a", "Content-Length"]);
    assert_eq!(got.header("X-A"), Some("1"));
}

#[test]
fn a_chunked_request_is_put_together() {
    let server = Server::start([Answer::new(200).until_close()]);
    let request = b"POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n";
    talk(&server, request).unwrap();
    assert_eq!(server.only_request().text(), "abcde");
}

#[test]
fn a_request_beyond_the_script_says_so() {
    let server = Server::start([]);
    let mut stream = connect(&server);
    stream.write_all(GET).unwrap();
    assert!(read(&mut stream, 40).starts_with("HTTP/1.1 500"));
    assert_eq!(server.received().len(), 1);
}

#[test]
fn chunks_end_with_an_empty_one() {
    let server = Server::start([Answer::json(200, "abc").padded(20_000).chunked()]);
    let mut stream = connect(&server);
    stream.write_all(GET).unwrap();
    let head =
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n";
    assert_eq!(read(&mut stream, head.len()), head);
    let body = read(
        &mut stream,
        "4000\r\n".len() + 16_384 + "\r\ne20\r\n".len() + 3_616 + "\r\n0\r\n\r\n".len(),
    );
    assert!(body.starts_with("4000\r\nabc   ") && body.ends_with("   \r\n0\r\n\r\n"));
}

#[test]
fn a_truncated_answer_ends_before_its_length() {
    let server = Server::start([Answer::json(200, "{}").truncated()]);
    let answer = talk(&server, GET).unwrap();
    assert!(
        answer.contains("content-length: 514\r\n") && answer.ends_with("\r\n\r\n{}"),
        "{answer}"
    );
}

#[test]
fn a_stalled_answer_stops_half_way() {
    let server = Server::start([Answer::json(200, "abcdef").stalled()]);
    let mut stream = connect(&server);
    stream.write_all(GET).unwrap();
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 6\r\n\r\n";
    assert_eq!(read(&mut stream, head.len() + 3), format!("{head}abc"));
    stream.set_nonblocking(true).unwrap();
    assert_eq!(
        stream.read(&mut [0]).unwrap_err().kind(),
        ErrorKind::WouldBlock
    );
}

#[test]
fn a_reset_is_a_reset() {
    let server = Server::start([Answer::reset(), Answer::reset()]);
    assert_eq!(
        talk(&server, GET).unwrap_err().kind(),
        ErrorKind::ConnectionReset
    );
    let post = b"POST / HTTP/1.1\r\ncontent-length: 5\r\n\r\nhello";
    assert_eq!(
        talk(&server, post).unwrap_err().kind(),
        ErrorKind::ConnectionReset
    );
    assert_eq!(server.received()[1].text(), "hello");
}

#[test]
fn an_endless_answer_goes_on_until_the_client_has_had_enough() {
    let server = Server::start([Answer::json(200, "[").padded(1024).endless()]);
    let mut stream = connect(&server);
    stream.write_all(GET).unwrap();
    read(&mut stream, 3 * 1024 * 1024);
}

#[test]
fn stopping_closes_what_is_open() {
    let server = Server::start([Answer::json(200, "abcdef").stalled()]);
    let (mut asked, mut idle) = (connect(&server), connect(&server));
    asked.write_all(GET).unwrap();
    read(&mut asked, 10);
    drop(server);
    assert!(matches!(idle.read(&mut [0]), Ok(0) | Err(_)));
}

#[test]
fn nobody_listens_nowhere() {
    let url = Server::nowhere();
    let refused = TcpStream::connect(url.trim_start_matches("http://")).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
}

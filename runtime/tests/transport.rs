//! The transport over reqwest, against sockets that do what real ones do at their worst.
#![cfg(feature = "reqwest")]
#![allow(clippy::unwrap_used)]

mod common;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::thread::JoinHandle;
use std::time::Duration;

use common::*;
use token_refresh_runtime::{
    BaseUrl, ErrorKind, Provider, Request, RequestBuilder, ReqwestTransport, Secret,
    SharedTransport, Transport, TransportError, default_transport, refresh, spend,
};

/// A server for one connection: reads a request, then does what it is told with the socket.
struct OneShot {
    url: BaseUrl,
    thread: JoinHandle<String>,
}

impl OneShot {
    fn start(act: impl FnOnce(&mut TcpStream) + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = BaseUrl::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
        let thread = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let request = read_request(&stream);
            act(&mut stream);
            request
        });
        Self { url, thread }
    }

    fn says(answer: impl Into<Vec<u8>>) -> Self {
        let answer = answer.into();
        Self::start(move |stream| stream.write_all(&answer).unwrap())
    }

    fn received(self) -> String {
        self.thread.join().unwrap()
    }
}

fn read_request(stream: &TcpStream) -> String {
    let mut reader = BufReader::new(stream);
    let mut text = String::new();
    while !text.ends_with("\r\n\r\n") && reader.read_line(&mut text).unwrap() > 0 {}
    let length = text.lines().find_map(|line| {
        line.to_ascii_lowercase()
            .strip_prefix("content-length: ")?
            .parse()
            .ok()
    });
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body).unwrap();
    text + &String::from_utf8(body).unwrap()
}

fn transport() -> ReqwestTransport {
    ReqwestTransport::builder().no_proxy().build().unwrap()
}

/// As patient as a test may be: what is waited for does not come.
fn impatient() -> ReqwestTransport {
    let soon = Duration::from_millis(80);
    ReqwestTransport::builder()
        .no_proxy()
        .response_timeout(soon)
        .build()
        .unwrap()
}

fn get(url: &BaseUrl) -> Request {
    let mut request = RequestBuilder::new("GET", url);
    request.segment_literal("/tokens");
    request.secret_query("token", "", &Secret::from(GRANT));
    request.secret_header("x-secret", "", &Secret::from(HEADER_SECRET));
    request.finish().unwrap()
}

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";

fn assert_hidden(error: &TransportError) {
    let shown = shown(error);
    assert!(
        !shown.contains("planted") && !shown.contains("token="),
        "{shown}"
    );
}

#[tokio::test]
async fn a_request_goes_out_as_it_was_built_and_its_answer_comes_back() {
    let server = OneShot::says(format!(
        "{OK}content-length: 21\r\n\r\n{{\"access_token\": \"a\"}}"
    ));
    let provider = Plain(server.url.clone());
    let tokens = refresh(&provider, &transport(), &RefreshToken::from(GRANT))
        .await
        .unwrap();
    assert_eq!(tokens.access_token.expose(), "a");
    let received = server.received();
    let (head, body) = received.split_once("\r\n\r\n").unwrap();
    assert_eq!(
        body,
        format!("{{\"expiresIn\":120,\"refreshToken\":\"{GRANT}\"}}")
    );
    let mut lines = head.lines();
    assert_eq!(
        lines.next(),
        Some("POST /tokens/planted-path-4%2Fx HTTP/1.1")
    );
    let mut names: Vec<_> = lines
        .map(|line| line.split(':').next().unwrap().to_ascii_lowercase())
        .collect();
    names.sort();
    assert_eq!(
        names,
        [
            "accept",
            "authorization",
            "content-length",
            "content-type",
            "host",
            "x-secret"
        ]
    );
}

#[tokio::test]
async fn no_redirect_is_followed() {
    for status in [301, 302, 303, 307, 308] {
        let elsewhere = OneShot::says("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
        let location = elsewhere.url.as_str();
        let server = OneShot::says(format!(
            "HTTP/1.1 {status} X\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n"
        ));
        let error = refresh(
            &Plain(server.url.clone()),
            &transport(),
            &RefreshToken::from(GRANT),
        )
        .await
        .unwrap_err();
        assert!(error.is_rejected());
        assert_eq!(error.status().unwrap().as_u16(), status);
        assert!(!elsewhere.thread.is_finished());
    }
}

#[tokio::test]
async fn a_body_over_the_limit_is_cut_and_its_tokens_are_saved() {
    let long = format!(
        "{{\"access_token\": \"a-token\", \"x\": \"{}\"}}",
        "x".repeat(2 * 1024 * 1024)
    );
    let heads = [
        format!("content-length: {}\r\n", long.len()),
        "connection: close\r\n".to_owned(),
    ];
    for head in heads {
        let answer = format!("{OK}{head}\r\n{long}");
        // The client hangs up in the middle.
        let server = OneShot::start(move |stream| drop(stream.write_all(answer.as_bytes())));
        let error = refresh(&Plain(server.url), &transport(), &RefreshToken::from(GRANT))
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InDoubt);
        assert_eq!(error.rescued(), [("accessToken", Secret::from("a-token"))]);
        assert_eq!(
            std::error::Error::source(&error).unwrap().to_string(),
            "the answer's body is over the limit"
        );
    }
}

#[tokio::test]
async fn an_endless_body_ends_at_the_limit() {
    let server = OneShot::start(|stream| {
        let chunk = format!("4000\r\n{}\r\n", "x".repeat(0x4000));
        stream
            .write_all(format!("{OK}transfer-encoding: chunked\r\n\r\n").as_bytes())
            .unwrap();
        while stream.write_all(chunk.as_bytes()).is_ok() {}
    });
    let error = transport().send(get(&server.url)).await.unwrap_err();
    assert!(error.is_in_doubt());
    // The client hangs up: the server's next write fails.
    tokio::task::spawn_blocking(|| server.received())
        .await
        .unwrap();
}

#[tokio::test]
async fn the_limit_itself_is_no_trouble() {
    for (length, fits) in [(100, true), (101, false)] {
        let server = OneShot::says(format!(
            "{OK}content-length: {length}\r\n\r\n{}",
            "x".repeat(length)
        ));
        let small = ReqwestTransport::builder().body_limit(100).build().unwrap();
        assert_eq!(small.send(get(&server.url)).await.is_ok(), fits);
    }
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_in_doubt_and_its_tokens_are_saved() {
    let part = "{\"access_token\": \"a-token\", \"refresh_token\": \"r-tok";
    let heads = ["content-length: 100\r\n", "transfer-encoding: chunked\r\n"];
    for head in heads {
        let body = if head.starts_with('t') {
            format!("{:x}\r\n{part}\r\n", part.len())
        } else {
            part.to_owned()
        };
        let server = OneShot::says(format!("{OK}{head}\r\n{body}"));
        let error = spend(&Plain(server.url), &transport(), RefreshToken::from(GRANT))
            .await
            .unwrap_err();
        assert_eq!(
            (error.kind(), error.status().unwrap().as_u16()),
            (ErrorKind::InDoubt, 200)
        );
        assert!(error.is_in_doubt() && !error.is_transient() && !error.needs_reauthentication());
        assert_eq!(error.rescued(), [("accessToken", Secret::from("a-token"))]);
        assert!(!shown(&error).contains("a-token"));
        assert_eq!(error.into_grant().unwrap().into_secret().expose(), GRANT);
    }
}

#[tokio::test]
async fn a_form_that_breaks_off_yields_no_half_token() {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: 100\r\n\r\n";
    let server = OneShot::says(format!("{head}access_token=a-token&refresh_token=r-tok"));
    let error = refresh(&Plain(server.url), &transport(), &RefreshToken::from(GRANT))
        .await
        .unwrap_err();
    assert_eq!(error.rescued(), [("accessToken", Secret::from("a-token"))]);
}

#[tokio::test]
async fn a_reset_after_the_request_is_in_doubt() {
    let server = OneShot::start(|stream| stream.shutdown(Shutdown::Both).unwrap());
    let error = transport().send(get(&server.url)).await.unwrap_err();
    assert!(error.is_in_doubt());
    assert_hidden(&error);
}

#[tokio::test]
async fn what_is_no_http_is_in_doubt() {
    for answer in [
        "SSH-2.0-OpenSSH\r\n\r\n",
        "HTTP/1.1 abc\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: -5\r\n\r\n",
    ] {
        let server = OneShot::says(answer);
        let error = transport().send(get(&server.url)).await.unwrap_err();
        assert!(error.is_in_doubt(), "{answer}");
        assert_hidden(&error);
    }
}

#[tokio::test]
async fn silence_and_stalls_end_in_time() {
    for part in [
        String::new(),
        OK.to_owned(),
        format!("{OK}content-length: 50\r\n\r\n{{\"access_token\": \"a-token\","),
    ] {
        let (done, wait) = std::sync::mpsc::channel::<()>();
        let server = OneShot::start(move |stream| {
            stream.write_all(part.as_bytes()).unwrap();
            let _ = wait.recv();
        });
        let error = impatient().send(get(&server.url)).await.unwrap_err();
        assert!(error.is_in_doubt());
        assert_hidden(&error);
        drop(done);
    }
}

#[tokio::test]
async fn drops_of_bytes_end_in_time_too() {
    let server = OneShot::start(|stream| {
        stream
            .write_all(format!("{OK}content-length: 1000000\r\n\r\n").as_bytes())
            .unwrap();
        while stream.write_all(b"x").is_ok() {
            std::thread::yield_now();
        }
    });
    let total = Duration::from_millis(150);
    let transport = ReqwestTransport::builder()
        .total_timeout(total)
        .body_limit(usize::MAX)
        .build()
        .unwrap();
    let error = transport.send(get(&server.url)).await.unwrap_err();
    assert!(error.is_in_doubt());
}

#[tokio::test]
async fn a_connection_that_is_refused_was_not_sent() {
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let url = BaseUrl::parse(&format!("http://127.0.0.1:{port}")).unwrap();
    let error = transport().send(get(&url)).await.unwrap_err();
    assert!(!error.is_in_doubt());
    assert_hidden(&error);

    let error = spend(&Plain(url), &transport(), RefreshToken::from(GRANT))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotSent);
    assert!(error.is_transient() && !error.is_in_doubt() && error.status().is_none());
    assert!(error.into_grant().is_some());
}

#[tokio::test]
async fn plain_http_goes_to_loopback_only_whoever_built_the_request() {
    for url in [
        "http://example.com/",
        "http://0.0.0.0/",
        "http://user@127.0.0.1/",
        "ftp://127.0.0.1/",
        "/tokens",
    ] {
        let request = http::Request::get(url).body("".into()).unwrap();
        let error = transport().send(request).await.unwrap_err();
        assert!(!error.is_in_doubt(), "{url}");
    }
}

#[tokio::test]
async fn a_proxy_never_sees_what_goes_to_loopback() {
    let proxy = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", proxy.local_addr().unwrap());
    let transport = ReqwestTransport::builder()
        .proxy(reqwest::Proxy::all(&address).unwrap())
        .build()
        .unwrap();
    let server = OneShot::says("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
    assert!(transport.send(get(&server.url)).await.is_ok());
    assert!(server.received().starts_with("GET /tokens?token="));

    // What goes through it is a tunnel: the proxy learns the host and nothing else.
    let seen = std::thread::spawn(move || {
        let (mut stream, _) = proxy.accept().unwrap();
        let request = read_request(&stream);
        stream.write_all(b"HTTP/1.1 502 No\r\n\r\n").unwrap();
        request
    });
    let url = BaseUrl::parse("https://api.example.com").unwrap();
    let error = transport.send(get(&url)).await.unwrap_err();
    assert!(!error.is_in_doubt());
    assert_hidden(&error);
    let seen = seen.join().unwrap();
    assert!(
        seen.starts_with("CONNECT api.example.com:443 HTTP/1.1\r\n"),
        "{seen}"
    );
    assert!(!seen.contains("planted"));
}

#[tokio::test]
async fn nothing_is_decompressed() {
    let head = format!("{OK}content-encoding: gzip\r\ncontent-length: 4\r\n\r\n");
    let server = OneShot::says([head.as_bytes(), b"\x1f\x8b\x08\x00"].concat());
    let provider = Plain(server.url.clone());
    let error = refresh(&provider, &transport(), &RefreshToken::from(GRANT))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Protocol);
    assert!(
        !server
            .received()
            .to_ascii_lowercase()
            .contains("accept-encoding")
    );
}

#[test]
fn without_a_runtime_there_is_an_error_and_no_panic() {
    let transport = transport();
    let mut sending = pin!(transport.send(get(&base())));
    let result = sending
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()));
    assert!(matches!(result, Poll::Ready(Err(error)) if !error.is_in_doubt()));
}

#[test]
fn one_transport_outlives_the_runtimes_that_use_it() {
    let shared: SharedTransport = Arc::new(transport());
    for _ in 0..3 {
        let server = OneShot::says("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        assert!(runtime.block_on(shared.send(get(&server.url))).is_ok());
    }
}

#[test]
fn the_default_transport_is_one_for_all() {
    assert!(Arc::ptr_eq(
        &default_transport().unwrap(),
        &default_transport().unwrap()
    ));
}

#[test]
fn roots_that_are_none_are_refused() {
    for (pem, words) in [
        ("", "no certificate"),
        (
            "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n",
            "not PEM",
        ),
    ] {
        let error = ReqwestTransport::builder()
            .root_certificates(pem.as_bytes())
            .build()
            .unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
    }
}

#[tokio::test]
async fn a_request_that_cannot_be_made_is_not_sent() {
    let grant = RefreshToken::from("planted\ngrant");
    let provider = InHeader(base());
    let error = spend(&provider, &transport(), grant).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Request);
    assert!(error.is_misconfigured() && !shown(&error).contains("planted"));
    assert!(error.into_grant().is_some());
}

/// Sends its grant in a header.
#[derive(Debug)]
struct InHeader(BaseUrl);

impl Provider for InHeader {
    type Grant = RefreshToken;
    type Tokens = Tokens;
    type Refusal = Refusal;
    const LIFECYCLE: &'static token_refresh_runtime::Lifecycle = &PLAIN;

    fn request(
        &self,
        grant: &RefreshToken,
    ) -> Result<Request, token_refresh_runtime::RequestError> {
        let mut request = RequestBuilder::new("POST", &self.0);
        request.secret_header("authorization", "Bearer ", grant);
        request.finish()
    }
}

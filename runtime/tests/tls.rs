//! What the transport trusts: the platform's roots and those it was given, and nothing else.
#![cfg(feature = "reqwest")]
#![allow(clippy::unwrap_used)]

mod common;

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::thread::JoinHandle;

use common::*;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use token_refresh_runtime::{RequestBuilder, ReqwestTransport, Secret, Transport};

const ROOT: &[u8] = include_bytes!("data/tls/ca.pem");

/// A server for one connection with a certificate for `localhost`; gives what it could read.
fn serve() -> (u16, JoinHandle<String>) {
    let chain = CertificateDer::pem_slice_iter(include_bytes!("data/tls/localhost.pem"))
        .map(Result::unwrap)
        .collect();
    let key = PrivateKeyDer::from_pem_slice(include_bytes!("data/tls/localhost.key")).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let versions = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap();
    let config = Arc::new(
        versions
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .unwrap(),
    );
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let thread = std::thread::spawn(move || {
        let (socket, _) = listener.accept().unwrap();
        let mut stream = StreamOwned::new(ServerConnection::new(config).unwrap(), socket);
        let mut seen = Vec::new();
        let mut buffer = [0; 1024];
        while !seen.ends_with(b"\r\n\r\n") {
            match stream.read(&mut buffer) {
                Ok(length) if length > 0 => seen.extend_from_slice(&buffer[..length]),
                _ => break,
            }
        }
        let _ = stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n");
        String::from_utf8(seen).unwrap()
    });
    (port, thread)
}

fn request(url: &str) -> token_refresh_runtime::Request {
    let mut request =
        RequestBuilder::new("GET", &token_refresh_runtime::BaseUrl::parse(url).unwrap());
    request.secret_header("x-secret", "", &Secret::from(HEADER_SECRET));
    request.finish().unwrap()
}

#[tokio::test]
async fn a_root_that_was_given_is_trusted() {
    let (port, server) = serve();
    let transport = ReqwestTransport::builder()
        .no_proxy()
        .root_certificates(ROOT)
        .build()
        .unwrap();
    let answer = transport
        .send(request(&format!("https://localhost:{port}")))
        .await
        .unwrap();
    assert_eq!(answer.status().as_u16(), 204);
    assert!(server.join().unwrap().contains(HEADER_SECRET));
}

#[tokio::test]
async fn a_certificate_that_is_wrong_gets_no_request() {
    let strict = ReqwestTransport::builder().no_proxy().build().unwrap();
    let given = ReqwestTransport::builder()
        .no_proxy()
        .root_certificates(ROOT)
        .build()
        .unwrap();
    for (transport, host) in [(strict, "localhost"), (given, "127.0.0.1")] {
        let (port, server) = serve();
        let error = transport
            .send(request(&format!("https://{host}:{port}")))
            .await
            .unwrap_err();
        assert!(!error.is_in_doubt());
        assert!(!shown(&error).contains("planted"));
        let seen = tokio::task::spawn_blocking(|| server.join().unwrap())
            .await
            .unwrap();
        assert_eq!(seen, "");
    }
}

#[tokio::test]
async fn a_server_without_tls_gets_no_request() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut hello = vec![0; 16];
        stream.read_exact(&mut hello).unwrap();
        stream
            .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
            .unwrap();
        // The rest of the handshake, up to the hang-up.
        let _ = stream.read_to_end(&mut hello);
        hello
    });
    let transport = ReqwestTransport::builder().no_proxy().build().unwrap();
    let error = transport
        .send(request(&format!("https://127.0.0.1:{port}")))
        .await
        .unwrap_err();
    assert!(!error.is_in_doubt());
    let seen = tokio::task::spawn_blocking(|| server.join().unwrap())
        .await
        .unwrap();
    assert!(!String::from_utf8_lossy(&seen).contains("planted"));
}

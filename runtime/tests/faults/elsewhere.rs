//! Redirects 301–308 to another host or to http; a wrong certificate; plain http: refused; the secret never leaves for there.

use std::io::Read as _;
use std::net::TcpListener;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use token_refresh_runtime::BaseUrl;
use token_refresh_runtime::session::SessionErrorKind;
use token_refresh_runtime::testing::{Answer, Fault, Server};

use crate::support::*;

#[tokio::test]
async fn redirects_are_not_followed() {
    let elsewhere = Server::start([]);
    for status in [301, 302, 303, 307, 308] {
        for target in [elsewhere.url(), "http://example.invalid/token".to_owned()] {
            let bench = Bench::new::<Strict>();
            let (source, _) = bench.signed_in::<Strict>().await;
            bench.clock.advance(2 * HOUR);
            bench
                .server
                .next(Fault::instead(Answer::redirect(status, &target)));
            let error = soon("an answer", source.token()).await.unwrap_err();
            assert!(!error.needs_reauthentication(), "{status}: {error}");
            assert_eq!(bench.server.counts().requests, 1);
            // Nothing was spent.
            bench.clock.advance(5 * MINUTE);
            soon("a token", source.token()).await.unwrap();
        }
    }
    assert_eq!(elsewhere.received(), []);
}

/// A TLS server whose certificate is of an authority that nobody knows: whatever a client tells it. (One that is trusted and for
/// another name: `tls.rs`.)
fn impostor() -> (u16, std::thread::JoinHandle<Vec<u8>>) {
    let chain = CertificateDer::pem_slice_iter(include_bytes!("../data/tls/localhost.pem"));
    let chain = chain.map(Result::unwrap).collect();
    let key = PrivateKeyDer::from_pem_slice(include_bytes!("../data/tls/localhost.key")).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let thread = std::thread::spawn(move || {
        let (socket, _) = listener.accept().unwrap();
        let connection = ServerConnection::new(Arc::new(config)).unwrap();
        let mut told = Vec::new();
        // Ends with the handshake that the client breaks off.
        let _ = StreamOwned::new(connection, socket).read_to_end(&mut told);
        told
    });
    (port, thread)
}

#[tokio::test]
async fn a_wrong_certificate_is_told_nothing() {
    let bench = Bench::new::<Strict>();
    let (_, signed_in) = bench.signed_in::<Strict>().await;
    bench.clock.advance(2 * HOUR);
    let (port, told) = impostor();
    let source = bench.source_of::<Strict>(client(&format!("https://localhost:{port}")));
    let error = soon("an answer", source.token()).await.unwrap_err();
    assert_eq!(error.kind(), SessionErrorKind::Transient);
    assert_eq!(told.join().unwrap(), b"");
    assert!(signed_in.text("refreshToken").is_some());
    // The grant is as good as before.
    bench.clock.advance(5 * MINUTE);
    let source = bench.source::<Strict>();
    soon("a token", source.token()).await.unwrap();
    assert_eq!(bench.server.counts().reused, 0);
}

#[test]
fn plain_http_is_for_loopback_alone() {
    for url in [
        "http://example.com",
        "http://192.168.0.1",
        "http://localhost.example.com",
    ] {
        assert!(BaseUrl::parse(url).is_err(), "{url}");
    }
}

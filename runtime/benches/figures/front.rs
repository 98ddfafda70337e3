//! TLS in front of a server that has none, as every provider has it.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// Whom a client has to trust.
pub(crate) const ROOT: &[u8] = include_bytes!("../../tests/data/tls/ca.pem");

/// Hands on what comes to the port, which is given back, to that address.
pub(crate) fn start(address: String) -> u16 {
    let config = config();
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("a port").port();
    thread::spawn(move || {
        for socket in listener.incoming().flatten() {
            let (config, address) = (Arc::clone(&config), address.clone());
            // A connection that breaks is the client's to notice.
            thread::spawn(move || drop(hand_on(socket, config, &address)));
        }
    });
    port
}

fn config() -> Arc<ServerConfig> {
    let chain =
        CertificateDer::pem_slice_iter(include_bytes!("../../tests/data/tls/localhost.pem"));
    let key = include_bytes!("../../tests/data/tls/localhost.key");
    let key = PrivateKeyDer::from_pem_slice(key).expect("a key");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let versions =
        ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = versions.expect("versions of TLS").with_no_client_auth();
    let config = config.with_single_cert(chain.flatten().collect(), key);
    Arc::new(config.expect("the key is the certificate's"))
}

fn hand_on(socket: TcpStream, config: Arc<ServerConfig>, address: &str) -> io::Result<()> {
    socket.set_nodelay(true)?;
    let connection = ServerConnection::new(config).map_err(io::Error::other)?;
    let mut outside = StreamOwned::new(connection, socket);
    let mut inside = TcpStream::connect(address)?;
    inside.set_nodelay(true)?;
    loop {
        inside.write_all(&message(&mut outside)?)?;
        outside.write_all(&message(&mut inside)?)?;
    }
}

/// One request, or one answer, with a body of the length that it says.
fn message(from: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut message = Vec::new();
    let mut piece = [0; 4096];
    loop {
        let head = message.windows(4).position(|window| window == b"\r\n\r\n");
        if let Some(head) = head
            && message.len() >= head + 4 + body_length(&message[..head])
        {
            return Ok(message);
        }
        match from.read(&mut piece)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            length => message.extend_from_slice(&piece[..length]),
        }
    }
}

fn body_length(head: &[u8]) -> usize {
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length:"));
    length
        .and_then(|length| length.trim().parse().ok())
        .unwrap_or(0)
}

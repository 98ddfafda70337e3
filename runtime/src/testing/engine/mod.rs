//! Sockets and threads of a loopback HTTP/1.1 server; what it answers is up to a [`Handler`].
//!
//! Plain threads over `std::net`: a test server needs no more, and an application that tests with it
//! compiles nothing further. It listens on 127.0.0.1 and nowhere else.

mod answer;
mod read;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::io;
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

pub use self::answer::Answer;
use self::answer::Next;
use self::read::Reader;
pub use self::read::Received;

/// Decides what a server answers.
pub trait Handler: Send + Sync + 'static {
    /// The answer to one request. Connections are served by threads of their own, so calls overlap.
    fn answer(&self, request: &Received) -> Answer;
}

/// A running server. It stops, and closes what is open, when it is dropped.
#[derive(Debug)]
pub struct Engine {
    address: SocketAddr,
    connections: Arc<Connections>,
    acceptor: Option<JoinHandle<()>>,
}

impl Engine {
    /// Listens on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// When the system gives no port.
    pub fn start(handler: impl Handler) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let connections = Arc::new(Connections::default());
        let acceptor = {
            let connections = Arc::clone(&connections);
            thread::spawn(move || accept(&listener, &connections, &Arc::new(handler)))
        };
        Ok(Self {
            address,
            connections,
            acceptor: Some(acceptor),
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its base URL, without a trailing `/`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.connections.stop();
        // `accept` has no other way to be woken; it looks at the flag first thing.
        drop(TcpStream::connect(self.address));
        if let Some(acceptor) = self.acceptor.take() {
            drop(acceptor.join());
        }
        let servers = std::mem::take(&mut self.connections.lock().servers);
        for server in servers {
            drop(server.join());
        }
    }
}

/// The open connections, so that stopping can close them under their threads.
#[derive(Debug, Default)]
struct Connections(Mutex<Open>);

#[derive(Debug, Default)]
struct Open {
    is_stopping: bool,
    last_id: u64,
    streams: BTreeMap<u64, TcpStream>,
    servers: Vec<JoinHandle<()>>,
}

impl Connections {
    fn lock(&self) -> MutexGuard<'_, Open> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Remembers a connection; `None` once the engine stops.
    fn open(&self, stream: &TcpStream) -> Option<u64> {
        let mut open = self.lock();
        if open.is_stopping {
            return None;
        }
        open.last_id += 1;
        let id = open.last_id;
        if let Ok(twin) = stream.try_clone() {
            open.streams.insert(id, twin);
        }
        Some(id)
    }

    fn forget(&self, id: u64) {
        self.lock().streams.remove(&id);
    }

    fn stop(&self) {
        let mut open = self.lock();
        open.is_stopping = true;
        for stream in open.streams.values() {
            drop(stream.shutdown(Shutdown::Both));
        }
    }
}

fn accept<H: Handler>(listener: &TcpListener, connections: &Arc<Connections>, handler: &Arc<H>) {
    for stream in listener.incoming() {
        let Ok(stream) = stream else { continue };
        let Some(id) = connections.open(&stream) else {
            return;
        };
        let server = {
            let (connections, handler) = (Arc::clone(connections), Arc::clone(handler));
            thread::spawn(move || serve(stream, id, &connections, &*handler))
        };
        let mut open = connections.lock();
        open.servers.retain(|server| !server.is_finished());
        open.servers.push(server);
    }
}

/// Answers one request after the other until either side has had enough.
fn serve(stream: TcpStream, id: u64, connections: &Connections, handler: &impl Handler) {
    drop(stream.set_nodelay(true));
    let mut reader = Reader::new(stream);
    while let Ok(Some(request)) = reader.request() {
        match handler.answer(&request).send(&mut reader, &request) {
            Ok(Next::Request) => {}
            Ok(Next::Close) | Err(_) => break,
            Ok(Next::Reset) => {
                // The twin has to go first: a socket is closed by the last one that holds it.
                connections.forget(id);
                return;
            }
        }
    }
    reader.close();
    connections.forget(id);
}

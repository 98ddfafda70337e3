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
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

pub use self::answer::Answer;
use self::answer::Next;
use self::read::Reader;
pub use self::read::Received;
#[cfg(test)]
pub(crate) use self::read::parse;

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
        Self::start_at((Ipv4Addr::LOCALHOST, 0).into(), handler)
    }

    /// Listens there, which is on loopback: on a port that was listened on before.
    pub(super) fn start_at(address: SocketAddr, handler: impl Handler) -> io::Result<Self> {
        let listener = TcpListener::bind(address)?;
        let_many_wait(&listener)?;
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
        self.connections.wait();
    }
}

/// The standard library asks for a queue of 128 callers, and whoever comes when it is full waits a second to try again:
/// a test with thousands of callers would measure that.
#[cfg(target_os = "linux")]
fn let_many_wait(listener: &TcpListener) -> io::Result<()> {
    rustix::net::listen(listener, 4096).map_err(io::Error::from)
}

#[cfg(not(target_os = "linux"))]
fn let_many_wait(_: &TcpListener) -> io::Result<()> {
    Ok(())
}

/// Enough for any handler of ours; thousands of connections may wait at once, and each has a thread.
const STACK: usize = 256 * 1024;

/// The open connections, so that stopping can close them under their threads.
#[derive(Debug, Default)]
struct Connections {
    open: Mutex<Open>,
    /// There is one less.
    closed: Condvar,
}

#[derive(Debug, Default)]
struct Open {
    is_stopping: bool,
    last_id: u64,
    /// Those that a thread serves. Its own hold on a stream may end before the thread does.
    streams: BTreeMap<u64, Option<Arc<TcpStream>>>,
}

impl Connections {
    fn lock(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Remembers a connection; `None` once the engine stops.
    fn open(&self, stream: &Arc<TcpStream>) -> Option<u64> {
        let mut open = self.lock();
        if open.is_stopping {
            return None;
        }
        open.last_id += 1;
        let id = open.last_id;
        open.streams.insert(id, Some(Arc::clone(stream)));
        Some(id)
    }

    /// Lets go of a stream: it is closed by the last one that holds it.
    fn let_go(&self, id: u64) {
        if let Some(stream) = self.lock().streams.get_mut(&id) {
            *stream = None;
        }
    }

    /// The connection's thread is done.
    fn forget(&self, id: u64) {
        self.lock().streams.remove(&id);
        self.closed.notify_all();
    }

    fn stop(&self) {
        let mut open = self.lock();
        open.is_stopping = true;
        for stream in open.streams.values().flatten() {
            drop(stream.shutdown(Shutdown::Both));
        }
    }

    /// Waits for every thread to be done.
    fn wait(&self) {
        let mut open = self.lock();
        while !open.streams.is_empty() {
            open = self
                .closed
                .wait(open)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }
}

fn accept<H: Handler>(listener: &TcpListener, connections: &Arc<Connections>, handler: &Arc<H>) {
    for stream in listener.incoming() {
        let Ok(stream) = stream.map(Arc::new) else {
            continue;
        };
        let Some(id) = connections.open(&stream) else {
            return;
        };
        let guard = Guard(id, Arc::clone(connections));
        let handler = Arc::clone(handler);
        // Where the system has no thread left, the closure is dropped, and the connection with it.
        drop(
            thread::Builder::new()
                .stack_size(STACK)
                .spawn(move || serve(stream, &guard, &*handler)),
        );
    }
}

/// Takes a connection off the list when its thread ends, however it does.
struct Guard(u64, Arc<Connections>);

impl Drop for Guard {
    fn drop(&mut self) {
        self.1.forget(self.0);
    }
}

/// Answers one request after the other until either side has had enough.
fn serve(stream: Arc<TcpStream>, guard: &Guard, handler: &impl Handler) {
    drop(stream.set_nodelay(true));
    let mut reader = Reader::new(stream);
    while let Ok(Some(request)) = reader.request() {
        match handler.answer(&request).send(&mut reader, &request) {
            Ok(Next::Request) => {}
            Ok(Next::Close) | Err(_) => break,
            Ok(Next::Reset) => {
                // The list's hold has to go first: a socket is closed by the last one that holds it.
                guard.1.let_go(guard.0);
                return;
            }
        }
    }
    reader.close();
}

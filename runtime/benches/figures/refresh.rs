//! What a refresh costs over the bare exchange: lease, record, intent, compare-and-swap, publishing.

use std::sync::Arc;
use std::time::Duration;

use rustix::time::ClockId;
use token_refresh_runtime::session::store::MemoryStore;
use token_refresh_runtime::session::{Clock, ManualClock, TokenSource};
use token_refresh_runtime::{Keep, Provider, ReqwestTransport, SharedTransport, Timestamp};
use tokio::runtime::{Builder, Runtime};

use crate::away::Away;
use crate::front::ROOT;
use crate::provider::{Client, RefreshToken};
use crate::seconds;

const REFRESHES: u32 = 20;
const ROUNDS: usize = 150;

/// What the exchange goes over.
#[derive(Clone, Copy, Debug)]
enum Connection {
    /// As a provider is called: TLS, and a connection for each refresh.
    Secure,
    /// The same without TLS, which is for loopback only.
    Plain,
    /// One connection for all, without TLS.
    Kept,
}

/// Two ways to the same server: each with a session of its own, both over one client and on one runtime.
struct Ways {
    runtime: Runtime,
    clock: ManualClock,
    source: TokenSource<Client>,
    client: Arc<Client>,
    grant: String,
    _servers: [Away; 2],
}

impl Ways {
    fn new(connection: Connection, is_apart: bool) -> Self {
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        let servers = [Away::start(), Away::start()];
        let transport = ReqwestTransport::builder()
            .no_proxy()
            .root_certificates(ROOT);
        let transport = match connection {
            Connection::Kept => transport.keep_connections(Duration::from_secs(60)),
            Connection::Secure | Connection::Plain => transport,
        };
        let url = |server: &Away| match connection {
            Connection::Secure => server.secure_url.clone(),
            Connection::Plain | Connection::Kept => server.url.clone(),
        };
        let transport: SharedTransport = Arc::new(transport.build().expect("TLS can be set up"));
        let client = Client::over(&url(&servers[0]), Arc::clone(&transport));
        let clock = ManualClock::at(Timestamp::now());
        let source = TokenSource::builder(client, MemoryStore::new(), "refresh");
        let source = source.clock(Clock::Manual(clock.clone()));
        let source = if is_apart {
            source
        } else {
            source.runtime(runtime.handle().clone())
        };
        let source = source.build();
        runtime.block_on(async {
            source
                .insert(servers[0].signed_in())
                .await
                .expect("it is stored");
            source.token().await.expect("a token comes");
        });
        let grant = servers[1].grant.clone();
        let client = Arc::new(Client::over(&url(&servers[1]), transport));
        Self {
            runtime,
            clock,
            source,
            client,
            grant,
            _servers: servers,
        }
    }

    /// Lets the token end so many times.
    fn refresh(&self, times: u32) {
        let (clock, source) = (self.clock.clone(), self.source.clone());
        self.run(async move {
            for _ in 0..times {
                clock.advance(Duration::from_secs(7200));
                source.token().await.expect("a token comes");
            }
        });
    }

    /// Makes as many exchanges by hand: the same requests, answers of the same size, and nothing done with them but to have the
    /// next grant.
    fn exchange(&mut self, times: u32) {
        let client = Arc::clone(&self.client);
        let mut grant = self.grant.clone();
        self.grant = self.run(async move {
            for _ in 0..times {
                let request = client.request(&RefreshToken::from(grant.as_str()));
                let request = request.expect("a request");
                let answer = client.transport().send(request).await.expect("an answer");
                let answer = answer.into_body();
                let text = std::str::from_utf8(answer.as_bytes()).expect("it is JSON");
                let mut next = text.split("\"refresh_token\":\"").skip(1);
                let next = next.next().and_then(|rest| rest.split('"').next());
                next.expect("the next grant").clone_into(&mut grant);
            }
            grant
        });
    }

    /// In a task, as in a service: the future that a runtime was started for is woken by a system call.
    fn run<T: Send + 'static>(&self, work: impl Future<Output = T> + Send + 'static) -> T {
        let task = self.runtime.spawn(work);
        self.runtime.block_on(task).expect("it does not panic")
    }
}

pub(crate) fn refresh() {
    for connection in [Connection::Secure, Connection::Plain, Connection::Kept] {
        for (is_apart, place) in [
            (false, "the caller's runtime"),
            (true, "the library's thread"),
        ] {
            let mut ways = Ways::new(connection, is_apart);
            ways.refresh(50);
            ways.exchange(50);
            // The least of many, by turns: what else the machine does only ever adds.
            let rounds: Vec<_> = (0..ROUNDS)
                .map(|_| {
                    (
                        cpu(|| ways.exchange(REFRESHES)),
                        cpu(|| ways.refresh(REFRESHES)),
                    )
                })
                .collect();
            let bare = rounds.iter().map(|round| round.0).fold(f64::MAX, f64::min);
            let full = rounds.iter().map(|round| round.1).fold(f64::MAX, f64::min);
            println!(
                "refresh over bare exchange, CPU, {connection:?}, {place}: {:.0} us over {:.0} us: {:.2} x",
                full,
                bare,
                full / bare
            );
        }
    }
}

/// Microseconds of this process's CPU that one of them takes.
fn cpu(run: impl FnOnce()) -> f64 {
    let before = seconds(ClockId::ProcessCPUTime);
    run();
    (seconds(ClockId::ProcessCPUTime) - before) * 1e6 / f64::from(REFRESHES)
}

/// So many of one kind, for whoever counts instructions.
pub(crate) fn renew(how: &str, times: u32) {
    let mut ways = Ways::new(Connection::Secure, false);
    match how {
        "bare" => ways.exchange(times),
        "source" => ways.refresh(times),
        _ => panic!("no such way: {how}"),
    }
}

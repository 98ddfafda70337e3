//! What the rows share: a provider, a server, a clock and a store that all stand still until a test moves them.

mod failover;
mod provider;
mod store;

use std::sync::{Arc, LazyLock};
use std::time::Duration;

pub(crate) use failover::Failover;
pub(crate) use provider::*;
pub(crate) use store::{FaultyStore, Mood, Unrenewed};
use token_refresh_runtime::session::store::MemoryStore;
use token_refresh_runtime::session::{Event, EventKind, Events, ManualClock, TokenSource};
use token_refresh_runtime::testing::{SignedIn, StrictServer, StrictServerBuilder};
use token_refresh_runtime::{
    BaseUrl, Keep, Kept, ReqwestTransport, ReqwestTransportBuilder, SharedTransport, SignIn,
    Timestamp,
};

pub(crate) const HOUR: Duration = Duration::from_secs(3600);
pub(crate) const MINUTE: Duration = Duration::from_secs(60);
pub(crate) const SUBJECT: &str = "customer-42";

/// 2023-11-14T22:13:20Z.
pub(crate) const START: Timestamp = Timestamp::from_unix_seconds(1_700_000_000);

pub(crate) type Source<P> = TokenSource<P>;

/// One server, one clock, one store.
pub(crate) struct Bench {
    pub(crate) clock: ManualClock,
    pub(crate) server: StrictServer,
    pub(crate) store: FaultyStore,
}

impl Bench {
    /// A server for this provider, whose access tokens live for an hour.
    pub(crate) fn new<P: FromUrl>() -> Self {
        Self::with::<P>(|server| server)
    }

    /// The same, the server set up further.
    pub(crate) fn with<P: FromUrl>(
        set_up: impl FnOnce(StrictServerBuilder) -> StrictServerBuilder,
    ) -> Self {
        let clock = ManualClock::at(START);
        let hand = clock.clone();
        let builder = StrictServer::builder(P::LIFECYCLE)
            .clock(move || hand.now().wall)
            .lifetime("accessToken", HOUR);
        Self {
            server: set_up(builder).start(),
            store: FaultyStore::new(MemoryStore::with_clock(clock.clone())),
            clock,
        }
    }

    /// A client of the server.
    pub(crate) fn client<P: FromUrl>(&self) -> P {
        client(&self.server.url())
    }

    /// A source over the store, as a process of its own would have it.
    pub(crate) fn source<P: FromUrl>(&self) -> TokenSource<P> {
        self.source_of(self.client())
    }

    /// The same over this client.
    pub(crate) fn source_of<P: FromUrl>(&self, client: P) -> TokenSource<P> {
        TokenSource::builder(client, self.store.clone(), SUBJECT)
            .clock(self.clock.clone().into())
            .build()
    }

    /// A source whose work is done on this runtime.
    pub(crate) fn source_on<P: FromUrl>(&self, runtime: &tokio::runtime::Handle) -> TokenSource<P> {
        TokenSource::builder(self.client(), self.store.clone(), SUBJECT)
            .clock(self.clock.clone().into())
            .runtime(runtime.clone())
            .build()
    }

    /// The text of the access token that the server holds to be the latest of the first session.
    pub(crate) fn latest_access(&self) -> Option<String> {
        self.server.latest(1, "accessToken")
    }

    /// What the API behind the token says to it.
    pub(crate) fn api(&self, header: &http::HeaderValue) -> u16 {
        use std::io::{Read as _, Write as _};
        let address = self.server.url().replace("http://", "");
        let mut stream = std::net::TcpStream::connect(address).expect("it listens");
        let value = header.to_str().expect("tokens are text");
        let request = format!(
            "GET /protected HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: {value}\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        let status = answer
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok());
        status.expect("the answer has a status")
    }

    /// Lets time pass, seconds at once, until it is so: for what is done again and again by the steered clock.
    pub(crate) async fn pass_until(&self, what: &str, mut is_so: impl FnMut() -> bool) {
        soon(what, async {
            while !is_so() {
                self.clock.advance(Duration::from_secs(5));
                // What the step has woken runs on another thread: it is given a moment of real time.
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        })
        .await;
    }

    /// Signs in, and puts the tokens into a new source.
    pub(crate) async fn signed_in<P: FromUrl>(&self) -> (TokenSource<P>, SignedIn) {
        let source = self.source();
        let signed_in = self.server.sign_in();
        source.insert(copy(&signed_in)).await.unwrap();
        (source, signed_in)
    }
}

/// The tokens of a sign-in once more.
pub(crate) fn copy(signed_in: &SignedIn) -> Kept {
    let mut kept = Kept::new();
    kept.put(signed_in.token::<AccessToken>());
    kept.put(signed_in.token::<RefreshToken>());
    kept
}

/// A provider of these tests, at an address and over a transport.
pub(crate) trait FromUrl: SignIn<TokenSet = Kept> + Keep<Access = AccessToken> {
    fn new(base: BaseUrl, transport: SharedTransport) -> Self;
}

/// A client with the transport that all of these tests share: what it trusts takes longest to load.
pub(crate) fn client<P: FromUrl>(url: &str) -> P {
    static SHARED: LazyLock<SharedTransport> = LazyLock::new(|| {
        let transport = ReqwestTransport::builder().no_proxy().build();
        Arc::new(transport.expect("nothing is wrong with it"))
    });
    let base = BaseUrl::parse(url).expect("it is loopback or https");
    P::new(base, Arc::clone(&SHARED))
}

/// A client with this transport.
pub(crate) fn client_over<P: FromUrl>(
    url: &str,
    set_up: impl FnOnce(ReqwestTransportBuilder) -> ReqwestTransportBuilder,
) -> P {
    let transport = set_up(ReqwestTransport::builder().no_proxy());
    let transport = transport.build().expect("nothing is wrong with it");
    P::new(
        BaseUrl::parse(url).expect("it is loopback or https"),
        Arc::new(transport),
    )
}

/// Waits for something that happens soon; the time is there to turn a hang into a failure.
pub(crate) async fn soon<T>(what: &str, happens: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(60), happens)
        .await
        .unwrap_or_else(|_| panic!("{what} did not happen"))
}

/// The next event of this kind; others are passed over.
pub(crate) async fn event(
    events: &mut Events,
    what: &str,
    is_it: impl Fn(&EventKind) -> bool,
) -> Event {
    soon(what, async {
        loop {
            let event = events.next().await.expect("the source lives");
            if is_it(&event.kind) {
                return event;
            }
        }
    })
    .await
}

/// The token behind `Bearer `.
pub(crate) fn bare(header: &http::HeaderValue) -> &str {
    let text = header.to_str().expect("tokens are text");
    text.strip_prefix("Bearer ").expect("the prefix is there")
}

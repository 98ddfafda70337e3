//! What the lives share: a server, a clock that a test moves, a store in memory.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use http::{HeaderName, HeaderValue};
use token_refresh_runtime::session::store::MemoryStore;
use token_refresh_runtime::session::{Event, EventKind, Events, ManualClock, TokenSource};
use token_refresh_runtime::testing::{StrictServer, StrictServerBuilder};
use token_refresh_runtime::{Keep, Timestamp};

pub(crate) const SECOND: Duration = Duration::from_secs(1);
pub(crate) const MINUTE: Duration = Duration::from_secs(60);
pub(crate) const HOUR: Duration = Duration::from_secs(3600);
pub(crate) const DAY: Duration = Duration::from_secs(86_400);

/// One provider's world. Whoever shows a spent grant ends the session.
pub(crate) struct World {
    pub(crate) clock: ManualClock,
    pub(crate) server: StrictServer,
    pub(crate) store: MemoryStore,
}

impl World {
    pub(crate) fn of<P: Keep>(
        set_up: impl FnOnce(StrictServerBuilder) -> StrictServerBuilder,
    ) -> Self {
        let clock = ManualClock::at(Timestamp::from_unix_seconds(1_700_000_000));
        let hand = clock.clone();
        let builder = StrictServer::builder(P::LIFECYCLE)
            .strict()
            .clock(move || hand.now().wall);
        Self {
            server: set_up(builder).start(),
            store: MemoryStore::with_clock(clock.clone()),
            clock,
        }
    }

    /// A source over the store, as a process of its own would have it.
    pub(crate) fn source<P: Keep>(&self, client: P) -> TokenSource<P> {
        TokenSource::builder(client, self.store.clone(), "customer-42")
            .clock(self.clock.clone().into())
            .build()
    }

    /// What the API behind the token says to it.
    pub(crate) fn api(&self, name: Option<HeaderName>, value: &HeaderValue) -> u16 {
        let name = name.expect("every founding provider has its token in a header");
        let address = self.server.url().replace("http://", "");
        let mut stream = TcpStream::connect(address).unwrap();
        let value = value.to_str().unwrap();
        write!(
            stream,
            "GET /protected HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{name}: {value}\r\n\r\n"
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer.split(' ').nth(1).unwrap().parse().unwrap()
    }

    /// Nobody has shown a spent grant, or called outside the window.
    pub(crate) fn assert_clean(&self, refreshed: u64) {
        let counts = self.server.counts();
        assert_eq!(
            (counts.refreshed, counts.refused, counts.reused),
            (refreshed, 0, 0),
            "{counts:?}"
        );
    }
}

/// Waits for something that happens soon; the time is there to turn a hang into a failure.
pub(crate) async fn soon<T>(happens: impl Future<Output = T>) -> T {
    let outcome = tokio::time::timeout(Duration::from_secs(60), happens).await;
    outcome.expect("it happens soon")
}

/// The next event of this kind; others are passed over.
pub(crate) async fn event(events: &mut Events, is_it: impl Fn(&EventKind) -> bool) -> Event {
    soon(async {
        loop {
            let event = events.next().await.expect("the source lives");
            if is_it(&event.kind) {
                return event;
            }
        }
    })
    .await
}

/// New tokens came.
pub(crate) fn is_refreshed(kind: &EventKind) -> bool {
    matches!(kind, EventKind::Refreshed { .. })
}

/// A call failed.
pub(crate) fn is_failed(kind: &EventKind) -> bool {
    matches!(kind, EventKind::Failed(_))
}

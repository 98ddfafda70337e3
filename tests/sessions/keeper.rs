//! A keeper of each founding provider's sessions: when they fall due, and what is done then though nobody asks.

use std::time::Duration;

use token_refresh_clients::{berbix, transak_partner, transak_user, vault_ist, xellar};
use token_refresh_runtime::session::store::{MemoryStore, Store};
use token_refresh_runtime::session::{Clock, EventKind, Events, Keeper, ManualClock};
use token_refresh_runtime::testing::{Rotation, StrictServer, StrictServerBuilder};
use token_refresh_runtime::{Keep, Provider, Timestamp};

const START: Timestamp = Timestamp::from_unix_seconds(1_700_000_000);
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(86_400);

struct Stage {
    server: StrictServer,
    store: MemoryStore,
    clock: ManualClock,
}

impl Stage {
    /// Whoever calls outside the window is refused, and a grant that is shown twice ends its session.
    fn new<P: Provider>(set: impl FnOnce(StrictServerBuilder) -> StrictServerBuilder) -> Self {
        let clock = ManualClock::at(START);
        let read = clock.clone();
        let builder = StrictServer::builder(P::LIFECYCLE)
            .strict()
            .enforce_window();
        Self {
            server: set(builder).clock(move || read.now().wall).start(),
            store: MemoryStore::with_clock(Clock::Manual(clock.clone())),
            clock,
        }
    }

    fn keeper<P: Keep>(&self, client: P) -> Keeper<P> {
        Keeper::builder(client, self.store.clone())
            .clock(Clock::Manual(self.clock.clone()))
            .build()
            .unwrap()
    }

    /// Nothing was refused, and nothing shown twice.
    fn assert_clean(&self, refreshed: u64) {
        let counts = self.server.counts();
        assert_eq!(
            (counts.refreshed, counts.refused, counts.reused),
            (refreshed, 0, 0)
        );
    }
}

/// When the next tokens came.
async fn refreshed(events: &mut Events) -> Timestamp {
    loop {
        let event = events.next().await.expect("the keeper is there");
        match event.kind {
            EventKind::Refreshed { .. } => return event.at,
            EventKind::Failed(error) | EventKind::Dead(error) => panic!("{error:?}"),
            _ => {}
        }
    }
}

#[tokio::test]
async fn berbix_is_refreshed_before_the_token_ends() {
    let stage = Stage::new::<berbix::Client>(|server| server.rotation(Rotation::Never));
    let client = berbix::Client::builder().api_secret("secret_test_1");
    let client = client.base_url(&stage.server.url()).unwrap().build();
    let keeper = stage.keeper(client.unwrap());
    let mut events = keeper.events();
    let signed_in: berbix::RefreshToken = stage.server.sign_in().token();
    // There is no access token yet: it is due at once.
    keeper.source("user").insert(signed_in).await.unwrap();
    assert_eq!(refreshed(&mut events).await, START);
    for _ in 0..3 {
        stage.clock.advance(MINUTE * 55);
        refreshed(&mut events).await;
    }
    stage.assert_clean(4);
}

#[tokio::test]
async fn transak_partner_is_refreshed_when_the_token_has_ended_and_not_before() {
    let stage = Stage::new::<transak_partner::Client>(|server| server.lifetime("accessToken", DAY));
    let client = transak_partner::Client::builder()
        .api_key("key")
        .api_secret("secret");
    let client = client.base_url(&stage.server.url()).unwrap().build();
    let keeper = stage.keeper(client.unwrap());
    let mut events = keeper.events();
    // Nobody signs in: the first who asks begins it.
    keeper.source("partner").token().await.unwrap();
    refreshed(&mut events).await;
    for round in 1..=3 {
        stage.clock.advance(MINUTE * 1439);
        stage.clock.advance(MINUTE);
        let at = refreshed(&mut events).await;
        assert_eq!(at, START.plus(DAY * round));
    }
    stage.assert_clean(4);
}

fn transak_user(stage: &Stage) -> transak_user::Client {
    let client = transak_user::Client::builder();
    let client = client.base_url(&stage.server.url()).unwrap().build();
    client.unwrap()
}

#[tokio::test]
async fn transak_user_is_refreshed_a_day_before_the_window_closes() {
    let stage =
        Stage::new::<transak_user::Client>(|server| server.lifetime("accessToken", DAY * 30));
    let keeper = stage.keeper(transak_user(&stage));
    let mut events = keeper.events();
    let signed_in: transak_user::AccessToken = stage.server.sign_in().token();
    keeper.source("user").insert(signed_in).await.unwrap();
    for _ in 0..3 {
        stage.clock.advance(DAY * 29);
        refreshed(&mut events).await;
    }
    stage.assert_clean(3);
}

#[tokio::test]
async fn transak_user_is_left_alone_once_the_window_has_closed() {
    let stage =
        Stage::new::<transak_user::Client>(|server| server.lifetime("accessToken", DAY * 30));
    let signed_in: transak_user::AccessToken = stage.server.sign_in().token();
    let keeper = stage.keeper(transak_user(&stage));
    keeper.source("user").insert(signed_in).await.unwrap();
    assert_eq!(
        keeper.shutdown(None).await,
        token_refresh_runtime::session::Drained::All
    );
    // Nobody was there for a month and a day.
    stage.clock.advance(DAY * 31);
    let keeper = stage.keeper(transak_user(&stage));
    let mut events = keeper.events();
    let told = events.next().await.unwrap();
    assert!(matches!(told.kind, EventKind::Dead(_)), "{told:?}");
    let error = keeper.source("user").token().await.unwrap_err();
    assert!(error.needs_reauthentication());
    assert_eq!(stage.server.counts().requests, 0);
    // It is handed out to nobody any more.
    assert_eq!(
        keeper.shutdown(None).await,
        token_refresh_runtime::session::Drained::All
    );
    stage.clock.advance(HOUR);
    let now = stage.clock.now().wall;
    let due = stage
        .store
        .claim_due(transak_user::Client::STORED_AS, now, 10, HOUR);
    assert_eq!(due.await.unwrap(), []);
}

#[tokio::test]
async fn vault_ist_is_refreshed_before_the_token_ends() {
    let stage = Stage::new::<vault_ist::Client>(|server| server.rotation(Rotation::Every(2)));
    let client = vault_ist::Client::builder().partner_id(4711);
    let client = client.base_url(&stage.server.url()).unwrap().build();
    let keeper = stage.keeper(client.unwrap());
    let mut events = keeper.events();
    let signed_in: vault_ist::RefreshToken = stage.server.sign_in().token();
    keeper.source("user").insert(signed_in).await.unwrap();
    refreshed(&mut events).await;
    for _ in 0..4 {
        stage.clock.advance(DAY);
        refreshed(&mut events).await;
    }
    stage.assert_clean(5);
}

#[tokio::test]
async fn xellar_has_the_next_token_ready_after_each_that_is_taken_and_when_none_is() {
    let stage = Stage::new::<xellar::Client>(|server| server);
    let client = xellar::Client::builder()
        .authentication(xellar::Authentication::ClientSecret("secret".into()));
    let client = client.base_url(&stage.server.url()).unwrap().build();
    let keeper = stage.keeper(client.unwrap());
    let mut events = keeper.events();
    let signed_in: xellar::RefreshToken = stage.server.sign_in().token();
    let wallet = keeper.source("wallet");
    wallet.insert(signed_in).await.unwrap();
    refreshed(&mut events).await;
    for _ in 0..3 {
        drop(wallet.take().await.unwrap());
        refreshed(&mut events).await;
    }
    drop(wallet);
    // Nobody takes one for weeks: the refresh token, which lives for seven days, is kept alive all the same.
    for _ in 0..20 {
        stage.clock.advance(DAY);
        refreshed(&mut events).await;
    }
    stage.assert_clean(24);
    drop(keeper.source("wallet").take().await.unwrap());
}

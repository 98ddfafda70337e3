//! The one who began a refresh goes away in the middle of it, with its runtime every other time.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};

use token_refresh_runtime::session::store::MemoryStore;
use token_refresh_runtime::session::{Clock, ManualClock, TokenSource};
use token_refresh_runtime::testing::StrictServer;
use token_refresh_runtime::{ReqwestTransport, Timestamp};
use tokio::runtime::{Builder, Runtime};

use crate::provider::{Client, LIFECYCLE, signed_in};

const POINTS: u32 = 200;

pub(crate) fn dropped() {
    let server = StrictServer::builder(&LIFECYCLE).strict().start();
    let transport = ReqwestTransport::builder().no_proxy().build();
    let client = Client::over(
        &server.url(),
        Arc::new(transport.expect("TLS can be set up")),
    );
    let clock = ManualClock::at(Timestamp::now());
    let source = TokenSource::builder(client, MemoryStore::new(), "dropped");
    let source = source.clock(Clock::Manual(clock.clone())).build();
    let signed = server.sign_in();
    let grant = signed.text("refreshToken").expect("the sign-in gives one");
    let own = runtime();
    own.block_on(source.insert(signed_in(grant)))
        .expect("it is stored");
    let renew = || {
        clock.advance(Duration::from_secs(7200));
        own.block_on(source.token()).expect("the session lives");
    };
    renew();
    let began = Instant::now();
    (0..20).for_each(|_| renew());
    let usual = began.elapsed() / 20;

    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    let mut given_up = 0;
    for point in 0..POINTS {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        clock.advance(Duration::from_secs(7200));
        let part = u32::try_from(random % 1_000).unwrap_or_default();
        let patience = usual * part / 1_000;
        let apart = runtime();
        let runtime = if point % 2 == 0 { &own } else { &apart };
        given_up += u32::from(!runtime.block_on(is_in_time(source.token(), patience)));
        apart.shutdown_background();
        own.block_on(source.token()).expect("the session lives");
    }
    own.block_on(source.shutdown());
    let counts = server.counts();
    println!(
        "leader dropped at {POINTS} random points, {given_up} of them before the end: {} refreshes, {} grants shown twice, {} sessions lost",
        counts.refreshed, counts.reused, counts.revoked
    );
}

fn runtime() -> Runtime {
    Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
}

/// Whether it ends before this much time, to the microsecond: a timer of tokio's counts in milliseconds.
async fn is_in_time(future: impl Future, patience: Duration) -> bool {
    let mut future = pin!(future);
    let began = Instant::now();
    poll_fn(|context| {
        if future.as_mut().poll(context).is_ready() {
            return Poll::Ready(true);
        }
        context.waker().wake_by_ref();
        if began.elapsed() < patience {
            Poll::Pending
        } else {
            Poll::Ready(false)
        }
    })
    .await
}

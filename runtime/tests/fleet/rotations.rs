//! Many processes refresh one session again and again.

use std::sync::Arc;
use token_refresh_runtime::Provider;

use token_refresh_runtime::session::{EventKind, TokenSource};
use token_refresh_runtime::testing::StrictServer;

use crate::place::{Place, open, places};
use crate::support::providers::Punishing;
use crate::worker::{listen, often, run, start, tell, tell_panics, told};

const PROCESSES: usize = 8;

/// So many refreshes in a row may be forced before a source takes a rest.
const FREE: usize = 3;

/// One of the processes: it forces refreshes until it has made so many itself. In between, it adopts what others got.
#[test]
fn rotates() {
    let Some(address) = told::<String>("FLEET_STORE") else {
        return;
    };
    tell_panics();
    let server: String = told("FLEET_SERVER").unwrap();
    let times: usize = told("FLEET_TIMES").unwrap();
    run(async {
        let store = open(&address).await;
        let (mut refreshed, mut adopted) = (0, 0);
        while refreshed < times {
            let source = TokenSource::new(Punishing::at(&server), Arc::clone(&store), "customer-1");
            let mut events = source.events();
            for _ in 0..FREE.min(times - refreshed) {
                let token = source.token().await.unwrap();
                source.invalidate(&token).await;
            }
            source.shutdown().await;
            while let Some(event) = events.try_next() {
                match event.kind {
                    EventKind::Refreshed { .. } => refreshed += 1,
                    EventKind::Adopted { .. } => adopted += 1,
                    other => tell(&format!("unexpected {other:?}")),
                }
            }
        }
        tell(&format!("refreshed {refreshed} {adopted}"));
    });
}

#[test]
fn processes_that_rotate_one_session_neither_reuse_nor_lose() {
    for place in places() {
        check(&place, often(15, 1000));
    }
}

fn check(place: &Place, times: usize) {
    let server = StrictServer::builder(Punishing::LIFECYCLE).strict().start();
    let signed_in = server.sign_in();
    let session = signed_in.session();
    let source = || async {
        let store = open(&place.address).await;
        TokenSource::new(Punishing::at(&server.url()), store, "customer-1")
    };
    run(async { source().await.insert(signed_in.into_kept()).await.unwrap() });

    let began = std::time::Instant::now();
    let more = [("FLEET_TIMES", times.to_string())];
    let children: Vec<_> = (0..PROCESSES)
        .map(|_| start("rotations::rotates", place, &server.url(), &more))
        .collect();
    let listeners: Vec<_> = children
        .into_iter()
        .map(|mut child| {
            std::thread::spawn(move || {
                let said: Vec<_> = listen(&mut child).collect();
                (child.wait().unwrap(), said)
            })
        })
        .collect();
    let (mut refreshed, mut adopted) = (0, 0);
    for listener in listeners {
        let (status, said) = listener.join().unwrap();
        assert!(status.success(), "a process ended with {status}: {said:?}");
        assert_eq!(said.len(), 1, "{said:?}");
        refreshed += said[0][1].parse::<u64>().unwrap();
        adopted += said[0][2].parse::<u64>().unwrap();
    }
    let counts = server.counts();
    let lost = counts.refreshed.abs_diff(refreshed);
    println!(
        "{PROCESSES} processes × {times} rotations of one session, {}: reuse {}, losses {lost} \
         ({refreshed} refreshed, {adopted} adopted, {:.1} s)",
        place.name,
        counts.reused,
        began.elapsed().as_secs_f64()
    );
    assert_eq!(
        (counts.reused, counts.revoked, lost),
        (0, 0, 0),
        "{counts:?}"
    );
    assert_eq!(refreshed, (PROCESSES * times) as u64);
    let stored = run(async { source().await.token().await.unwrap() });
    let latest = server.latest(session, "accessToken").unwrap();
    assert_eq!(stored.to_str().unwrap(), format!("Bearer {latest}"));
}

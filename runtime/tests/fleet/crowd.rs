//! Many processes want the token of one session at the moment it is over.

use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use token_refresh_runtime::session::TokenSource;
use token_refresh_runtime::testing::{Fault, StrictServer};
use token_refresh_runtime::{Provider as _, Timestamp};

use crate::place::{Place, open, places};
use crate::support::providers::Punishing;
use crate::worker::{listen, often, run, start, tell, told};

/// One of the processes: it asks once, when it is told to.
#[test]
fn asks_once() {
    let Some(address) = told::<String>("FLEET_STORE") else {
        return;
    };
    let server: String = told("FLEET_SERVER").unwrap();
    let start: u16 = told("FLEET_START").unwrap();
    run(async {
        let source = TokenSource::new(Punishing::at(&server), open(&address).await, "customer-1");
        let mut start = TcpStream::connect(("127.0.0.1", start)).unwrap();
        start.read_exact(&mut [0]).unwrap();
        let token = source.token().await.unwrap();
        tell(&format!("has {}", token.to_str().unwrap()));
        // Or the lease of one that goes away at once is left to run out, and the next crowd waits for that.
        source.shutdown().await;
    });
}

#[test]
fn of_many_processes_one_refreshes() {
    for place in places() {
        let most = often(10, 50);
        for processes in [2, 10, 50].into_iter().filter(|&number| number <= most) {
            check(&place, processes);
        }
    }
}

fn check(place: &Place, processes: usize) {
    let behind = Arc::new(AtomicI64::new(-2 * 3_600_000));
    let clock = Arc::clone(&behind);
    let server = StrictServer::builder(Punishing::LIFECYCLE)
        .strict()
        .clock(move || Timestamp::now().plus_millis(clock.load(Ordering::SeqCst)))
        .start();
    // Signed in two hours ago, for one.
    let signed_in = server.sign_in().into_kept();
    behind.store(0, Ordering::SeqCst);
    run(async {
        let store = open(&place.address).await;
        let source = TokenSource::new(Punishing::at(&server.url()), store, "customer-1");
        source.insert(signed_in).await.unwrap();
    });
    // As far away as a vendor: they meet before the answer is there.
    server.always(Fault::delayed(Duration::from_millis(200)));
    let gate = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = gate.local_addr().unwrap().port().to_string();
    let children: Vec<_> = (0..processes)
        .map(|_| {
            let more = [("FLEET_START", port.clone())];
            let mut child = start("crowd::asks_once", place, &server.url(), &more);
            std::thread::spawn(move || {
                let said: Vec<_> = listen(&mut child).collect();
                (child.wait().unwrap(), said)
            })
        })
        .collect();
    let gates: Vec<_> = gate
        .incoming()
        .take(processes)
        .map(Result::unwrap)
        .collect();
    for mut gate in gates {
        gate.write_all(b"!").unwrap();
    }
    let mut tokens = BTreeSet::new();
    for child in children {
        let (status, said) = child.join().unwrap();
        assert!(status.success(), "a process ended with {status}: {said:?}");
        tokens.extend(said);
    }
    let counts = server.counts();
    println!(
        "{processes} processes on one expired session, {}: {} requests",
        place.name, counts.requests
    );
    assert_eq!((counts.requests, counts.reused), (1, 0), "{counts:?}");
    assert_eq!(tokens.len(), 1, "all have the same token");
}

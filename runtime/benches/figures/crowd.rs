//! Many callers at once, and nothing valid.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use http::HeaderValue;
use token_refresh_runtime::session::store::MemoryStore;
use token_refresh_runtime::session::{SessionError, TokenSource};
use token_refresh_runtime::testing::{Fault, StrictServer};
use token_refresh_runtime::{Request, ReqwestTransport, Sending, SharedTransport, Transport};

use crate::provider::{Client, LIFECYCLE, signed_in};

/// A transport that brings the answer late, and remembers when.
#[derive(Debug)]
struct Late {
    inner: SharedTransport,
    by: Duration,
    answered: Mutex<Option<Instant>>,
}

impl Transport for Late {
    fn send(&self, request: Request) -> Sending<'_> {
        Box::pin(async move {
            let answer = self.inner.send(request).await;
            tokio::time::sleep(self.by).await;
            *self.answered.lock().expect("nobody panics") = Some(Instant::now());
            answer
        })
    }
}

/// What all callers got, and how long after the response the last of them did.
type Answers = (Vec<Result<HeaderValue, SessionError>>, Duration);

pub(crate) fn crowd() {
    for by in [50, 500] {
        let server = StrictServer::builder(&LIFECYCLE).strict().start();
        let (answers, last) = ask(&server, 10_000, Duration::from_millis(by));
        let tokens: BTreeSet<_> = answers
            .iter()
            .flatten()
            .map(HeaderValue::as_bytes)
            .collect();
        println!(
            "10,000 callers, no good token, {by} ms endpoint: {} request(s), {} answered, {} token(s), the last {:.0} ms after the response",
            server.counts().requests,
            answers.iter().flatten().count(),
            tokens.len(),
            last.as_secs_f64() * 1e3
        );
    }
    let server = StrictServer::builder(&LIFECYCLE).strict().start();
    server.always(Fault::status(500));
    let (answers, last) = ask(&server, 1_000, Duration::from_millis(50));
    println!(
        "1,000 callers, endpoint answers 500: {} request(s), {} typed errors, the last {:.1} ms after the response",
        server.counts().requests,
        answers
            .iter()
            .filter(|answer| answer.as_ref().is_err_and(SessionError::is_transient))
            .count(),
        last.as_secs_f64() * 1e3
    );
}

fn ask(server: &StrictServer, callers: usize, by: Duration) -> Answers {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    runtime.expect("a runtime").block_on(async {
        let inner = ReqwestTransport::builder()
            .no_proxy()
            .build()
            .expect("TLS can be set up");
        let late = Arc::new(Late {
            inner: Arc::new(inner),
            by,
            answered: Mutex::new(None),
        });
        let client = Client::over(&server.url(), Arc::clone(&late) as SharedTransport);
        let source = TokenSource::new(client, MemoryStore::new(), "crowd");
        let grant = server.sign_in();
        let grant = grant.text("refreshToken").expect("the sign-in gives one");
        source.insert(signed_in(grant)).await.expect("it is stored");
        let tasks: Vec<_> = (0..callers)
            .map(|_| {
                let source = source.clone();
                tokio::spawn(async move { (source.token().await, Instant::now()) })
            })
            .collect();
        let mut answers = Vec::with_capacity(callers);
        let mut last = None;
        for task in tasks {
            let (answer, at) = task.await.expect("no caller panics");
            answers.push(answer);
            last = last.max(Some(at));
        }
        let answered = late.answered.lock().expect("nobody panics");
        let late = last
            .zip(*answered)
            .map(|(last, answered)| last.saturating_duration_since(answered));
        (answers, late.unwrap_or_default())
    })
}

//! `invalid_grant`: the store is read again; adopt, or latch dead with one typed signal; no call until new tokens are put in.

use token_refresh_runtime::session::{EventKind, SignInReason};
use token_refresh_runtime::testing::Fault;

use crate::support::*;

#[tokio::test]
async fn nobody_has_signed_in() {
    let bench = Bench::new::<Strict>();
    let error = soon("an answer", bench.source::<Strict>().token()).await;
    let error = error.unwrap_err();
    assert_eq!(error.sign_in_reason(), Some(SignInReason::NeverSignedIn));
    assert_eq!(
        error.to_string(),
        "strict/customer-42: nobody has signed in. Sign in again."
    );
    assert_eq!(bench.server.counts().requests, 0);
}

#[tokio::test]
async fn the_session_is_over() {
    let bench = Bench::new::<Strict>();
    let (source, signed_in) = bench.signed_in::<Strict>().await;
    let mut events = source.events();
    bench.server.revoke(signed_in.session());
    bench.clock.advance(2 * HOUR);
    let error = soon("an answer", source.token()).await.unwrap_err();
    assert!(error.needs_reauthentication());
    assert_eq!(error.how().how, Some("Sign in again."));
    assert_eq!(error.sign_in_reason(), Some(SignInReason::Refused));
    assert_eq!(
        error.to_string(),
        "strict/customer-42: the provider ended the session at 2023-11-15T00:13:20Z. Sign in again."
    );
    event(&mut events, "the signal", |kind| {
        matches!(kind, EventKind::Dead(_))
    })
    .await;
    for _ in 0..100 {
        bench.clock.advance(MINUTE);
        let again = soon("an answer", source.token()).await.unwrap_err();
        assert!(again.needs_reauthentication());
    }
    assert!(
        std::iter::from_fn(|| events.try_next())
            .all(|event| !matches!(event.kind, EventKind::Dead(_)))
    );
    // Another process hears it from the store.
    let other = bench.source::<Strict>();
    assert!(
        soon("an answer", other.token())
            .await
            .unwrap_err()
            .needs_reauthentication()
    );
    assert_eq!(bench.server.counts().requests, 1);

    // Until the user signs in.
    source.insert(copy(&bench.server.sign_in())).await.unwrap();
    soon("a token", source.token()).await.unwrap();
    bench.clock.advance(2 * HOUR);
    let token = soon("a token", source.token()).await.unwrap();
    assert_eq!(bare(&token), bench.server.latest(2, "accessToken").unwrap());
    // The other one finds them in the store.
    assert_eq!(soon("a token", other.token()).await.unwrap(), token);
    let counts = bench.server.counts();
    assert_eq!((counts.requests, counts.refreshed), (2, 1));
}

/// The refusal of a grant that was replaced meanwhile is a lost race, not the end.
#[tokio::test]
async fn a_lost_race_is_adopted() {
    let bench = Bench::new::<Strict>();
    let (source, signed_in) = bench.signed_in::<Strict>().await;
    bench.clock.advance(2 * HOUR);
    bench.server.next(Fault::held());
    let waiting = tokio::spawn({
        let source = source.clone();
        async move { source.token().await }
    });
    soon("the call", bench.server.until(|counts| counts.held == 1)).await;
    // Elsewhere, the user has signed in again.
    bench.server.revoke(signed_in.session());
    let other = bench.source::<Strict>();
    other.insert(copy(&bench.server.sign_in())).await.unwrap();
    bench.server.release();
    let token = soon("the token", waiting).await.unwrap().unwrap();
    assert_eq!(bare(&token), bench.server.latest(2, "accessToken").unwrap());
    assert_eq!(bench.server.counts().requests, 1);
}

/// Whoever comes with an old view reads the store before anything is sent.
#[tokio::test]
async fn what_someone_else_has_fetched_is_adopted_without_a_call() {
    let bench = Bench::new::<Strict>();
    let (first, _) = bench.signed_in::<Strict>().await;
    let second = bench.source::<Strict>();
    soon("a token", second.token()).await.unwrap();
    for _ in 0..10 {
        bench.clock.advance(2 * HOUR);
        let token = soon("a token", first.token()).await.unwrap();
        assert_eq!(soon("a token", second.token()).await.unwrap(), token);
    }
    let counts = bench.server.counts();
    assert_eq!((counts.requests, counts.reused), (10, 0));
}

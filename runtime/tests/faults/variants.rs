//! Two audiences or scopes under one refresh token: never merged into one answer, never spent at once.

use token_refresh_runtime::session::TokenSource;

use crate::support::*;

#[tokio::test]
async fn two_audiences_under_one_refresh_token() {
    let bench = Bench::new::<Strict>();
    let (source, _) = bench.signed_in::<Strict>().await;
    let variant = |name: &'static str| -> Source<Strict> {
        TokenSource::builder(bench.client(), bench.store.clone(), SUBJECT)
            .clock(bench.clock.clone().into())
            .variant(name)
            .build()
    };
    let (mail, calendar) = (variant("mail"), variant("calendar"));
    for round in 0..10 {
        let (one, other) = tokio::join!(
            soon("mail", mail.token()),
            soon("calendar", calendar.token())
        );
        let (one, other) = (one.unwrap(), other.unwrap());
        assert_ne!(one, other, "round {round}");
        // Each keeps its own, whoever was last.
        assert_eq!(soon("mail", mail.token()).await.unwrap(), one);
        assert_eq!(soon("calendar", calendar.token()).await.unwrap(), other);
        bench.clock.advance(2 * HOUR);
    }
    // The one without a name has its own, too.
    soon("a token", source.token()).await.unwrap();
    let counts = bench.server.counts_of(1);
    assert_eq!((counts.at_once, counts.reused), (1, 0));
    assert_eq!(counts.refreshed, 21);
    // A process that comes later finds both.
    let (one, other) = (variant("mail"), variant("calendar"));
    drop((mail, calendar));
    let (one, other) = (one.token().await, other.token().await);
    assert_ne!(one.unwrap(), other.unwrap());
    assert_eq!(bench.server.counts_of(1).reused, 0);
}

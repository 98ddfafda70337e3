//! A session from its sign-in to its end, over the strict server: what is read, when it is refreshed, what is spent.

use std::time::Duration;

use http::HeaderValue;

use super::super::{SignedIn, StrictServer};
use super::Answer;
use crate::session::store::MemoryStore;
use crate::session::{Clock, EventKind, Events, ManualClock, SessionError, TokenSource};
use crate::{
    Basis, Decision, Expiry, Failure, Json, Keep, Life, Moment, SharedToken, SignIn,
    SingleUseToken, Situation, Timestamp, TokenKind,
};

/// Any instant will do: no test waits for time to pass.
const START: Timestamp = Timestamp::from_unix_seconds(1_800_000_000);

/// Longer than anything takes that is waited for; it turns a hang into a failure with a message.
const DEADLINE: Duration = Duration::from_secs(60);

/// A provider's session whose token may be shared: begun with the tokens of a sign-in, read, refreshed when it is due and when the
/// API refused the token, with the grant that came last; over when the provider says so, and alive again after a sign-in.
///
/// `success` is a success of the provider's, for what it has beside the tokens.
///
/// # Panics
/// When something of that is not so.
pub async fn check_session<P>(
    client: impl Fn(&str) -> P,
    success: &Answer,
    tokens: impl Fn(&SignedIn) -> P::TokenSet,
) where
    P: SignIn<Access: SharedToken>,
{
    let stage = Stage::new(client, success);
    let error = stage
        .source
        .token()
        .await
        .expect_err("nobody has signed in");
    assert!(error.needs_reauthentication(), "{error}");
    assert_eq!(
        stage.server.counts().requests,
        0,
        "there is nothing to show"
    );

    let signed_in = stage.sign_in(&tokens).await;
    assert_eq!(
        stage.text().await,
        signed_in.text(P::Access::NAME).unwrap_or_default()
    );
    assert_eq!(stage.server.counts().requests, 0, "the token is good");
    stage.refreshes(&signed_in).await;
    if stage.dies(&signed_in).await {
        let again = stage.sign_in(&tokens).await;
        assert_eq!(
            stage.text().await,
            again.text(P::Access::NAME).unwrap_or_default()
        );
    }
    assert_eq!(stage.server.counts().reused, 0, "a spent grant was shown");
}

/// The session of a client whose own credentials are the grant: nobody signs in.
///
/// # Panics
/// As [`check_session`].
pub async fn check_own_session<P>(client: impl Fn(&str) -> P, success: &Answer)
where
    P: Keep<Access: SharedToken>,
{
    let stage = Stage::new(client, success);
    let first = stage.text().await;
    assert_eq!(Some(first), stage.server.latest(0, P::Access::NAME));
    assert_eq!(stage.server.counts().requests, 1);
    let life = stage.until().await.map(|until| until.since(START));
    if stage.pass_until_due(life) {
        let before = stage.server.counts().refreshed;
        stage.refreshed(before + 1).await;
        assert_eq!(
            Some(stage.text().await),
            stage.server.latest(0, P::Access::NAME)
        );
        assert_eq!(stage.server.counts().requests, before + 1);
    }
}

/// A provider's session whose token is good for one use: each is handed over once, and so is each grant.
///
/// # Panics
/// As [`check_session`].
pub async fn check_single_use_session<P>(
    client: impl Fn(&str) -> P,
    success: &Answer,
    tokens: impl Fn(&SignedIn) -> P::TokenSet,
) where
    P: SignIn<Access: SingleUseToken>,
{
    let stage = Stage::new(client, success);
    let error = stage.take().await.expect_err("nobody has signed in");
    assert!(error.needs_reauthentication(), "{error}");
    let signed_in = stage.sign_in(&tokens).await;
    let mut taken = vec![
        signed_in
            .text(P::Access::NAME)
            .unwrap_or_default()
            .to_owned(),
    ];
    assert_eq!(stage.take().await.ok().as_ref(), taken.first());
    if !Stage::<P>::may_refresh_at_once() {
        return;
    }
    for _ in 0..2 {
        let next = stage.take().await.expect("the provider gives another");
        assert!(!taken.contains(&next), "a token was handed over twice");
        taken.push(next);
    }
    assert_eq!(stage.server.counts().reused, 0, "a spent grant was shown");
    assert!(stage.server.counts().refreshed >= 2);
    stage.server.revoke(signed_in.session());
    // One that came before the session's end may still be handed over.
    let mut error = None;
    for _ in 0..2 {
        error = error.or(stage.take().await.err());
    }
    let error = error.expect("the session is over");
    assert!(error.needs_reauthentication() || !can_end::<P>(), "{error}");
}

/// A provider's server and a source of one session.
struct Stage<P: Keep> {
    clock: ManualClock,
    server: StrictServer,
    source: TokenSource<P>,
    events: tokio::sync::Mutex<Events>,
}

impl<P: Keep> Stage<P> {
    fn new(client: impl Fn(&str) -> P, success: &Answer) -> Self {
        let clock = ManualClock::at(START);
        let now = clock.clone();
        let template = serde_json::from_slice(success.bytes()).unwrap_or(Json::Null);
        let server = StrictServer::builder(P::LIFECYCLE)
            .strict()
            .enforce_window()
            .clock(move || now.now().wall)
            .template(template)
            .start();
        let store = MemoryStore::with_clock(clock.clone());
        let source = TokenSource::builder(client(&server.url()), store, "customer-42")
            .clock(Clock::Manual(clock.clone()))
            .build();
        let events = tokio::sync::Mutex::new(source.events());
        Self {
            clock,
            server,
            source,
            events,
        }
    }

    /// Whether the provider accepts calls as soon as a token was issued, and some of them in a row.
    fn may_refresh_at_once() -> bool {
        let lifecycle = P::LIFECYCLE;
        let is_free = lifecycle.limits.iter().all(|limit| limit.calls > 5);
        let window = lifecycle.window;
        // One that closes before the end may be closed from the beginning: tokens here live for an hour.
        let is_open = window.until.is_none_or(|until| until.offset_millis >= 0);
        is_free && is_open && window.from == Moment::issue(0)
    }

    /// Lets time pass until a refresh is due or needed, and accepted, of a token that was issued now. `false`: no time brings that.
    fn pass_until_due(&self, life: Option<Duration>) -> bool {
        let issued = self.clock.now().wall;
        let Some(life) = life else { return false };
        let token = Life {
            issued: Some(issued),
            expiry: Expiry::At(issued.plus(life)),
            basis: Basis::Stated,
        };
        let mut now = issued;
        for _ in 0..8 {
            let situation = Situation {
                token: Some(token),
                grant: None,
                now,
            };
            now = match P::LIFECYCLE.decide(&situation) {
                Decision::Due { .. } | Decision::Refresh { .. } => {
                    self.clock.advance(now.since(issued));
                    return true;
                }
                Decision::Serve { due: Some(due), .. } => due,
                Decision::Serve {
                    until: Some(until), ..
                } => until,
                Decision::Wait { opens } => opens,
                _ => return false,
            };
        }
        false
    }

    /// The end of the next token that is got.
    async fn until(&self) -> Option<Timestamp> {
        let mut events = self.events.lock().await;
        let next = async {
            while let Some(event) = events.next().await {
                if let EventKind::Refreshed { until, .. } = event.kind {
                    return until;
                }
            }
            None
        };
        let next = tokio::time::timeout(DEADLINE, next).await;
        next.expect("the source says that it has refreshed")
    }
}

impl<P: Keep<Access: SharedToken>> Stage<P> {
    /// The token without what stands before it.
    async fn text(&self) -> String {
        let token = self.source.token().await;
        text_of(&token.expect("there is a good token"))
    }

    /// Reads what is due, and waits until the provider has given so many and the next one is there.
    async fn refreshed(&self, times: u64) {
        self.source.token().await.expect("there is a good token");
        self.server.until(|counts| counts.refreshed >= times).await;
        self.until().await;
    }
}

impl<P: SignIn> Stage<P> {
    async fn sign_in(&self, tokens: &impl Fn(&SignedIn) -> P::TokenSet) -> SignedIn {
        let signed_in = self.server.sign_in();
        let put = self.source.insert(tokens(&signed_in)).await;
        put.expect("the store takes the tokens");
        signed_in
    }
}

impl<P: SignIn<Access: SingleUseToken>> Stage<P> {
    async fn take(&self) -> Result<String, SessionError> {
        let token = self.source.take().await?;
        Ok(token.into_token().expose().to_owned())
    }
}

impl<P: SignIn<Access: SharedToken>> Stage<P> {
    /// Refreshes when it is due, twice, and when the API refuses the token, once.
    async fn refreshes(&self, signed_in: &SignedIn) {
        let mut times = 0;
        let life = life_of::<P>(signed_in);
        for _ in 0..2 {
            if Self::is_limited() || !self.pass_until_due(life) {
                break;
            }
            times += 1;
            self.refreshed(times).await;
            assert_eq!(self.text().await, self.latest(signed_in));
            assert_eq!(
                self.server.counts().requests,
                times,
                "one refresh, one call"
            );
        }
        if !Self::may_refresh_at_once() || is_extended::<P>() {
            return;
        }
        let refused = self.source.token().await.expect("there is a good token");
        for _ in 0..2 {
            // The second time, it is another one's by now.
            self.source.invalidate(&refused).await;
            assert_eq!(self.text().await, self.latest(signed_in));
            assert_eq!(
                self.server.counts().requests,
                times + 1,
                "one 401, one call"
            );
        }
    }

    /// Ends the session at the provider's: the source says so, without end and without asking again. `false`: the provider cannot.
    async fn dies(&self, signed_in: &SignedIn) -> bool {
        if !can_end::<P>() || P::LIFECYCLE.grant().is_none() || Self::is_limited() {
            return false;
        }
        self.server.revoke(signed_in.session());
        match life_of::<P>(signed_in) {
            Some(life) => self.clock.advance(life),
            None => {
                let token = self.source.token().await.expect("there is a good token");
                self.source.invalidate(&token).await;
            }
        }
        let error = self.source.token().await.expect_err("the session is over");
        assert!(error.needs_reauthentication(), "{error}");
        let asked = self.server.counts().requests;
        let error = self.source.token().await.expect_err("the session is over");
        assert!(error.needs_reauthentication(), "{error}");
        assert_eq!(
            self.server.counts().requests,
            asked,
            "the dead are not asked for"
        );
        true
    }

    /// What the provider holds to be the access token.
    fn latest(&self, signed_in: &SignedIn) -> String {
        let name = P::Access::NAME;
        let latest = match P::LIFECYCLE.grant() {
            _ if is_extended::<P>() => signed_in.text(name).map(str::to_owned),
            Some(_) => self.server.latest(signed_in.session(), name),
            None => self.server.latest(0, name),
        };
        latest.unwrap_or_default()
    }

    fn is_limited() -> bool {
        P::LIFECYCLE.limits.iter().any(|limit| limit.calls <= 5)
    }
}

/// How long the access token of a sign-in lives.
fn life_of<P: Keep>(signed_in: &SignedIn) -> Option<Duration> {
    signed_in
        .ends(P::Access::NAME)
        .map(|ends| ends.since(START))
}

/// Whether the access token lives on instead of being replaced.
fn is_extended<P: Keep>() -> bool {
    let lifecycle = P::LIFECYCLE;
    let replaced = lifecycle.replaced().map(|index| &lifecycle.tokens[index]);
    replaced.is_some_and(|rule| rule.received.is_empty())
}

/// Whether the provider has a way to say that a session is over.
fn can_end<P: Keep>() -> bool {
    let lifecycle = P::LIFECYCLE;
    let says_so = lifecycle.failures.iter();
    let mut says_so = says_so
        .map(|rule| rule.means)
        .chain([lifecycle.unauthorized]);
    says_so.any(|means| means == Failure::Reauthenticate) || lifecycle.error_code.is_some()
}

fn text_of(token: &HeaderValue) -> String {
    let text = token
        .to_str()
        .expect("what the strict server gives is text");
    text.rsplit([' ', '='])
        .next()
        .unwrap_or_default()
        .to_owned()
}

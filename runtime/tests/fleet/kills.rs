//! Processes are killed at random points of a refresh, and others go on with what they left.

use std::collections::BTreeMap;
use std::process::Child;
use std::sync::Arc;
use std::time::Duration;

use token_refresh_runtime::session::{SessionKey, Store, TokenSource};
use token_refresh_runtime::testing::{Fault, StrictServer};
use token_refresh_runtime::{Keep, Kept, SharedToken, SignIn};

use crate::place::{Place, open, places};
use crate::support::providers::{Punishing, Rotating};
use crate::worker::{listen, often, run, start, tell, tell_panics, told};

/// So many sessions are refreshed at once, so that a kill finds them at different steps.
const SESSIONS: usize = 4;

/// A dead owner's lease is over soon.
const LEASE: Duration = Duration::from_millis(250);

/// Access tokens live so long: a grant that is in doubt is tried once more when the token in hand is over.
const LIFE: Duration = Duration::from_secs(2);

/// A provider that can be kept and signed in to, made for an address.
trait Vendor: SignIn<TokenSet = Kept, Access: SharedToken> {
    fn vendor(url: &str) -> Self;
}

impl Vendor for Rotating {
    fn vendor(url: &str) -> Self {
        Self::at(url)
    }
}

impl Vendor for Punishing {
    fn vendor(url: &str) -> Self {
        Self::at(url)
    }
}

fn source<P: Vendor>(store: &Arc<dyn Store>, url: &str, subject: &str) -> TokenSource<P> {
    let builder = TokenSource::builder(P::vendor(url), Arc::clone(store), subject);
    builder.lease(LEASE).build()
}

/// The process that is killed: it forces refreshes of some sessions, and tells each token that it was given, which is stored by then.
#[test]
fn refreshes_until_it_is_killed() {
    let Some(address) = told::<String>("FLEET_STORE") else {
        return;
    };
    tell_panics();
    let vendor: String = told("FLEET_VENDOR").unwrap();
    run(async {
        let store = open(&address).await;
        tell("ready");
        if vendor == Punishing::STORED_AS {
            refresh_all::<Punishing>(&store).await;
        } else {
            refresh_all::<Rotating>(&store).await;
        }
    });
}

async fn refresh_all<P: Vendor>(store: &Arc<dyn Store>) {
    let server: String = told("FLEET_SERVER").unwrap();
    let subjects: String = told("FLEET_SUBJECTS").unwrap();
    let tasks: Vec<_> = subjects
        .split(',')
        .map(|subject| {
            let source = source::<P>(store, &server, subject);
            tokio::spawn(refresh(source, subject.to_owned()))
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
}

async fn refresh<P: Vendor>(source: TokenSource<P>, subject: String) {
    loop {
        // A session may have died with the process before this one.
        let Ok(token) = source.token().await else {
            tokio::time::sleep(Duration::from_millis(5)).await;
            continue;
        };
        tell(&format!("has {subject} {}", token.to_str().unwrap()));
        source.invalidate(&token).await;
        if source.current() == Some(token) {
            // It cannot be refreshed now, being in doubt.
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

#[derive(Debug, Default)]
struct Figures {
    kills: usize,
    /// Tokens that a process was given, and that the store does not have.
    torn_or_lost: usize,
    /// Sessions that are over although the server would have taken what is stored.
    dead_in_vain: usize,
    /// Answers that died with the process, between the server and the store.
    died_with_it: usize,
    /// How often a process was given a token.
    given: usize,
}

/// A vendor, its server, and what is known of its sessions.
struct Ward<P> {
    server: StrictServer,
    sessions: BTreeMap<String, Known>,
    provider: std::marker::PhantomData<P>,
}

/// What is known of a session.
struct Known {
    /// Its number at the server.
    number: u64,
    /// Its first grant.
    first: String,
    /// The latest generation that a process was given.
    given: u64,
}

impl<P: Vendor> Ward<P> {
    async fn sign_in(&mut self, store: &Arc<dyn Store>, subject: &str) {
        let signed_in = self.server.sign_in();
        let number = signed_in.session();
        let first = signed_in.text("refreshToken").unwrap().to_owned();
        let source = source::<P>(store, &self.server.url(), subject);
        source.insert(signed_in.into_kept()).await.unwrap();
        let known = Known {
            number,
            first,
            given: 0,
        };
        self.sessions.insert(subject.to_owned(), known);
    }

    /// One process from start to kill.
    fn live(&mut self, place: &Place, figures: &mut Figures) {
        let subjects: Vec<_> = self.sessions.keys().map(String::as_str).collect();
        let more = [
            ("FLEET_VENDOR", P::STORED_AS.to_owned()),
            ("FLEET_SUBJECTS", subjects.join(",")),
        ];
        let test = "kills::refreshes_until_it_is_killed";
        let mut child = start(test, place, &self.server.url(), &more);
        let told = listen(&mut child);
        let (mut child, mut killer) = (Some(child), None);
        for words in told {
            match &words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
                ["ready"] => {
                    let child = child.take().expect("it is ready once");
                    killer = Some(std::thread::spawn(|| kill_at_a_random_point(child)));
                }
                ["has", subject, _, token] => {
                    // The last line may be cut off.
                    let Some(generation) = generation_of(token) else {
                        continue;
                    };
                    let known = self.sessions.get_mut(*subject).unwrap();
                    known.given = known.given.max(generation);
                    figures.given += 1;
                }
                ["unexpected", ..] => panic!("{words:?}"),
                _ => {}
            }
        }
        killer.expect("it was ready").join().unwrap();
        figures.kills += 1;
    }

    /// Looks at what it left, and then asks for a token as the next process would.
    async fn examine(&mut self, store: &Arc<dyn Store>, figures: &mut Figures) {
        let subjects: Vec<_> = self.sessions.keys().cloned().collect();
        for subject in subjects {
            let known = &self.sessions[&subject];
            let left = self.stored(store, &subject).await;
            if left < Some(known.given) {
                eprintln!("{subject}: {left:?} is stored, {} was given", known.given);
                figures.torn_or_lost += 1;
            }
            let source = source::<P>(store, &self.server.url(), &subject);
            let Err(error) = source.token().await else {
                continue;
            };
            assert!(
                error.needs_reauthentication() || error.is_transient(),
                "{error:?}"
            );
            if error.needs_reauthentication() {
                let stored = self.stored(store, &subject).await;
                let first = generation_of(&known.first).unwrap();
                let latest = first + self.server.counts_of(known.number).refreshed;
                if stored >= Some(latest) {
                    let counts = self.server.counts_of(known.number);
                    eprintln!("{subject}: {error}, and {stored:?} is the latest; {counts:?}");
                    figures.dead_in_vain += 1;
                } else {
                    figures.died_with_it += 1;
                }
                self.sign_in(store, &subject).await;
            }
        }
    }

    /// The generation of the grant in the store: found by its text, without a word from the library.
    async fn stored(&self, store: &Arc<dyn Store>, subject: &str) -> Option<u64> {
        let key = SessionKey::new(P::STORED_AS, subject);
        let entry = store
            .load(&key)
            .await
            .unwrap()
            .expect("a session is never gone");
        let text = String::from_utf8_lossy(&entry.record.bytes);
        // All grants of a session begin alike: `<name>-<session>-`.
        let first = &self.sessions[subject].first;
        let begin = first.match_indices('-').nth(1).unwrap().0 + 1;
        let found = text.find(&first[..begin])?;
        let end = text[found + begin..].find('-')? + begin + 1 + MARK;
        generation_of(text.get(found..found + end)?)
    }
}

/// How long the last part of a token is.
const MARK: usize = 16;

/// A server with sessions of these names.
async fn ward<P: Vendor>(store: &Arc<dyn Store>, name: &str) -> Ward<P> {
    let server = StrictServer::builder(P::LIFECYCLE).strict();
    let server = server.lifetime("accessToken", LIFE).start();
    // As far away as a vendor: a kill may fall between its rotation and the arrival of the answer.
    server.always(Fault::delayed(Duration::from_millis(5)));
    let mut ward = Ward {
        server,
        sessions: BTreeMap::new(),
        provider: std::marker::PhantomData,
    };
    for number in 0..SESSIONS {
        ward.sign_in(store, &format!("{name}-{number}")).await;
    }
    ward
}

/// The number in a token of the server's: `<name>-<session>-<generation>-<mark>`.
fn generation_of(token: &str) -> Option<u64> {
    let [_, _, generation, mark] = token.split('-').collect::<Vec<_>>()[..] else {
        return None;
    };
    let is_whole = mark.len() == MARK && mark.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_whole.then(|| generation.parse().ok())?
}

fn kill_at_a_random_point(mut child: Child) {
    use std::hash::BuildHasher as _;
    let random = std::hash::RandomState::new().hash_one(0);
    std::thread::sleep(Duration::from_micros(random % 150_000));
    child.kill().unwrap();
    let status = child.wait().unwrap();
    let signal = std::os::unix::process::ExitStatusExt::signal(&status);
    assert_eq!(signal, Some(9), "it was not killed: {status}");
}

#[test]
fn a_killed_process_loses_no_token_that_was_given() {
    for place in places() {
        let figures = run(check(&place, often(24, 1000)));
        println!(
            "kill -9 at {} random points, {}: torn or lost tokens {}; sessions dead though the grant was still good {} \
             (answers that died on the way {}, tokens given {})",
            figures.kills,
            place.name,
            figures.torn_or_lost,
            figures.dead_in_vain,
            figures.died_with_it,
            figures.given
        );
        assert_eq!((figures.torn_or_lost, figures.dead_in_vain), (0, 0));
        assert!(figures.given > 0, "no process got as far as to refresh");
    }
}

/// Four wards in turn: the leases that a process leaves are over when it is its ward's turn again.
async fn check(place: &Place, kills: usize) -> Figures {
    let store = open(&place.address).await;
    let mut rotating = [ward::<Rotating>(&store, "a").await, ward(&store, "b").await];
    let mut punishing = [
        ward::<Punishing>(&store, "a").await,
        ward(&store, "b").await,
    ];
    let mut figures = Figures::default();
    while figures.kills < kills {
        for (rotating, punishing) in rotating.iter_mut().zip(&mut punishing) {
            rotating.live(place, &mut figures);
            rotating.examine(&store, &mut figures).await;
            punishing.live(place, &mut figures);
            punishing.examine(&store, &mut figures).await;
        }
    }
    figures
}

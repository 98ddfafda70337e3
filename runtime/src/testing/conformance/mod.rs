//! What a store owes, tried on a real one: every line of [`Store`]'s documentation, by name.

mod abandoned;
mod due;
mod keys;
mod leases;
mod races;
mod records;
mod stand;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use self::stand::{Fault, Outcome, Stand};
use crate::session::Store;

/// Tries all rules on a store of your own, and panics with those that it breaks.
///
/// `open` opens the same store each time it is called, as two processes would; it is called twice. The store may have
/// other sessions in it; those of the rules are of providers that no one else has, and are left behind. The tokio
/// runtime needs its timer, and finds more with several threads.
///
/// ```
/// use token_refresh_runtime::session::store::MemoryStore;
/// use token_refresh_runtime::testing::conformance;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let store = MemoryStore::new();
/// conformance::run(move || {
///     let store = store.clone();
///     async move { store }
/// })
/// .await;
/// # }
/// ```
///
/// # Panics
/// With the name of each rule that does not hold, what it says, and how the store breaks it.
pub async fn run<S, F>(open: impl Fn() -> F)
where
    S: Store,
    F: Future<Output = S>,
{
    let report = Conformance::of(open).await.check().await;
    assert!(report.broken().is_empty(), "{report}");
}

/// The rules, about to be tried on a store.
///
/// They cannot try what happens around a process: that what was written is there after `kill -9` or a power cut, what a
/// full disk does, or a server that goes away. Nor that handing out what is due costs no more where more is kept.
pub struct Conformance {
    one: Arc<dyn Store>,
    other: Arc<dyn Store>,
    pass: stand::Pass,
    only: Option<String>,
}

impl Conformance {
    /// Of the store that `open` opens, twice, as two processes would.
    pub async fn of<S, F>(open: impl Fn() -> F) -> Self
    where
        S: Store,
        F: Future<Output = S>,
    {
        Self {
            one: Arc::new(open().await),
            other: Arc::new(open().await),
            pass: Arc::new(|span| Box::pin(tokio::time::sleep(span))),
            only: None,
        }
    }

    /// Tries this rule alone, while it is being worked on.
    #[must_use]
    pub fn only(mut self, name: impl Into<String>) -> Self {
        self.only = Some(name.into());
        self
    }

    /// Lets time pass by the clock that the store's leases run by, where a test can steer it. Otherwise the rules wait,
    /// some seconds in all.
    #[must_use]
    pub fn passing_time(mut self, pass: impl Fn(Duration) + Send + Sync + 'static) -> Self {
        let pass = Arc::new(pass);
        self.pass = Arc::new(move |span| {
            let pass = Arc::clone(&pass);
            Box::pin(async move {
                pass(span);
                tokio::task::yield_now().await;
            })
        });
        self
    }

    /// Tries all rules, one after the other.
    pub async fn check(self) -> Report {
        let mut report = Report {
            tried: 0,
            broken: Vec::new(),
        };
        let is_wanted = |rule: &Rule| self.only.as_deref().is_none_or(|only| only == rule.name);
        for rule in all().into_iter().filter(is_wanted) {
            report.tried += 1;
            if let Err(Fault(how)) = self.try_one(&rule).await {
                let Rule { name, says, .. } = rule;
                report.broken.push(Broken { name, says, how });
            }
        }
        report
    }

    /// In a task of its own, so that a store that panics or hangs is one that breaks the rule.
    async fn try_one(&self, rule: &Rule) -> Outcome {
        const LONGEST: Duration = Duration::from_secs(60);
        let stand = Stand::new(&self.one, &self.other, &self.pass, rule.name);
        let mut task = tokio::spawn((rule.run)(stand));
        match tokio::time::timeout(LONGEST, &mut task).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(error)) => Err(Fault(format!("the store panics: {error}"))),
            Err(_) => {
                task.abort();
                Err(Fault(format!("it does not end within {LONGEST:?}")))
            }
        }
    }
}

impl fmt::Debug for Conformance {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut fields = formatter.debug_struct("Conformance");
        fields.field("store", &self.one).finish_non_exhaustive()
    }
}

/// What a store was found to be.
#[derive(Clone, Debug)]
pub struct Report {
    tried: usize,
    broken: Vec<Broken>,
}

/// A rule that does not hold.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Broken {
    /// The rule's name.
    pub name: &'static str,
    /// What it says.
    pub says: &'static str,
    /// How the store breaks it.
    pub how: String,
}

impl Report {
    /// The rules that do not hold.
    pub fn broken(&self) -> &[Broken] {
        &self.broken
    }

    /// How many rules were tried.
    pub fn tried(&self) -> usize {
        self.tried
    }
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { tried, broken } = self;
        write!(formatter, "{} of {tried} rules do not hold", broken.len())?;
        for Broken { name, says, how } in broken {
            write!(formatter, "\n  {name}: {says}\n    {how}")?;
        }
        Ok(())
    }
}

/// One rule: its name, the sentence that it stands for, and how it is tried.
struct Rule {
    name: &'static str,
    says: &'static str,
    run: Box<dyn Fn(Stand) -> stand::Trial + Send + Sync>,
}

fn rule<F>(
    name: &'static str,
    says: &'static str,
    run: impl Fn(Stand) -> F + Send + Sync + 'static,
) -> Rule
where
    F: Future<Output = Outcome> + Send + 'static,
{
    Rule {
        name,
        says,
        run: Box::new(move |stand| Box::pin(run(stand))),
    }
}

fn all() -> Vec<Rule> {
    let mut rules = records::rules();
    rules.extend(keys::rules());
    rules.extend(races::rules());
    rules.extend(leases::rules());
    rules.extend(due::rules());
    rules.extend(abandoned::rules());
    rules
}

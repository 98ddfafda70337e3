//! Other processes: what they are told, and what they tell.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::str::FromStr;

use crate::place::Place;

/// A process in which only the test of this name runs. It finds the store and the server in its environment.
pub(crate) fn start(test: &str, place: &Place, server: &str, more: &[(&str, String)]) -> Child {
    let program = std::env::current_exe().unwrap();
    Command::new(program)
        .args([test, "--exact", "--nocapture", "--test-threads=1"])
        .env("FLEET_STORE", &place.address)
        .env("FLEET_SERVER", server)
        .envs(more.iter().map(|(name, value)| (name, value)))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// What a process was told; `None` in the one that runs the tests.
pub(crate) fn told<T: FromStr>(name: &str) -> Option<T> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().ok().expect("the parent says what fits"))
}

/// Tells of panics on any thread: the library's own goes on after one.
pub(crate) fn tell_panics() {
    std::panic::set_hook(Box::new(|panic| {
        tell(&format!(
            "unexpected {}",
            panic.to_string().replace('\n', " ")
        ));
    }));
}

/// Tells the parent, whole or not at all.
pub(crate) fn tell(line: &str) {
    use std::io::Write as _;
    // The line before may be the test harness's own, without an end.
    let line = format!("\n> {line}\n");
    std::io::stdout().write_all(line.as_bytes()).unwrap();
}

/// The lines that a process tells until it ends, each in words.
pub(crate) fn listen(child: &mut Child) -> impl Iterator<Item = Vec<String>> + use<> {
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    lines.map_while(Result::ok).filter_map(|line| {
        let told = line.strip_prefix("> ")?;
        Some(told.split(' ').map(str::to_owned).collect())
    })
}

/// The number for every day, or the one for `TOKEN_REFRESH_FULL=1`.
pub(crate) fn often(usually: usize, in_full: usize) -> usize {
    match std::env::var_os("TOKEN_REFRESH_FULL") {
        Some(_) => in_full,
        None => usually,
    }
}

pub(crate) fn run<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread();
    { runtime }.enable_all().build().unwrap().block_on(work)
}

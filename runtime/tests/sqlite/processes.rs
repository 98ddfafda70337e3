//! Several processes on one file, and processes that are killed.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, ExitStatus};
use std::thread::JoinHandle;
use std::time::Duration;

use token_refresh_runtime::session::store::{Store, Written};

use crate::support::*;

const PROCESSES: usize = 8;

/// The number that a process was told.
fn given(name: &str) -> usize {
    std::env::var(name).unwrap().parse().unwrap()
}

/// The other processes of the next test: each counts one session up.
#[test]
fn counts_up() {
    let Some(path) = given_path() else { return };
    run(async {
        let store = open(&path).await;
        for _ in 0..given("TOKEN_REFRESH_TEST_TIMES") {
            loop {
                let entry = store.load(&key(1)).await.unwrap();
                let count = entry.as_ref().map_or(0, |entry| count_of(&entry.record));
                let expected = entry.map(|entry| entry.version);
                let written = store.write(&key(1), expected, &record(count + 1)).await;
                if written.unwrap() != Written::Conflict {
                    break;
                }
            }
        }
    });
}

/// All begin at once, so that all of them make the file, too.
#[test]
fn processes_lose_no_update_of_one_session() {
    let (folder, path) = folder();
    let times = often(40, 1000);
    let children: Vec<_> = (0..PROCESSES)
        .map(|_| {
            let mut command = process("processes::counts_up", &path);
            command.env("TOKEN_REFRESH_TEST_TIMES", times.to_string());
            command.spawn().unwrap()
        })
        .collect();
    children.into_iter().for_each(assert_success);
    let found = run(async { open(&path).await.load(&key(1)).await.unwrap().unwrap() });
    let wanted = (PROCESSES * times) as u64;
    let lost = wanted - count_of(&found.record);
    println!(
        "{PROCESSES} processes × {times} updates of one session by compare-and-swap: lost {lost}"
    );
    assert_eq!(lost, 0);
    let drafts = std::fs::read_dir(folder.path()).unwrap();
    let drafts: Vec<_> = drafts.map(|entry| entry.unwrap().file_name()).collect();
    let is_draft = |name: &std::ffi::OsString| name.to_str().unwrap().starts_with('.');
    assert!(!drafts.iter().any(is_draft), "{drafts:?}");
}

const SESSIONS: usize = 4;

/// The process of the next test, which is killed: it counts sessions up and tells each count before and after it is stored.
#[test]
fn counts_until_it_is_killed() {
    let Some(path) = given_path() else { return };
    run(async {
        let store = open(&path).await;
        for step in 0.. {
            let key = key(step % SESSIONS);
            let entry = store.load(&key).await.unwrap();
            let count = entry.as_ref().map_or(0, |entry| count_of(&entry.record)) + 1;
            println!("\nbegin {} {count}", step % SESSIONS);
            put(
                &store,
                &key,
                entry.map(|entry| entry.version),
                &record(count),
            )
            .await;
            println!("\ndone {} {count}", step % SESSIONS);
        }
    });
}

/// What a process told of each session: the last count that it began to store, and the last that was stored.
#[derive(Default)]
struct Told {
    begun: [u64; SESSIONS],
    done: [u64; SESSIONS],
}

impl Told {
    /// Hears a process out, and has it killed at a random point: of its first steps, or of its work.
    fn listen(&mut self, mut child: Child, at_work: bool) {
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let (mut child, mut killer) = (Some(child), None);
        if !at_work {
            killer = child.take().map(kill_at_a_random_point);
        }
        for line in lines {
            let line = line.unwrap();
            let mut words = line.split(' ');
            let told = match words.next() {
                Some("begin") => &mut self.begun,
                Some("done") => &mut self.done,
                _ => continue,
            };
            // The last line may be cut off.
            let (Some(session), Some(count)) = (words.next(), words.next()) else {
                continue;
            };
            let session: usize = session.parse().unwrap();
            told[session] = told[session].max(count.parse().unwrap());
            killer = killer.or_else(|| child.take().map(kill_at_a_random_point));
        }
        let status = killer.expect("it told something").join().unwrap();
        let signal = std::os::unix::process::ExitStatusExt::signal(&status);
        assert_eq!(signal, Some(9), "it was not killed: {status}");
    }
}

fn kill_at_a_random_point(mut child: Child) -> JoinHandle<ExitStatus> {
    use std::hash::BuildHasher as _;
    let random = std::hash::RandomState::new().hash_one(0);
    std::thread::spawn(move || {
        std::thread::sleep(Duration::from_micros(random % 40_000));
        child.kill().unwrap();
        child.wait().unwrap()
    })
}

/// What was told to be stored is stored, whole, and nothing that was never begun; whenever the process is killed, be it while the
/// file is made.
#[test]
fn a_killed_process_tears_and_loses_nothing() {
    let times = often(40, 1000);
    let (mut torn_or_lost, mut stored) = (0, 0);
    let (mut folders, mut told) = (folder(), Told::default());
    for time in 0..times {
        // A new file each tenth time: making it is a step, too.
        if time % 10 == 0 {
            (folders, told) = (folder(), Told::default());
        }
        let path = folders.1.clone();
        let child = process("processes::counts_until_it_is_killed", &path)
            .spawn()
            .unwrap();
        told.listen(child, time % 2 == 0);
        run(async {
            let store = open(&path).await;
            for session in 0..SESSIONS {
                let found = store.load(&key(session)).await.unwrap();
                let count = found.map_or(0, |found| count_of(&found.record));
                if count < told.done[session] || count > told.begun[session] {
                    eprintln!(
                        "session {session}: {count}, told {:?} {:?}",
                        told.begun, told.done
                    );
                    torn_or_lost += 1;
                }
                stored += usize::from(count == told.begun[session] && count > 0);
            }
        });
    }
    println!("kill -9 at {times} random points, SQLite: torn or lost: {torn_or_lost}");
    assert_eq!(torn_or_lost, 0);
    assert!(stored > 0, "no process ever got as far as to write");
}

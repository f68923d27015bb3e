//! Rounds of hostile programs against one service, whose resources must be the same afterwards.

use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Instant;

use serde_json::Value;

use super::footprint::{Footprint, post};
use super::hostile_programs::{ALL, HostileProgram, WAITING};
use super::leftovers::Marker;
use crate::harness::Service;

/// The number of concurrent clients: the slots of the settings.
const CLIENTS: u32 = 4;
/// The number of failures of one kind that are printed.
const MOST_LISTED: usize = 3;

/// The number of rounds of each kind: `RUNTRAY_TEST_ROUNDS`, else `usual`.
pub(crate) fn count(usual: u32) -> u32 {
    std::env::var("RUNTRAY_TEST_ROUNDS").map_or(usual, |count| count.parse().expect("RUNTRAY_TEST_ROUNDS is a number"))
}

/// Runs every hostile program that is safe in this mode, and prints their names past the test's capture.
///
/// # Panics
/// A program did not end as expected or left something behind; the message has all failures.
pub(crate) fn run(service: &Service, mode: &str, rounds: u32, has_namespace: bool) {
    let before = Footprint::settled(service, WAITING);
    let (run, left_out): (Vec<_>, Vec<_>) = ALL.iter().partition(|one| has_namespace || !one.needs_namespace);
    let mut wrong = Vec::new();
    let mut report = format!("\ncontainment, {mode}:\n");
    for one in run {
        // A program of `share` n gets 1/n of the rounds, but at least five of them, or all if there are fewer.
        let rounds = (rounds / one.share).max(rounds.min(5));
        let began = Instant::now();
        wrong.extend(run_one(service, one, rounds));
        let ran = began.elapsed();
        wrong.extend(before.differences(service).map(|difference| format!("after {}: {difference}", one.name)));
        let gone = began.elapsed() - ran;
        writeln!(report, "  {}: {rounds} rounds in {ran:.1?}, all gone {gone:.1?} later", one.name).expect("a string");
    }
    left_out.iter().for_each(|one| writeln!(report, "  {}: not here", one.name).expect("a string"));
    std::io::stderr().write_all(report.as_bytes()).expect("stderr can be written");
    assert!(wrong.is_empty(), "{mode}:\n{}\n{}", wrong.join("\n"), service.stderr());
}

/// Runs a program in all rounds, with as many clients as there are slots. Gives the failures.
fn run_one(service: &Service, one: &HostileProgram, rounds: u32) -> Vec<String> {
    let next = AtomicU32::new(0);
    let wrong = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..CLIENTS.min(rounds) {
            scope.spawn(|| {
                while next.fetch_add(1, Ordering::Relaxed) < rounds {
                    let found = try_once(service, one).map(|what| format!("{}: {what}", one.name));
                    wrong.lock().unwrap_or_else(PoisonError::into_inner).extend(found);
                }
            });
        }
    });
    let mut wrong = wrong.into_inner().unwrap_or_else(PoisonError::into_inner);
    let more = wrong.len().saturating_sub(MOST_LISTED);
    wrong.truncate(MOST_LISTED);
    wrong.extend((more > 0).then(|| format!("{}: and {more} more of {rounds} rounds", one.name)));
    wrong
}

/// Runs a program once. None of its processes may exist after the response.
fn try_once(service: &Service, one: &HostileProgram) -> Option<String> {
    let marker = Marker::new();
    let answer = post(service, &marker.mark(one.request()));
    let (processes, shared) = (marker.carriers(), marker.shared());
    if !processes.is_empty() || !shared.is_empty() {
        return Some(format!("left processes {processes:?} and {shared:?}: {answer}"));
    }
    let error = answer["error"].as_str().unwrap_or_default();
    let as_expected = answer["status"] == one.status && error.ends_with(one.ending);
    (!as_expected || (one.ending.is_empty() && !error.is_empty())).then(|| excerpt(&answer))
}

/// The parts of an answer that tell how a run ended.
fn excerpt(answer: &Value) -> String {
    let error: Vec<_> = answer["error"].as_str().unwrap_or_default().lines().rev().take(2).collect();
    let parts = ["status", "code", "exit_code", "signal", "duration_ms", "peak_memory_bytes"];
    let parts = parts.map(|name| format!("{name} {}", answer[name]));
    format!("{}, error ends with {error:?}", parts.join(", "))
}

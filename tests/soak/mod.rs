//! The soak: thousands of mixed runs against one service, more clients than it has room for, and what must hold afterwards.
//!
//! Launcher and supervisors are killed and stopped at random meanwhile.
//!
//! `cargo xtask soak` runs it. `RUNTRAY_SOAK_RUNS` says how many runs, `RUNTRAY_SOAK_CLIENTS` how many clients at once,
//! `RUNTRAY_SOAK_STRIKE_EVERY` after how many runs a process is struck, and `RUNTRAY_SOAK_SEED` which ones are.

mod figures;
mod killed;
mod kinds;
mod load;
mod strikes;

use std::io::Write as _;
use std::num::NonZero;
use std::thread::available_parallelism;
use std::time::Instant;

use crate::harness::footprint::Footprint;
use crate::harness::{Home, Service};
use figures::Figures;
use load::Load;
use strikes::Strikes;

/// What the project promises to run.
const RUNS: usize = 10_000;
/// Executions that may wait.
const QUEUE: usize = 8;
/// Clients beyond those that run and wait: they are refused.
const TOO_MANY: usize = 8;
/// Runs for each strike.
const STRIKE_EVERY: usize = 25;
/// Runs before memory is looked at first: allocators and caches reach their size. A short soak takes half of its own.
const WARM_UP: usize = 1000;

#[test]
#[ignore = "takes minutes: `cargo xtask soak` runs it"]
fn what_is_promised_holds() {
    let slots = available_parallelism().map_or(1, NonZero::get);
    let runs = number("RUNTRAY_SOAK_RUNS").unwrap_or(RUNS);
    let clients = number("RUNTRAY_SOAK_CLIENTS").unwrap_or(slots + QUEUE + TOO_MANY);
    let home = Home::new(&settings(slots));
    let mut service = Service::start_in(&home, &[]);
    let folder = home.path().display();
    say(&format!(
        "{runs} runs by {clients} clients: {slots} at once, {QUEUE} wait, the others are refused; in {folder}"
    ));
    let figures = soak(&mut service, runs, clients, slots);
    say(&figures.to_string());
    let broken = figures.broken();
    assert!(broken.is_empty(), "these bounds do not hold: {}", broken.join("; "));
}

fn soak(service: &mut Service, runs: usize, clients: usize, slots: usize) -> Figures {
    let began = Instant::now();
    let seed = number("RUNTRAY_SOAK_SEED").unwrap_or_else(|| std::process::id() as usize);
    let strikes = Strikes::new(number("RUNTRAY_SOAK_STRIKE_EVERY").unwrap_or(STRIKE_EVERY), seed);
    say(&format!("the seed of the strikes is {seed}"));
    let before = Footprint::settled(service, slots);
    let mut load = Load::new(strikes);
    let warm_up = WARM_UP.min(runs / 2);
    load.run(service, 0..warm_up, runs, clients);
    let warm = (Footprint::settled(service, slots), service.resident_bytes());
    load.run(service, warm_up..runs, runs, clients);
    load.missing_slots = strikes::missing_slots(service, slots);
    let before = before.with_launcher_of_now(service);
    let left = before.differences(service).collect();
    let after = (Footprint::settled(service, slots), service.resident_bytes());
    let descriptors = before.more_descriptors(&after.0);
    say(&format!("{runs} runs took {:.0?}; now the service is killed while it is full", began.elapsed()));
    let survivors = load.survivors();
    let killed = killed::kill(service);
    Figures::new(load, survivors, left, descriptors, [warm.1, after.1], &killed)
}

/// Limits that are met within moments, room for all of a long output to be written, and as many interpreters waiting at any
/// time, so that what is there at rest can be counted.
fn settings(slots: usize) -> String {
    let limits = "memory_bytes = 209715200\nprocesses = 16\nkept_output_bytes = 65536\n";
    format!("[limits]\n{limits}[admission]\nslots = {slots}\nqueue = {QUEUE}\n[warm]\npython = {slots}\n")
}

fn number(variable: &str) -> Option<usize> {
    std::env::var(variable).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{variable} is no number: {text}")))
}

/// Past the test's capture.
fn say(text: &str) {
    std::io::stderr().write_all(format!("{text}\n").as_bytes()).expect("stderr can be written");
}

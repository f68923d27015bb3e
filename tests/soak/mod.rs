//! The soak: thousands of mixed runs from more clients than the service can admit, and bounds that must hold afterwards.
//!
//! Meanwhile the launcher and supervisors are killed and stopped at random.
//!
//! `cargo xtask soak` runs it. `RUNTRAY_SOAK_RUNS` and `RUNTRAY_SOAK_CLIENTS` are the numbers of runs and of concurrent clients,
//! `RUNTRAY_SOAK_STRIKE_EVERY` the number of runs for each killed or stopped process, and `RUNTRAY_SOAK_SEED` selects these.

mod figures;
mod killed;
mod kinds;
mod load;
mod strikes;

use std::io::Write as _;
use std::num::NonZero;
use std::path::Path;
use std::thread::available_parallelism;
use std::time::Instant;

use crate::harness::footprint::Footprint;
use crate::harness::{Home, Service};
use figures::Figures;
use load::Load;
use strikes::Strikes;

/// The number of runs for which the project guarantees the bounds.
const RUNS: usize = 10_000;
/// The length of the queue.
const QUEUE: usize = 8;
/// The number of clients beyond slots and queue, which are refused.
const TOO_MANY: usize = 8;
/// The number of runs for each strike.
const STRIKE_EVERY: usize = 25;
/// Runs before the first measurement of memory: allocators and caches reach their size. A short soak uses half of its runs.
const WARM_UP: usize = 1000;

#[test]
#[ignore = "takes minutes: `cargo xtask soak` runs it"]
fn every_bound_holds_after_mixed_runs() {
    let slots = available_parallelism().map_or(1, NonZero::get);
    let runs = number("RUNTRAY_SOAK_RUNS").unwrap_or(RUNS);
    let clients = number("RUNTRAY_SOAK_CLIENTS").unwrap_or(slots + QUEUE + TOO_MANY);
    let home = Home::new(&settings(slots));
    let mut service = Service::start_in(&home, &[]);
    let folder = home.path().display();
    say(&format!(
        "{runs} runs by {clients} clients: {slots} at once, {QUEUE} wait, the others are refused; in {folder}"
    ));
    let figures = soak(&mut service, &home.shared("slots"), [runs, clients, slots]);
    say(&figures.to_string());
    let log = service.stderr();
    log.lines().filter(|line| line.contains(" ERROR ")).for_each(say);
    let broken = figures.broken();
    assert!(broken.is_empty(), "these bounds do not hold: {}", broken.join("; "));
}

/// Runs the soak. Programs that fill all slots meet in `folder`.
fn soak(service: &mut Service, folder: &Path, [runs, clients, slots]: [usize; 3]) -> Figures {
    let began = Instant::now();
    let seed = number("RUNTRAY_SOAK_SEED").unwrap_or_else(|| std::process::id() as usize);
    let strikes = Strikes::new(number("RUNTRAY_SOAK_STRIKE_EVERY").unwrap_or(STRIKE_EVERY), seed);
    say(&format!("the seed of the strikes is {seed}"));
    let before = Footprint::settled(service, slots);
    let mut load = Load::new(strikes);
    // Compare memory after a warm-up with memory at the end, not with that at the start.
    let warm_up = WARM_UP.min(runs / 2);
    load.run(service, 0..warm_up, runs, clients);
    let warm = (Footprint::settled(service, slots), service.resident_bytes());
    load.run(service, warm_up..runs, runs, clients);
    load.missing_slots = strikes::missing_slots(service, slots, folder);
    // The launcher may have been replaced after a strike, so compare with the present one.
    let before = before.with_launcher_of_now(service);
    let left = before.differences(service).collect();
    let after = (Footprint::settled(service, slots), service.resident_bytes());
    let descriptors = before.more_descriptors(&after.0);
    say(&format!("{runs} runs took {:.0?}; now the service is killed while it is full", began.elapsed()));
    let survivors = load.survivors();
    let killed = killed::kill(service);
    Figures::new(load, survivors, left, descriptors, [warm.1, after.1], &killed)
}

/// Limits that are reached quickly, enough kept output for long programs, and a fixed number of waiting interpreters, so that the
/// idle service can be compared.
fn settings(slots: usize) -> String {
    let limits = "memory_bytes = 209715200\nprocesses = 16\nkept_output_bytes = 65536\n";
    format!("[limits]\n{limits}[admission]\nslots = {slots}\nqueue = {QUEUE}\n[warm]\npython = {slots}\n")
}

fn number(variable: &str) -> Option<usize> {
    std::env::var(variable).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{variable} is no number: {text}")))
}

/// Prints past the test's capture.
fn say(text: &str) {
    std::io::stderr().write_all(format!("{text}\n").as_bytes()).expect("stderr can be written");
}

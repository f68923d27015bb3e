//! Executions per second, and the latency of each, with many concurrent clients.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, anyhow, ensure};

use super::{COLD, FLASK, Series, WARM, turns};
use crate::client::Client;
use crate::environment;
use crate::machine::cores;
use crate::report::{Figure, Section, Target};
use crate::service::{Home, Kind, Service};
use crate::setup::Setup;
use crate::statistics::Ratio;
use crate::subject::{Greeting, Http, PYTHON, Subject};

/// The numbers of concurrent clients.
const CLIENTS: [usize; 2] = [8, 64];
/// The services to measure, each with its name in the table.
const KINDS: [(Kind, &str); 3] = [(Kind::Runtray, WARM), (Kind::Cold, COLD), (Kind::Flask, FLASK)];
/// The pause after a turn in which prestarted interpreters become ready, so that they do not disturb the next turn.
pub(super) const SETTLE: Duration = Duration::from_millis(250);

/// One way to run many greetings, and its results.
struct Contestant {
    port: u16,
    kind: Kind,
    name: String,
    clients: usize,
    rates: Vec<f64>,
    latencies: Series,
}

/// Measures `xargs` over the bare interpreter and the services, with each number of clients.
pub(super) fn measure(setup: &Setup) -> Result<Section> {
    let (home, cold) = (Home::new(setup, Kind::Runtray)?, Home::new(setup, Kind::Cold)?);
    let services = [
        Service::start(setup, Kind::Runtray, &home)?,
        Service::start(setup, Kind::Cold, &cold)?,
        Service::start(setup, Kind::Flask, &home)?,
    ];
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("greeting.py");
    std::fs::write(&file, PYTHON.code)?;
    let mut contestants = contestants(&services);
    let mut baseline = Vec::new();
    for round in 0..setup.effort.rounds {
        // The last place in the order belongs to `xargs`, which is not a service.
        for place in turns(round, contestants.len() + 1) {
            match contestants.get_mut(place) {
                Some(contestant) => contestant.compete(setup.effort.concurrent)?,
                None => baseline.push(xargs(setup, &file, setup.effort.concurrent)?),
            }
        }
    }
    Ok(section(&contestants, baseline))
}

fn contestants(services: &[Service<'_>]) -> Vec<Contestant> {
    let of = |clients| {
        let each = KINDS.iter().zip(services);
        each.map(move |((kind, name), service)| Contestant {
            port: service.port(),
            kind: *kind,
            name: format!("{name}, {clients} clients"),
            clients,
            rates: Vec::new(),
            latencies: Series::default(),
        })
    };
    CLIENTS.into_iter().flat_map(of).collect()
}

impl Contestant {
    /// Takes one turn: `count` greetings, shared among all clients.
    fn compete(&mut self, count: usize) -> Result<()> {
        let (elapsed, latencies) = burst(self.port, self.clients, count)?;
        self.rates.push(count as f64 / elapsed.as_secs_f64());
        self.latencies.start_round();
        latencies.into_iter().for_each(|latency| self.latencies.add(latency));
        if self.kind == Kind::Runtray {
            thread::sleep(SETTLE);
        }
        Ok(())
    }
}

/// Runs `count` greetings in Python from `clients` threads. Gives the total time without connecting, and the time of each.
pub(super) fn burst(port: u16, clients: usize, count: usize) -> Result<(Duration, Vec<Duration>)> {
    let (left, start) = (AtomicUsize::new(count), Barrier::new(clients + 1));
    thread::scope(|scope| {
        let work = || {
            let client = Client::new(port);
            let healthy = client.health();
            start.wait();
            healthy.and_then(|()| greet_while(&left, &mut Http::new(client, PYTHON)))
        };
        let threads: Vec<_> = (0..clients).map(|_| scope.spawn(work)).collect();
        start.wait();
        let began = Instant::now();
        let lists = threads.into_iter().map(|thread| thread.join().map_err(|_| anyhow!("a client panicked"))?);
        let latencies = lists.collect::<Result<Vec<_>>>()?.concat();
        Ok((began.elapsed(), latencies))
    })
}

/// Runs greetings until none is left.
fn greet_while(left: &AtomicUsize, subject: &mut impl Subject) -> Result<Vec<Duration>> {
    let mut latencies = Vec::new();
    while left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok() {
        latencies.push(subject.greet()?);
    }
    Ok(latencies)
}

/// Runs greetings from `clients` threads for this long. Gives when each ended, since the beginning.
pub(super) fn sustain(port: u16, greeting: Greeting, clients: usize, duration: Duration) -> Result<Vec<Duration>> {
    let began = Instant::now();
    let work = || {
        let (mut subject, mut ends) = (Http::new(Client::new(port), greeting), Vec::new());
        while began.elapsed() < duration {
            subject.greet()?;
            ends.push(began.elapsed());
        }
        Ok(ends)
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (0..clients).map(|_| scope.spawn(work)).collect();
        let lists = threads.into_iter().map(|thread| thread.join().map_err(|_| anyhow!("a client panicked"))?);
        Ok(lists.collect::<Result<Vec<_>>>()?.concat())
    })
}

/// Runs `count` bare interpreters by `xargs`, as many at once as there are cores. Gives the executions per second.
pub(super) fn xargs(setup: &Setup, file: &Path, count: usize) -> Result<f64> {
    let mut command = Command::new("xargs");
    environment::set(&mut command);
    command.arg(format!("-P{}", cores())).arg("-I{}").arg(&setup.interpreters.python.path).arg(file);
    let began = Instant::now();
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().context("cannot start xargs")?;
    child.stdin.take().context("xargs has no input")?.write_all(&b"run\n".repeat(count))?;
    let output = child.wait_with_output()?;
    let elapsed = began.elapsed();
    ensure!(output.stdout == b"hi\n".repeat(count), "xargs ran something else");
    Ok(count as f64 / elapsed.as_secs_f64())
}

fn section(contestants: &[Contestant], baseline: Vec<f64>) -> Section {
    let mut section = Section::default();
    for contestant in contestants {
        section.figures.push(Figure::new(&contestant.name, "executions", "per s", contestant.rates.clone()));
        let hours = contestant.rates.iter().map(|rate| core_hours(*rate)).collect();
        section.figures.push(Figure::new(&contestant.name, "a million executions", "core hours", hours));
        section.figures.push(contestant.latencies.figure(&contestant.name, "latency"));
    }
    for same in contestants.chunks(KINDS.len()) {
        let [warm, cold, flask] = same else { continue };
        compare(&mut section, warm.clients, [&warm.rates, &cold.rates, &flask.rates, &baseline]);
    }
    section.figures.push(Figure::new(format!("xargs -P{} python", cores()), "executions", "per s", baseline));
    section
}

/// The hours of one core that a million executions take, if all cores together run `rate` of them in a second.
fn core_hours(rate: f64) -> f64 {
    1e6 / rate * cores() as f64 / 3600.0
}

/// Adds the ratios of the rates with one number of clients.
fn compare(section: &mut Section, clients: usize, [warm, cold, flask, xargs]: [&[f64]; 4]) {
    let at = format!("executions per s at {clients} clients");
    let mut targeted = |name: &str, above: &[f64], below: &[f64], least: f64| {
        let ratio = Ratio::of_rounds(format!("{name}, {at}"), above, below);
        section.targets.push(Target::at_least(&ratio.name, ratio.value, least, ""));
        section.ratios.push(ratio);
    };
    targeted("runtray warm ÷ xargs", warm, xargs, 0.85);
    targeted("runtray cold ÷ xargs", cold, xargs, 0.85);
    targeted("runtray warm ÷ runtray cold", warm, cold, 1.0);
    section.ratios.push(Ratio::of_rounds(format!("runtray warm ÷ flask, {at}"), warm, flask));
    section.ratios.push(Ratio::of_rounds(format!("runtray cold ÷ flask, {at}"), cold, flask));
}

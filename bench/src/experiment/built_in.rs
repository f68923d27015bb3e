//! The built-in Python beside the bare interpreter and the own one.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};

use super::throughput::{SETTLE, burst, xargs};
use super::{Series, latency, pace, ratio, turns};
use crate::client::{Answer, Client};
use crate::memory::{pss, tree};
use crate::report::{Figure, Section, Target};
use crate::service::{Home, Kind, Service};
use crate::setup::Setup;
use crate::statistics::{Ratio, median};
use crate::subject::{Bare, Http, PYTHON, TIMEOUT};

/// Programs that arrive at once.
const BURST: usize = 32;
/// How long an interpreter may take until it waits.
const PATIENCE: Duration = Duration::from_secs(30);
/// The name of the built-in Python's process.
const PROCESS: &str = "runtray-python";

/// Programs that only compute, by name. Each checks its result.
const CLASSICS: [(&str, &str); 5] = [
    ("fib(27)", include_str!("classics/fib.py")),
    ("n-body", include_str!("classics/nbody.py")),
    ("spectral norm", include_str!("classics/spectral.py")),
    ("binary trees", include_str!("classics/trees.py")),
    ("Mandelbrot", include_str!("classics/mandelbrot.py")),
];

/// Measures greetings, a burst, programs that compute, and the memory of one that waits.
pub(super) fn measure(setup: &Setup) -> Result<Section> {
    ensure!(setup.runtray.with_file_name(PROCESS).exists(), "there is no {PROCESS} beside {}", setup.runtray.display());
    let [own_home, home, cold_home] =
        [Home::new(setup, Kind::Runtray)?, Home::new(setup, Kind::BuiltIn)?, Home::new(setup, Kind::BuiltInCold)?];
    let own = Service::start(setup, Kind::Runtray, &own_home)?;
    let built_in = Service::start(setup, Kind::BuiltIn, &home)?;
    let cold = Service::start(setup, Kind::BuiltInCold, &cold_home)?;
    let mut section = Section::default();
    greetings(setup, [&own, &built_in, &cold], &mut section)?;
    bursts(setup, &cold, &mut section)?;
    for (name, code) in CLASSICS {
        computing(setup, name, code, [&own, &built_in], &mut section)?;
    }
    memory(&built_in, &mut section)?;
    Ok(section)
}

/// Greetings in waiting interpreters, two a second, and in new ones.
fn greetings(setup: &Setup, [own, built_in, cold]: [&Service<'_>; 3], section: &mut Section) -> Result<()> {
    let http = |service: &Service<'_>| Http::new(service.client(), PYTHON);
    let bare = || Bare::new(&setup.interpreters.python.path, &PYTHON);
    let [alone, native, warm] = pace::alternate(setup, [&mut bare()?, &mut http(own), &mut http(built_in)])?;
    let [started, new] = latency::alternate(setup, [&mut bare()?, &mut http(cold)])?;
    let ratios = [
        (ratio("built-in ÷ bare, warm", &warm, &alone), 0.25),
        (ratio("built-in ÷ own Python in the sandbox, warm", &warm, &native), 1.0),
        (ratio("built-in ÷ bare, cold", &new, &started), 0.8),
    ];
    section.figures.extend([
        alone.figure("bare python", "latency, two a second"),
        native.figure(Kind::Runtray.name(), "latency, two a second"),
        warm.figure(Kind::BuiltIn.name(), "latency, two a second"),
        started.figure("bare python", "latency"),
        new.figure(Kind::BuiltInCold.name(), "latency"),
    ]);
    for (ratio, most) in ratios {
        section.targets.push(Target::at_most(&format!("print('hi') at p50, {}", ratio.name), ratio.value, most, ""));
        section.ratios.push(ratio);
    }
    Ok(())
}

/// Many programs at once while no interpreter waits for them, against `xargs` over the bare interpreter.
fn bursts(setup: &Setup, cold: &Service<'_>, section: &mut Section) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join(PYTHON.entry);
    fs::write(&file, PYTHON.code)?;
    let mut rates = [const { Vec::new() }; 2];
    for round in 0..setup.effort.rounds {
        for place in turns(round, rates.len()) {
            rates[place].push(match place {
                0 => BURST as f64 / burst(cold.port(), BURST, BURST)?.0.as_secs_f64(),
                _ => xargs(setup, &file, BURST)?,
            });
            thread::sleep(SETTLE);
        }
    }
    let ratio =
        Ratio::of_rounds(format!("built-in ÷ xargs, executions per s, {BURST} at once, cold"), &rates[0], &rates[1]);
    section.targets.push(Target::at_least(&ratio.name, ratio.value, 1.5, ""));
    section.ratios.push(ratio);
    let [built_in, xargs] = rates;
    section.figures.push(Figure::new(Kind::BuiltInCold.name(), format!("{BURST} at once"), "per s", built_in));
    section.figures.push(Figure::new("xargs over bare python", format!("{BURST} at once"), "per s", xargs));
    Ok(())
}

/// A program that only computes, in the own Python and the built-in one. The program measures its time itself.
fn computing(setup: &Setup, name: &str, code: &str, services: [&Service<'_>; 2], section: &mut Section) -> Result<()> {
    let timed = format!("import time\nbegan = time.perf_counter()\n{code}\nprint(time.perf_counter() - began)\n");
    let clients = services.map(Service::client);
    let mut series = [const { Series(Vec::new()) }; 2];
    for round in 0..setup.effort.rounds {
        for place in turns(round, series.len()) {
            series[place].start_round();
            series[place].add(own_time(&clients[place], &timed)?);
        }
    }
    let [native, built_in] = &series;
    let ratio = ratio(format!("built-in ÷ own Python, {name}"), built_in, native);
    section.targets.push(Target::at_most(&ratio.name, ratio.value, 3.0, ""));
    section.ratios.push(ratio);
    section.figures.extend([native.figure(Kind::Runtray.name(), name), built_in.figure(Kind::BuiltIn.name(), name)]);
    Ok(())
}

/// The time that a program prints, in seconds.
fn own_time(client: &Client, code: &str) -> Result<Duration> {
    let Answer { output, error, status, .. } = client.execute(PYTHON.language, code, TIMEOUT)?;
    ensure!(status == "completed", "the service says {status}: {error}");
    Ok(Duration::from_secs_f64(output.trim().parse().context("the program printed no time")?))
}

/// The memory of a built-in Python that waits.
fn memory(service: &Service<'_>, section: &mut Section) -> Result<()> {
    let began = Instant::now();
    while service.client().metric("runtray_waiting_interpreters")? < 1.0 {
        ensure!(began.elapsed() < PATIENCE, "no built-in Python waits");
        thread::sleep(SETTLE);
    }
    let is_built_in = |process: &u32| {
        let program = fs::read_link(format!("/proc/{process}/exe"));
        program.is_ok_and(|program| program.file_name().is_some_and(|name| name == PROCESS))
    };
    let waiting: Vec<u32> = tree(service.process()).into_iter().filter(is_built_in).collect();
    ensure!(!waiting.is_empty(), "no process of a built-in Python was found");
    let memory = waiting.iter().map(|process| pss(*process)).collect::<Result<Vec<_>>>()?;
    section.targets.push(Target::at_most(
        "memory (PSS) of one built-in Python that waits",
        median(&memory),
        10.0,
        "MiB",
    ));
    section.figures.push(Figure::new(Kind::BuiltIn.name(), "PSS of one that waits", "MiB", memory));
    Ok(())
}

//! The cost of the sandbox: the same programs with and without it.

use std::thread;

use anyhow::Result;

use super::throughput::{SETTLE, burst};
use super::{latency, pace, ratio, turns};
use crate::report::{Difference, Figure, Section, Target};
use crate::service::{Home, Kind, Service};
use crate::setup::Setup;
use crate::statistics::Ratio;
use crate::subject::{Http, PYTHON};

/// The number of concurrent clients.
const CLIENTS: usize = 8;

/// Measures greetings in waiting and in new interpreters, and executions per second.
pub(super) fn measure(setup: &Setup) -> Result<Section> {
    let kinds = [Kind::Runtray, Kind::Open, Kind::Cold, Kind::OpenCold];
    let homes = kinds.iter().map(|kind| Home::new(setup, *kind)).collect::<Result<Vec<_>>>()?;
    let services = kinds.iter().zip(&homes).map(|(kind, home)| Service::start(setup, *kind, home));
    let services = services.collect::<Result<Vec<_>>>()?;
    let client = |place: usize| Http::new(services[place].client(), PYTHON);
    let [warm, open] = pace::alternate(setup, [&mut client(0), &mut client(1)])?;
    let [cold, open_cold] = latency::alternate(setup, [&mut client(2), &mut client(3)])?;
    let rates = rates(setup, &services[..2])?;
    let warm_ratio = ratio("sandbox ÷ none, warm", &warm, &open);
    let rate_ratio =
        Ratio::of_rounds(format!("sandbox ÷ none, executions per s at {CLIENTS} clients"), &rates[0], &rates[1]);
    let [cold, open_cold] = [(cold, Kind::Cold), (open_cold, Kind::OpenCold)]
        .map(|(series, kind)| series.figure(kind.name(), "latency, cold"));
    let more = Difference::of("sandbox − none, cold", &cold, &open_cold);
    let [sandbox_rates, open_rates] = rates;
    Ok(Section {
        targets: vec![
            Target::at_most("print('hi') at p50, sandbox ÷ none, warm", warm_ratio.value, 1.05, ""),
            Target::at_most("print('hi') at p50, sandbox − none, cold", more.p50, 3.0, "ms"),
            Target::at_least(&rate_ratio.name, rate_ratio.value, 0.95, ""),
        ],
        figures: vec![
            warm.figure(Kind::Runtray.name(), "latency, warm"),
            open.figure(Kind::Open.name(), "latency, warm"),
            cold,
            open_cold,
            Figure::new(Kind::Runtray.name(), "executions", "per s", sandbox_rates),
            Figure::new(Kind::Open.name(), "executions", "per s", open_rates),
        ],
        ratios: vec![warm_ratio, rate_ratio],
        differences: vec![more],
        ..Section::default()
    })
}

/// The executions per second of two services, one for each round.
fn rates(setup: &Setup, services: &[Service<'_>]) -> Result<[Vec<f64>; 2]> {
    let mut rates = [const { Vec::new() }; 2];
    for round in 0..setup.effort.rounds {
        for place in turns(round, rates.len()) {
            let (elapsed, _) = burst(services[place].port(), CLIENTS, setup.effort.concurrent)?;
            rates[place].push(setup.effort.concurrent as f64 / elapsed.as_secs_f64());
            thread::sleep(SETTLE);
        }
    }
    Ok(rates)
}

//! The response time of `GET /health`, idle and while a CPU-bound program runs in every slot.
//!
//! On a busy machine every response waits for a core. The null server is asked in turn with the service: its response time is due
//! to the machine, and the difference is due to the service.

use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use super::{NULL, Series, ratio};
use crate::client::Client;
use crate::machine::cores;
use crate::report::Section;
use crate::service::{Home, Kind, Service};
use crate::setup::Setup;
use crate::subject::TIMEOUT;

/// The services to measure.
const KINDS: [Kind; 2] = [Kind::Runtray, Kind::Flask];
/// The number of busy periods for each service.
const ROUNDS: usize = 3;
/// The pause between two checks, as a page that shows the state would leave.
const PAUSE: Duration = Duration::from_millis(5);
/// The time for the CPU-bound programs to start.
const SETTLE: Duration = Duration::from_millis(500);
/// The length of a busy period.
const BUSY: Duration = Duration::from_secs(5);
/// A program that uses a core for slightly longer.
const BURN: &str = "import time\nend = time.monotonic() + 6\nwhile time.monotonic() < end:\n    pass\n";

/// Response times of a service and of the null server.
#[derive(Default)]
struct Times {
    idle: Pair,
    busy: Pair,
}

#[derive(Default)]
struct Pair {
    service: Series,
    null: Series,
}

/// Measures both services in turns.
pub(super) fn measure(setup: &Setup) -> Result<Section> {
    let mut times = KINDS.map(|_| Times::default());
    for _ in 0..ROUNDS.min(setup.effort.rounds) {
        for (kind, times) in KINDS.into_iter().zip(&mut times) {
            let home = Home::new(setup, kind)?;
            let service = Service::start(setup, kind, &home)?;
            check(setup, &service, &mut times.idle)?;
            while_busy(setup, &service, &mut times.busy)?;
        }
    }
    let mut section = Section::default();
    for (kind, times) in KINDS.into_iter().zip(times) {
        times.add_to(&mut section, kind);
    }
    Ok(section)
}

fn while_busy(setup: &Setup, service: &Service<'_>, pair: &mut Pair) -> Result<()> {
    thread::scope(|scope| {
        let burn = || service.client().execute("python", BURN, TIMEOUT);
        let burning: Vec<_> = (0..cores()).map(|_| scope.spawn(burn)).collect();
        thread::sleep(SETTLE);
        check(setup, service, pair)?;
        ensure!(burning.iter().all(|thread| !thread.is_finished()), "the machine was not busy all the time");
        Ok(())
    })
}

/// Measures the service and the null server in turns.
fn check(setup: &Setup, service: &Service<'_>, pair: &mut Pair) -> Result<()> {
    let (client, null) = (service.client(), Client::new(setup.null_port));
    pair.service.start_round();
    pair.null.start_round();
    let began = Instant::now();
    for _ in 0..setup.effort.health_checks {
        pair.service.add(timed(&client)?);
        thread::sleep(PAUSE);
        pair.null.add(timed(&null)?);
        thread::sleep(PAUSE);
        if began.elapsed() > BUSY {
            break;
        }
    }
    Ok(())
}

fn timed(client: &Client) -> Result<Duration> {
    let began = Instant::now();
    client.health()?;
    Ok(began.elapsed())
}

impl Times {
    fn add_to(&self, section: &mut Section, kind: Kind) {
        let Self { idle, busy } = self;
        let name = kind.name();
        section.figures.extend([
            idle.service.figure(name, "/health, idle"),
            idle.null.figure(NULL, &format!("idle, beside {name}")),
            busy.service.figure(name, "/health, busy"),
            busy.null.figure(NULL, &format!("busy, beside {name}")),
        ]);
        section.ratios.extend([
            ratio(format!("{name}, busy ÷ idle"), &busy.service, &idle.service),
            ratio(format!("null server beside {name}, busy ÷ idle"), &busy.null, &idle.null),
        ]);
    }
}

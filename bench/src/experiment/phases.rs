//! The phases of a warm greeting, beside the same program in a bare interpreter that waited and was released.
//!
//! The program itself reports when its first line ran and when it ended; the rest is measured from outside. The difference
//! between the two is the time of the service.

use anyhow::{Context as _, Result};

use super::pace::Pace;
use super::{NULL, WARM};
use crate::client::Client;
use crate::events::watch;
use crate::moment::Moment;
use crate::report::{Difference, Figure, Section};
use crate::service::{Home, Kind, Service};
use crate::setup::Setup;
use crate::subject::{PYTHON, Released};

const FLOOR: &str = "floor";
/// Prints the time when it begins and the time when the interpreter runs its exit handlers.
const CODE: &str = "import atexit, time\nbegan = time.time_ns()\n\
    atexit.register(lambda: print(time.time_ns()))\nprint(began, flush=True)\n";
/// Three phases, each from the end of the one before; their sum; and the parts of the second and third that run in parallel.
const PHASES: [&str; 5] = [
    "1 asked until the program's first line",
    "2 first line until the program's end (atexit)",
    "3 the program's end until all is over",
    "all",
    "beside 2 and 3: first line until its first byte was read",
];
/// Runs before the measurement: afterwards files are in memory and an interpreter waits.
const REHEARSALS: usize = 2;

/// The milliseconds of each phase of one run.
type Phases = [f64; PHASES.len()];

/// Measures Runtray and the floor in turns, two runs of each a second.
pub(super) fn measure(setup: &Setup) -> Result<Section> {
    let home = Home::new(setup, Kind::Runtray)?;
    let service = Service::start(setup, Kind::Runtray, &home)?;
    let (client, null) = (service.client(), Client::new(setup.null_port));
    let mut floor = Released::with_code(&setup.interpreters.python.path, PYTHON.entry, CODE)?;
    let (mut warm, mut released, mut aside) = (Vec::new(), Vec::new(), Aside::default());
    let mut pace = Pace::new(3);
    for _ in 0..setup.effort.phases + REHEARSALS {
        let (phases, duration) = through(&client)?;
        warm.push(phases);
        aside.durations.push(duration);
        pace.slot(1);
        released.push(directly(&mut floor)?);
        pace.slot(2);
        aside.ask(&client, &null)?;
        pace.tick();
    }
    Ok(section(&warm[REHEARSALS..], &released[REHEARSALS..], aside))
}

/// Further measurements, in milliseconds.
#[derive(Default)]
struct Aside {
    /// The service's `duration_ms`: from releasing the interpreter until its process tree was gone.
    durations: Vec<f64>,
    /// The cost of HTTP alone: a request that the service answers at once.
    service: Vec<f64>,
    /// The same for the null server.
    null: Vec<f64>,
}

impl Aside {
    fn ask(&mut self, client: &Client, null: &Client) -> Result<()> {
        for (client, times) in [(client, &mut self.service), (null, &mut self.null)] {
            let asked = Moment::now();
            client.health()?;
            times.push(Moment::now().since(asked));
        }
        Ok(())
    }
}

fn through(client: &Client) -> Result<(Phases, f64)> {
    let asked = Moment::now();
    let seen = watch(&mut client.stream(CODE)?)?;
    Ok((phases(asked, seen.first, &seen.output, seen.over)?, seen.finished.ending.duration_ms))
}

fn directly(floor: &mut Released) -> Result<Phases> {
    let (released, seen) = floor.release()?;
    phases(released, seen.first, &seen.output, seen.over)
}

fn phases(asked: Moment, first: Moment, output: &str, over: Moment) -> Result<Phases> {
    let (began, ended) = output.trim().split_once('\n').context("the program did not print two times")?;
    let (began, ended) = (Moment::parse(began)?, Moment::parse(ended)?);
    Ok([began.since(asked), ended.since(began), over.since(ended), over.since(asked), first.since(began)])
}

fn section(warm: &[Phases], released: &[Phases], aside: Aside) -> Section {
    let mut section = Section::default();
    for (index, phase) in PHASES.into_iter().enumerate() {
        let of =
            |subject, runs: &[Phases]| Figure::new(subject, phase, "ms", runs.iter().map(|run| run[index]).collect());
        let (warm, floor) = (of(WARM, warm), of(FLOOR, released));
        section.differences.push(Difference::of(format!("{WARM} − {FLOOR}, {phase}"), &warm, &floor));
        section.figures.extend([warm, floor]);
    }
    section.figures.extend([
        Figure::new(WARM, "released until its tree is gone (duration_ms)", "ms", aside.durations),
        Figure::new(WARM, "GET /health", "ms", aside.service),
        Figure::new(NULL, "GET /health", "ms", aside.null),
    ]);
    section
}

#[cfg(test)]
mod tests {
    use super::{Moment, phases};

    #[test]
    fn phases_follow_each_other_and_add_up() {
        let at = |time: &str| Moment::parse(time).expect("a moment");
        let phases = phases(at("1000000"), at("4500000"), "3000000\n6000000\n", at("8000000")).expect("phases");
        assert_eq!(phases, [2.0, 3.0, 2.0, 7.0, 1.5]);
    }
}

//! The memory of an idle service: after its start, with waiting interpreters, and after many runs.

use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use crate::memory::settled;
use crate::report::{Figure, Section, Target};
use crate::service::{Home, Kind, Service};
use crate::setup::Setup;
use crate::statistics::{Ratio, median};
use crate::subject::{Http, JAVASCRIPT, Kernel, PYTHON, Subject as _};

/// Executions before the second measurement of services without prestarted interpreters.
const EXECUTIONS: usize = 100;
/// The longest wait.
const PATIENCE: Duration = Duration::from_secs(30);
/// The interval at which the number of waiting interpreters is checked.
const LOOK: Duration = Duration::from_millis(50);
/// The metric with that number.
const WAITING: &str = "runtray_waiting_interpreters";

/// The memory in MiB, one sample for each start.
#[derive(Default)]
struct Looks {
    cold: [Vec<f64>; 2],
    flask: [Vec<f64>; 2],
    python: Vec<f64>,
    both: Vec<f64>,
    worked: Vec<f64>,
    waiting: Vec<f64>,
    jupyter: [Vec<f64>; 2],
}

/// Measures each service in turn, alone: pages that two processes of one program share count half in each.
pub(super) fn measure(setup: &Setup) -> Result<Section> {
    let mut looks = Looks::default();
    for start in 1..=setup.effort.memory_starts {
        before_and_after(setup, Kind::Cold, &mut looks.cold)?;
        before_and_after(setup, Kind::Flask, &mut looks.flask)?;
        looks.warm(setup, start == setup.effort.memory_starts)?;
        if setup.interpreters.jupyter.is_ok() {
            jupyter(setup, &mut looks.jupyter)?;
        }
    }
    Ok(Section { notes: setup.interpreters.missing(), ..looks.section(setup.effort.memory_runs) })
}

fn before_and_after(setup: &Setup, kind: Kind, [fresh, worked]: &mut [Vec<f64>; 2]) -> Result<()> {
    let home = Home::new(setup, kind)?;
    let service = Service::start(setup, kind, &home)?;
    fresh.push(settled(service.process())?);
    greet(&service, EXECUTIONS)?;
    worked.push(settled(service.process())?);
    Ok(())
}

fn jupyter(setup: &Setup, [fresh, with_kernel]: &mut [Vec<f64>; 2]) -> Result<()> {
    let home = Home::new(setup, Kind::Jupyter)?;
    let service = Service::start(setup, Kind::Jupyter, &home)?;
    fresh.push(settled(service.process())?);
    let mut kernel = Kernel::start(service.port())?;
    kernel.execute(PYTHON.code)?;
    with_kernel.push(settled(service.process())?);
    Ok(())
}

/// Waits until `count` interpreters wait, so that the measurement matches its name.
fn wait_for(service: &Service<'_>, count: f64) -> Result<()> {
    let (began, client) = (Instant::now(), service.client());
    while client.metric(WAITING)? < count {
        ensure!(began.elapsed() < PATIENCE, "{count} interpreters should wait, and fewer do");
        thread::sleep(LOOK);
    }
    Ok(())
}

fn greet(service: &Service<'_>, count: usize) -> Result<()> {
    let mut subject = Http::new(service.client(), PYTHON);
    (0..count).try_for_each(|_| subject.greet().map(drop))
}

impl Looks {
    /// Measures with default settings, where an interpreter of each used language waits.
    fn warm(&mut self, setup: &Setup, is_last: bool) -> Result<()> {
        let home = Home::new(setup, Kind::Runtray)?;
        let service = Service::start(setup, Kind::Runtray, &home)?;
        greet(&service, 1)?;
        wait_for(&service, 1.0)?;
        self.python.push(settled(service.process())?);
        if setup.interpreters.node.is_some() {
            Http::new(service.client(), JAVASCRIPT).greet()?;
            wait_for(&service, 2.0)?;
            self.both.push(settled(service.process())?);
        }
        if is_last {
            greet(&service, setup.effort.memory_runs)?;
            self.worked.push(settled(service.process())?);
            self.waiting.push(service.client().metric(WAITING)?);
        }
        Ok(())
    }

    fn section(self, runs: usize) -> Section {
        let target = |what: &str, samples: &[f64], limit: f64| {
            Target::below(&format!("idle memory (PSS), {what}"), median(samples), limit, "MiB")
        };
        Section {
            targets: vec![
                target("after start", &self.cold[0], 15.0),
                target("after 100 runs, nothing started ahead", &self.cold[1], 15.0),
                target("with one warm Python", &self.python, 40.0),
            ],
            ratios: self.ratios(),
            figures: self.figures(runs),
            ..Section::default()
        }
    }

    fn ratios(&self) -> Vec<Ratio> {
        let mut ratios = vec![
            Ratio::of_rounds("runtray ÷ flask, after start", &self.cold[0], &self.flask[0]),
            Ratio::of_rounds("runtray cold ÷ flask, after 100 runs", &self.cold[1], &self.flask[1]),
            Ratio::of_rounds("runtray with a warm Python ÷ flask", &self.python, &self.flask[0]),
        ];
        let [_, kernel] = &self.jupyter;
        if !kernel.is_empty() {
            let name = "runtray with a warm Python ÷ jupyter with a kernel";
            ratios.push(Ratio::of_rounds(name, &self.python, kernel));
        }
        ratios
    }

    fn figures(self, runs: usize) -> Vec<Figure> {
        let pss = |kind: Kind, what: &str, samples| Figure::new(kind.name(), format!("PSS {what}"), "MiB", samples);
        let [cold, cold_worked] = self.cold;
        let [flask, flask_worked] = self.flask;
        let [jupyter, with_kernel] = self.jupyter;
        let mut figures = vec![
            pss(Kind::Cold, "after start", cold),
            pss(Kind::Cold, "after 100 runs", cold_worked),
            pss(Kind::Runtray, "with one warm Python", self.python),
            pss(Kind::Runtray, "with a warm Python and Node.js", self.both),
            pss(Kind::Runtray, &format!("after {runs} runs"), self.worked),
            Figure::new(Kind::Runtray.name(), format!("waiting after {runs} runs"), "", self.waiting),
            pss(Kind::Flask, "after start", flask),
            pss(Kind::Flask, "after 100 runs", flask_worked),
            pss(Kind::Jupyter, "after start", jupyter),
            pss(Kind::Jupyter, "with one kernel", with_kernel),
        ];
        figures.retain(|figure| !figure.samples.is_empty());
        figures
    }
}

//! The memory of a service that does nothing, after its start and after some work.

use std::thread;
use std::time::Duration;

use anyhow::Result;

use crate::memory;
use crate::report::{Figure, Section, Target};
use crate::service::{Home, KINDS, Kind, Service};
use crate::setup::Setup;
use crate::statistics::{Ratio, median};
use crate::subject::{PYTHON, Subject};

/// Executions before the second look.
const EXECUTIONS: usize = 100;
/// What a service gets to finish what it does in the background.
const SETTLE: Duration = Duration::from_secs(2);

/// The memory of each service in MiB, one sample for each start.
#[derive(Default)]
struct Idle {
    fresh: Vec<f64>,
    worked: Vec<f64>,
}

/// Each service in turn, alone: pages that two processes of one program share count half in each.
pub(super) fn measure(setup: &Setup) -> Result<Section> {
    let mut idle = KINDS.map(|_| Idle::default());
    for _ in 0..setup.effort.memory_starts {
        for (kind, idle) in KINDS.into_iter().zip(&mut idle) {
            look(setup, kind, idle)?;
        }
    }
    let [runtray, flask] = &idle;
    let target =
        |when: &str, samples: &[f64]| Target::below(&format!("idle memory (PSS) {when}"), median(samples), 15.0, "MiB");
    Ok(Section {
        targets: vec![target("after start", &runtray.fresh), target("after 100 runs", &runtray.worked)],
        ratios: vec![
            Ratio::of_rounds("runtray ÷ flask, after start", &runtray.fresh, &flask.fresh),
            Ratio::of_rounds("runtray ÷ flask, after 100 runs", &runtray.worked, &flask.worked),
        ],
        figures: KINDS.iter().zip(idle).flat_map(|(kind, idle)| idle.figures(*kind)).collect(),
        ..Section::default()
    })
}

fn look(setup: &Setup, kind: Kind, idle: &mut Idle) -> Result<()> {
    let home = Home::new(setup)?;
    let service = Service::start(setup, kind, &home)?;
    thread::sleep(SETTLE);
    idle.fresh.push(memory::tree_pss(service.process())?);
    let subject = Subject::Http(service.client(), &PYTHON);
    (0..EXECUTIONS).try_for_each(|_| subject.greet().map(drop))?;
    thread::sleep(SETTLE);
    idle.worked.push(memory::tree_pss(service.process())?);
    Ok(())
}

impl Idle {
    fn figures(self, kind: Kind) -> [Figure; 2] {
        [
            Figure::new(kind.name(), "PSS after start", "MiB", self.fresh),
            Figure::new(kind.name(), "PSS after 100 runs", "MiB", self.worked),
        ]
    }
}

//! The experiments, in the order in which they are run and shown.

mod built_in;
mod echo;
mod first_byte;
mod flood;
mod health;
mod isolation;
mod latency;
mod memory;
mod pace;
mod phases;
mod refill;
mod science;
mod startup;
mod throughput;
mod warm;

use std::time::Duration;

use anyhow::Result;

use crate::report::{Figure, Section};
use crate::setup::Setup;
use crate::statistics::{Ratio, median};

/// One experiment.
pub(crate) struct Experiment {
    /// Its name on the command line.
    pub(crate) name: &'static str,
    /// Its title in the report.
    pub(crate) title: &'static str,
    /// Runs it.
    pub(crate) measure: fn(&Setup) -> Result<Section>,
}

/// All experiments.
pub(crate) const EXPERIMENTS: &[Experiment] = &[
    Experiment {
        name: "warm",
        title: "print('hi') and console.log('hi'), one client, two a second",
        measure: warm::measure,
    },
    Experiment { name: "phases", title: "Where the time of a warm print('hi') goes", measure: phases::measure },
    Experiment { name: "latency", title: "print('hi'), one after the other, cold", measure: latency::python },
    Experiment { name: "node", title: "console.log('hi'), one after the other, cold", measure: latency::javascript },
    Experiment { name: "throughput", title: "print('hi'), many clients at once", measure: throughput::measure },
    Experiment { name: "refill", title: "Warm interpreters under sustained load", measure: refill::measure },
    Experiment { name: "first-byte", title: "From a program's print to its reader", measure: first_byte::measure },
    Experiment { name: "echo", title: "From a key to its echo by a program in a terminal", measure: echo::measure },
    Experiment { name: "startup", title: "From process start to the first healthy answer", measure: startup::measure },
    Experiment { name: "memory", title: "Memory of an idle service with all its processes", measure: memory::measure },
    Experiment { name: "health", title: "GET /health, idle and with every core busy", measure: health::measure },
    Experiment { name: "isolation", title: "The sandbox and no sandbox", measure: isolation::measure },
    Experiment { name: "built-in", title: "The built-in Python", measure: built_in::measure },
    Experiment { name: "science", title: "The science pack", measure: science::measure },
    Experiment { name: "flood", title: "A program that prints 1 GB", measure: flood::measure },
];

const FLASK: &str = "flask";
const RUNTRAY: &str = "runtray";
const COLD: &str = "runtray cold";
const WARM: &str = "runtray warm";
const NULL: &str = "null server (the client alone)";

/// The order of `count` subjects in a round. Over the rounds each takes each position and follows each other subject.
fn turns(round: usize, count: usize) -> impl Iterator<Item = usize> {
    let step = move |place: usize| if (round / count).is_multiple_of(2) { place } else { count - 1 - place };
    (0..count).map(move |place| (step(place) + round) % count)
}

/// The times of one subject in milliseconds, by round.
#[derive(Clone, Default)]
struct Series(Vec<Vec<f64>>);

impl Series {
    /// Starts another round.
    fn start_round(&mut self) {
        self.0.push(Vec::new());
    }

    /// Adds a time to the latest round.
    fn add(&mut self, time: Duration) {
        if let Some(round) = self.0.last_mut() {
            round.push(milliseconds(time));
        }
    }

    /// The median of each round.
    fn medians(&self) -> Vec<f64> {
        self.0.iter().map(|round| median(round)).collect()
    }

    /// All times as a figure.
    fn figure(&self, subject: &str, what: &str) -> Figure {
        Figure::new(subject, what, "ms", self.0.concat())
    }
}

/// `above` ÷ `below`, from the medians of each round.
fn ratio(name: impl Into<String>, above: &Series, below: &Series) -> Ratio {
    Ratio::of_rounds(name, &above.medians(), &below.medians())
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::turns;

    #[test]
    fn every_round_has_each_subject_once() {
        for round in 0..12 {
            assert_eq!(turns(round, 5).collect::<HashSet<_>>().len(), 5, "round {round}");
        }
    }

    #[test]
    fn the_order_of_subjects_varies_between_rounds() {
        let orders: Vec<Vec<usize>> = (0..6).map(|round| turns(round, 3).collect()).collect();
        assert_eq!(orders.iter().map(|order| order[0]).collect::<HashSet<_>>().len(), 3);
        assert_eq!(orders.iter().map(|order| (order[0], order[1])).collect::<HashSet<_>>().len(), 6);
    }
}

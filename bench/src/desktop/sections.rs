//! The samples as tables, ratios and targets of the report.

use super::Effort;
use super::app::Kind;
use super::stay::Stay;
use crate::report::{Figure, Section, Target};
use crate::statistics::{Ratio, Summary, median};

/// A smaller share of a core, in percent, is shown as 0.0 % by system monitors.
const NOTHING: f64 = 0.05;

/// All samples.
#[derive(Default)]
pub(super) struct Samples {
    /// Milliseconds from Runtray's start to its first healthy answer.
    pub(super) healthy: Vec<f64>,
    runtray: OfOne,
    minimal: OfOne,
}

/// The samples of one app.
#[derive(Default)]
pub(super) struct OfOne {
    /// Milliseconds from its start to the registration of its icon.
    pub(super) icon: Vec<f64>,
    /// Its stays, one for each round.
    pub(super) stays: Vec<Stay>,
}

impl Samples {
    /// The samples of `kind`.
    pub(super) fn of(&mut self, kind: Kind) -> &mut OfOne {
        match kind {
            Kind::Runtray => &mut self.runtray,
            Kind::Minimal => &mut self.minimal,
        }
    }

    /// The tables of the report.
    pub(super) fn sections(&self, effort: Effort) -> Vec<Section> {
        vec![self.start(), self.rest(effort), self.window(effort)]
    }

    fn start(&self) -> Section {
        let icon = |kind: Kind, one: &OfOne| Figure::new(kind.name(), "icon after", "ms", one.icon.clone());
        Section {
            title: "From process start, in the tray".to_owned(),
            figures: vec![
                Figure::new(Kind::Runtray.name(), "healthy after", "ms", self.healthy.clone()),
                icon(Kind::Runtray, &self.runtray),
                icon(Kind::Minimal, &self.minimal),
            ],
            ratios: vec![Ratio::of_rounds("icon, runtray-desktop ÷ minimal", &self.runtray.icon, &self.minimal.icon)],
            targets: vec![Target::below("start to first healthy answer, at p50", median(&self.healthy), 400.0, "ms")],
            ..Section::default()
        }
    }

    fn rest(&self, effort: Effort) -> Section {
        let memory = Ratio::of_rounds("PSS, runtray-desktop ÷ minimal", &self.runtray.tray(), &self.minimal.tray());
        let busiest = Summary::of(&self.runtray.percent()).max;
        Section {
            title: format!("In the tray, before any window, over {} s", effort.rest),
            targets: vec![
                Target::at_most("memory in the tray ÷ minimal app's", memory.value, 1.15, "×"),
                Target::below("CPU at rest, in the worst round", busiest, NOTHING, "%"),
            ],
            figures: [self.runtray.rest(Kind::Runtray), self.minimal.rest(Kind::Minimal)].concat(),
            ratios: vec![memory],
            ..Section::default()
        }
    }

    fn window(&self, effort: Effort) -> Section {
        let after = self.runtray.after();
        let opened = Summary::of(&self.runtray.opened());
        Section {
            title: format!("The window, opened and closed {} times", effort.cycles),
            targets: vec![
                Target::at_most("memory after a close ÷ before the first, at most", after.high, 1.1, "×"),
                Target::below("click to painted window, at p50", opened.p50, 700.0, "ms"),
                Target::below("click to painted window, at p95", opened.p95, 700.0, "ms"),
            ],
            figures: [self.runtray.window(Kind::Runtray), self.minimal.window(Kind::Minimal)].concat(),
            ratios: vec![
                after.named("runtray-desktop, PSS after a close ÷ before the first"),
                self.runtray.growth().named("runtray-desktop, PSS after the last close ÷ after the first"),
                self.minimal.after().named("minimal app, PSS after a close ÷ before the first"),
                self.minimal.growth().named("minimal app, PSS after the last close ÷ after the first"),
            ],
            ..Section::default()
        }
    }
}

impl OfOne {
    fn tray(&self) -> Vec<f64> {
        self.stays.iter().map(|stay| stay.tray).collect()
    }

    fn percent(&self) -> Vec<f64> {
        self.stays.iter().map(|stay| stay.rest.percent).collect()
    }

    fn opened(&self) -> Vec<f64> {
        self.stays.iter().flat_map(|stay| stay.opened.clone()).collect()
    }

    fn closed(&self) -> Vec<f64> {
        self.stays.iter().flat_map(|stay| stay.closed.clone()).collect()
    }

    /// The memory after each close, relative to that before the first opening in the same stay.
    fn after(&self) -> Ratio {
        let before: Vec<f64> = self.stays.iter().flat_map(|stay| stay.closed.iter().map(|_| stay.tray)).collect();
        Ratio::of_rounds("", &self.closed(), &before)
    }

    /// The memory after the last close, relative to that after the first one in the same stay.
    fn growth(&self) -> Ratio {
        let of = |pick: fn(&[f64]) -> Option<&f64>| -> Vec<f64> {
            self.stays.iter().filter_map(|stay| pick(&stay.closed)).copied().collect()
        };
        Ratio::of_rounds("", &of(<[f64]>::last), &of(<[f64]>::first))
    }

    fn rest(&self, kind: Kind) -> Vec<Figure> {
        let wakeups = self.stays.iter().map(|stay| stay.rest.wakeups).collect();
        vec![
            Figure::new(kind.name(), "PSS", "MiB", self.tray()),
            Figure::new(kind.name(), "CPU", "%", self.percent()),
            Figure::new(kind.name(), "wakeups", "1/s", wakeups),
        ]
    }

    fn window(&self, kind: Kind) -> Vec<Figure> {
        let first = self.stays.iter().filter_map(|stay| stay.opened.first()).copied().collect();
        vec![
            Figure::new(kind.name(), "painted after", "ms", self.opened()),
            Figure::new(kind.name(), "painted after, first time", "ms", first),
            Figure::new(kind.name(), "PSS before the first", "MiB", self.tray()),
            Figure::new(kind.name(), "PSS after a close", "MiB", self.closed()),
        ]
    }
}

//! The time from the start of the process to its first healthy answer.

use anyhow::Result;

use super::{FLASK, milliseconds};
use crate::report::{Figure, Section, Target};
use crate::service::{Home, Kind, Service};
use crate::setup::Setup;
use crate::statistics::{Ratio, median};

/// Measures Runtray's first start with empty folders, its later starts, and Flask's start.
pub(super) fn measure(setup: &Setup) -> Result<Section> {
    let kept = Home::new(setup, Kind::Runtray)?;
    drop(Service::start(setup, Kind::Runtray, &kept)?);
    let [mut first, mut later, mut flask] = [const { Vec::new() }; 3];
    for _ in 0..setup.effort.starts {
        first.push(start(setup, Kind::Runtray, &Home::new(setup, Kind::Runtray)?)?);
        later.push(start(setup, Kind::Runtray, &kept)?);
        flask.push(start(setup, Kind::Flask, &kept)?);
    }
    let target = |which: &str, times: &[f64]| {
        Target::below(&format!("first healthy answer at p50, {which}"), median(times), 50.0, "ms")
    };
    Ok(Section {
        targets: vec![target("first start", &first), target("later starts", &later)],
        ratios: vec![Ratio::of_rounds("runtray, later start ÷ flask", &later, &flask)],
        figures: vec![
            Figure::new("runtray, first start", "healthy after", "ms", first),
            Figure::new("runtray, later start", "healthy after", "ms", later),
            Figure::new(FLASK, "healthy after", "ms", flask),
        ],
        ..Section::default()
    })
}

fn start(setup: &Setup, kind: Kind, home: &Home) -> Result<f64> {
    Ok(milliseconds(Service::start(setup, kind, home)?.startup))
}

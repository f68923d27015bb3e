//! The time that a greeting takes when nothing else runs.

use std::path::Path;

use anyhow::{Context as _, Result};
use tempfile::NamedTempFile;

use super::{FLASK, NULL, RUNTRAY, Series, turns};
use crate::client::Client;
use crate::report::{Section, Target};
use crate::service::{Home, Kind, Service};
use crate::setup::Setup;
use crate::statistics::Ratio;
use crate::subject::{Greeting, JAVASCRIPT, PYTHON, Subject};

/// Python: bare, through Flask, through Runtray.
pub(super) fn python(setup: &Setup) -> Result<Section> {
    let home = Home::new(setup)?;
    let (runtray, flask) = (Service::start(setup, Kind::Runtray, &home)?, Service::start(setup, Kind::Flask, &home)?);
    let file = written(&PYTHON, ".py")?;
    let [bare, runtray, flask, null] = alternate(
        setup,
        [
            Subject::bare(&setup.interpreters.python.path, file.path()),
            Subject::Http(runtray.client(), &PYTHON),
            Subject::Http(flask.client(), &PYTHON),
            Subject::Http(Client::new(setup.null_port), &PYTHON),
        ],
    )?;
    let to_bare = ratio("runtray ÷ bare", &runtray, &bare);
    let to_flask = ratio("runtray ÷ flask", &runtray, &flask);
    Ok(Section {
        figures: vec![
            bare.figure("bare python", "latency"),
            runtray.figure(RUNTRAY, "latency"),
            flask.figure(FLASK, "latency"),
            null.figure(NULL, "latency"),
        ],
        targets: vec![
            Target::at_most("print('hi') at p50, runtray ÷ bare", to_bare.value, 1.15, ""),
            Target::below("print('hi') at p50, runtray ÷ flask", to_flask.value, 0.85, ""),
        ],
        ratios: vec![to_bare, to_flask],
        ..Section::default()
    })
}

/// JavaScript: bare and through Runtray.
pub(super) fn javascript(setup: &Setup) -> Result<Section> {
    let node = setup.interpreters.node.as_ref().context("this machine has no Node.js")?;
    let home = Home::new(setup)?;
    let runtray = Service::start(setup, Kind::Runtray, &home)?;
    let file = written(&JAVASCRIPT, ".js")?;
    let subjects = [Subject::bare(&node.path, file.path()), Subject::Http(runtray.client(), &JAVASCRIPT)];
    let [bare, runtray] = alternate(setup, subjects)?;
    Ok(Section {
        figures: vec![bare.figure("bare node", "latency"), runtray.figure(RUNTRAY, "latency")],
        ratios: vec![ratio("runtray ÷ bare", &runtray, &bare)],
        ..Section::default()
    })
}

/// Lets the subjects greet in turn.
fn alternate<const N: usize>(setup: &Setup, subjects: [Subject<'_>; N]) -> Result<[Series; N]> {
    // The first run of each reads files that all later ones find in memory.
    subjects.iter().try_for_each(|subject| subject.greet().map(drop))?;
    let mut series = [const { Series(Vec::new()) }; N];
    for _ in 0..setup.effort.rounds {
        series.iter_mut().for_each(Series::start_round);
        for turn in 0..setup.effort.sequential {
            for place in turns(turn, N) {
                series[place].add(subjects[place].greet()?);
            }
        }
    }
    Ok(series)
}

fn ratio(name: &str, above: &Series, below: &Series) -> Ratio {
    Ratio::of_rounds(name, &above.medians(), &below.medians())
}

fn written(greeting: &Greeting, extension: &str) -> Result<NamedTempFile> {
    let file = tempfile::Builder::new().prefix("greeting").suffix(extension).tempfile()?;
    std::fs::write(Path::new(file.path()), greeting.code)?;
    Ok(file)
}

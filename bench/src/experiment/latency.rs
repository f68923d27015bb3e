//! The latency of a greeting without other load and without prestarted interpreters, one after the other without a pause.

use anyhow::{Context as _, Result};

use super::{COLD, FLASK, NULL, Series, ratio, turns};
use crate::client::Client;
use crate::report::{Section, Target};
use crate::service::{Home, Kind, Service};
use crate::setup::Setup;
use crate::subject::{Bare, Http, JAVASCRIPT, PYTHON, Subject};

/// Python: bare, through Flask, through Runtray.
pub(super) fn python(setup: &Setup) -> Result<Section> {
    let home = Home::new(setup, Kind::Cold)?;
    let (runtray, flask) = (Service::start(setup, Kind::Cold, &home)?, Service::start(setup, Kind::Flask, &home)?);
    let [bare, runtray, flask, null] = alternate(
        setup,
        [
            &mut Bare::new(&setup.interpreters.python.path, &PYTHON)?,
            &mut Http::new(runtray.client(), PYTHON),
            &mut Http::new(flask.client(), PYTHON),
            &mut Http::new(Client::new(setup.null_port), PYTHON),
        ],
    )?;
    let to_bare = ratio("runtray cold ÷ bare", &runtray, &bare);
    let to_flask = ratio("runtray cold ÷ flask", &runtray, &flask);
    Ok(Section {
        figures: vec![
            bare.figure("bare python", "latency"),
            runtray.figure(COLD, "latency"),
            flask.figure(FLASK, "latency"),
            null.figure(NULL, "latency"),
        ],
        targets: vec![
            Target::at_most("print('hi') at p50, runtray cold ÷ bare", to_bare.value, 1.15, ""),
            Target::below("print('hi') at p50, runtray cold ÷ flask", to_flask.value, 0.85, ""),
        ],
        ratios: vec![to_bare, to_flask],
        ..Section::default()
    })
}

/// JavaScript: bare and through Runtray.
pub(super) fn javascript(setup: &Setup) -> Result<Section> {
    let node = setup.interpreters.node.as_ref().context("this machine has no Node.js")?;
    let home = Home::new(setup, Kind::Cold)?;
    let runtray = Service::start(setup, Kind::Cold, &home)?;
    let [bare, runtray] =
        alternate(setup, [&mut Bare::new(&node.path, &JAVASCRIPT)?, &mut Http::new(runtray.client(), JAVASCRIPT)])?;
    Ok(Section {
        figures: vec![bare.figure("bare node", "latency"), runtray.figure(COLD, "latency")],
        ratios: vec![ratio("runtray cold ÷ bare", &runtray, &bare)],
        ..Section::default()
    })
}

/// Runs the greeting with the subjects in turns.
pub(super) fn alternate<const N: usize>(setup: &Setup, mut subjects: [&mut dyn Subject; N]) -> Result<[Series; N]> {
    // The first run of each subject loads files into memory, which speeds up all later ones.
    subjects.iter_mut().try_for_each(|subject| subject.greet().map(drop))?;
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

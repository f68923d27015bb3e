//! The desktop app and a minimal Tauri app with a tray icon, measured in turns, each on its own display and session bus.

mod activity;
mod app;
mod display;
mod sections;
mod stay;

use std::path::PathBuf;

use anyhow::Result;

use crate::machine::Machine;
use crate::report::Report;
use app::Kind;
use sections::Samples;
use stay::Stay;

/// Options of the measurement.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The runtray-desktop program, built in release.
    #[arg(long)]
    app: PathBuf,
    /// The minimal app, built in the same way.
    #[arg(long)]
    minimal: PathBuf,
    /// The file for the results.
    #[arg(long, default_value = "target/bench-desktop.json")]
    pub(crate) json: PathBuf,
    /// Do a short run, to check that everything can be measured.
    #[arg(long)]
    quick: bool,
}

/// How much to measure.
#[derive(Clone, Copy)]
struct Effort {
    /// Starts of each app, to measure the time until it answers and until its icon is registered.
    starts: usize,
    /// Rounds. In each, each app is started, left idle, and its window opened and closed.
    rounds: usize,
    /// The idle time of each app, in seconds.
    rest: u64,
    /// How often the window is opened and closed in a round.
    cycles: usize,
}

const FULL: Effort = Effort { starts: 9, rounds: 3, rest: 30, cycles: 10 };
const QUICK: Effort = Effort { starts: 2, rounds: 1, rest: 3, cycles: 2 };

/// Measures everything.
///
/// # Errors
/// An app does not start or does not react.
pub(crate) fn measure(args: &Args) -> Result<Report> {
    let effort = if args.quick { QUICK } else { FULL };
    let machine = Machine::here(vec![format!("{} and {}", Kind::Runtray.name(), Kind::Minimal.name())])?;
    let mut samples = Samples::default();
    eprintln!("measuring: {} starts of each app", effort.starts);
    for _ in 0..effort.starts {
        samples.healthy.push(stay::until_healthy(args)?);
        for kind in Kind::BOTH {
            samples.of(kind).icon.push(stay::until_icon(args, kind)?);
        }
    }
    for round in 0..effort.rounds {
        eprintln!("measuring: round {} of {}", round + 1, effort.rounds);
        // Alternate which app goes first.
        let mut turns = Kind::BOTH;
        turns.rotate_left(round % Kind::BOTH.len());
        for kind in turns {
            samples.of(kind).stays.push(Stay::of(args, kind, effort)?);
        }
    }
    Ok(Report { machine, quick: args.quick, sections: samples.sections(effort) })
}

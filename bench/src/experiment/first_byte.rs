//! The time from a program's print to its reader: through the service's streams, and from the program's own pipe.
//!
//! The service prestarts the next interpreter while the program sleeps. The second print comes after that has finished.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use tempfile::TempDir;

use super::turns;
use crate::client::Client;
use crate::events::{Seen, converse, watch};
use crate::moment::Moment;
use crate::report::{Difference, Figure, Section};
use crate::service::{Home, Kind, Service};
use crate::setup::Setup;
use crate::subject::{follow, spawn};

/// Prints the time twice with a pause, and sleeps before it ends, so that both are read first.
const CODE: &str =
    "import time\nfor pause in (0.15, 0.03):\n    print(time.time_ns(), flush=True)\n    time.sleep(pause)\n";
/// The two measured times of each program.
const PRINTS: [&str; 2] = ["first print until read", "second print until read"];
/// The largest allowed difference from the direct reader at p50 and p99 of the first print, in milliseconds.
const LIMITS: (f64, f64) = (1.0, 5.0);

/// The ways to a program's output.
struct Readers {
    interpreter: PathBuf,
    folder: TempDir,
    client: Client,
    port: u16,
}

const NAMES: [&str; 3] = ["direct reader", "Server-Sent Events", "WebSocket"];

/// Measures all readers in turns.
pub(super) fn measure(setup: &Setup) -> Result<Section> {
    let home = Home::new(setup, Kind::Runtray)?;
    let service = Service::start(setup, Kind::Runtray, &home)?;
    let readers = Readers {
        interpreter: setup.interpreters.python.path.clone(),
        folder: tempfile::tempdir()?,
        client: service.client(),
        port: service.port(),
    };
    fs::write(readers.file(), CODE)?;
    (0..NAMES.len()).try_for_each(|which| readers.read(which).map(drop))?;
    let mut times = [const { [const { Vec::new() }; PRINTS.len()] }; NAMES.len()];
    for round in 0..setup.effort.first_bytes {
        for which in turns(round, NAMES.len()) {
            for (times, time) in times[which].iter_mut().zip(readers.read(which)?) {
                times.push(time);
            }
        }
    }
    Ok(section(&times))
}

impl Readers {
    /// Runs the program and gives the milliseconds from each print to its reader.
    fn read(&self, which: usize) -> Result<[f64; PRINTS.len()]> {
        let (first, last, output) = match which {
            0 => {
                let seen = follow(&mut spawn(&self.interpreter, &self.file())?)?;
                (seen.first, seen.last, seen.output)
            }
            1 => both(watch(&mut self.client.stream(CODE)?)?),
            _ => both(watch(&mut converse(self.port, CODE, false)?)?),
        };
        let (one, two) = output.trim().split_once('\n').context("the program did not print two times")?;
        Ok([first.since(Moment::parse(one)?), last.since(Moment::parse(two)?)])
    }

    fn file(&self) -> PathBuf {
        Path::join(self.folder.path(), "main.py")
    }
}

fn both(seen: Seen) -> (Moment, Moment, String) {
    (seen.first, seen.last, seen.output)
}

fn section(times: &[[Vec<f64>; PRINTS.len()]; NAMES.len()]) -> Section {
    let mut section = Section::default();
    for (index, print) in PRINTS.into_iter().enumerate() {
        let figure = |which: usize| Figure::new(NAMES[which], print, "ms", times[which][index].clone());
        let [direct, sse, socket] = [0, 1, 2].map(figure);
        let differences = [&sse, &socket]
            .map(|figure| Difference::of(format!("{print}, {} − {}", figure.subject, direct.subject), figure, &direct));
        if index == 0 {
            section.targets.extend(differences.iter().flat_map(|one| one.targets(LIMITS.0, LIMITS.1)));
        }
        section.differences.extend(differences);
        section.figures.extend([direct, sse, socket]);
    }
    section
}

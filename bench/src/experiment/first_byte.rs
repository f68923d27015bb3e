//! The time from a program's print to its reader: through the service's streams, and from the program's own pipe.
//!
//! Programs that the service runs began in interpreters that waited. That does not matter here: what is timed begins when the
//! program prints.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;
use tempfile::TempDir;

use super::turns;
use crate::client::Client;
use crate::events::{converse, watch};
use crate::moment::Moment;
use crate::report::{Difference, Figure, Section};
use crate::service::{Home, Kind, Service};
use crate::setup::Setup;
use crate::subject::{follow, spawn};

/// Prints the time, and does not end before that was surely read.
const CODE: &str = "import time\nprint(time.time_ns(), flush=True)\ntime.sleep(0.03)\n";
/// What the difference to the direct reader may be, in milliseconds.
const LIMITS: (f64, f64) = (1.0, 5.0);

/// The ways to a program's output.
struct Readers {
    interpreter: PathBuf,
    folder: TempDir,
    client: Client,
    port: u16,
}

const NAMES: [&str; 3] = ["direct reader", "Server-Sent Events", "WebSocket"];

/// Every reader in turn.
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
    let mut times = [const { Vec::new() }; NAMES.len()];
    for round in 0..setup.effort.first_bytes {
        for which in turns(round, NAMES.len()) {
            times[which].push(readers.read(which)?);
        }
    }
    Ok(section(times))
}

impl Readers {
    /// Runs the program and gives the milliseconds from its print to its first byte.
    fn read(&self, which: usize) -> Result<f64> {
        let (first, output) = match which {
            0 => {
                let seen = follow(&mut spawn(&self.interpreter, &self.file())?)?;
                (seen.first, seen.output)
            }
            1 => {
                let seen = watch(&mut self.client.stream(CODE)?)?;
                (seen.first, seen.output)
            }
            _ => {
                let seen = watch(&mut converse(self.port, CODE, false)?)?;
                (seen.first, seen.output)
            }
        };
        Ok(first.since(Moment::parse(&output)?))
    }

    fn file(&self) -> PathBuf {
        Path::join(self.folder.path(), "main.py")
    }
}

fn section(times: [Vec<f64>; NAMES.len()]) -> Section {
    let mut names = NAMES.into_iter();
    let figures = times.map(|times| Figure::new(names.next().unwrap_or_default(), "print until read", "ms", times));
    let [direct, sse, socket] = &figures;
    let differences = [sse, socket]
        .map(|figure| Difference::of(format!("first byte, {} − {}", figure.subject, direct.subject), figure, direct));
    Section {
        targets: differences.iter().flat_map(|difference| difference.targets(LIMITS.0, LIMITS.1)).collect(),
        differences: differences.into(),
        figures: figures.into(),
        ..Section::default()
    }
}

//! Facts about the machine and the measured programs.

use std::fs;
use std::path::Path;

use anyhow::Result;
use serde::Serialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// The machine and the time of a run of the benchmark.
#[derive(Serialize)]
pub(crate) struct Machine {
    /// The start of the run, RFC 3339 UTC.
    pub(crate) date: String,
    /// Cores that this process may use.
    pub(crate) cores: usize,
    /// The processor's name.
    pub(crate) processor: String,
    /// The operating system and its kernel's version.
    pub(crate) kernel: String,
    /// The measured programs with their versions.
    pub(crate) programs: Vec<String>,
    /// Load average of the last minute at the start: how busy the machine was with other work.
    pub(crate) load: String,
}

impl Machine {
    /// This machine, with the measured programs.
    ///
    /// # Errors
    /// The clock shows a year that a date cannot represent.
    pub(crate) fn here(programs: Vec<String>) -> Result<Self> {
        Ok(Self {
            date: OffsetDateTime::now_utc().replace_nanosecond(0)?.format(&Rfc3339)?,
            cores: cores(),
            processor: processor().unwrap_or_else(|| std::env::consts::ARCH.to_owned()),
            kernel: format!("{} {}", std::env::consts::OS, first_line("/proc/sys/kernel/osrelease")),
            programs,
            load: first_line("/proc/loadavg").split(' ').next().unwrap_or_default().to_owned(),
        })
    }
}

/// Cores that this process may use.
pub(crate) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

fn processor() -> Option<String> {
    let text = fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = text.lines().find(|line| line.starts_with("model name"))?;
    line.split_once(": ").map(|(_, name)| name.to_owned())
}

fn first_line(path: impl AsRef<Path>) -> String {
    fs::read_to_string(path).unwrap_or_default().lines().next().unwrap_or_default().to_owned()
}

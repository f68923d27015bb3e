//! The setup of every experiment: the programs to measure, and the number of measurements.

use std::path::PathBuf;

use anyhow::Result;

use crate::interpreter::Interpreters;
use crate::null_server;

/// The programs to measure, and the number of measurements.
pub(crate) struct Setup {
    /// The `runtray` program, built in release.
    pub(crate) runtray: PathBuf,
    /// The Flask service's source.
    pub(crate) flask_service: PathBuf,
    /// The interpreters, which are the same for every subject.
    pub(crate) interpreters: Interpreters,
    /// The port of the null server.
    pub(crate) null_port: u16,
    /// The number of measurements.
    pub(crate) effort: Effort,
}

/// The number of measurements.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Effort {
    /// Rounds; in each, every subject has its turn.
    pub(crate) rounds: usize,
    /// Executions of one subject in a round, one after the other.
    pub(crate) sequential: usize,
    /// Executions of one subject in a round, at two a second.
    pub(crate) paced: usize,
    /// Fresh kernels of the peer in a round.
    pub(crate) kernels: usize,
    /// Runs whose phases are timed.
    pub(crate) phases: usize,
    /// Executions of one subject in a round, with concurrent clients.
    pub(crate) concurrent: usize,
    /// Seconds of sustained load.
    pub(crate) sustained: usize,
    /// Runs whose first byte is timed.
    pub(crate) first_bytes: usize,
    /// Keys that are typed.
    pub(crate) keys: usize,
    /// Starts of each service.
    pub(crate) starts: usize,
    /// Fresh services whose memory is measured.
    pub(crate) memory_starts: usize,
    /// Executions before the last measurement of the memory.
    pub(crate) memory_runs: usize,
    /// Health checks in each state.
    pub(crate) health_checks: usize,
    /// Floods of 1 GiB.
    pub(crate) floods: usize,
}

impl Effort {
    /// Enough for reproducible figures.
    pub(crate) const FULL: Self = Self {
        rounds: 9,
        sequential: 40,
        paced: 12,
        kernels: 2,
        phases: 60,
        concurrent: 192,
        sustained: 20,
        first_bytes: 100,
        keys: 300,
        starts: 15,
        memory_starts: 3,
        memory_runs: 1000,
        health_checks: 400,
        floods: 3,
    };

    /// Enough to check that everything can be measured.
    pub(crate) const QUICK: Self = Self {
        rounds: 2,
        sequential: 8,
        paced: 4,
        kernels: 1,
        phases: 6,
        concurrent: 64,
        sustained: 3,
        first_bytes: 5,
        keys: 20,
        starts: 3,
        memory_starts: 1,
        memory_runs: 50,
        health_checks: 50,
        floods: 1,
    };
}

impl Setup {
    /// Finds the interpreters and starts the null server.
    ///
    /// # Errors
    /// An interpreter does not answer, or no port is free.
    pub(crate) fn prepare(args: &crate::Args) -> Result<Self> {
        Ok(Self {
            runtray: args.runtray.clone(),
            flask_service: args.flask_service.clone(),
            interpreters: Interpreters::find(&args.python)?,
            null_port: null_server::start()?,
            effort: if args.quick { Effort::QUICK } else { Effort::FULL },
        })
    }
}

//! What every experiment is given: the programs to measure, and how much to measure.

use std::path::PathBuf;

use anyhow::Result;

use crate::interpreter::Interpreters;
use crate::null_server;

/// The programs to measure, and how much.
pub(crate) struct Setup {
    /// The `runtray` program, built in release.
    pub(crate) runtray: PathBuf,
    /// The Flask service's source.
    pub(crate) flask_service: PathBuf,
    /// What runs the programs, for every subject alike.
    pub(crate) interpreters: Interpreters,
    /// The port of the server that does nothing.
    pub(crate) null_port: u16,
    /// How much to measure.
    pub(crate) effort: Effort,
}

/// How much to measure.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Effort {
    /// Rounds, in each of which every subject has its turn.
    pub(crate) rounds: usize,
    /// Executions of one subject in a round, one after the other.
    pub(crate) sequential: usize,
    /// Executions of one subject in a round, with many clients.
    pub(crate) concurrent: usize,
    /// Starts of each service.
    pub(crate) starts: usize,
    /// Fresh services whose memory is looked at.
    pub(crate) memory_starts: usize,
    /// Health checks in each state.
    pub(crate) health_checks: usize,
    /// Floods of 1 GB.
    pub(crate) floods: usize,
}

impl Effort {
    /// Enough for figures that repeat.
    pub(crate) const FULL: Self = Self {
        rounds: 9,
        sequential: 40,
        concurrent: 192,
        starts: 15,
        memory_starts: 3,
        health_checks: 400,
        floods: 3,
    };

    /// Enough to see that everything can be measured.
    pub(crate) const QUICK: Self =
        Self { rounds: 2, sequential: 8, concurrent: 64, starts: 3, memory_starts: 1, health_checks: 50, floods: 1 };
}

impl Setup {
    /// Finds the interpreters and starts the server that does nothing.
    ///
    /// # Errors
    /// The interpreter does not answer, or no port is free.
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

//! The context of a task's steps: the clone, the cache, the test filter.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::cache::Cache;

/// The context that every step receives.
pub(crate) struct Context {
    /// The root of the clone.
    pub(crate) root: PathBuf,
    /// Where build output and tools are kept.
    pub(crate) cache: Cache,
    /// Arguments for the test programs, such as part of a test's name.
    pub(crate) filter: Vec<String>,
}

impl Context {
    /// The clone that this program was built from.
    ///
    /// # Errors
    /// The errors of [`Cache::open`].
    pub(crate) fn new(filter: Vec<String>) -> Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("xtask has no folder above it")?;
        Ok(Self { root: root.to_owned(), cache: Cache::open()?, filter })
    }

    /// A command that runs `program` in the root of the clone.
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root);
        command
    }

    /// A command for the cargo that started this program, with its build output in the cache.
    pub(crate) fn cargo(&self, args: &[&str]) -> Command {
        let mut command = self.command(&env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned()));
        command.args(args).env("CARGO_TARGET_DIR", self.cache.path("target-native"));
        command
    }
}

//! Tests of whole installations under Wine, which take minutes: they run when their inputs have changed.

use std::fs;
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::builtin_python::inputs;
use crate::context::Context;
use crate::step::output;

/// These tests. `setup::whole`, which goes through a whole life once, and `setup::faults` are not among them: they always run.
pub(crate) const TESTS: [&str; 5] = ["setup::held", "setup::life", "setup::pages", "setup::places", "setup::updates"];

/// The inputs of an installation: the installer, the programs that it calls, and its tests. The engine and the service are
/// tested by others.
const INPUTS: [&str; 8] = [
    "crates/cli/src",
    "crates/update/src",
    "packaging/windows",
    "src-tauri/src",
    "src-tauri/tauri.conf.json",
    "tests/wine",
    "xtask/src/life.rs",
    "xtask/src/package",
];

/// The file in the cache with the inputs that have passed, and when that was.
const PASSED: &str = "setup-life.passed";

/// The present inputs.
pub(crate) struct Life(String);

impl Life {
    /// Reads the inputs.
    ///
    /// # Errors
    /// A file cannot be read.
    pub(crate) fn of(context: &Context) -> Result<Self> {
        let mut files = Vec::new();
        INPUTS.iter().try_for_each(|input| inputs::list(&context.root.join(input), &mut files))?;
        files.sort();
        let mut pieces = Vec::new();
        for file in files {
            pieces.push(file.strip_prefix(&context.root)?.to_string_lossy().into_owned().into_bytes());
            pieces.push(fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?);
        }
        Ok(Self(inputs::of_pieces(pieces.iter().map(Vec::as_slice))))
    }

    /// The time at which the tests passed with these inputs, if they did.
    pub(crate) fn passed(&self, context: &Context) -> Option<String> {
        let passed = fs::read_to_string(context.cache.path(PASSED)).ok()?;
        let (hash, when) = passed.split_once('\n')?;
        (hash == self.0).then(|| when.trim().to_owned())
    }

    /// Notes that the tests have passed now.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(crate) fn note(&self, context: &Context) -> Result<()> {
        let now = output(Command::new("date").args(["--utc", "+%F %H:%M UTC"])).unwrap_or_default();
        let commit = output(context.command("git").args(["rev-parse", "--short", "HEAD"])).unwrap_or_default();
        let passed = format!("{}\n{now} at {commit}\n", self.0);
        fs::write(context.cache.path(PASSED), passed).with_context(|| format!("cannot write {PASSED}"))
    }
}

#[cfg(test)]
mod tests {
    use super::{INPUTS, TESTS};

    #[test]
    fn every_input_is_there_and_every_test_is_a_module() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a folder above it");
        for input in INPUTS {
            assert!(root.join(input).exists(), "{input}");
        }
        for test in TESTS {
            assert!(root.join("tests/wine").join(test.replace("::", "/")).with_extension("rs").exists(), "{test}");
        }
    }
}

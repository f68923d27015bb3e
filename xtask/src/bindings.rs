//! `cargo xtask bindings`: the types that Rust shares with the window, in TypeScript.

use anyhow::Result;

use crate::context::Context;
use crate::step::must;

/// Writes them; the test that finds a difference is what writes.
///
/// # Errors
/// The desktop app does not build, or the file cannot be written.
pub(crate) fn bindings() -> Result<()> {
    let context = Context::new(Vec::new())?;
    let mut test = context.cargo(&["test", "--package", "runtray-desktop", "--lib", "bindings"]);
    must(test.env("RUNTRAY_WRITE_BINDINGS", "1"))
}

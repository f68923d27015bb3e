//! `cargo xtask bindings`: writes the TypeScript of the types that Rust and the window share.

use anyhow::Result;

use crate::context::Context;
use crate::step::must;

/// Writes the bindings. The test that compares them with the Rust types writes them when `RUNTRAY_WRITE_BINDINGS` is set.
///
/// # Errors
/// The desktop app does not build, or the file cannot be written.
pub(crate) fn bindings() -> Result<()> {
    let context = Context::new(Vec::new())?;
    let mut test = context.cargo(&["test", "--package", "runtray-desktop", "--lib", "bindings"]);
    must(test.env("RUNTRAY_WRITE_BINDINGS", "1"))
}

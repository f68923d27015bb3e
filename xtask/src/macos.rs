//! The engine for macOS. It is only type-checked here, because there is no linker for macOS.

use anyhow::Result;

use crate::context::Context;
use crate::debian;
use crate::step::{Ending, must};

/// Type-checks the engine for macOS. On a Mac the tests themselves run instead.
///
/// # Errors
/// The engine does not compile for macOS.
pub(crate) fn check(context: &Context) -> Result<Ending> {
    if let Some(reason) = debian::missing() {
        return Ok(Ending::Skipped(reason));
    }
    let args = ["check", "--package", "runtray-engine", "--lib"];
    let mut check = debian::cargo(context, "aarch64-apple-darwin", "target-macos", &args)?;
    must(&mut check)?;
    Ok(Ending::Done)
}

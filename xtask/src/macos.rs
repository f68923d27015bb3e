//! The engine for macOS: types only, as there is no linker for it here.

use anyhow::Result;

use crate::context::Context;
use crate::debian;
use crate::step::{Ending, must};

/// The engine's macOS module type-checks. On a Mac the tests themselves run instead.
///
/// # Errors
/// It does not.
pub(crate) fn check(context: &Context) -> Result<Ending> {
    if let Some(reason) = debian::missing() {
        return Ok(Ending::Skipped(reason));
    }
    let args = ["check", "--package", "runtray-engine", "--lib"];
    let mut check = debian::cargo(context, "aarch64-apple-darwin", "target-macos", &args)?;
    must(&mut check)?;
    Ok(Ending::Done)
}

//! The desktop app's window in `ui/`, built and tested with npm.

use anyhow::Result;

use crate::context::Context;
use crate::node;
use crate::npm::{npm, packages};
use crate::step::{Ending, must};

const FOLDER: &str = "ui";

/// Builds `ui/dist`, which is embedded in the desktop app.
///
/// # Errors
/// The npm packages cannot be installed, or the build fails.
pub(crate) fn build(context: &Context) -> Result<Ending> {
    node::fetch(context)?;
    packages(context, FOLDER)?;
    must(npm(context, FOLDER)?.args(["run", "build"]))?;
    Ok(Ending::Done)
}

/// Checks the window's types and style, and runs its tests.
///
/// # Errors
/// A check or a test fails.
pub(crate) fn test(context: &Context) -> Result<Ending> {
    for script in ["check", "lint", "test"] {
        must(npm(context, FOLDER)?.args(["run", script]))?;
    }
    Ok(Ending::Done)
}

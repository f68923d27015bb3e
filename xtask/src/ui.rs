//! The desktop app's window: `ui/`, built and tested with npm.

use anyhow::Result;

use crate::context::Context;
use crate::node;
use crate::npm::{npm, packages};
use crate::step::{Ending, must};

const FOLDER: &str = "ui";

/// Builds `ui/dist`, which the desktop app carries.
///
/// # Errors
/// Its packages cannot be had, or it does not build.
pub(crate) fn build(context: &Context) -> Result<Ending> {
    node::fetch(context)?;
    packages(context, FOLDER)?;
    must(npm(context, FOLDER)?.args(["run", "build"]))?;
    Ok(Ending::Done)
}

/// The window's types, its style and its tests.
///
/// # Errors
/// One is wrong.
pub(crate) fn test(context: &Context) -> Result<Ending> {
    for script in ["check", "lint", "test"] {
        must(npm(context, FOLDER)?.args(["run", script]))?;
    }
    Ok(Ending::Done)
}

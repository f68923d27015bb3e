//! `cargo xtask screenshots`: makes the pictures of `docs/` from the real app in a real tray.

use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use crate::context::Context;
use crate::step::must;
use crate::{node, provision, ui};

/// The test that makes the pictures.
const TEST: &str = "pictures::of_the_whole_app";

/// Arguments of `unshare` for a network namespace with only a loopback interface: the app's usual port is free in it even if this
/// machine uses it, and nothing outside can be reached.
const ALONE: &[&str] = &["--user", "--map-root-user", "--net", "sh", "-c", "ip link set lo up && exec \"$@\"", "sh"];

/// Builds the app and its tests, and makes the pictures.
///
/// # Errors
/// The system is not Linux, a package is missing, the build fails, or the app does not show an expected view.
pub(crate) fn screenshots() -> Result<()> {
    ensure!(cfg!(target_os = "linux"), "the pictures are made with Xvfb and xfce4-panel, which are Linux's");
    let context = Context::new(Vec::new())?;
    provision::for_pictures(&context)?;
    ui::build(&context)?;
    eprintln!("building the app and its tests; the first time takes several minutes");
    // Build the whole workspace as `cargo xtask test` does: another selection of packages enables other features and builds anew.
    let test = ["test", "--workspace", "--test", "desktop"];
    must(context.cargo(&test).arg("--no-run"))?;
    let docs = context.root.join("docs");
    std::fs::create_dir_all(&docs).with_context(|| format!("cannot make {}", docs.display()))?;
    let cargo = context.cargo(&test);
    let mut alone = context.command("unshare");
    alone.args(ALONE).arg(cargo.get_program()).args(cargo.get_args()).arg("--offline").envs(variables(&cargo));
    alone.args(["--", "--ignored", "--exact", TEST, "--nocapture"]).env("RUNTRAY_PICTURES", docs);
    alone.env("PATH", node::path(&context)?);
    must(&mut alone)
}

/// The environment variables that `command` sets.
fn variables(command: &Command) -> impl Iterator<Item = (&std::ffi::OsStr, &std::ffi::OsStr)> {
    command.get_envs().filter_map(|(name, value)| Some((name, value?)))
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_named_test_exists() {
        let name = super::TEST.trim_start_matches("pictures::");
        let source = include_str!("../../tests/desktop/pictures/mod.rs");
        assert!(source.contains("#[ignore") && source.contains(&format!("fn {name}()")), "{name}");
    }
}

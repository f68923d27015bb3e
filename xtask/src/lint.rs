//! Static checks: format, clippy, dependencies, documentation.

use anyhow::{Context as _, Result};

use crate::context::Context;
use crate::step::{Ending, must};
use crate::{builtin_python, packs};

/// The packages outside of the workspace.
const OUTSIDE: [&str; 2] = [builtin_python::MANIFEST, packs::MANIFEST];

/// The version of cargo-deny that deny.toml is written for.
const DENY: &str = "0.20.2";

/// Checks the format of every Rust file.
///
/// # Errors
/// A file is not formatted.
pub(crate) fn format(context: &Context) -> Result<Ending> {
    must(&mut context.cargo(&["fmt", "--all", "--check"])).context("run `cargo fmt`")?;
    for manifest in OUTSIDE {
        must(&mut context.cargo(&["fmt", "--manifest-path", manifest, "--check"]))?;
    }
    Ok(Ending::Done)
}

/// Runs clippy for all targets on this system.
///
/// # Errors
/// Clippy reports a warning, or the code does not compile.
pub(crate) fn clippy(context: &Context) -> Result<Ending> {
    must(&mut context.cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))?;
    for manifest in OUTSIDE {
        let clippy = ["clippy", "--manifest-path", manifest, "--release", "--all-targets"];
        must(context.cargo(&clippy).args(["--", "-D", "warnings"]))?;
    }
    Ok(Ending::Done)
}

/// Checks the dependencies for every supported system against the licenses, sources and bans of `deny.toml`.
///
/// # Errors
/// A dependency breaks a rule, or cargo-deny cannot be installed.
pub(crate) fn dependencies(context: &Context) -> Result<Ending> {
    let tools = context.cache.path(format!("cargo-deny-{DENY}"));
    let program = tools.join("bin").join("cargo-deny");
    if !program.exists() {
        eprintln!("building cargo-deny {DENY}, once for this machine (about three minutes)");
        must(
            context
                .cargo(&["install", "cargo-deny", "--locked", "--debug"])
                .args(["--version", DENY, "--root"])
                .arg(&tools),
        )?;
    }
    eprintln!("advisories are left out: their database needs a network");
    for manifest in ["Cargo.toml", packs::MANIFEST] {
        must(&mut context.cargo(&["fetch", "--manifest-path", manifest]))?;
        // cargo-deny reads the deny.toml beside the manifest.
        let mut check = context.command(&program.display().to_string());
        check.args(["--offline", "--manifest-path", manifest, "check", "bans", "licenses", "sources"]);
        must(&mut check)?;
    }
    Ok(Ending::Done)
}

/// Builds the documentation and tests its examples.
///
/// # Errors
/// The documentation has a warning, or an example fails.
pub(crate) fn documentation(context: &Context) -> Result<Ending> {
    let mut doc = context.cargo(&["doc", "--workspace", "--no-deps", "--document-private-items"]);
    must(doc.env("RUSTDOCFLAGS", "-D warnings"))?;
    must(&mut context.cargo(&["test", "--workspace", "--doc", "--quiet"]))?;
    Ok(Ending::Done)
}

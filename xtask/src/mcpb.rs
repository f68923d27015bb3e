//! `cargo xtask mcpb`: the bundle by which desktop assistants install Runtray with one click.
//!
//! It is a zip file with `runtray` for this platform and a manifest; the official tool checks the manifest and makes the file.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use crate::context::Context;
use crate::step::{Ending, must};
use crate::{clients, node};

const MANIFEST: &str = "packaging/mcpb/manifest.json";

/// Makes the bundle for this platform, and says where it is.
///
/// # Errors
/// `runtray` does not build, or the official tool finds a fault.
pub(crate) fn mcpb() -> Result<()> {
    let context = Context::new(Vec::new())?;
    if let Ending::Skipped(reason) = clients::fetch(&context)? {
        anyhow::bail!("the official tool is not here: {reason}");
    }
    must(&mut context.cargo(&["build", "--release", "-p", "runtray-cli", "--bin", "runtray"]))?;
    let bundle = pack(&context, &context.cache.path("target-native/release"))?;
    eprintln!("the bundle is {}", bundle.display());
    Ok(())
}

/// Checks the manifest.
///
/// # Errors
/// The official tool finds a fault.
pub(crate) fn validate(context: &Context) -> Result<Ending> {
    if clients::installed(context).is_none() {
        return Ok(Ending::Skipped("the official tool is not here".to_owned()));
    }
    let folder = staged(context)?;
    must(tool(context)?.arg("validate").arg(folder.join("manifest.json")))?;
    Ok(Ending::Done)
}

/// Packs the `runtray` in the folder `built`.
fn pack(context: &Context, built: &Path) -> Result<PathBuf> {
    let folder = staged(context)?;
    let name = format!("runtray{}", std::env::consts::EXE_SUFFIX);
    fs::create_dir_all(folder.join("server"))?;
    fs::copy(built.join(&name), folder.join("server").join(&name)).context("cannot copy runtray")?;
    let bundle = context.cache.path(format!("runtray-{}-{}.mcpb", std::env::consts::OS, std::env::consts::ARCH));
    must(tool(context)?.arg("pack").arg(&folder).arg(&bundle))?;
    Ok(bundle)
}

/// A new folder with the manifest for this platform and version.
fn staged(context: &Context) -> Result<PathBuf> {
    let folder = context.cache.path("mcpb");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let text = fs::read_to_string(context.root.join(MANIFEST)).with_context(|| format!("cannot read {MANIFEST}"))?;
    let mut manifest: Value = serde_json::from_str(&text).with_context(|| format!("{MANIFEST} is not JSON"))?;
    manifest["version"] = json!(env!("CARGO_PKG_VERSION"));
    manifest["compatibility"]["platforms"] = json!([platform()]);
    fs::write(folder.join("manifest.json"), serde_json::to_vec_pretty(&manifest)?)?;
    Ok(folder)
}

/// This platform as the manifest names it.
fn platform() -> &'static str {
    match std::env::consts::OS {
        "windows" => "win32",
        "macos" => "darwin",
        other => other,
    }
}

fn tool(context: &Context) -> Result<Command> {
    let clients = clients::installed(context).context("the official tool is not here")?;
    let mut tool = context.command("node");
    tool.arg(clients.join("js/node_modules/@anthropic-ai/mcpb/dist/cli/cli.js"));
    tool.env("PATH", node::path(context)?);
    Ok(tool)
}

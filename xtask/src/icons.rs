//! `cargo xtask icons`: every size and format of the icons, from the drawings in `icons/`.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

use crate::context::Context;
use crate::step::must;

/// The command line of Tauri that renders drawings; prebuilt in the npm registry.
const TAURI_CLI: &str = "@tauri-apps/cli@2.12.5";

/// What the bundles want of the app's own icon.
const APP: [&str; 6] = ["32x32.png", "128x128.png", "128x128@2x.png", "icon.png", "icon.icns", "icon.ico"];

/// Panels show 16 to 32 pixels, at up to twice their density.
const TRAY_SIZE: &str = "64";

/// Renders them all into `src-tauri/icons`.
///
/// # Errors
/// A drawing cannot be rendered, or a file not written.
pub(crate) fn icons() -> Result<()> {
    let context = Context::new(Vec::new())?;
    let drawings = context.root.join("icons");
    let out = context.root.join("src-tauri/icons");
    let rendered = context.cache.path("icons");
    render(&context, &drawings.join("app.svg"), &rendered, &[])?;
    for name in APP {
        copy(&rendered.join(name), &out.join(name))?;
    }
    for entry in fs::read_dir(drawings.join("tray")).context("there are no drawings for the tray")? {
        let drawing = entry?.path();
        render(&context, &drawing, &rendered, &["--png", TRAY_SIZE])?;
        let name = drawing.with_extension("png");
        let name = name.file_name().context("a drawing has a name")?;
        copy(&rendered.join(format!("{TRAY_SIZE}x{TRAY_SIZE}.png")), &out.join("tray").join(name))?;
    }
    Ok(())
}

fn render(context: &Context, drawing: &Path, folder: &Path, options: &[&str]) -> Result<()> {
    let mut command = context.command("npx");
    command.args(["--yes", TAURI_CLI, "icon"]).arg(drawing).arg("--output").arg(folder).args(options);
    must(&mut command)
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::copy(from, to).with_context(|| format!("cannot write {}", to.display()))?;
    Ok(())
}

//! `cargo xtask icons`: renders the icons in every size and format from the drawings in `icons/`.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

use crate::context::Context;
use crate::npm;
use crate::step::must;

/// Tauri's command-line tool, which renders drawings. The npm registry has it prebuilt.
const TAURI_CLI: &str = "@tauri-apps/cli@2.12.5";

/// The files of the app icon that the bundles need.
const APP: [&str; 6] = ["32x32.png", "128x128.png", "128x128@2x.png", "icon.png", "icon.icns", "icon.ico"];

/// The width of a tray icon in pixels: panels show 16 to 32 pixels, at a density of up to two.
const TRAY_SIZE: &str = "64";

/// Renders all icons into `src-tauri/icons`.
///
/// # Errors
/// A drawing cannot be rendered, or a file cannot be written.
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
    let mut command = npm::own(context, "npx");
    command.args(["--yes", TAURI_CLI, "icon"]).arg(drawing).arg("--output").arg(folder).args(options);
    must(&mut command)
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::copy(from, to).with_context(|| format!("cannot write {}", to.display()))?;
    Ok(())
}

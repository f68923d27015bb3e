//! Checks of manifests and of the bill of materials by the scripts in `tests/manifests`, against the rules of their formats.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use super::{VERSION, manifests};
use crate::context::Context;
use crate::step::{must, once};
use crate::{provision, venv};

/// The packages that the scripts need, pinned by hashes.
const PINS: &str = "tests/manifests/requirements.txt";

/// Checks every manifest beside the packages in `dist`.
///
/// # Errors
/// A manifest has a fault, or a tool cannot be installed.
pub(super) fn manifests(context: &Context, dist: &Path) -> Result<()> {
    let folder = dist.join(manifests::FOLDER);
    if folder.join("winget").exists() && folder.join("scoop").exists() {
        let zip = dist.join(format!("runtray-{VERSION}-windows-x64-portable.zip"));
        winget_and_scoop(context, dist, Some(&zip))?;
    }
    if folder.join("homebrew/Formula").exists() {
        let archive = unpacked(context, &dist.join(format!("runtray-{VERSION}-linux-x64.tar.gz")))?;
        homebrew(context, dist, &archive)?;
    }
    Ok(())
}

/// Checks the manifests for Windows, with the portable zip file if there is one.
///
/// # Errors
/// The errors of [`manifests()`].
pub(super) fn winget_and_scoop(context: &Context, dist: &Path, zip: Option<&Path>) -> Result<()> {
    let mut check = context.command(&python(context)?.to_string_lossy());
    check.arg("tests/manifests/check.py").arg(std::path::absolute(dist.join(manifests::FOLDER))?);
    check.arg("packaging/windows/runtray.nsi");
    if let Some(zip) = zip {
        check.arg(std::path::absolute(zip)?);
    }
    must(&mut check)
}

/// Runs the formula on the files in the folder `archive`, which it moves, and reads the cask if there is one.
///
/// # Errors
/// The errors of [`manifests()`].
pub(super) fn homebrew(context: &Context, dist: &Path, archive: &Path) -> Result<()> {
    provision::for_manifests()?;
    let folder = std::path::absolute(dist.join(manifests::FOLDER).join("homebrew"))?;
    let mut check = context.command("ruby");
    check.arg("tests/manifests/homebrew.rb").arg(folder.join("Formula/runtray.rb")).arg(archive);
    let cask = folder.join("Casks/runtray.rb");
    if cask.exists() {
        check.arg(cask);
    }
    must(&mut check)
}

/// Checks the bill of materials.
///
/// # Errors
/// The bill has a fault, or a tool cannot be installed.
pub(super) fn bill(context: &Context, bill: &Path) -> Result<()> {
    let mut check = context.command(&python(context)?.to_string_lossy());
    must(check.arg("tests/manifests/bill.py").arg(bill))
}

/// A Python with the packages that the scripts need.
fn python(context: &Context) -> Result<PathBuf> {
    provision::for_manifests()?;
    let folder = context.cache.path("manifests-venv");
    let pins = context.root.join(PINS);
    let wanted = fs::read_to_string(&pins).with_context(|| format!("cannot read {PINS}"))?;
    let python = venv::python(&folder);
    once(&folder.join("made-for.txt"), &wanted, || {
        eprintln!("installing what checks manifests in {}", folder.display());
        venv::make("python3".as_ref(), &folder)?;
        venv::install_alone(&python, &pins)
    })?;
    Ok(python)
}

/// The folder in the archive, unpacked into the cache.
fn unpacked(context: &Context, archive: &Path) -> Result<PathBuf> {
    let folder = context.cache.path("manifests-archive");
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("cannot empty {}", folder.display()))?;
    }
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    must(context.command("tar").arg("--extract").arg("--directory").arg(&folder).arg("--file").arg(archive))?;
    Ok(folder.join(format!("runtray-{VERSION}-linux-x64")))
}

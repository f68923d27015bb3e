//! The manifests by which winget, Scoop and Homebrew install a release, filled in from the packages in a folder.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};

use super::{VERSION, linux, sums, verify};
use crate::context::Context;
use crate::step::Ending;

/// The folder of the manifests in the clone, and in the packages' folder.
const RECIPES: &str = "packaging/manifests";
pub(super) const FOLDER: &str = "manifests";

/// The folders in it, each for one package manager and one kind of package.
const MANAGERS: [&str; 4] = ["winget", "scoop", "homebrew/Formula", "homebrew/Casks"];

/// The placeholders of checksums, and the packages that they are of.
const SUMS: [(&str, &str); 5] = [
    ("@SETUP_SHA256@", "Runtray-Setup.exe"),
    ("@PORTABLE_SHA256@", "runtray-@VERSION@-windows-x64-portable.zip"),
    ("@TAR_SHA256@", "runtray-@VERSION@-linux-x64.tar.gz"),
    ("@DMG_ARM_SHA256@", "Runtray_@VERSION@_aarch64.dmg"),
    ("@DMG_INTEL_SHA256@", "Runtray_@VERSION@_x64.dmg"),
];

/// The end of an unfilled placeholder.
const UNFILLED: &str = "_SHA256@";

/// Options of `cargo xtask manifests`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The folder with the packages of this version.
    #[arg(default_value = "dist")]
    folder: PathBuf,
    /// Fail if the package of a manifest is missing.
    #[arg(long)]
    all: bool,
}

/// Writes the manifests of the packages in the folder, and checks them.
///
/// # Errors
/// A package cannot be read or, if all are wanted, is missing; or a manifest has a fault.
pub(crate) fn manifests(args: &Args) -> Result<()> {
    let context = Context::new(Vec::new())?;
    let missing = write(&context, &args.folder)?;
    ensure!(!args.all || missing.is_empty(), "{} lacks the packages of {missing:?}", args.folder.display());
    verify::manifests(&context, &args.folder)
}

/// Checks the manifests as they would be for packages with made-up checksums.
///
/// # Errors
/// A manifest has a fault, or a tool cannot be installed.
pub(crate) fn lint(context: &Context) -> Result<Ending> {
    if !cfg!(target_os = "linux") {
        return Ok(Ending::Skipped("they are checked on Linux".to_owned()));
    }
    let folder = context.cache.path("manifests-made-up");
    let sums = SUMS.map(|(name, _)| (name, "0123abcd".repeat(8)));
    fill_all(&context.root.join(RECIPES), &folder.join(FOLDER), &sums)?;
    let archive = folder.join("archive");
    linux::name_files(&archive)?;
    verify::winget_and_scoop(context, &folder, None)?;
    verify::homebrew(context, &folder, &archive)?;
    Ok(Ending::Done)
}

/// Writes the manifests whose packages are in `dist`, and gives the others' folders.
///
/// # Errors
/// A package cannot be read, or a manifest cannot be written.
pub(super) fn write(context: &Context, dist: &Path) -> Result<Vec<&'static str>> {
    let sums = SUMS.into_iter().filter_map(|(name, file)| {
        let package = dist.join(file.replace("@VERSION@", VERSION));
        package.exists().then(|| sums::sha256(&package).map(|sum| (name, sum)))
    });
    let sums = sums.collect::<Result<Vec<_>>>()?;
    fill_all(&context.root.join(RECIPES), &dist.join(FOLDER), &sums)
}

/// Writes the manifests that can be filled in completely, and returns the managers of the others.
fn fill_all(recipes: &Path, to: &Path, sums: &[(&str, String)]) -> Result<Vec<&'static str>> {
    if to.exists() {
        fs::remove_dir_all(to).with_context(|| format!("cannot empty {}", to.display()))?;
    }
    let mut missing = Vec::new();
    for manager in MANAGERS {
        let mut filled = Vec::new();
        for entry in fs::read_dir(recipes.join(manager)).with_context(|| format!("cannot list {manager}"))? {
            let entry = entry?;
            filled.push((entry.file_name(), fill(&fs::read_to_string(entry.path())?, sums)));
        }
        if filled.iter().any(|(_, text)| text.contains(UNFILLED)) {
            missing.push(manager);
            continue;
        }
        let folder = to.join(manager);
        fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        for (name, text) in filled {
            let path = folder.join(name);
            fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
        }
    }
    Ok(missing)
}

fn fill(text: &str, sums: &[(&str, String)]) -> String {
    let homepage = env!("CARGO_PKG_REPOSITORY");
    let url = format!("{homepage}/releases/download/v{VERSION}");
    let text = text.replace("@URL@", &url).replace("@HOMEPAGE@", homepage).replace("@VERSION@", VERSION);
    sums.iter().fold(text, |text, (name, sum)| text.replace(name, sum))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::{MANAGERS, RECIPES, SUMS, fill_all};

    #[test]
    fn manifests_are_written_for_the_packages_that_there_are_and_wholly_filled_in() {
        let recipes = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a folder above").join(RECIPES);
        let to = tempfile::tempdir().expect("a folder");
        let sums = SUMS.map(|(name, _)| (name, "0123abcd".repeat(8)));
        assert_eq!(fill_all(&recipes, to.path(), &sums).expect("manifests"), [""; 0]);
        for manager in MANAGERS {
            for entry in fs::read_dir(to.path().join(manager)).expect("a folder") {
                let text = fs::read_to_string(entry.expect("a file").path()).expect("a manifest");
                let words = text.split('@').skip(1).step_by(2);
                let mut left = words
                    .filter(|word| word.chars().all(|letter| letter.is_ascii_uppercase() || "_256".contains(letter)));
                assert_eq!(left.next(), None, "{text}");
            }
        }
        let missing = fill_all(&recipes, to.path(), &sums[..2]).expect("manifests");
        assert_eq!(missing, ["homebrew/Formula", "homebrew/Casks"]);
        assert!(to.path().join("scoop/runtray.json").exists());
        assert!(!to.path().join("homebrew").exists(), "one of an earlier run is left");
    }
}

//! The manifests by which winget, Scoop and Homebrew install a release, filled in from the packages in `dist/`.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

use super::{Packaging, VERSION, sums};

/// The folder of the manifests, in the clone and in `dist/`.
const RECIPES: &str = "packaging/manifests";
const FOLDER: &str = "manifests";

/// The placeholders of checksums, and the packages that they are of.
const SUMS: [(&str, &str); 3] = [
    ("@SETUP_SHA256@", "Runtray-Setup.exe"),
    ("@PORTABLE_SHA256@", "runtray-@VERSION@-windows-x64-portable.zip"),
    ("@TAR_SHA256@", "runtray-@VERSION@-linux-x64.tar.gz"),
];

/// Writes every manifest whose package has been made.
///
/// # Errors
/// A package cannot be read, or a manifest cannot be written.
pub(super) fn write(packaging: &Packaging<'_>) -> Result<()> {
    let sums = SUMS.into_iter().filter_map(|(name, file)| {
        let package = packaging.dist.join(file.replace("@VERSION@", VERSION));
        package.exists().then(|| sums::sha256(&package).map(|sum| (name, sum)))
    });
    let sums = sums.collect::<Result<Vec<_>>>()?;
    let to = packaging.dist.join(FOLDER);
    fs::create_dir_all(&to).with_context(|| format!("cannot make {}", to.display()))?;
    let recipes = packaging.context.root.join(RECIPES);
    for entry in fs::read_dir(&recipes).with_context(|| format!("cannot list {RECIPES}"))? {
        let entry = entry?;
        let manifest = fill(&fs::read_to_string(entry.path())?, &sums);
        if !manifest.contains("_SHA256@") {
            write_one(&to.join(entry.file_name()), &manifest)?;
        }
    }
    Ok(())
}

fn write_one(path: &Path, manifest: &str) -> Result<()> {
    fs::write(path, manifest).with_context(|| format!("cannot write {}", path.display()))
}

fn fill(text: &str, sums: &[(&str, String)]) -> String {
    let homepage = env!("CARGO_PKG_REPOSITORY");
    let url = format!("{homepage}/releases/download/v{VERSION}");
    let text = text.replace("@URL@", &url).replace("@HOMEPAGE@", homepage).replace("@VERSION@", VERSION);
    sums.iter().fold(text, |text, (name, sum)| text.replace(name, sum))
}

#[cfg(test)]
mod tests {
    use super::{SUMS, fill};

    #[test]
    fn nothing_is_left_to_fill_in() {
        let sums = SUMS.map(|(name, _)| (name, "0123".repeat(16)));
        for text in [
            include_str!("../../../packaging/manifests/winget.yaml"),
            include_str!("../../../packaging/manifests/winget.installer.yaml"),
            include_str!("../../../packaging/manifests/winget.locale.en-US.yaml"),
            include_str!("../../../packaging/manifests/scoop.json"),
            include_str!("../../../packaging/manifests/homebrew.rb"),
        ] {
            let filled = fill(text, &sums);
            let left = filled.split('@').nth(1).filter(|word| word.chars().all(|letter| letter.is_ascii_uppercase()));
            assert_eq!(left, None, "{filled}");
        }
    }

    #[test]
    fn the_manifest_of_scoop_is_json() {
        let sums = SUMS.map(|(name, _)| (name, "0123".repeat(16)));
        let filled = fill(include_str!("../../../packaging/manifests/scoop.json"), &sums);
        let manifest: serde_json::Value = serde_json::from_str(&filled).expect("JSON");
        assert_eq!(manifest["architecture"]["64bit"]["hash"].as_str().map(str::len), Some(64));
        assert_eq!(manifest["version"], super::VERSION);
    }
}

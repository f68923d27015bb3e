//! Rebuilds the packages elsewhere, from nothing, and compares the bytes.
//!
//! The programs are taken from the first build: compiling all of them twice takes an hour. Every later step is done again:
//! stripping, trees, completions and manual pages, compression, the installer, notices, bill of materials and manifests.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};

use super::{Packaging, built};

/// Makes everything once more by `make`, and compares it with the packages of `first`.
///
/// # Errors
/// A file differs or is missing, or `make` fails.
pub(super) fn compare(first: &Packaging<'_>, make: impl FnOnce(&Packaging<'_>) -> Result<()>) -> Result<()> {
    ensure!(built::sign_command().is_none(), "signatures have times, so that signed packages are never the same");
    eprintln!("==> everything once more, to compare it");
    let place = first.context.cache.path("package-again");
    if place.exists() {
        fs::remove_dir_all(&place).with_context(|| format!("cannot empty {}", place.display()))?;
    }
    let dist = place.join("dist");
    fs::create_dir_all(&dist).with_context(|| format!("cannot make {}", dist.display()))?;
    let second = Packaging { dist, work: place.join("work"), ..*first };
    make(&second)?;
    let names = files(&second.dist)?;
    let differ = differing(&names, &first.dist, &second.dist)?;
    ensure!(differ.is_empty(), "made twice, these files differ: {differ:?}");
    eprintln!("made twice, {} files are the same", names.len());
    fs::remove_dir_all(&place).with_context(|| format!("cannot delete {}", place.display()))
}

/// The files that do not have the same bytes in both folders.
fn differing(names: &BTreeSet<String>, first: &Path, second: &Path) -> Result<Vec<String>> {
    let mut differ = Vec::new();
    for name in names {
        let made = fs::read(second.join(name)).with_context(|| format!("cannot read {name}"))?;
        if fs::read(first.join(name)).ok() != Some(made) {
            differ.push(name.clone());
        }
    }
    Ok(differ)
}

/// Everything below a folder, by paths relative to it.
fn files(folder: &Path) -> Result<BTreeSet<String>> {
    let mut found = BTreeSet::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).with_context(|| format!("cannot list {}", next.display()))? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.insert(path.strip_prefix(folder).unwrap_or(&path).to_string_lossy().into_owned());
            }
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{differing, files};

    #[test]
    fn other_bytes_and_missing_files_are_found() {
        let [first, second] = [(); 2].map(|()| tempfile::tempdir().expect("a folder"));
        for (folder, changed) in [(&first, "one"), (&second, "two")] {
            fs::create_dir(folder.path().join("deep")).expect("a folder");
            fs::write(folder.path().join("deep/same"), "same").expect("a file");
            fs::write(folder.path().join("changed"), changed).expect("a file");
        }
        fs::write(second.path().join("more"), "").expect("a file");
        let names = files(second.path()).expect("files");
        assert_eq!(names.iter().collect::<Vec<_>>(), ["changed", "deep/same", "more"]);
        assert_eq!(differing(&names, first.path(), second.path()).expect("files"), ["changed", "more"]);
    }
}

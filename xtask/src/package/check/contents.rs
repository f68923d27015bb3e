//! The content of the `.deb` and the `.rpm`: the expected files, and the same in both.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};

use crate::context::Context;
use crate::step::must;

/// The files that every package must contain.
const EXPECTED: [&str; 12] = [
    "usr/bin/runtray",
    "usr/bin/runtray-desktop",
    "usr/lib/runtray/runtray-python",
    "usr/lib/runtray/runtray-packs",
    "usr/lib/runtray/runtray-python-compile",
    "usr/lib/runtray/builtin-python/about.json",
    "usr/lib/runtray/package.txt",
    "usr/lib/systemd/user/runtray.service",
    "usr/share/applications/org.runtray.desktop.desktop",
    "usr/share/man/man1/runtray-serve.1.gz",
    "usr/share/bash-completion/completions/runtray",
    "usr/share/icons/hicolor/scalable/apps/org.runtray.desktop.svg",
];

/// The paths that may differ: the kind of package, and the licence, which has another place in each.
const OWN: [&str; 4] = [
    "usr/lib/runtray/package.txt",
    "usr/share/doc/runtray/copyright",
    "usr/share/licenses/runtray",
    "usr/share/licenses",
];

/// A file or folder: its mode, and the content of a file.
#[derive(PartialEq, Eq)]
struct Entry {
    mode: u32,
    content: Option<Vec<u8>>,
}

/// Unpacks both and compares every file, its mode and its content.
///
/// # Errors
/// A file is missing or differs, or a package cannot be unpacked.
pub(super) fn compare(context: &Context, deb: &Path, rpm: &Path) -> Result<()> {
    must(Command::new("rpm").args(["--checksig", "--nosignature"]).arg(rpm))?;
    let of_deb =
        entries(&unpacked(context, "deb", |to| must(Command::new("dpkg-deb").arg("--extract").arg(deb).arg(to)))?)?;
    let of_rpm = entries(&unpacked(context, "rpm", |to| unpack_rpm(rpm, to))?)?;
    for file in EXPECTED {
        ensure!(of_deb.contains_key(file), "{} does not contain {file}", deb.display());
    }
    let differ = differing(&of_deb, &of_rpm);
    ensure!(differ.is_empty(), "the .deb and the .rpm differ in {differ:?}");
    Ok(())
}

/// The paths that differ between the two packages, except those in [`OWN`].
fn differing<'a>(deb: &'a BTreeMap<String, Entry>, rpm: &'a BTreeMap<String, Entry>) -> Vec<&'a str> {
    let mut differ: Vec<_> = deb.iter().filter(|(path, entry)| rpm.get(*path) != Some(*entry)).collect();
    differ.extend(rpm.iter().filter(|(path, _)| !deb.contains_key(*path)));
    let paths = differ.into_iter().map(|(path, _)| path.as_str());
    paths.filter(|path| !OWN.iter().any(|own| path == own || path.starts_with(&format!("{own}/")))).collect()
}

fn unpacked(context: &Context, kind: &str, unpack: impl FnOnce(&Path) -> Result<()>) -> Result<PathBuf> {
    let folder = context.cache.path(format!("unpacked-{kind}"));
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("cannot empty {}", folder.display()))?;
    }
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    unpack(&folder)?;
    Ok(folder)
}

fn unpack_rpm(rpm: &Path, to: &Path) -> Result<()> {
    let mut archive =
        Command::new("rpm2cpio").arg(rpm).stdout(Stdio::piped()).spawn().context("cannot start rpm2cpio")?;
    let input = archive.stdout.take().context("rpm2cpio has no output")?;
    let mut cpio = Command::new("cpio");
    cpio.args(["--extract", "--make-directories", "--quiet"]).current_dir(to).stdin(input);
    must(&mut cpio)?;
    ensure!(archive.wait()?.success(), "rpm2cpio cannot read {}", rpm.display());
    Ok(())
}

/// Everything below a folder.
fn entries(root: &Path) -> Result<BTreeMap<String, Entry>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).with_context(|| format!("cannot list {}", folder.display()))? {
            let path = entry?.path();
            let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().into_owned();
            let mode = mode(&path)?;
            if path.is_dir() {
                found.insert(name, Entry { mode, content: None });
                folders.push(path);
            } else {
                let content = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
                found.insert(name, Entry { mode, content: Some(content) });
            }
        }
    }
    Ok(found)
}

#[cfg(unix)]
fn mode(path: &Path) -> Result<u32> {
    use std::os::unix::fs::PermissionsExt as _;
    Ok(fs::symlink_metadata(path)?.permissions().mode() & 0o7777)
}

#[cfg(not(unix))]
fn mode(_: &Path) -> Result<u32> {
    Ok(0)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{Entry, differing};

    #[test]
    fn another_mode_or_content_and_missing_files_are_found() {
        let tree = |entries: &[(&str, u32, &str)]| -> BTreeMap<String, Entry> {
            let entry = |mode: u32, text: &str| Entry { mode, content: Some(text.into()) };
            entries.iter().map(|(path, mode, text)| ((*path).to_owned(), entry(*mode, text))).collect()
        };
        let deb =
            tree(&[("a", 0o755, "1"), ("b", 0o644, "2"), ("c", 0o644, "3"), ("usr/lib/runtray/package.txt", 0, "deb")]);
        let rpm =
            tree(&[("a", 0o644, "1"), ("b", 0o644, "x"), ("d", 0o644, "4"), ("usr/lib/runtray/package.txt", 0, "rpm")]);
        assert_eq!(differing(&deb, &rpm), ["a", "b", "c", "d"]);
        assert_eq!(differing(&deb, &deb), [""; 0]);
    }
}

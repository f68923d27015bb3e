//! Copies of the built-in Python, where a program looks for it.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

/// The program's file name.
pub(super) const PROGRAM: &str = if cfg!(windows) { "runtray-python.exe" } else { "runtray-python" };

/// The folder beside the program with the shipped files.
pub(super) const ARTIFACT: &str = "builtin-python";

/// The description of everything in the folder, with hashes. It is written last.
const DESCRIPTION: &str = "about.json";

/// The goal for the size of the shipped files, in bytes.
const GOAL: u64 = 12_000_000;

/// Copies the files that `target` needs from `from` into a folder in `folder`, unless the same files are there.
///
/// # Errors
/// A file cannot be copied, or there is nothing for `target`.
pub(super) fn artifact(from: &Path, target: &str, folder: &Path) -> Result<()> {
    let to = folder.join(ARTIFACT);
    let about = read(from)?;
    let code = about["code"].as_array().into_iter().flatten().find(|code| code["target"] == target);
    let code = code.with_context(|| format!("{} has no code for {target}", from.display()))?.clone();
    let library = about["library"].clone();
    let text = serde_json::to_string_pretty(&with_code(about, code.clone()))? + "\n";
    if fs::read_to_string(to.join(DESCRIPTION)).is_ok_and(|known| known == text) {
        return Ok(());
    }
    if to.exists() {
        fs::remove_dir_all(&to).with_context(|| format!("cannot remove {}", to.display()))?;
    }
    fs::create_dir_all(&to).with_context(|| format!("cannot make {}", to.display()))?;
    for packed in [&code, &library] {
        let name = packed["file"].as_str().context("a file has no name")?;
        fs::copy(from.join(name), to.join(name)).with_context(|| format!("cannot copy {name}"))?;
    }
    fs::write(to.join(DESCRIPTION), text).with_context(|| format!("cannot write into {}", to.display()))
}

/// The parts that the description in `folder` names.
///
/// # Errors
/// The description is missing, names no part, or names one without version or licence.
pub(super) fn parts(folder: &Path) -> Result<Vec<Value>> {
    let about = read(folder)?;
    let parts = about["parts"].as_array().filter(|parts| !parts.is_empty());
    let parts = parts.with_context(|| format!("{} names no parts", folder.join(DESCRIPTION).display()))?;
    for part in parts {
        for field in ["name", "version", "licence"] {
            ensure!(part[field].as_str().is_some_and(|text| !text.is_empty()), "a part has no {field}: {part}");
        }
    }
    Ok(parts.clone())
}

fn read(folder: &Path) -> Result<Value> {
    let file = folder.join(DESCRIPTION);
    let text = fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
    serde_json::from_slice(&text).with_context(|| format!("{} is damaged", file.display()))
}

fn with_code(mut about: Value, code: Value) -> Value {
    about["code"] = Value::Array(vec![code]);
    about
}

/// Prints the size of the files that are shipped beside the program in `folder`.
///
/// # Errors
/// The folder cannot be listed.
pub(super) fn weigh(folder: &Path) -> Result<()> {
    let artifact = folder.join(ARTIFACT);
    let mut total = 0;
    for entry in fs::read_dir(&artifact).with_context(|| format!("cannot list {}", artifact.display()))? {
        let entry = entry?;
        // Its unpacked files are in folders, and do not count.
        if entry.file_type()?.is_file() {
            total += entry.metadata()?.len();
        }
    }
    let verdict = if total <= GOAL { "within" } else { "above" };
    eprintln!("shipped beside the built-in Python: {:.1} MB, {verdict} the goal of {:.1}", mega(total), mega(GOAL));
    Ok(())
}

fn mega(bytes: u64) -> f64 {
    f64::from(u32::try_from(bytes / 1000).unwrap_or(u32::MAX)) / 1000.0
}

/// Copies the program into `folder`. One that runs there keeps the file that it was started from.
///
/// # Errors
/// The program cannot be copied.
pub(super) fn program(program: &Path, folder: &Path) -> Result<()> {
    let (to, new) = (folder.join(PROGRAM), folder.join("runtray-python.new"));
    if fs::read(program).ok() == fs::read(&to).ok() {
        return Ok(());
    }
    fs::copy(program, &new).and_then(|_| fs::rename(&new, &to)).with_context(|| format!("cannot make {}", to.display()))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{DESCRIPTION, parts};

    #[test]
    fn a_description_without_parts_or_their_licences_is_an_error() {
        let folder = tempfile::tempdir().expect("a folder");
        assert!(parts(folder.path()).is_err(), "there is no description");
        for (text, good) in [
            ("{}", false),
            (r#"{"parts": []}"#, false),
            (r#"{"parts": [{"name": "CPython", "version": "3.14.0"}]}"#, false),
            (r#"{"parts": [{"name": "CPython", "version": "", "licence": "PSF-2.0"}]}"#, false),
            (r#"{"parts": [{"name": "CPython", "version": "3.14.0", "licence": "PSF-2.0"}]}"#, true),
        ] {
            fs::write(folder.path().join(DESCRIPTION), text).expect("a file");
            assert_eq!(parts(folder.path()).is_ok(), good, "{text}");
        }
    }
}

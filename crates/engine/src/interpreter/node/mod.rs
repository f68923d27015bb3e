//! Node.js: its sources and its description.

mod managers;
#[cfg(all(test, unix))]
mod tests;

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::answer::Answer;
use super::candidate::Candidate;
use super::found::Found;
use super::install_roots::homebrew_prefixes;
use super::machine::Machine;
use super::source::Source;
use super::{folder, search_path};
use crate::text::message::LocalizedMessage;
use crate::text::sentences;

/// The oldest version in supported systems.
const OLDEST_MAJOR: u64 = 12;

/// In the order of the search.
pub(super) const SOURCES: [Source; 9] = [
    Source::Path,
    Source::Nvm,
    Source::Fnm,
    Source::Volta,
    Source::Asdf,
    Source::Mise,
    Source::N,
    Source::Homebrew,
    Source::ProgramFiles,
];

/// Prints one line.
pub(super) const PROBE_ARGS: [&str; 2] =
    ["-p", "JSON.stringify({ version: process.versions.node, executable: process.execPath })"];

/// The output of the expression.
#[derive(Debug, Deserialize)]
struct Description {
    version: semver::Version,
    executable: PathBuf,
}

/// The candidates of `source`.
pub(super) fn locations(machine: &Machine, source: Source) -> Vec<PathBuf> {
    match source {
        Source::Path => on_path(machine),
        Source::Nvm => managers::nvm(machine),
        Source::Fnm => managers::fnm(machine),
        Source::Volta => managers::volta(machine),
        Source::Asdf => managers::asdf(machine),
        Source::Mise => managers::mise(machine),
        Source::N => managers::n(machine),
        Source::Homebrew => homebrew(machine),
        Source::ProgramFiles => program_files(machine),
        _ => Vec::new(),
    }
}

/// Parses the description.
pub(super) fn read(candidate: &Candidate, answer: &Answer) -> Result<Found, LocalizedMessage> {
    let description = answer.stdout.lines().rev().find_map(|line| serde_json::from_str::<Description>(line).ok());
    let description = description.ok_or_else(|| answer.undescribed("Node.js"))?;
    let version = description.version;
    if version.major < OLDEST_MAJOR {
        return Err(sentences::OLD_NODE.with("version", version.to_string()).with("oldest", OLDEST_MAJOR));
    }
    let path = candidate.resolved(Some(description.executable.clone()));
    Ok(Found {
        executable: description.executable,
        prefix: prefix(&path),
        path,
        version: version.to_string(),
        implementation: "Node.js".into(),
        virtual_environment: false,
        source: candidate.source,
        built_in: false,
        science: None,
        unpacked: None,
        in_use: false,
    })
}

/// The program is in `bin`, except on Windows.
fn prefix(program: &Path) -> PathBuf {
    let folder = program.parent().unwrap_or(program);
    let prefix = if folder.ends_with("bin") { folder.parent().unwrap_or(folder) } else { folder };
    prefix.to_path_buf()
}

/// Older Debians name it `nodejs`.
fn on_path(machine: &Machine) -> Vec<PathBuf> {
    let folders = search_path::folders(machine);
    let find = |name| folders.iter().filter_map(move |folder| search_path::find_in(machine, folder, name));
    find("node").chain(find("nodejs")).collect()
}

fn homebrew(machine: &Machine) -> Vec<PathBuf> {
    let kegs = homebrew_prefixes(machine).into_iter().flat_map(|prefix| folder::newest_first(&prefix.join("opt")));
    let kegs = kegs.filter(|keg| folder::name(keg) == "node" || folder::name(keg).starts_with("node@"));
    kegs.map(|keg| keg.join("bin/node")).filter(|program| program.exists()).collect()
}

fn program_files(machine: &Machine) -> Vec<PathBuf> {
    let of_user = machine.folder("LOCALAPPDATA").map(|data| data.join("Programs"));
    let folders = [machine.folder("PROGRAMFILES"), machine.folder("PROGRAMFILES(X86)"), of_user];
    let programs = folders.into_iter().flatten().map(|folder| folder.join("nodejs/node.exe"));
    programs.filter(|program| machine.is_windows() && program.exists()).collect()
}

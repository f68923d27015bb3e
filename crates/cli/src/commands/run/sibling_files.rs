//! Files beside a program, sent along without `--file`, so that `runtray run FILE` finds the same files as the interpreter.
//!
//! These are the modules of the program's language and every file or folder that the program or such a module names, such as a
//! package or a data file. Named files come first. If there are too many, the rest is left out, and its named files reported.

use std::collections::BTreeSet;
use std::fs::{self, DirEntry};
use std::path::{Path, PathBuf};

use runtray_engine::{RelativePath, Request, SourceFile};

use crate::print;

/// The number of modules that are sent although nothing names them.
const MOST_UNNAMED: usize = 200;
/// The number of entries of a folder that are considered.
const MOST_ENTRIES: usize = 10_000;
/// The size of the largest text that is searched for names, in bytes.
const MOST_SEARCHED: usize = 1 << 20;
/// The folder of packages that Node.js' `require` searches.
const NODE_MODULES: &str = "node_modules";

/// Adds the files beside `program`, whose text is `code`, to `files`, within `room` bytes in total.
pub(super) fn add(files: &mut Vec<SourceFile>, program: &Path, code: &[u8], entry: &str, room: usize) {
    // The interpreter searches the folder of a link's target.
    let Ok(program) = program.canonicalize() else { return };
    let Some(folder) = program.parent() else { return };
    if is_replaced(folder, &program, code, entry) {
        print::note(format_args!(
            "runtray: {entry} beside the program cannot go along, because the program itself runs as {entry}; rename it."
        ));
    }
    let extension = Path::new(entry).extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    let candidates = fs::read_dir(folder).into_iter().flatten().flatten().take(MOST_ENTRIES);
    let mut waiting: Vec<Candidate> = candidates
        .filter(|found| found.path() != program && found.file_name() != entry)
        .filter_map(|found| Candidate::of(&found, modules(extension)))
        .collect();
    waiting.sort_by(|one, other| one.name.cmp(&other.name));
    let mut taken = Taken { room, texts: Vec::new(), left: Vec::new(), paths: BTreeSet::new(), files };
    taken.begin(code);
    taken.named(&mut waiting);
    taken.unnamed(waiting);
    if !taken.left.is_empty() {
        let left = taken.left.join(", ");
        print::note(format_args!(
            "runtray: too large to go along with the program: {left}. Name what it needs with --file, or use --alone."
        ));
    }
}

/// Whether the program names a file beside it that has the name under which the program runs.
fn is_replaced(folder: &Path, program: &Path, code: &[u8], entry: &str) -> bool {
    let beside = folder.join(entry);
    let word = entry.split('.').next().unwrap_or_default();
    let module = |text: String| has_word(&text, &format!("import {word}")) || has_word(&text, &format!("from {word}"));
    let names = |text: String| begins_with(&text, entry) || begins_with(&text, &format!("./{word}")) || module(text);
    beside != program && beside.is_file() && searchable(code).is_some_and(names)
}

/// The extensions of a language's modules, and its configuration files.
fn modules(extension: &str) -> &[&str] {
    match extension {
        "py" => &["py", "so", "pyd"],
        "js" | "ts" => &["js", "mjs", "cjs", "ts", "mts", "cts", "node", "package.json"],
        _ => &[],
    }
}

/// A file or folder that could be sent along.
struct Candidate {
    name: String,
    path: PathBuf,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A file that the language can import.
    Module,
    /// A folder with modules.
    Package,
    /// Any other file or folder.
    Other,
}

impl Candidate {
    fn of(found: &DirEntry, modules: &[&str]) -> Option<Self> {
        let (name, path) = (found.file_name().into_string().ok()?, found.path());
        if name.starts_with('.') || name == "__pycache__" {
            return None;
        }
        let is_module = |name: &str| modules.iter().any(|end| name == *end || has_extension(name, end));
        let kind = match path.is_dir() {
            false if is_module(&name) => Kind::Module,
            true if names_in(&path).iter().any(|name| is_module(name)) => Kind::Package,
            _ => Kind::Other,
        };
        Some(Self { name, path, kind })
    }

    /// Whether `text` names it: a module or package as a word, another file where a path or a quoted text begins with its name.
    fn is_named_in(&self, text: &str) -> bool {
        if self.name == NODE_MODULES {
            return names_in(&self.path).iter().any(|package| begins_with(text, package));
        }
        let word = self.name.split('.').next().unwrap_or_default();
        match self.kind {
            Kind::Module | Kind::Package => has_word(text, word),
            Kind::Other => begins_with(text, &self.name),
        }
    }
}

fn has_extension(name: &str, extension: &str) -> bool {
    Path::new(name).extension().is_some_and(|found| found.eq_ignore_ascii_case(extension))
}

fn names_in(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().take(MOST_ENTRIES);
    entries.filter_map(|entry| entry.file_name().into_string().ok()).collect()
}

fn has_word(text: &str, word: &str) -> bool {
    let is_part = |character: char| character.is_alphanumeric() || character == '_';
    !word.is_empty()
        && text
            .match_indices(word)
            .any(|(at, _)| !text[..at].ends_with(is_part) && !text[at + word.len()..].starts_with(is_part))
}

/// Whether a quoted text, a word or a relative path in `text` begins with `name`.
fn begins_with(text: &str, name: &str) -> bool {
    text.match_indices(name)
        .any(|(at, _)| text[..at].ends_with(['"', '\'', '`', ' ', '\n', '(', '=', '@']) || text[..at].ends_with("./"))
}

/// The files that will be sent.
struct Taken<'a> {
    room: usize,
    /// Texts that have not been searched for names yet.
    texts: Vec<String>,
    /// Named files that did not fit.
    left: Vec<String>,
    /// The paths of all files in lower case.
    paths: BTreeSet<String>,
    files: &'a mut Vec<SourceFile>,
}

impl Taken<'_> {
    fn begin(&mut self, code: &[u8]) {
        for file in self.files.iter() {
            self.room = self.room.saturating_sub(file.content.len());
            self.paths.insert(file.path.as_str().to_lowercase());
            self.texts.extend(searchable(&file.content));
        }
        self.texts.extend(searchable(code));
    }

    /// Takes the named files, and the files that these name.
    fn named(&mut self, waiting: &mut Vec<Candidate>) {
        while let Some(text) = self.texts.pop() {
            let (named, rest) = std::mem::take(waiting).into_iter().partition(|one| one.is_named_in(&text));
            *waiting = rest;
            for candidate in named {
                if !self.take(&candidate) {
                    self.left.push(candidate.name);
                }
            }
        }
    }

    /// Takes the other modules if there is room.
    fn unnamed(&mut self, waiting: Vec<Candidate>) {
        let modules = waiting.into_iter().filter(|candidate| candidate.kind == Kind::Module);
        for module in modules.take(MOST_UNNAMED) {
            self.take(&module);
        }
    }

    /// Takes all files of a candidate or none.
    fn take(&mut self, candidate: &Candidate) -> bool {
        let mut found = Vec::new();
        let mut room = self.room;
        let paths = Request::MOST_FILES.saturating_sub(self.files.len());
        if !gather(&candidate.path, &candidate.name, &mut room, paths, &mut found) {
            return false;
        }
        self.room = room;
        for file in found {
            if self.paths.insert(file.path.as_str().to_lowercase()) {
                self.texts.extend(searchable(&file.content));
                self.files.push(file);
            }
        }
        true
    }
}

fn searchable(content: &[u8]) -> Option<String> {
    (content.len() <= MOST_SEARCHED && !content.contains(&0)).then(|| String::from_utf8_lossy(content).into_owned())
}

/// Reads a file, or the files of a folder, into `found`; `false` if they do not fit. Files that cannot be read or have no valid
/// path in a run's folder are left out: a program that needs one reports it itself.
fn gather(path: &Path, place: &str, room: &mut usize, paths: usize, found: &mut Vec<SourceFile>) -> bool {
    if path.is_dir() {
        let mut names = names_in(path);
        names.sort();
        // A linked folder may contain this one.
        let within = names.iter().filter(|name| *name != "__pycache__" && *name != ".git");
        return within
            .map(|name| (path.join(name), format!("{place}/{name}")))
            .all(|(path, place)| (path.is_symlink() && path.is_dir()) || gather(&path, &place, room, paths, found));
    }
    let (Ok(about), Ok(relative)) = (fs::metadata(path), RelativePath::parse(place)) else { return true };
    let Some(rest) = usize::try_from(about.len()).ok().and_then(|length| room.checked_sub(length)) else {
        return false;
    };
    if !about.is_file() {
        return true;
    }
    if found.len() >= paths {
        return false;
    }
    if let Ok(content) = fs::read(path) {
        *room = rest;
        found.push(SourceFile { path: relative, content });
    }
    true
}

#[cfg(test)]
mod tests {
    use super::{begins_with, has_word};

    #[test]
    fn names_are_whole_words_or_beginnings_of_paths() {
        for (text, found) in
            [("import helper", true), ("from helper.x import y", true), ("helpers", false), ("my_helper", false)]
        {
            assert_eq!(has_word(text, "helper"), found, "{text}");
        }
        for (text, found) in [
            ("open('data.csv')", true),
            ("open(\"./data.csv\")", true),
            ("show data.csv", true),
            ("~/other/data.csv", false),
            ("mydata.csv", false),
        ] {
            assert_eq!(begins_with(text, "data.csv"), found, "{text}");
        }
    }
}

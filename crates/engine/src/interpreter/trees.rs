//! The folders and files of an interpreter, which its programs may read at the level `sandbox`.
//!
//! Only the usual parts of a prefix are granted, because other files may share it: `~/.local` is the prefix of some interpreters.
//! Of a home or a folder above it, only reported libraries are granted. On Windows a prefix contains only an interpreter with its
//! libraries: it is granted as a whole if it looks like one.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde::Deserialize;

use super::answer::Answer;
use super::folder;
use super::found::Found;
use super::machine::Machine;
use super::probe::probe;
use super::probe_cache::Kept;
use super::watched::Watched;
use super::writable::base_of;
use crate::fingerprint::FileState;

/// The arguments of the probe, before the folders from which nothing is imported. The script prints one line of JSON, after any
/// output of the Python's own start-up files.
const ARGS: [&str; 4] = ["-S", "-B", "-c", concat!(include_str!("prelude.py"), include_str!("trees.py"))];

/// The time limit of the answer; a loaded machine is slow.
const PATIENCE: Duration = Duration::from_secs(20);

/// The parts of a prefix with the code of its interpreter.
const CODE: [&str; 10] =
    ["bin", "lib", "lib32", "lib64", "libexec", "pyvenv.cfg", "lib_pypy", "lib-python", "site-packages", "sysroot"];

/// The parts without code. `etc` and `ssl` have keys, tokens and the settings of servers in them too.
const DATA: [&str; 12] = [
    "include",
    "share",
    "conda-meta",
    "etc/fonts",
    "etc/ssl/certs",
    "etc/ssl/cert.pem",
    "etc/openssl@3/cert.pem",
    "etc/ca-certificates/cert.pem",
    "ssl/certs",
    "ssl/cert.pem",
    "ssl/cacert.pem",
    "ssl/openssl.cnf",
];

/// The parts around a program that reports nothing about itself.
const AROUND: [&str; 5] = ["bin", "lib", "lib32", "lib64", "libexec"];

/// Files that mark a folder on Windows as a Python or a virtual environment.
const SIGNS: [&str; 4] = ["Lib/os.py", "pyvenv.cfg", "conda-meta", "lib_pypy"];

/// The folder of Node.js's global modules, in a prefix that other programs share.
const GLOBAL_MODULES: &str = "lib/node_modules";

/// The files and folders of an interpreter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Trees {
    /// The paths that its programs may read.
    pub(crate) readable: Vec<PathBuf>,
    /// The paths that nothing may be added to: the prefixes of a Python, in which a new `pyvenv.cfg` would lead to other code,
    /// the folders that it imports from, and everything readable with code in it.
    pub(crate) code: Vec<PathBuf>,
    /// The folders from which nothing is imported while the interpreter is probed: programs may write to them.
    pub(crate) open: Vec<PathBuf>,
    /// The files that the list depends on.
    watched: Watched,
}

impl Trees {
    /// The trees of an interpreter whose programs read none of its files.
    pub(crate) fn of_code(code: Vec<PathBuf>) -> Self {
        Self { code, ..Self::default() }
    }

    /// Whether an interpreter still imports from the folders of `code`. That matters only where programs may write to folders.
    pub(crate) fn are_current(&self) -> bool {
        self.open.is_empty() || self.watched.is_current()
    }
}

/// An interpreter's report of itself.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Report {
    prefixes: Vec<PathBuf>,
    libraries: Vec<PathBuf>,
    programs: Vec<PathBuf>,
    /// Every folder that it imports from, such as the project of an editable installation.
    imports: Vec<PathBuf>,
}

/// The trees of a Python. If it does not report them, the parts of its prefix.
pub(crate) async fn of_python(machine: &Machine, found: &Found) -> Trees {
    let (report, watched) = report_of(machine, found).await.unzip();
    let mut report = report.unwrap_or_default();
    report.prefixes.push(found.prefix.clone());
    report.programs.extend([found.path.clone(), found.executable.clone()]);
    let homes = Homes::of(machine.home.as_deref());
    let fixed =
        report.prefixes.iter().chain(&report.imports).filter(|path| is_plain(path) && !homes.share(path)).cloned();
    let fixed: Vec<_> = fixed.collect();
    let mut trees = granted(&homes, report, parts_of);
    trees.code.extend(fixed);
    Trees { open: machine.writable.list(), watched: watched.unwrap_or_default(), ..trees }
}

/// The folders with the modules of a Python. Empty if it does not report them.
pub(crate) async fn libraries(machine: &Machine, found: &Found) -> Vec<PathBuf> {
    report_of(machine, found).await.map(|(report, _)| report.libraries).unwrap_or_default()
}

/// The report of a Python. It is kept while the Python's own file and the files that lead it to folders are unchanged; a folder
/// that is missing now may appear later.
async fn report_of(machine: &Machine, found: &Found) -> Option<(Report, Watched)> {
    let entry = machine.probes.entry(&ARGS, &found.path, None);
    let mut kept = entry.lock().await;
    let state = FileState::of(&found.path);
    if let Some((answer, watched)) = kept.as_ref().and_then(|kept| kept.report(state)) {
        return Some((read(answer)?, watched.clone()));
    }
    let (patient, began) = (Machine { patience: PATIENCE, ..machine.clone() }, SystemTime::now());
    let open = machine.writable.list();
    let args = ARGS.iter().map(OsStr::new).chain(open.iter().map(|folder| folder.as_os_str())).collect::<Vec<_>>();
    let answer = probe(&patient, &found.path, &args).await.ok()?;
    let report = read(&answer)?;
    let watched = Watched::of(&report.libraries, &report.prefixes);
    let new = Kept::new(answer, state, &found.path, &found.executable);
    // A file that changed meanwhile may be missing in the report.
    *kept = new.filter(|_| watched.is_older_than(began)).map(|new| new.with(watched.clone()));
    Some((report, watched))
}

fn read(answer: &Answer) -> Option<Report> {
    answer.stdout.lines().rev().find_map(|line| serde_json::from_str(line).ok())
}

/// The trees of a Node.js, its global modules included.
pub(crate) fn of_node(machine: &Machine, found: &Found) -> Trees {
    let programs = vec![found.path.clone(), found.executable.clone()];
    let mut report = Report { programs, prefixes: vec![found.prefix.clone()], ..Report::default() };
    report.prefixes.extend(prefix_of(&found.executable));
    report.libraries = report.prefixes.iter().map(|prefix| prefix.join(GLOBAL_MODULES)).collect();
    granted(&Homes::of(machine.home.as_deref()), report, parts_of)
}

/// The trees of any other program: its own file, and the programs, the libraries and its data around its `bin` folder.
pub(crate) fn of_program(machine: &Machine, program: &Path) -> Trees {
    let (prefixes, programs) = (prefix_of(program), vec![program.to_path_buf()]);
    let data = data_of(program);
    let around = |prefix: &Path| AROUND.iter().map(|part| prefix.join(part)).chain([prefix.join(&data)]).collect();
    granted(&Homes::of(machine.home.as_deref()), Report { prefixes, programs, ..Report::default() }, around)
}

/// Where a program has its data: `share/lua` for `lua5.4`.
fn data_of(program: &Path) -> PathBuf {
    let name = folder::name(program);
    let end = name.find(|letter: char| !letter.is_ascii_alphabetic()).filter(|end| *end > 0);
    Path::new("share").join(&name[..end.unwrap_or(name.len())])
}

/// The usual paths of an interpreter at `program`, judged by its path alone.
pub(crate) fn around(program: &Path) -> Vec<PathBuf> {
    let base = base_of(program).into_iter();
    let found = [program.to_path_buf()].into_iter().chain(base.clone()).chain(prefix_of(program));
    found.chain(base.flat_map(|base| base.parent().map(Path::to_path_buf))).collect()
}

/// The folders around the `bin` of a program, by its path and by the file that its links lead to.
fn prefix_of(program: &Path) -> Vec<PathBuf> {
    let paths = [Some(program.to_path_buf()), program.canonicalize().ok()];
    let folders = paths.into_iter().flatten().filter_map(|path| path.parent().map(Path::to_path_buf));
    folders.filter(|folder| folder.ends_with("bin")).filter_map(|bin| bin.parent().map(Path::to_path_buf)).collect()
}

/// The home of the user, by its path and with links resolved.
struct Homes(Vec<PathBuf>);

impl Homes {
    fn of(home: Option<&Path>) -> Self {
        Self(home.into_iter().flat_map(|home| [Some(home.to_path_buf()), home.canonicalize().ok()]).flatten().collect())
    }

    /// Whether `path` is a home, or a folder above one.
    fn are_below(&self, path: &Path) -> bool {
        path.parent().is_none() || self.0.iter().any(|home| home.starts_with(path))
    }

    /// Whether other files than the interpreter's share `prefix`.
    fn share(&self, prefix: &Path) -> bool {
        self.are_below(prefix) || self.0.iter().any(|home| prefix == home.join(".local"))
    }
}

/// The paths that a report grants, with the `parts` of each prefix.
fn granted(homes: &Homes, report: Report, parts: impl Fn(&Path) -> Vec<PathBuf>) -> Trees {
    let prefixes = report.prefixes.iter().filter(|prefix| !homes.share(prefix));
    let parts = prefixes.flat_map(|prefix| if cfg!(windows) { whole(prefix) } else { parts(prefix) });
    let present = parts.chain(report.programs).filter(|path| path.exists());
    // A library may appear later: the folder of the user's packages is made with the first package.
    let mut readable: Vec<PathBuf> = present.chain(report.libraries).collect();
    readable.retain(|path| is_plain(path) && !homes.are_below(path));
    readable.sort();
    readable.dedup();
    let code = readable.iter().filter(|path| !DATA.iter().any(|data| path.ends_with(data))).cloned().collect();
    Trees { readable, ..Trees::of_code(code) }
}

fn parts_of(prefix: &Path) -> Vec<PathBuf> {
    CODE.iter().chain(&DATA).map(|part| prefix.join(part)).collect()
}

/// A prefix itself if it is the folder of an interpreter.
fn whole(prefix: &Path) -> Vec<PathBuf> {
    let is_own = SIGNS.iter().any(|sign| prefix.join(sign).exists());
    is_own.then(|| prefix.to_path_buf()).into_iter().collect()
}

/// Whether a path is absolute and has no `..`, which would lead elsewhere than its text says.
fn is_plain(path: &Path) -> bool {
    path.is_absolute() && !path.components().any(|component| component == std::path::Component::ParentDir)
}

#[cfg(all(test, unix))]
mod properties;

#[cfg(all(test, unix))]
mod tests {
    use std::fs;
    use std::path::{Path, PathBuf};

    use super::{Homes, Report, granted, of_program, parts_of, whole};
    use crate::interpreter::fixture::Fixture;
    use crate::interpreter::machine::Platform;

    fn made(home: &Path, folders: &[&str]) {
        folders.iter().for_each(|folder| fs::create_dir_all(home.join(folder)).expect("a folder"));
    }

    #[test]
    fn a_prefix_is_granted_by_its_parts_and_never_a_home() {
        let folder = tempfile::tempdir().expect("a folder");
        let home = folder.path().join("home/me");
        made(&home, &["venv/bin", "venv/lib", "venv/data", ".local/share/keys", ".local/lib/python3.13/site-packages"]);
        made(&home, &[".ssh", "bin", "lib"]);
        let report = Report {
            prefixes: ["venv", ".local", "", ".."].map(|name| home.join(name)).into(),
            libraries: vec![home.join(".local/lib/python3.13/site-packages"), home.clone(), "/".into(), "x".into()],
            programs: vec![home.join("venv/bin"), home.join("venv/../.ssh")],
            ..Report::default()
        };
        let expected = [".local/lib/python3.13/site-packages", "venv/bin", "venv/lib"].map(|name| home.join(name));
        assert_eq!(granted(&Homes::of(Some(&home)), report, parts_of).readable, expected);
    }

    #[test]
    fn of_settings_and_keys_only_what_every_program_needs_is_granted() {
        let folder = tempfile::tempdir().expect("a folder");
        let prefix = folder.path().join("conda");
        made(&prefix, &["bin", "lib", "etc/jupyter", "etc/fonts", "ssl/private", "ssl/certs", "share/data"]);
        fs::write(prefix.join("ssl/cert.pem"), "").expect("a file");
        let report = Report { prefixes: vec![prefix.clone()], ..Report::default() };
        let trees = granted(&Homes(Vec::new()), report, parts_of);
        let below = |names: &[&str]| names.iter().map(|name| prefix.join(name)).collect::<Vec<_>>();
        assert_eq!(trees.readable, below(&["bin", "etc/fonts", "lib", "share", "ssl/cert.pem", "ssl/certs"]));
        assert_eq!(trees.code, below(&["bin", "lib"]));
    }

    #[test]
    fn a_program_of_one_s_own_opens_no_project_around_it() {
        let fixture = Fixture::new(Platform::Linux);
        let tool = fixture.script("proj/bin/tool5.4", ":");
        made(&fixture.path("proj"), &["lib", "libexec", "etc", "ssl", "include", "share/tool", "share/other", "data"]);
        let expected =
            ["bin", "bin/tool5.4", "lib", "libexec", "share/tool"].map(|name| fixture.path("proj").join(name));
        assert_eq!(of_program(&fixture.machine(), &tool).readable, expected);
    }

    #[test]
    fn on_windows_the_folder_of_a_python_is_granted_as_a_whole() {
        let folder = tempfile::tempdir().expect("a folder");
        made(folder.path(), &["Python313/Lib/os.py", "conda/conda-meta", "Downloads/Lib"]);
        for (name, is_own) in [("Python313", true), ("conda", true), ("Downloads", false), ("missing", false)] {
            let prefix = folder.path().join(name);
            assert_eq!(whole(&prefix).first().is_some_and(|path| *path == prefix), is_own, "{name}");
        }
    }

    #[test]
    fn no_report_grants_a_home_or_what_is_above_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let home = folder.path().join("home/me");
        made(&home, &["a/bin", ".local/bin", "bin", "lib"]);
        let names = ["", "/", ".", "..", "a", "a/bin", ".local", "bin/..", "../me", "a/../..", "lib", "//", "a/./bin"];
        let paths: Vec<PathBuf> = names
            .iter()
            .flat_map(|name| [home.join(name), PathBuf::from(name), PathBuf::from("/").join(name)])
            .collect();
        for prefix in &paths {
            for library in &paths {
                for program in &paths {
                    let [prefixes, libraries, programs] = [prefix, library, program].map(|path| vec![path.clone()]);
                    let report = Report { prefixes, libraries, programs, ..Report::default() };
                    for path in granted(&Homes::of(Some(&home)), report, parts_of).readable {
                        assert!(!home.starts_with(&path) && path.parent().is_some(), "{path:?}");
                        let part_of = |tree: &PathBuf| path.starts_with(tree);
                        assert!(part_of(prefix) || part_of(library) || part_of(program), "{path:?}");
                    }
                }
            }
        }
    }
}

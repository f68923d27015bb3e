//! The programs of `tests/programs/` and similar folders: the request and the expected result of each. The README has the format.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::{Map, Value};

/// A language of the programs: its folder and name in the API, and its extension.
const LANGUAGES: [(&str, &str); 3] = [("python", "py"), ("javascript", "js"), ("typescript", "ts")];

/// One program.
#[derive(Debug)]
pub(crate) struct Program {
    /// The name in messages, such as `python/calculator`.
    pub(crate) name: String,
    /// Its language.
    pub(crate) language: &'static str,
    /// The body of `POST /execute`.
    pub(crate) request: Value,
    /// The expected result.
    pub(crate) expected: Expected,
    /// The requirements for running it.
    pub(crate) needs: Needs,
}

/// An expected result. Omitted fields are expected to be empty, and the status to be `completed`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Expected {
    /// All of stdout.
    pub(crate) stdout: String,
    /// Instead: a regular expression for all of stdout, where `.` is any character.
    pub(crate) stdout_matches: Option<String>,
    /// Instead, or in addition: the size of stdout.
    pub(crate) stdout_bytes: Option<usize>,
    /// All of stderr.
    pub(crate) stderr: String,
    /// Instead: a regular expression for each line of stderr. Markers (`^^^`) and blank lines are left out; `...` matches any.
    pub(crate) stderr_lines: Option<Vec<String>>,
    /// In addition: the size of stderr.
    pub(crate) stderr_bytes: Option<usize>,
    /// The status; the default is `completed`.
    pub(crate) status: Option<String>,
    /// The exit code; the default is 0 for a completed run.
    pub(crate) exit_code: Option<i64>,
    /// The signal.
    pub(crate) signal: Option<String>,
    /// All files that the run returns.
    pub(crate) files: Vec<ExpectedFile>,
}

/// A returned file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExpectedFile {
    /// Its path.
    pub(crate) path: String,
    /// Its content, if that is text.
    pub(crate) content: Option<String>,
    /// Its size.
    pub(crate) size_bytes: Option<u64>,
    /// Its type.
    pub(crate) media_type: Option<String>,
}

/// The requirements of a program.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Needs {
    /// The minimum version of the interpreter.
    pub(crate) version: Option<String>,
    /// The first version that can no longer run the program.
    pub(crate) below: Option<String>,
    /// It needs signals, `fork`, a POSIX shell or the exit codes of Unix.
    pub(crate) unix: bool,
}

/// Every program of `tests/programs/`, ordered by name.
///
/// # Panics
/// A program does not have the format of the README; the message names it.
pub(crate) fn all() -> Vec<Program> {
    below("programs")
}

/// Every program of a folder of `tests/` with the layout of `tests/programs/`.
///
/// # Panics
/// A program does not have the format of the README; the message names it.
pub(crate) fn below(folder: &str) -> Vec<Program> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests").join(folder);
    check_languages(&folder);
    LANGUAGES
        .into_iter()
        .flat_map(|(language, extension)| in_folder(&folder.join(language), language, extension))
        .collect()
}

/// Fails if a folder's programs would not run because its language is not listed.
fn check_languages(folder: &Path) {
    for entry in fs::read_dir(folder).expect("a folder of programs") {
        let entry = entry.expect("an entry").path();
        let is_known = LANGUAGES.iter().any(|(language, _)| entry.ends_with(language));
        assert!(is_known || !entry.is_dir(), "{}: its language is missing in LANGUAGES", entry.display());
    }
}

/// The extension of a language's programs.
#[cfg(target_os = "linux")]
pub(crate) fn extension(language: &str) -> &'static str {
    LANGUAGES.iter().find(|(name, _)| *name == language).map(|(_, extension)| *extension).expect("a known language")
}

/// The programs of a language; none if there is no such folder.
fn in_folder(folder: &Path, language: &'static str, extension: &str) -> Vec<Program> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    let mut stems: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path().with_extension("")).collect();
    stems.sort();
    stems.dedup();
    stems.iter().map(|stem| load(stem, language, extension)).collect()
}

fn load(stem: &Path, language: &'static str, extension: &str) -> Program {
    let name = format!("{language}/{}", stem.file_name().expect("a name").display());
    let text = fs::read_to_string(stem.with_extension("toml")).unwrap_or_default();
    let mut table: toml::Table = text.parse().unwrap_or_else(|error| panic!("{name}.toml: {error}"));
    let expected = section(&mut table, "expected", &name);
    let needs = section(&mut table, "needs", &name);
    let Ok(Value::Object(request)) = serde_json::to_value(table) else { panic!("{name}.toml: no JSON can say this") };
    let request = complete(request, &stem.with_extension(extension), language);
    Program { name, language, request, expected, needs }
}

fn section<T: Default + for<'a> Deserialize<'a>>(table: &mut toml::Table, key: &str, name: &str) -> T {
    let Some(value) = table.remove(key) else { return T::default() };
    value.try_into().unwrap_or_else(|error| panic!("{name}.toml, {key}: {error}"))
}

/// Adds the fields that the TOML omits (language and code), and a time limit for a busy machine.
fn complete(mut request: Map<String, Value>, source: &Path, language: &str) -> Value {
    request.entry("code").or_insert_with(|| {
        let code = fs::read_to_string(source);
        code.unwrap_or_else(|error| panic!("{}: {error}", source.display())).into()
    });
    request.entry("timeout_ms").or_insert(30_000.into());
    request.insert("language".into(), language.into());
    request.into()
}

//! Programs in a prestarted interpreter: everything that they can observe is the same as in a new one.
//!
//! Every program runs three times: in a service without prestarted interpreters, in one with an interpreter at its barrier, and
//! in one with clients that never pause, so that some interpreters have not reached their barriers yet.

mod interpreters;
#[cfg(target_os = "linux")]
mod packages;
#[cfg(target_os = "linux")]
mod settings;
#[cfg(target_os = "linux")]
mod terminals;
#[cfg(target_os = "linux")]
mod traces;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use regex::Regex;
use serde_json::{Value, json};

use crate::harness::Service;
use crate::harness::program::{self, Expected, Needs, Program};
use crate::harness::verdict::difference;
use crate::harness::warm::{COLD, ONE_EACH};
use crate::programs::Runtimes;

/// The number of clients that send programs without a pause.
const CLIENTS: usize = 2;

/// Programs that are left out, each with the reason.
const LEFT_OUT: [(&str, &str); 1] = [("python/zip_and_compress", "its archive holds the time")];

/// The prefix of the programs that were written to find differences.
const WRITTEN: &str = "differential/";

/// Further programs, by language and name: shapes that an editor would change, and mistakes of many kinds.
const SNIPPETS: &str = include_str!("../differential/snippets.toml");

/// Programs that declare an encoding for which Python needs to read a file instead of a pipe.
const RECODED: [&str; 8] = [
    // Python ignores a declaration below a line of code. The service need not know that: a cold start is always correct.
    "differential/python/cookie_after_code",
    "differential/python/cookie_latin_1",
    "differential/python/cookie_utf8",
    "differential/python/cookie_cp1252_second_line",
    "differential/python/cookie_unknown",
    "differential/python/cookie_ascii_not_kept",
    "differential/python/cookie_against_mark",
    "differential/python/cookie_utf_16",
];

/// Programs for which Node.js must transform the code, not only strip types. They have their own prestarted interpreter.
const MORE_THAN_TYPES: [&str; 8] = [
    "typescript/enums",
    "typescript/namespaces",
    "typescript/transformed_import",
    "typescript/transformed_warnings",
    "differential/typescript/parameter_properties",
    "differential/typescript/enumeration",
    "differential/typescript/namespace_with_values",
    "differential/typescript/import_alias",
];

/// A size above the capacity of a pipe.
const LARGE_BYTES: usize = 1 << 20;

/// An address in memory.
const ADDRESS: (&str, &str) = (r"0x[0-9a-f]{8,16}", "ADDRESS");

/// The folder of a run with its own namespaces.
const OWN_FOLDER: (&str, &str) = (r"(/var/tmp/|')[0-9A-HJKMNP-TV-Z]{8}\b", "${1}FOLDER");

/// The process id in a warning of Node.js: each run numbers its processes differently.
const WARNING: (&str, &str) = (r"\(node:\d+\)", "(node:ID)");

/// The durations in the output of `unittest` and `node:test`.
const TIMES: [(&str, &str); 3] =
    [(r"in \d+\.\d+s", "in TIME"), (r"\(?\d+\.\d+ ?ms\)?", "TIME"), (r"duration_ms:? \d+(\.\d+)?", "duration_ms TIME")];

#[test]
fn programs_cannot_tell_a_warm_interpreter_from_a_cold_one() {
    let (cold, warm, hurried) = (Place::new(COLD), Place::new(ONE_EACH), Place::new(ONE_EACH));
    let runtimes = Runtimes::of(&cold.service);
    let (programs, unable): (Vec<_>, Vec<_>) = all().into_iter().partition(|program| runtimes.lack(program).is_none());
    // The cold and the warm service run side by side; each still runs one program at a time.
    let (expected, waited) = thread::scope(|scope| {
        let expected = scope.spawn(|| each(1, &programs, |program| cold.run(program)));
        let waited = each(1, &programs, |program| warm.run_warm(program));
        (expected.join().expect("the cold runs"), waited)
    });
    // Several clients without a pause also reach interpreters that are still starting.
    let in_a_hurry = each(CLIENTS, &programs, |program| hurried.run(program));
    let mut wrong = Vec::new();
    for (way, found) in [("waited for", waited), ("in a hurry", in_a_hurry)] {
        wrong.extend(programs.iter().flat_map(|program| compare(program, way, &expected, &found)));
    }
    report(&programs, &unable, &[("waited for", &warm), ("in a hurry", &hurried)]);
    assert!(wrong.is_empty(), "{} differences\n\n{}", wrong.len(), wrong.join("\n"));
}

/// The observations by the program's name; `None` if the run was not answered as expected.
type Found = BTreeMap<String, Option<Observed>>;

/// A service, and the path of its runs' folders.
struct Place {
    service: Service,
    folders: [(Regex, &'static str); 3],
    /// Whether an interpreter waits for TypeScript that needs transforming, besides the one for the rest.
    transforms: AtomicBool,
}

impl Place {
    fn new(settings: &str) -> Self {
        let service = Service::start_with(settings);
        let home = regex::escape(&service.home().path().display().to_string());
        let folders = [(r"/runs/\w+/\w+", "RUN"), (r"/runs/\w+", "RUNS"), ("", "HOME")];
        let folders = folders.map(|(below, name)| (Regex::new(&format!("{home}{below}")).expect("a pattern"), name));
        Self { service, folders, transforms: AtomicBool::new(false) }
    }

    fn run(&self, program: &Program) -> Observed {
        Observed::of(&self.service.execute(&program.request), |text| self.alike(text, program))
    }

    /// Replaces the text that differs from run to run by placeholders.
    fn alike(&self, text: &str, program: &Program) -> String {
        let text = self.folders.iter().fold(text.to_owned(), |text, (folder, name)| replaced(&text, folder, name));
        let times = if program.name.starts_with(WRITTEN) { &[] } else { &TIMES[..] };
        [ADDRESS, OWN_FOLDER, WARNING]
            .iter()
            .chain(times)
            .fold(text, |text, (pattern, name)| replaced(&text, &Regex::new(pattern).expect(pattern), name))
    }

    /// Runs a program once an interpreter waits for it, and checks that it was used if it may be.
    fn run_warm(&self, program: &Program) -> Observed {
        if is_more_than_types(program) && !self.transforms.swap(true, Ordering::Relaxed) {
            // The first such program makes the pool prestart an interpreter for the next one.
            self.run(program);
        }
        let both = program.language == "typescript" && self.transforms.load(Ordering::Relaxed);
        self.service.until_waiting(program.language, if both { 2 } else { 1 });
        let before = self.service.warm_runs(program.language);
        let observed = self.run(program);
        let warm = self.service.warm_runs(program.language) - before;
        assert_eq!(warm, u64::from(!must_be_cold(program)), "{} in interpreters that had waited", program.name);
        observed
    }
}

/// Whether a program is TypeScript that needs transforming.
fn is_more_than_types(program: &Program) -> bool {
    MORE_THAN_TYPES.contains(&program.name.as_str())
}

/// Whether a program needs a new interpreter because a prestarted one could not run it in the same way.
fn must_be_cold(program: &Program) -> bool {
    let given = |field: &str| program.request[field].as_array().is_some_and(|list| !list.is_empty());
    let has_env = program.request["env"].as_object().is_some_and(|env| !env.is_empty());
    let files = program.request["files"].as_array().into_iter().flatten();
    let package = files.into_iter().any(|file| file["path"] == "package.json" && program.language != "python");
    given("args") || has_env || package || RECODED.contains(&program.name.as_str())
}

/// Everything that a run returns, with placeholders for values that differ from run to run.
#[derive(Debug, PartialEq, Eq)]
struct Observed {
    stdout: String,
    stderr: String,
    ending: Value,
    files: BTreeMap<String, String>,
}

impl Observed {
    fn of(answer: &Value, alike: impl Fn(&str) -> String) -> Self {
        let text = |field: &str| alike(answer[field].as_str().unwrap_or_default());
        let fields = ["status", "success", "exit_code", "signal", "output_truncated", "error_truncated"];
        let files = answer["files"].as_array().into_iter().flatten().map(|file| {
            let content = BASE64_STANDARD.decode(file["content"].as_str().unwrap_or_default()).expect("base64");
            let (path, kind) = (file["path"].as_str().unwrap_or_default(), &file["media_type"]);
            (path.to_owned(), format!("{kind}\n{}", alike(&String::from_utf8_lossy(&content))))
        });
        Self {
            stdout: text("output"),
            stderr: text("error"),
            ending: fields.map(|field| (field.to_owned(), answer[field].clone())).into_iter().collect(),
            files: files.collect(),
        }
    }

    /// The differences, as readable lines.
    fn differences(&self, found: &Self) -> Vec<String> {
        let mut wrong = Vec::new();
        wrong.extend(difference("stdout", &self.stdout, &found.stdout));
        wrong.extend(difference("stderr", &self.stderr, &found.stderr));
        wrong.extend(difference("ending", &self.ending.to_string(), &found.ending.to_string()));
        wrong.extend(difference("files", &format!("{:#?}", self.files), &format!("{:#?}", found.files)));
        wrong
    }
}

fn replaced(text: &str, pattern: &Regex, name: &str) -> String {
    pattern.replace_all(text, name).into_owned()
}

/// The programs of `programs/` and `differential/`, the snippets, and programs of a megabyte.
fn all() -> Vec<Program> {
    let is_left_out = |program: &Program| LEFT_OUT.iter().any(|(name, _)| *name == program.name);
    let mut programs: Vec<_> = program::all().into_iter().filter(|program| !is_left_out(program)).collect();
    programs.extend(
        program::below("differential")
            .into_iter()
            .chain(snippets())
            .map(|program| Program { name: format!("{WRITTEN}{}", program.name), ..program }),
    );
    programs
}

fn snippets() -> Vec<Program> {
    let table: toml::Table = SNIPPETS.parse().expect("the snippets");
    let line = "print('end')\n";
    let large = format!("{}{line}", "# a line that only takes room\n".repeat(LARGE_BYTES / 30 + 1));
    let mut snippets = vec![snippet("python", "large", &large)];
    let large = large.replace('#', "//").replace("print", "console.log");
    snippets.push(snippet("javascript", "large", &large));
    snippets.push(snippet("typescript", "large", &large));
    for language in ["python", "javascript", "typescript"] {
        let codes = table[language].as_table().expect("a table of snippets");
        snippets.extend(codes.iter().map(|(name, code)| snippet(language, name, code.as_str().expect(name))));
    }
    snippets
}

fn snippet(language: &'static str, name: &str, code: &str) -> Program {
    Program {
        name: format!("{language}/{name}"),
        language,
        request: json!({"language": language, "code": code, "timeout_ms": 30_000}),
        expected: Expected::default(),
        needs: Needs::default(),
    }
}

/// Runs all programs, `at_once` of them concurrently.
fn each(at_once: usize, programs: &[Program], run: impl Fn(&Program) -> Observed + Sync) -> Found {
    let queue = Mutex::new(programs.iter());
    let found = Mutex::new(Found::new());
    let next = || queue.lock().expect("the queue").next();
    thread::scope(|scope| {
        for _ in 0..at_once {
            scope.spawn(|| {
                while let Some(program) = next() {
                    let observed = catch_unwind(AssertUnwindSafe(|| run(program))).ok();
                    found.lock().expect("what was found").insert(program.name.clone(), observed);
                }
            });
        }
    });
    found.into_inner().expect("what was found")
}

fn compare(program: &Program, way: &str, expected: &Found, found: &Found) -> Vec<String> {
    let name = &program.name;
    match (&expected[name], &found[name]) {
        (Some(expected), Some(found)) => {
            expected.differences(found).iter().map(|what| format!("--- {name} ({way}): {what}")).collect()
        }
        _ => vec![format!("--- {name} ({way}): was not answered as it should; the panic above says more")],
    }
}

/// Prints the number of comparisons past the test's capture, so that it is always visible.
fn report(programs: &[Program], unable: &[Program], ways: &[(&str, &Place)]) {
    let mut text = format!("\nprograms run cold and warm: {},", programs.len());
    let written = programs.iter().filter(|program| program.name.starts_with(WRITTEN)).count();
    write!(text, " {written} of them written to tell the two apart;").expect("a string takes all");
    writeln!(text, " {} comparisons", programs.len() * ways.len()).expect("a string takes all");
    for (way, place) in ways {
        let warm: Vec<_> = ["python", "javascript", "typescript"].map(|name| place.service.warm_runs(name)).into();
        writeln!(text, "{way}: {} in an interpreter that waited", warm.iter().sum::<u64>())
            .expect("a string takes all");
    }
    for (name, reason) in LEFT_OUT {
        writeln!(text, "left out: {name}: {reason}").expect("a string takes all");
    }
    let names: Vec<_> = unable.iter().map(|program| program.name.as_str()).collect();
    if !names.is_empty() {
        writeln!(text, "not run, for want of their interpreter: {}", names.join(", ")).expect("a string takes all");
    }
    std::io::stderr().write_all(text.as_bytes()).expect("stderr can be written");
}

//! Real programs, run through the service as a client would, as JSON and as a stream.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::thread;

use crate::harness::Service;
use crate::harness::program::{self, Expected, Program};
use crate::harness::verdict::Answer;
use serde_json::{Map, Value, json};

/// Number of concurrent programs: the cores of a small machine.
const AT_ONCE: usize = 2;

/// The oldest interpreter versions that the programs support.
const OLDEST: [(&str, &str); 3] = [("python", "3.11"), ("javascript", "20.19"), ("typescript", "22.18")];

#[test]
fn programs_end_as_expected() {
    let service = Service::start();
    let runtimes = Runtimes::of(&service);
    let (able, unable): (Vec<_>, Vec<_>) =
        program::all().into_iter().partition(|program| runtimes.lack(program).is_none());
    let failures = run(&service, &able);
    report(&able, &unable, &runtimes);
    assert!(failures.is_empty(), "{} of {} programs differ\n\n{}", failures.len(), able.len(), failures.join("\n"));
    let missing = runtimes.missing();
    assert!(missing.is_empty() || std::env::var_os("CI").is_none() || cfg!(windows), "{}", missing.join("\n"));
}

fn run(service: &Service, programs: &[Program]) -> Vec<String> {
    let queue = Mutex::new(programs.iter());
    let failures = Mutex::new(Vec::new());
    let next = || queue.lock().expect("the queue").next();
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(program) = next() {
                    let differences = try_both_ways(service, program);
                    failures.lock().expect("the failures").extend(differences);
                }
            });
        }
    });
    failures.into_inner().expect("the failures")
}

/// The differences from the expected result when `program` is run once for a JSON response and once for a stream.
fn try_both_ways(service: &Service, program: &Program) -> Option<String> {
    let request = &program.request;
    let json = AssertUnwindSafe(|| Answer::from(service.execute(request)));
    let stream = AssertUnwindSafe(|| Answer::from(service.stream(request)));
    let mut text = String::new();
    for (way, answer) in [("JSON", catch_unwind(json)), ("stream", catch_unwind(stream))] {
        let differences = match answer {
            Ok(answer) => program.expected.differences(&answer),
            Err(_) => vec!["was not answered; the panic above says more".into()],
        };
        for difference in differences {
            writeln!(text, "--- {} ({way}): {difference}", program.name).expect("a string takes all");
        }
    }
    Some(text).filter(|text| !text.is_empty())
}

/// Prints the count past the test's capture, so that it is always visible.
fn report(able: &[Program], unable: &[Program], runtimes: &Runtimes) {
    let mut text = String::from("\nprograms run:");
    for (language, _) in OLDEST {
        let count = able.iter().filter(|program| program.language == language).count();
        write!(text, " {language} {count},").expect("a string takes all");
    }
    writeln!(text, " each as JSON and as a stream").expect("a string takes all");
    let mut reasons = BTreeMap::<_, Vec<&str>>::new();
    for program in unable {
        reasons.entry(runtimes.lack(program).unwrap_or_default()).or_default().push(&program.name);
    }
    for (reason, names) in reasons {
        writeln!(text, "not run: {}: {reason}", names.join(", ")).expect("a string takes all");
    }
    std::io::stderr().write_all(text.as_bytes()).expect("stderr can be written");
}

/// The interpreters of this machine.
pub(crate) struct Runtimes(BTreeMap<String, Value>);

impl Runtimes {
    pub(crate) fn of(service: &Service) -> Self {
        let languages = service.get("/languages").json();
        let rows = languages.as_array().expect("a list of languages").iter();
        Self(rows.map(|row| (row["language"].as_str().expect("a name").to_owned(), row.clone())).collect())
    }

    /// The reason why `program` cannot be run here, if any.
    pub(crate) fn lack(&self, program: &Program) -> Option<String> {
        if program.needs.unix && !cfg!(unix) {
            return Some("needs Unix".into());
        }
        let needed = program.needs.version.as_deref().or_else(|| oldest(program.language)).unwrap_or_default();
        self.lack_of(program.language, needed).or_else(|| {
            let below = program.needs.below.as_deref()?;
            let version = self.0.get(program.language)?["version"].as_str()?;
            let is_new = numbers(version) >= numbers(below);
            is_new.then(|| format!("{} is {version}, needed is one below {below}", program.language))
        })
    }

    fn lack_of(&self, language: &str, needed: &str) -> Option<String> {
        let Some(row) = self.0.get(language) else { return Some(format!("{language} is unknown to the service")) };
        let Some(version) = row["version"].as_str().filter(|_| row["available"] == true) else {
            return Some(row["detail"].as_str().unwrap_or("no reason given").to_owned());
        };
        (numbers(version) < numbers(needed)).then(|| format!("{language} is {version}, needed is {needed}"))
    }

    /// The reasons why whole languages cannot be run here.
    fn missing(&self) -> Vec<String> {
        OLDEST.iter().filter_map(|(language, needed)| self.lack_of(language, needed)).collect()
    }
}

fn oldest(language: &str) -> Option<&'static str> {
    OLDEST.iter().find(|(name, _)| *name == language).map(|(_, version)| *version)
}

fn numbers(version: &str) -> Vec<u64> {
    version.split('.').map_while(|number| number.parse().ok()).collect()
}

#[test]
fn differences_are_found() {
    let cases = [
        (r#"{"output": "hi\n"}"#, &[][..]),
        (r#"{"output": "hi"}"#, &["stdout"]),
        (r#"{"output": "hi\n", "error": "Traceback\n  ^^^\nValueError: 3\nours"}"#, &["stderr"]),
        (r#"{"output": "hi\n", "error": "Traceback\n\nours\nValueError: x"}"#, &["stderr"]),
        (
            r#"{"output": "hi\n", "status": "completed", "success": true, "exit_code": 0}"#,
            &["status", "success", "exit_code"],
        ),
        (r#"{"output": "hi\n", "output_truncated": true}"#, &["output_truncated"]),
        (r#"{"output": "hi\n", "files": []}"#, &["left no a.txt"]),
        (r#"{"output": "hi\n", "files": [{"path": "a.txt", "size_bytes": 1, "content": "Yg=="}]}"#, &["a.txt"]),
        (
            r#"{"output": "hi\n", "files": [{"path": "a.txt", "size_bytes": 1}, {"path": "b"}]}"#,
            &["left a file", "a.txt", "a.txt"],
        ),
    ];
    for (answer, wrong) in cases {
        check(answer, wrong);
    }
}

/// Compares an answer with the expected one of a failing program that leaves a file. `answer` replaces its fields.
fn check(answer: &str, wrong: &[&str]) {
    let expected = toml::from_str::<Expected>(
        r#"
        stdout = "hi\n"
        stderr_lines = ["Traceback", "...", 'ValueError: \d']
        status = "failed"
        exit_code = 1
        files = [{ path = "a.txt", content = "a" }]
        "#,
    );
    let mut right = json!({
        "error": "Traceback\n  ^^^\nany line\nValueError: 3\n", "status": "failed", "success": false, "exit_code": 1,
        "output_truncated": false, "error_truncated": false,
        "files": [{"path": "a.txt", "size_bytes": 1, "content": "YQ=="}],
    });
    let over: Map<String, Value> = serde_json::from_str(answer).expect(answer);
    right.as_object_mut().expect("an object").extend(over);
    let found = expected.expect("an expectation").differences(&Answer::from(right));
    assert_eq!(found.len(), wrong.len(), "{answer}: {found:#?}");
    let all_start = found.iter().zip(wrong).all(|(found, wrong)| found.starts_with(wrong));
    assert!(all_start, "{answer}: {found:#?}");
}

//! Every Python program of `programs/` and `differential/` in the built-in Python, compared with an installed Python.
//!
//! Programs of `programs/` have the result that is written beside them. Programs of `differential/` have the output, status and
//! exit code of an installed Python. Programs whose output depends on the installation are compared in a waiting and a new
//! built-in Python instead. The list of exceptions has the programs that WebAssembly cannot run; each must still be one.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::Mutex;
use std::thread;

use regex::Regex;
use serde_json::{Value, json};

use super::exceptions::{EXCEPTIONS, OF_ITS_OWN, Reason};
use super::start;
use crate::harness::Service;
use crate::harness::program::{self, Program};
use crate::harness::verdict::Answer;
use crate::harness::warm::ONE_EACH;
use crate::programs::Runtimes;

/// Programs at a time: the cores of a small machine.
const AT_ONCE: usize = 2;

/// The permitted differences of a program from its written outcome: tracebacks name other lines of the standard library.
const OUTCOME: [&str; 4] = ["output", "status", "success", "exit_code"];

#[test]
fn programs_end_as_in_an_own_python() {
    let Some(built_in) = start("") else { return };
    let own = Service::start();
    let runtimes = Runtimes::of(&built_in);
    let programs = program::all().into_iter().map(|program| (program, false));
    let written = program::below("differential").into_iter().map(|program| (program, true));
    let python = programs.chain(written).filter(|(program, _)| program.language == "python");
    let (able, unable): (Vec<_>, Vec<_>) = python.partition(|(program, _)| runtimes.lack(program).is_none());
    let is_of_its_own =
        |(program, is_compared): &(Program, bool)| *is_compared && OF_ITS_OWN.contains(&program.name.as_str());
    let (of_its_own, able): (Vec<_>, Vec<_>) = able.into_iter().partition(is_of_its_own);
    let found = each(
        &able,
        |(program, is_compared)| {
            if *is_compared { compare(&built_in, &own, program) } else { hold(&built_in, program) }
        },
    );
    let (mut wrong, excepted) = judge(found);
    wrong.extend(in_one_that_waited(&built_in, &of_its_own));
    report([able.len(), of_its_own.len()], &unable, &excepted);
    assert!(wrong.is_empty(), "{} of {} programs\n\n{}", wrong.len(), able.len(), wrong.join("\n"));
    assert_eq!(of_its_own.len(), OF_ITS_OWN.len(), "a program that is named is not there");
}

/// The differences from a program's written outcome.
fn hold(built_in: &Service, program: &Program) -> Vec<String> {
    program.expected.differences(&Answer::from(built_in.execute(&program.request)))
}

/// The differences from an own Python.
fn compare(built_in: &Service, own: &Service, program: &Program) -> Vec<String> {
    let (found, expected) = (built_in.execute(&program.request), own.execute(&program.request));
    let fields = OUTCOME.map(|field| (field, alike(&found[field]), alike(&expected[field])));
    let differing = fields.into_iter().filter(|(_, found, expected)| found != expected);
    let mut wrong: Vec<_> =
        differing.map(|(field, found, expected)| format!("{field}: {found}\n  instead of {expected}")).collect();
    if !wrong.is_empty() {
        wrong.push(format!("error: {}", found["error"]));
    }
    wrong
}

/// The differences when `programs` run in an interpreter that waited.
fn in_one_that_waited(new: &Service, programs: &[(Program, bool)]) -> Vec<String> {
    let Some(waiting) = start(ONE_EACH) else { return Vec::new() };
    waiting.execute(&json!({"code": ""}));
    let judged = programs.iter().filter_map(|(program, _)| {
        waiting.until_waiting("python", 1);
        let differences = compare(&waiting, new, program);
        (!differences.is_empty()).then(|| format!("--- {}: {}", program.name, differences.join("\n  ")))
    });
    judged.collect()
}

/// A field in which the names of the run's folder and of the service's home, which differ each time, are replaced.
fn alike(field: &Value) -> String {
    let names = Regex::new(r"\b[0-9A-HJKMNP-TV-Z]{8}\b|\.tmp[0-9A-Za-z]{6}\b").expect("a pattern");
    names.replace_all(&field.to_string(), "NAME").into_owned()
}

/// The failures (differences that are no exceptions, and exceptions without a difference), and the exceptions.
fn judge(found: BTreeMap<String, Vec<String>>) -> (Vec<String>, Vec<(&'static str, Reason)>) {
    let reason = |name: &str| EXCEPTIONS.iter().find(|(excepted, _)| *excepted == name).copied();
    let (mut wrong, mut excepted) = (Vec::new(), Vec::new());
    for (name, differences) in found {
        match (reason(&name), differences.is_empty()) {
            (Some(exception), false) => excepted.push(exception),
            (Some(_), true) => wrong.push(format!("--- {name} is an exception, and ends as it should")),
            (None, true) => {}
            (None, false) => wrong.push(format!("--- {name}: {}", differences.join("\n  "))),
        }
    }
    (wrong, excepted)
}

fn each<T: Sync>(
    programs: &[(Program, T)],
    run: impl Fn(&(Program, T)) -> Vec<String> + Sync,
) -> BTreeMap<String, Vec<String>> {
    let queue = Mutex::new(programs.iter());
    let found = Mutex::new(BTreeMap::new());
    let next = || queue.lock().expect("the queue").next();
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(program) = next() {
                    let differences = run(program);
                    found.lock().expect("what was found").insert(program.0.name.clone(), differences);
                }
            });
        }
    });
    found.into_inner().expect("what was found")
}

/// Prints the counts of the programs, past the test's capture, so that they are always seen.
fn report<T>([run, of_its_own]: [usize; 2], unable: &[(Program, T)], excepted: &[(&str, Reason)]) {
    let mut reasons = BTreeMap::<_, Vec<_>>::new();
    for (name, reason) in excepted {
        reasons.entry(reason).or_default().push(*name);
    }
    let same = run - excepted.len();
    let total = run + of_its_own;
    let mut text = format!("\nprograms in the built-in Python: {total}, {same} end as in an own one\n");
    writeln!(text, "print what an own one has otherwise, the same new and waited: {of_its_own}")
        .expect("a string takes all");
    for (reason, names) in reasons {
        writeln!(text, "need {reason:?}: {} ({})", names.len(), names.join(", ")).expect("a string takes all");
    }
    let names: Vec<_> = unable.iter().map(|(program, _)| program.name.as_str()).collect();
    if !names.is_empty() {
        writeln!(text, "not run, for want of another version: {}", names.join(", ")).expect("a string takes all");
    }
    std::io::stderr().write_all(text.as_bytes()).expect("stderr can be written");
}

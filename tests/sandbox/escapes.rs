//! The attempts to get out of the sandbox, each with the wall that stops it and a harmless twin that must work.

use serde_json::{Value, json};

use super::files::FILES;
use super::kernel::KERNEL;
#[cfg(target_os = "linux")]
use super::others::OTHERS;
use crate::harness::Service;

/// The secret that no answer may contain.
pub(super) const SECRET: &str = "S3CRET-of-the-person";

/// The program that makes the attempts, and its time limit.
pub(super) const DRIVER: (&str, u32) =
    if cfg!(windows) { (include_str!("windows/driver.py"), 300_000) } else { (include_str!("driver.py"), 120_000) };

/// The wall that stops an attempt, with its error numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wall {
    /// The run's own root folder, and Landlock: the path is not there, closed, or read-only.
    Files,
    /// The filter of system calls.
    Calls,
    /// The run's own network, or the filter that allows no sockets.
    Network,
    /// The run's own process ids, or the rules of Landlock and the filter about other processes.
    Processes,
    /// The run's own System V objects and message queues, or the filter.
    #[cfg(target_os = "linux")]
    Objects,
    /// The run's capabilities: none.
    Rights,
}

impl Wall {
    /// ENOENT and so on; 0 is an error of Python's own.
    #[cfg(windows)]
    pub(super) fn answers(self) -> &'static [i64] {
        match self {
            Self::Files | Self::Calls | Self::Rights => &[2, 13, 18],
            // Also time-outs, and no answer for a name.
            Self::Network => &[0, 13, 10013, 10051, 10060, 10061, 10065, 11001, 11002, 11004],
            Self::Processes => &[2, 13],
        }
    }

    /// ENOENT and so on, as numbers of Linux.
    #[cfg(target_os = "linux")]
    pub(super) fn answers(self) -> &'static [i64] {
        match self {
            Self::Files => &[1, 2, 13, 18, 20, 30, 95],
            Self::Calls => &[1, 38],
            Self::Network => &[1, 2, 13, 97, 101, 111, 113, -2, -3],
            Self::Processes => &[1, 2, 3, 13],
            Self::Objects => &[1, 2, 22, 43],
            Self::Rights => &[1, 2, 13, 22],
        }
    }

    /// The same as numbers of macOS, where one profile stops everything: most often with EPERM.
    #[cfg(target_os = "macos")]
    pub(super) fn answers(self) -> &'static [i64] {
        match self {
            Self::Files => &[1, 2, 13, 18, 20, 30],
            Self::Calls => &[1, 78],
            Self::Network => &[1, 2, 8, 13, 43, 47, 51, 61, 65, 102],
            Self::Processes => &[1, 2, 3, 13],
            Self::Rights => &[1, 2, 13, 22],
        }
    }
}

/// Where an attempt is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Where {
    /// In each way of containment.
    Everywhere,
    /// Where runs have a root folder of their own; elsewhere the service says that this is open.
    Rooted,
}

/// An attempt: its name, the wall that stops it, the containments in which it does, the program, and the twin.
pub(super) struct Escape(
    pub(super) &'static str,
    pub(super) Wall,
    #[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "one containment"))] pub(super) Where,
    pub(super) &'static str,
    pub(super) &'static str,
);

/// All attempts.
pub(super) fn all() -> impl Iterator<Item = &'static Escape> {
    let all = FILES.iter().chain(KERNEL);
    #[cfg(target_os = "linux")]
    let all = all.chain(OTHERS);
    all
}

/// The results of all cases: name, error, error number, and the twin's end.
pub(super) fn attack(service: &Service, context: &Value, cases: &[&Escape]) -> Vec<Vec<Value>> {
    let answer = service.execute(&request(context, cases));
    assert_eq!(answer["isolation"], "sandbox", "{answer}");
    assert!(!answer.to_string().contains(SECRET), "a secret got out: {answer}");
    results(answer["output"].as_str().unwrap_or_default())
}

/// The request that makes the attempts.
pub(super) fn request(context: &Value, cases: &[&Escape]) -> Value {
    let file = |(path, content): (&str, String)| json!({"path": path, "content": content});
    json!({"code": DRIVER.0, "files": files(context, cases).map(file), "timeout_ms": DRIVER.1})
}

/// The files that the program reads.
pub(super) fn files(context: &Value, cases: &[&Escape]) -> [(&'static str, String); 2] {
    let programs: Vec<_> = cases.iter().map(|case| json!([case.0, case.3, case.4])).collect();
    [("cases.json", Value::from(programs).to_string()), ("context.json", context.to_string())]
}

/// The results in the output.
pub(super) fn results(output: &str) -> Vec<Vec<Value>> {
    serde_json::from_str(output).unwrap_or_else(|error| panic!("{error}: {output}"))
}

/// Whether the wall of a case seems to have stopped it.
pub(super) fn is_stopped(Escape(_, wall, ..): &Escape, result: &[Value]) -> bool {
    let number = result.get(2).and_then(Value::as_i64).unwrap_or_default();
    result.get(1).is_some_and(|ended| ended != "ok") && wall.answers().contains(&number)
}

/// The mistake in the result of a case, if there is one.
pub(super) fn complaint(case: &Escape, result: &[Value]) -> Option<String> {
    let Escape(name, wall, ..) = case;
    let [told, ended, _, twin] = result else { return Some(format!("{name}: {result:?}")) };
    assert_eq!(told, name);
    if !is_stopped(case, result) {
        return Some(format!("{name}: not stopped by {wall:?}, but: {ended}"));
    }
    (twin != "ok").then(|| format!("{name}: its twin does not work: {twin}"))
}

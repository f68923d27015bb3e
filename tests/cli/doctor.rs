//! `runtray doctor`: its report about this machine, and about machines that lack a part of the sandbox.

use std::process::{Command, Output};

use serde_json::Value;

use crate::harness::{Home, runtray};
#[cfg(target_os = "linux")]
use crate::harness::{
    nobody,
    old_kernel::{without_landlock, without_namespaces},
    skip,
};

/// The report, after the check that the exit code agrees with it.
fn report(home: &Home, prepare: impl FnOnce(&mut Command)) -> Value {
    let mut command = runtray(home);
    command.args(["doctor", "--json"]);
    prepare(&mut command);
    let Output { status, stdout, stderr } = command.output().expect("runtray runs");
    let stderr = String::from_utf8_lossy(&stderr);
    let report: Value = serde_json::from_slice(&stdout).unwrap_or_else(|error| panic!("{error}: {stderr}"));
    let needed = ["sandbox", "files closed", "network closed"];
    let fails = |check: &Value| check["ok"] == false && needed.iter().any(|name| check["name"] == *name);
    let is_whole = report["isolation"] != "none" && !report["checks"].as_array().expect("checks").iter().any(fails);
    assert_eq!(status.code(), Some(i32::from(!is_whole)), "{report}\n{stderr}");
    report
}

#[cfg(target_os = "linux")]
#[track_caller]
fn check<'a>(report: &'a Value, name: &str) -> (bool, &'a str) {
    let checks = report["checks"].as_array().expect("checks");
    let check = checks.iter().find(|check| check["name"] == name).unwrap_or_else(|| panic!("no {name}: {report}"));
    (check["ok"] == true, check["detail"].as_str().expect("a detail"))
}

#[test]
fn the_table_and_the_json_report_agree() {
    let home = Home::new("");
    let report = report(&home, |_| ());
    let table = runtray(&home).arg("doctor").output().expect("runtray runs");
    let table = String::from_utf8_lossy(&table.stdout).into_owned();
    for check in report["checks"].as_array().expect("checks") {
        let (mark, name) = (if check["ok"] == true { "ok" } else { "--" }, check["name"].as_str().expect("a name"));
        let has_line = table.lines().any(|line| line.starts_with(mark) && line[2..].trim_start().starts_with(name));
        assert!(has_line, "{name}: {table}");
    }
    let level = report["isolation"].as_str().expect("a level");
    assert!(table.trim_end().ends_with(&format!("Programs run at the isolation \"{level}\".")), "{table}");
}

#[test]
fn settings_that_turn_the_isolation_off_are_a_failure() {
    let found = report(&Home::new("isolation = \"none\"\n"), |_| ());
    assert_eq!(found["isolation"], "none", "{found}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_kernel_without_landlock_has_no_sandbox_and_the_remedy_is_named() {
    let found = report(&Home::new(""), |command| _ = without_landlock(command));
    let (landlock, sandbox) = (check(&found, "Landlock"), check(&found, "sandbox"));
    assert!(!landlock.0 && landlock.1.contains("version 0"), "{found}");
    assert!(!sandbox.0 && sandbox.1.contains("lsm="), "{found}");
    assert_ne!(found["isolation"], "sandbox", "{found}");
    assert!(found["checks"].as_array().is_some_and(|all| all.iter().all(|check| check["name"] != "files closed")));
}

#[cfg(target_os = "linux")]
#[test]
fn a_container_without_namespaces_has_a_sandbox_with_gaps_that_are_named() {
    let found = report(&Home::new(""), |command| _ = without_namespaces(command));
    assert_eq!(found["isolation"], "sandbox", "{found}");
    for (name, remedy) in [
        ("containment", "user namespaces"),
        ("own root folder", "mount namespaces"),
        ("own network", "network namespaces"),
    ] {
        let (ok, detail) = check(&found, name);
        assert!(!ok && detail.contains(remedy), "{name}: {found}");
    }
    let (ok, detail) = check(&found, "sandbox");
    assert!(ok && detail != "complete", "{found}");
    assert_eq!((check(&found, "files closed").0, check(&found, "network closed").0), (true, true), "{found}");
}

#[cfg(target_os = "linux")]
#[test]
fn an_ordinary_user_gets_the_same_report_as_root() {
    if let Some(reason) = nobody::cannot_run() {
        return skip(reason);
    }
    let home = Home::new("");
    let root = report(&home, |_| ());
    nobody::give(home.path());
    let mut command = nobody::command(&home);
    let output = command.args(["doctor", "--json"]).output().expect("runtray runs");
    let user: Value = serde_json::from_slice(&output.stdout).expect("a report");
    // The interpreters of this test may be closed to other users, so only the parts of the sandbox are compared.
    for name in ["containment", "Landlock", "own root folder", "own network", "sandbox"] {
        assert_eq!(check(&user, name).0, check(&root, name).0, "{name}: {user}\n{root}");
    }
    assert_eq!(user["isolation"], root["isolation"], "{user}");
}

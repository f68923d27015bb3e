//! `runtray pythons`.

use std::process::Output;

use serde_json::Value;

use crate::harness::{Home, fake_interpreter, runtray};

fn pythons(home: &Home, options: &[&str]) -> Output {
    runtray(home).arg("pythons").args(options).output().expect("runtray runs")
}

fn listed(home: &Home) -> Value {
    let output = pythons(home, &["--json"]);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

#[cfg(unix)]
fn in_use(listed: &Value) -> Vec<&Value> {
    listed["found"].as_array().expect("a list").iter().filter(|python| python["in_use"] == true).collect()
}

/// A home whose settings name one of the Pythons on this machine, so that the choice does not depend on the machine's speed.
#[cfg(unix)]
fn home_with_choice() -> (Home, String) {
    let found = listed(&Home::new(""));
    assert_eq!(in_use(&found).len(), 1, "{found}");
    let mut paths = found["found"].as_array().expect("a list").iter().filter_map(|python| python["path"].as_str());
    let chosen = paths.next_back().expect("a Python").to_owned();
    (Home::new(&format!("[python]\npath = '{chosen}'")), chosen)
}

#[cfg(unix)]
#[test]
fn the_python_in_use_is_marked_and_the_service_uses_it() {
    let (home, chosen) = home_with_choice();
    let listed = listed(&home);
    let [used] = in_use(&listed)[..] else { panic!("not one in use: {listed}") };
    assert_eq!(used["path"], chosen);
    for name in ["version", "implementation", "prefix", "source"] {
        assert!(used[name].as_str().is_some_and(|value| !value.is_empty()), "{name} of {used}");
    }
    let path = std::path::Path::new(&chosen);
    assert!(path.is_absolute() && path.exists(), "{chosen}");
    let table = pythons(&home, &[]);
    let table = String::from_utf8_lossy(&table.stdout).into_owned();
    let marked: Vec<_> = table.lines().filter(|line| line.starts_with('*')).collect();
    let version = used["version"].as_str().expect("a version");
    assert!(marked.len() == 1 && marked[0].contains(&chosen) && marked[0].contains(version), "{table}");
    assert_eq!(crate::harness::Service::start_in(&home, &[]).get("/status").json()["python_path"], chosen);
}

#[test]
fn a_chosen_path_that_is_not_a_python_is_reported_and_not_replaced() {
    let fake = fake_interpreter().expect("a fake interpreter");
    for choice in [fake.with_file_name("no-python-here"), fake] {
        let home = Home::new(&format!("[python]\npath = '{}'", choice.display()));
        let output = pythons(&home, &["--all"]);
        let (table, told) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert_eq!(output.status.code(), Some(1), "{table}{told}");
        assert!(!table.lines().any(|line| line.starts_with('*')), "{table}");
        assert!(told.contains(&format!("the settings name {}, which ", choice.display())), "{told}");
        let rejected = table.split_once("Rejected:").expect("what was rejected").1;
        assert!(rejected.contains(&choice.display().to_string()), "{table}");
        let listed = listed(&home);
        let rejected = listed["rejected"].as_array().expect("a list");
        let named = rejected.iter().find(|one| one["path"] == choice.display().to_string()).expect("the choice");
        assert!(named["reason"].as_str().is_some_and(|reason| reason.len() > 10), "{named}");
    }
}

//! The dependencies between the packages of the workspace, which must point downward.

use serde_json::Value;

use crate::{check, run};

/// Each package with the workspace packages that it may use.
const ALLOWED: &[(&str, &[&str])] = &[
    ("runtray-engine", &[]),
    ("runtray-wire", &[]),
    ("runtray-service", &["runtray-engine", "runtray-wire"]),
    ("runtray-update", &["runtray-engine"]),
    ("runtray-cli", &["runtray-service", "runtray-update", "runtray-engine", "runtray-wire"]),
    ("runtray-desktop", &["runtray-service", "runtray-update", "runtray-engine", "runtray-wire"]),
    ("runtray-bench", &["runtray-wire"]),
    ("minimal-app", &[]),
    ("xtask", &[]),
];

/// The packages that may use Tauri: the app, and the minimal app of the benchmark.
const KNOW_TAURI: &[&str] = &["runtray-desktop", "minimal-app"];

/// A dependency of one package on another.
struct Arrow<'a> {
    from: &'a str,
    to: &'a str,
    /// Whether `to` is in the workspace.
    inside: bool,
}

/// The reason why a dependency is not allowed, if so.
fn complaint(arrow: &Arrow<'_>) -> Option<String> {
    let Arrow { from, to, inside } = arrow;
    let Some((_, allowed)) = ALLOWED.iter().find(|(package, _)| package == from) else {
        return Some(format!("{from} is a new package: say in tests/tidy/arrows.rs what it may depend on"));
    };
    if *inside && !allowed.contains(to) {
        return Some(format!("{from} depends on {to}; it may depend on [{}] only", allowed.join(", ")));
    }
    let tauri = *to == "tauri" || to.starts_with("tauri-");
    let may = KNOW_TAURI.contains(from);
    (tauri && !may).then(|| format!("{from} depends on {to}; only {} may know Tauri", KNOW_TAURI.join(" and ")))
}

fn arrows(metadata: &Value) -> Vec<Arrow<'_>> {
    let packages = metadata["packages"].as_array().expect("cargo lists the packages");
    let names: Vec<_> = packages.iter().map(name).collect();
    let mut arrows = Vec::new();
    for package in packages {
        let used = package["dependencies"].as_array().expect("a package lists what it uses").iter().map(name);
        arrows.extend(used.map(|to| Arrow { from: name(package), to, inside: names.contains(&to) }));
    }
    arrows
}

fn name(value: &Value) -> &str {
    value["name"].as_str().expect("a package has a name")
}

#[test]
fn packages_depend_downward_only() {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let metadata = run(&cargo, &["metadata", "--format-version", "1", "--no-deps", "--offline"]);
    let metadata = serde_json::from_str(&metadata).expect("cargo prints JSON");
    let arrows = arrows(&metadata);
    assert!(arrows.iter().any(|arrow| arrow.inside), "no arrow was found: is the metadata read as it should be?");
    check(&arrows.iter().filter_map(complaint).collect::<Vec<_>>());
}

#[test]
fn forbidden_arrows_are_found() {
    let cases = [
        ("runtray-engine", "runtray-service", true, false),
        ("runtray-engine", "runtray-wire", true, false),
        ("runtray-wire", "runtray-engine", true, false),
        ("runtray-cli", "runtray-desktop", true, false),
        ("xtask", "runtray-engine", true, false),
        ("runtray-service", "tauri", false, false),
        ("runtray-cli", "tauri-plugin-dialog", false, false),
        ("unheard-of", "serde", false, false),
        ("runtray-service", "runtray-engine", true, true),
        ("runtray-service", "runtray-wire", true, true),
        ("runtray-desktop", "tauri", false, true),
        ("runtray-engine", "serde", false, true),
    ];
    for (from, to, inside, allowed) in cases {
        assert_eq!(complaint(&Arrow { from, to, inside }).is_none(), allowed, "{from} -> {to}");
    }
}

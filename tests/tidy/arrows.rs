//! The dependencies between the packages of the repository, which must point downward. Some are workspaces of their own.

use std::path::Path;

use serde_json::Value;

use crate::{check, files, root, run};

/// Each package with the packages of the repository that it may use.
const ALLOWED: &[(&str, &[&str])] = &[
    ("runtray-engine", &[]),
    ("runtray-wire", &[]),
    ("runtray-service", &["runtray-engine", "runtray-wire"]),
    ("runtray-update", &["runtray-engine"]),
    ("runtray-cli", &["runtray-service", "runtray-update", "runtray-engine", "runtray-wire"]),
    ("runtray-desktop", &["runtray-service", "runtray-update", "runtray-engine", "runtray-wire"]),
    ("runtray-packs", &["runtray-wire"]),
    ("runtray-python", &[]),
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
    /// Whether `to` is in the repository.
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

/// The packages of the repository, as cargo describes them: those of the workspace of each manifest.
fn packages() -> Vec<Value> {
    let mut packages = Vec::new();
    for manifest in files().iter().filter(|file| *file == "Cargo.toml" || file.ends_with("/Cargo.toml")) {
        let path = root().join(manifest);
        if !packages.iter().any(|package| manifest_path(package) == path) {
            packages.extend(workspace(&path));
        }
    }
    packages
}

/// The packages of the workspace that a manifest belongs to.
fn workspace(manifest: &Path) -> Vec<Value> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let manifest = manifest.to_str().expect("a path in UTF-8");
    let options = ["metadata", "--format-version", "1", "--no-deps", "--offline", "--manifest-path", manifest];
    let mut metadata: Value = serde_json::from_str(&run(&cargo, &options)).expect("cargo prints JSON");
    serde_json::from_value(metadata["packages"].take()).expect("cargo lists the packages")
}

fn manifest_path(package: &Value) -> &Path {
    Path::new(package["manifest_path"].as_str().expect("a package has a manifest"))
}

fn arrows(packages: &[Value]) -> Vec<Arrow<'_>> {
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
    let packages = packages();
    let arrows = arrows(&packages);
    for (from, to) in [("runtray-service", "runtray-engine"), ("runtray-packs", "runtray-wire")] {
        let is_found = arrows.iter().any(|arrow| arrow.inside && (arrow.from, arrow.to) == (from, to));
        assert!(is_found, "no arrow from {from} to {to} was found: is the metadata read as it should be?");
    }
    let is_read = |package: &str| packages.iter().any(|read| name(read) == package);
    let unread: Vec<_> = ALLOWED.iter().map(|(package, _)| package).filter(|package| !is_read(package)).collect();
    assert!(unread.is_empty(), "these packages are gone, or their manifests were not read: {unread:?}");
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
        ("runtray-packs", "runtray-engine", true, false),
        ("runtray-python", "runtray-wire", true, false),
        ("runtray-service", "tauri", false, false),
        ("runtray-cli", "tauri-plugin-dialog", false, false),
        ("unheard-of", "serde", false, false),
        ("runtray-service", "runtray-engine", true, true),
        ("runtray-service", "runtray-wire", true, true),
        ("runtray-packs", "runtray-wire", true, true),
        ("runtray-desktop", "tauri", false, true),
        ("runtray-engine", "serde", false, true),
    ];
    for (from, to, inside, allowed) in cases {
        assert_eq!(complaint(&Arrow { from, to, inside }).is_none(), allowed, "{from} -> {to}");
    }
}

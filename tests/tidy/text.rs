//! The length of files, and words that must not occur in them.

use std::fs;

use crate::{check, files, root};

/// The most lines of a Rust file. A file about one idea usually has 100 to 300.
const LINES: usize = 400;

/// Kinds of files that are written by hand.
const WRITTEN: &[&str] =
    &["c", "css", "html", "js", "json", "md", "mjs", "nsi", "py", "rs", "sh", "svelte", "toml", "ts", "tsx", "yml"];

/// Generated files, whose contents are not ours.
const GENERATED: &[&str] = &["Cargo.lock", "package-lock.json"];

/// Markers of unfinished work. They are split here, so that this file passes.
const UNFINISHED: &[&str] = &[concat!("TO", "DO"), concat!("FIX", "ME"), concat!("unimple", "mented!")];

/// Hosts of package registries: the user's own settings decide where packages come from.
const HOSTS: &[&str] = &[
    concat!("crates", ".io"),
    concat!("registry.npm", "js.org"),
    concat!("npm", "js.com"),
    concat!("pypi", ".org"),
    concat!("python", "hosted.org"),
];

fn complaints(file: &str, text: &str) -> Vec<String> {
    let lines = text.lines().count();
    let long = file.ends_with(".rs") && lines > LINES;
    let long = long.then(|| format!("{file} has {lines} lines, more than {LINES}: it holds more than one idea"));
    let words = text.lines().zip(1..).flat_map(|(line, number)| line_complaints(file, line, number));
    long.into_iter().chain(words).collect()
}

fn line_complaints(file: &str, line: &str, number: usize) -> Vec<String> {
    let unfinished = UNFINISHED.iter().filter(|word| line.contains(**word));
    let unfinished = unfinished.map(|word| format!("{file}:{number} says {word}: finish it, or open an issue"));
    let hosts = HOSTS.iter().filter(|host| line.contains(**host));
    unfinished.chain(hosts.map(|host| format!("{file}:{number} names the registry host {host}"))).collect()
}

fn is_judged(file: &str) -> bool {
    let (folders, name) = file.rsplit_once('/').unwrap_or(("", file));
    let written = name.rsplit_once('.').map_or(folders == ".ci", |(_, kind)| WRITTEN.contains(&kind));
    written && !GENERATED.contains(&name)
}

#[test]
fn files_are_short_finished_and_name_no_registry() {
    let judged: Vec<_> = files().into_iter().filter(|file| is_judged(file)).collect();
    assert!(judged.len() > 20, "only {} files were found", judged.len());
    let judge = |file: &String| {
        let bytes = fs::read(root().join(file)).expect("a listed file can be read");
        complaints(file, &String::from_utf8_lossy(&bytes))
    };
    check(&judged.iter().flat_map(judge).collect::<Vec<_>>());
}

#[test]
fn long_unfinished_and_host_naming_files_are_found() {
    let cases = [
        ("a.rs", "\n".repeat(LINES), 0),
        ("a.rs", "\n".repeat(LINES + 1), 1),
        ("a.md", "\n".repeat(LINES + 1), 0),
        ("a.py", format!("# {}: later", UNFINISHED[0]), 1),
        ("a.rs", format!("{}()", UNFINISHED[2]), 1),
        ("a.md", format!("from {}", HOSTS[0]), 1),
    ];
    for (file, text, expected) in cases {
        assert_eq!(complaints(file, &text).len(), expected, "{file}: {} bytes", text.len());
    }
}

#[test]
fn generated_and_binary_files_are_not_judged() {
    let cases = [
        ("Cargo.lock", false),
        ("ui/package-lock.json", false),
        ("icons/tray.png", false),
        ("xtask/src/main.rs", true),
        (".ci/run", true),
    ];
    for (file, judged) in cases {
        assert_eq!(is_judged(file), judged, "{file}");
    }
}

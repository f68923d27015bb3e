//! The index of `tests/`: its README must list every file and folder there and every file of its rooms, and nothing else.

use std::collections::BTreeSet;
use std::fs;

use crate::{check, files, root};

const README: &str = "tests/README.md";

/// Folders whose files have a line each.
const ROOMS: &[&str] = &[
    "service",
    "cli",
    "clients",
    "guard",
    "containment",
    "warm",
    "builtin",
    "container",
    "sandbox",
    "desktop",
    "wine",
];

/// The files that belong to the line of the room itself.
const OF_THE_ROOM: [&str; 2] = ["mod.rs", "main.rs"];

/// Compares the files of `tests/` with the index. Folders end with a slash in both.
fn complaints(present: &BTreeSet<String>, index: &str) -> Vec<String> {
    let named: BTreeSet<_> = index.lines().filter_map(entry).collect();
    let missing = present.iter().filter(|name| !named.contains(name.as_str()));
    let missing = missing.map(|name| format!("{README} has no line for `{name}`: say what belongs in it"));
    let stale = named.iter().filter(|name| !present.contains(**name));
    missing.chain(stale.map(|name| format!("{README} has a line for `{name}`, which is not there"))).collect()
}

/// The name in a row of the table with a description.
fn entry(line: &str) -> Option<&str> {
    let (name, about) = line.strip_prefix("| `")?.split_once("` |")?;
    let says_something = about.chars().any(char::is_alphabetic);
    says_something.then_some(name)
}

/// The files and folders directly in `tests/` and the files of its rooms, of all files of the repository.
fn present(files: &[String]) -> BTreeSet<String> {
    let below = files.iter().filter(|file| *file != README).filter_map(|file| file.strip_prefix("tests/"));
    below.flat_map(|file| [Some(first(file)), in_room(file)]).flatten().map(str::to_owned).collect()
}

/// A file of `tests/`, or the folder that it is in.
fn first(file: &str) -> &str {
    file.split_inclusive('/').next().unwrap_or(file)
}

/// The path of a file that is directly in a room.
fn in_room(file: &str) -> Option<&str> {
    let (room, name) = file.split_once('/')?;
    (ROOMS.contains(&room) && !name.contains('/') && !OF_THE_ROOM.contains(&name)).then_some(file)
}

#[test]
fn the_index_names_every_file_of_tests() {
    let index = fs::read_to_string(root().join(README)).expect("there is an index");
    check(&complaints(&present(&files()), &index));
}

#[test]
fn a_missing_and_a_stale_line_are_found() {
    let files = ["tests/README.md", "tests/http.rs", "tests/programs/a.py", "tests/programs/b.py", "src/other.rs"];
    let present = present(&files.map(str::to_owned));
    assert_eq!(complaints(&present, "| `http.rs` | HTTP |\n| `programs/` | Programs |\n"), [""; 0]);
    assert_eq!(complaints(&present, "| `http.rs` | HTTP |\n| `programs/` | |\n").len(), 1);
    let room =
        self::present(&["tests/cli/mod.rs", "tests/cli/logs.rs", "tests/cli/snapshots/a.snap"].map(str::to_owned));
    assert_eq!(complaints(&room, "| `cli/` | Commands |\n| `cli/logs.rs` | Logs |\n"), [""; 0]);
    assert_eq!(complaints(&room, "| `cli/` | Commands |\n").len(), 1);
    let program = self::present(&["tests/wine/main.rs", "tests/wine/app.rs"].map(str::to_owned));
    assert_eq!(complaints(&program, "| `wine/` | The app |\n| `wine/app.rs` | Its process |\n"), [""; 0]);
    assert_eq!(complaints(&present, "| `http.rs` | HTTP |\n| `programs/` | Programs |\n| `gone.rs` | It |").len(), 1);
}

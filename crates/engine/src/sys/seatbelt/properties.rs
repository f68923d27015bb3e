//! Profiles for arbitrary grants: no rule opens more than the granted paths and their targets.

use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::symlink;
use std::path::PathBuf;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::judge::allows;
use super::{Places, profile};
use crate::sys::Grants;

/// A name of a folder, hostile to the language of profiles.
fn name() -> impl Strategy<Value = OsString> {
    let hostile =
        select(vec!["\"", "\\", "\\\"", "\n", "(allow default)", "\")\n(allow default)\n(\"", "#\"", ";", " "]);
    let text = (hostile, "[a-z\"\\\\()\n]{0,6}").prop_map(|(start, rest)| OsString::from(format!("{start}{rest}")));
    prop_oneof![4 => text, 2 => "[a-z]{1,6}".prop_map(OsString::from), 1 => vec(1_u8..255, 1..8).prop_map(OsString::from_vec)]
        .prop_filter("a name of a file", |name| !name.as_encoded_bytes().contains(&b'/') && name != "." && name != "..")
}

/// The rules of a profile as its language reads them: texts are put together, and brackets must match.
fn read(profile: &str) -> Result<Vec<Vec<String>>, String> {
    let (mut rules, mut rule, mut depth, mut characters) = (Vec::new(), Vec::new(), 0, profile.chars());
    while let Some(character) = characters.next() {
        match character {
            '(' => depth += 1,
            ')' if depth == 0 => return Err("a bracket too many".into()),
            ')' => {
                depth -= 1;
                if depth == 0 {
                    rules.push(std::mem::take(&mut rule));
                }
            }
            '"' => rule.push(text(&mut characters)?),
            '\n' | ' ' => {}
            other if depth > 0 => rule.push(other.to_string()),
            other => return Err(format!("{other:?} outside of a rule")),
        }
    }
    if depth == 0 { Ok(rules) } else { Err("a bracket is missing".into()) }
}

/// A text up to its closing quote.
fn text(characters: &mut std::str::Chars<'_>) -> Result<String, String> {
    let mut text = String::from("text ");
    while let Some(character) = characters.next() {
        match character {
            '"' => return Ok(text),
            '\\' => match characters.next() {
                Some('n') => text.push('\n'),
                Some('r') => text.push('\r'),
                Some('t') => text.push('\t'),
                Some(other @ ('"' | '\\')) => text.push(other),
                other => return Err(format!("an escape of {other:?}")),
            },
            other => text.push(other),
        }
    }
    Err("a text has no end".into())
}

proptest! {
    #[test]
    fn no_name_changes_the_rules(names in vec(name(), 1..5), links in vec((any::<Index>(), name()), 0..3), split in any::<Index>()) {
        let folder = tempfile::tempdir().expect("a folder");
        let base = folder.path().canonicalize().expect("it is there");
        let mut paths: Vec<PathBuf> = names.iter().map(|name| base.join(name)).collect();
        paths.retain(|path| fs::create_dir_all(path).is_ok());
        for (target, name) in &links {
            let (Some(target), link) = (paths.get(target.index(paths.len().max(1))).cloned(), base.join(name)) else { continue };
            if symlink(target, &link).is_ok() {
                paths.push(link);
            }
        }
        let own = base.join("own");
        fs::create_dir_all(&own).expect("a folder");
        let (read_paths, write_paths) = paths.split_at(split.index(paths.len() + 1));
        let grants = Grants { read: read_paths.to_vec(), write: write_paths.to_vec(), ..Grants::default() };
        let places = Places { own: std::slice::from_ref(&own), own_read: &[], grants: &grants, hidden: &[], terminal: None };
        let rules = read(&profile(places)).map_err(TestCaseError::fail)?;
        prop_assert_eq!(rules[1].concat(), "denydefault");
        let real: Vec<String> = paths.iter().chain([&own]).filter_map(|path| Some(format!("text {}", path.canonicalize().ok()?.to_str()?))).collect();
        let below = format!("text {}", base.display());
        for rule in &rules {
            let word = rule.iter().filter(|part| part.len() == 1).map(String::as_str).collect::<String>();
            prop_assert!(word != "allowdefault", "{rule:?}");
            // Everything opened below the test's folder together with its content is granted.
            if word.contains("subpath") {
                let opened = rule.iter().filter(|part| part.starts_with(&below));
                prop_assert!(opened.into_iter().all(|part| real.contains(part)), "{rule:?} for {grants:?}");
            }
        }
        let count = rules.iter().flatten().filter(|part| real.contains(part)).count();
        prop_assert!(count >= real.iter().collect::<std::collections::HashSet<_>>().len(), "a grant has no rule");
    }
}

/// The folders of a disk.
const FOLDERS: [&str; 6] =
    ["home/.ssh", "home/data/runs", "project/venv/lib", "project/venv/bin", "project/out", "python/lib"];
const LINKS: [&str; 2] = ["way", "lib64"];

/// A path on the disk: a folder, or a link in it.
fn place() -> impl Strategy<Value = String> {
    let folder = select(FOLDERS.to_vec()).prop_flat_map(|folder| {
        let ends: Vec<usize> = folder.match_indices('/').map(|(at, _)| at).chain([folder.len()]).collect();
        select(ends).prop_map(move |end| folder[..end].to_owned())
    });
    let end =
        prop_oneof![4 => Just(""), 1 => Just("/way"), 1 => Just("/lib64"), 1 => Just("/.."), 1 => Just("/lib64/..")];
    (folder, end).prop_map(|(folder, end)| folder + end)
}

fn some() -> impl Strategy<Value = Vec<String>> {
    vec(place(), 0..4)
}

proptest! {
    #[test]
    fn nothing_that_is_closed_opens_in_a_granted_folder(
        links in vec((any::<Index>(), select(LINKS.to_vec()), place()), 0..5),
        paths in [some(), some(), some(), some()],
    ) {
        let folder = tempfile::tempdir().expect("a folder");
        let base = folder.path().canonicalize().expect("it is there");
        FOLDERS.iter().for_each(|name| fs::create_dir_all(base.join(name)).expect("a folder"));
        for (folder, name, target) in &links {
            // A second link of the name is not made.
            let _ = symlink(base.join(target), base.join(folder.get(&FOLDERS)).join(name));
        }
        let [interpreter, kept, read, write] = paths.map(|names| names.iter().map(|name| base.join(name)).collect::<Vec<_>>());
        let hidden = [base.join("home/data")];
        let grants = Grants { interpreter, kept, read, write, network: None };
        let text = profile(Places { own: &[], own_read: &[], grants: &grants, hidden: &hidden, terminal: None });
        let real = |paths: &[PathBuf]| -> Vec<PathBuf> { paths.iter().filter_map(|path| path.canonicalize().ok()).collect() };
        let lists = [&grants.interpreter, &grants.kept, &grants.read, &grants.write];
        let [interpreter, kept, read, write] = lists.map(|paths| real(paths));
        for name in FOLDERS {
            for place in base.join(name).ancestors().take_while(|place| *place != base) {
                let within = |folders: &[PathBuf]| folders.iter().any(|folder| place.starts_with(folder));
                let [may_read, may_write, may_move] =
                    ["file-read-data", "file-write-data", "file-write-unlink"].map(|it| allows(&text, it, place));
                let is_hidden = within(&hidden);
                prop_assert!(!may_read || (within(&[interpreter.clone(), read.clone(), write.clone()].concat()) && !is_hidden), "{place:?}");
                prop_assert!(!may_write || (within(&write) && !is_hidden), "{place:?}");
                prop_assert!(may_write == allows(&text, "file-link", place), "{place:?}");
                // A closed path stays where it is.
                let closed = hidden.iter().chain(&kept).chain(&interpreter).any(|it| it.starts_with(place) && !allows(&text, "file-write-data", it));
                prop_assert!(!may_move || !closed, "{place:?} with something closed in it may be moved:\n{text}");
            }
        }
        // An interpreter that no link may have led elsewhere is never written to.
        let direct = grants.kept.iter().chain(&grants.interpreter).filter(|path| path.canonicalize().is_ok_and(|real| real == **path));
        for path in direct {
            prop_assert!(!allows(&text, "file-write-data", path) || grants.write.iter().any(|it| it.canonicalize().is_ok_and(|it| it != *path && it.starts_with(path))), "{path:?}\n{text}");
        }
    }
}

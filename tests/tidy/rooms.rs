//! The rooms of a crate and the arrows between them: downward only, with no circles between files.
//!
//! A room is a file or a folder. `layouts` has the tables that say which rooms each may use.

use std::fs;

use crate::circles::circles;
use crate::imports::{Crate, Import, Module};
use crate::layouts::{CrateLayout, LAYOUTS, ONLY_IN, WITHOUT_CIRCLES};
use crate::{check, files, root};

impl CrateLayout {
    /// The crate's `src`, and the module of the folder in it.
    fn place(&self) -> (&str, Module) {
        let (before, below) = self.folder.split_once("/src").unwrap_or((self.folder, ""));
        let names = below.split('/').filter(|name| !name.is_empty()).map(str::to_owned);
        (&self.folder[..before.len() + "/src".len()], names.collect())
    }

    /// The room that a module is in; `None` outside of the folder, and for its `mod.rs` or `lib.rs`, which list the rooms.
    fn room(&self, module: &Module) -> Option<String> {
        let (_, folder) = self.place();
        module.strip_prefix(folder.as_slice())?.first().cloned()
    }

    fn may_use(&self, room: &str) -> Option<&'static [&'static str]> {
        self.rooms.iter().find(|(name, _)| *name == room).map(|(_, below)| *below)
    }

    /// Mistakes in the table itself.
    fn wrong_rows(&self) -> Vec<String> {
        let names: Vec<&str> = self.rooms.iter().map(|(name, _)| *name).collect();
        let row = |(index, (room, below)): (usize, &(&str, &[&str]))| -> Vec<String> {
            let not_below = below.iter().filter(|used| !names[index + 1..].contains(used));
            let folder = self.folder;
            not_below.map(|used| format!("the rooms of {folder}: {used} does not come below {room}")).collect()
        };
        self.rooms.iter().enumerate().flat_map(row).collect()
    }

    /// The reason why an import is not allowed, if so.
    fn complaint(&self, sources: &Crate, import: &Import) -> Option<String> {
        let (from, to) = (self.room(&import.from)?, self.room(&import.to)?);
        let file = sources.file(&import.from);
        let Some(below) = self.may_use(&from) else {
            return Some(format!("{file} is in a new room: say in tests/tidy/layouts.rs what {from} may use"));
        };
        let is_allowed = from == to || below.contains(&to.as_str());
        let may = if below.is_empty() { "no other room".to_owned() } else { format!("only [{}]", below.join(", ")) };
        let advice = "move what both need into a room below, or pass it in";
        (!is_allowed).then(|| format!("{file} uses {}, but {from} may use {may}, not {to}: {advice}", import.path))
    }

    fn complaints(&self, sources: &Crate) -> Vec<String> {
        let imports = sources.imports();
        let mut complaints: Vec<_> = imports.iter().filter_map(|import| self.complaint(sources, import)).collect();
        // A room without imports is also new.
        let known = |room: &String| self.may_use(room).is_some();
        let unknown = sources.modules().filter_map(|module| self.room(module)).filter(|room| !known(room));
        let folder = self.folder;
        let new = |room| format!("{folder} has a new room, {room}: say in tests/tidy/layouts.rs what {room} may use");
        complaints.extend(unknown.map(new));
        complaints.extend(self.wrong_rows());
        if self.place().1.is_empty() {
            complaints.extend(circles(sources));
        }
        complaints.sort();
        complaints.dedup();
        complaints
    }
}

/// The sources of a crate in the repository.
fn sources(src: &str) -> Crate {
    let below = |file: &String| Some((file.strip_prefix(src)?.strip_prefix('/')?.to_owned(), file.clone()));
    let rust = files().into_iter().filter(|file| file.ends_with(".rs"));
    let found: Vec<_> = rust.filter_map(|file| below(&file)).collect();
    assert!(found.len() > 5, "{src} has only {} files: is its path right?", found.len());
    Crate::read(found.into_iter().map(|(below, file)| {
        let text = fs::read_to_string(root().join(&file)).expect("a listed file can be read");
        (below, file, text)
    }))
}

#[test]
fn rooms_use_only_rooms_below_and_no_files_use_one_another() {
    check(&LAYOUTS.iter().flat_map(|layout| layout.complaints(&sources(layout.place().0))).collect::<Vec<_>>());
}

#[test]
fn no_files_of_crates_without_rooms_use_one_another() {
    check(&WITHOUT_CIRCLES.iter().flat_map(|src| circles(&sources(src))).collect::<Vec<_>>());
}

/// The files that import `package` outside of `room`.
fn outside(sources: &Crate, room: &str, package: &str) -> Vec<String> {
    let others = sources.modules().filter(|module| module.first().is_none_or(|first| first != room));
    let using = others.filter(|module| sources.uses_package(module, package));
    using.map(|module| format!("{} uses {package}; only {room} may", sources.file(module))).collect()
}

#[test]
fn packages_stay_in_their_rooms() {
    for (src, room, package) in ONLY_IN {
        let sources = sources(src);
        check(&outside(&sources, room, package));
        assert!(!outside(&sources, "", package).is_empty(), "{room} does not use {package}: take it off the list");
    }
    for (text, expected) in [
        ("use bollard::Docker;", 1),
        ("fn f(error: bollard::errors::Error) {}", 1),
        ("use bollard as docker;", 1),
        ("mod bollard_like; use std::io;", 0),
        ("#[cfg(test)] use bollard::Docker;", 0),
    ] {
        let complaints = outside(&small("low.rs", text), "top", "bollard");
        assert_eq!(complaints.len(), expected, "{text}\n{}", complaints.join("\n"));
    }
}

const SMALL: CrateLayout =
    CrateLayout { folder: "small/src", rooms: &[("top", &["middle", "low"]), ("middle", &["low"]), ("low", &[])] };

/// A crate in which `file` has `text` instead of its own.
fn small(file: &str, text: &str) -> Crate {
    let usual = [
        ("lib.rs", "mod low; mod middle; mod top; pub use top::deep::{Deep, Deep as Other};"),
        ("top/mod.rs", "pub(crate) mod deep; use crate::{low::Low, middle}; fn f(deep: deep::Deep) { middle::g(); }"),
        ("top/deep.rs", "pub struct Deep;"),
        ("middle.rs", "use super::low; pub(crate) fn g() { low::h(1) }"),
        ("low.rs", "#[cfg(test)] mod tests { use crate::top::f; } pub struct Low;"),
    ];
    let replaced = usual.iter().filter(|(name, _)| *name != file).copied().chain([(file, text)]);
    Crate::read(replaced.map(|(name, text)| (name.to_owned(), format!("small/src/{name}"), text.to_owned())))
}

#[test]
fn forbidden_arrows_are_found() {
    let cases = [
        ("low.rs", "use crate::middle::g;", 2),
        ("low.rs", "fn f() { super::top::f() }", 2),
        ("low.rs", "fn f() { println!(\"{}\", crate::top::f()) }", 2),
        ("low.rs", "fn f(deep: crate::Deep) {}", 1),
        ("low.rs", "use crate::Other as Renamed;", 1),
        ("low.rs", "mod inner { use super::super::middle::g; }", 2),
        ("low.rs", "use std::{io, fmt}; fn f() { io::stdin() }", 0),
        ("low.rs", "#[cfg(all(test, unix))] use crate::top::f;", 0),
        ("low.rs", "pub(in crate::top) struct Low;", 0),
        ("top/deep.rs", "use super::f;", 1),
        ("top/deep.rs", "use crate::middle::g;", 0),
        ("new.rs", "", 1),
        ("new.rs", "use crate::low::Low;", 2),
        ("lib.rs", "mod low; mod middle; mod top; #[cfg(test)] mod tests;", 0),
    ];
    for (file, text, expected) in cases {
        let complaints = SMALL.complaints(&small(file, text));
        assert_eq!(complaints.len(), expected, "{file}: {text}\n{}", complaints.join("\n"));
    }
    let complaints = SMALL.complaints(&small("low.rs", "fn f(deep: crate::Deep) {}"));
    let expected = "small/src/low.rs uses Deep, but low may use no other room, not top: \
                    move what both need into a room below, or pass it in";
    assert_eq!(complaints, [expected]);
}

#[test]
fn tables_point_down() {
    let up = CrateLayout { folder: "small/src", rooms: &[("low", &["top"]), ("middle", &["low"]), ("top", &[])] };
    assert_eq!(up.wrong_rows(), ["the rooms of small/src: low does not come below middle"]);
}

//! Paths of every form: each is refused, or stays in its folder on every system.

use std::path::Component;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::*;

/// Names with a meaning of their own on some system.
const NAMES: [&str; 24] = [
    "",
    ".",
    "..",
    "...",
    "~",
    "C:",
    "c:a",
    "a:b",
    "NUL",
    "nul.txt",
    "COM1",
    "lpt¹.log",
    "CONIN$",
    "con .x",
    "a.",
    "a ",
    " a",
    "?",
    "*",
    "UNC",
    "\0",
    "\u{202e}",
    "ﬀ",
    "\u{2024}\u{2024}",
];
const SEPARATORS: [&str; 6] = ["/", "\\", "//", "/./", "\\..\\", "\u{2215}"];

/// Texts that a client could send as a path.
pub(crate) fn written() -> impl Strategy<Value = String> {
    let name = prop_oneof![
        3 => "[a-zA-Z0-9_. -]{1,5}".boxed(),
        3 => select(NAMES.to_vec()).prop_map(str::to_owned).boxed(),
        1 => any::<String>().boxed(),
        1 => "[a-z]{254,257}".boxed(),
    ];
    let joined = vec((name, select(SEPARATORS.to_vec())), 0..6)
        .prop_map(|parts| parts.iter().map(|(name, separator)| format!("{name}{separator}")).collect::<String>());
    (joined, any::<bool>()).prop_map(|(path, cut)| match cut {
        true => path.trim_end_matches(['/', '\\']).to_owned(),
        false => path,
    })
}

proptest! {
    #[test]
    fn a_path_is_refused_or_stays_below_every_folder(written in written()) {
        let Ok(path) = RelativePath::parse(&written) else { return Ok(()) };
        for folder in ["/runs/01J", "runs", ""] {
            let below = path.below(Path::new(folder));
            let rest = below.strip_prefix(folder).expect("below the folder");
            prop_assert!(rest.components().all(|part| matches!(part, Component::Normal(_))), "{rest:?}");
            prop_assert_eq!(rest.components().count(), path.as_str().split('/').count());
        }
        // Windows takes these as separators, drives, streams and patterns, and drops dots and spaces at the end.
        let has_meaning = |c: char| r#"\:<>"|?*"#.contains(c) || c.is_control();
        prop_assert!(!path.as_str().contains(has_meaning), "{path}");
        for name in path.as_str().split('/') {
            prop_assert!(!name.is_empty() && !name.ends_with(['.', ' ']) && name.len() <= LONGEST_NAME_BYTES, "{path}");
        }
    }

    #[test]
    fn an_accepted_path_is_read_as_itself(written in written()) {
        if let Ok(path) = RelativePath::parse(&written) {
            prop_assert_eq!(RelativePath::parse(path.as_str()), Ok(path));
        }
    }

    #[test]
    fn a_refusal_names_the_mistake_and_is_short(written in prop_oneof![written(), any::<String>()]) {
        if let Err(mistake) = RelativePath::parse(&written) {
            prop_assert!(mistake.starts_with("must ") && mistake.len() < 700, "{mistake}");
            prop_assert!(!mistake.contains(char::is_control), "{mistake:?}");
        }
    }
}

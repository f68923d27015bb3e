//! Names that language models and other services give to languages, besides the names and aliases of the table.
//!
//! They are looked up last, so that they are free for the user's own languages.

use std::borrow::Cow;

const MEANT: &[(&str, &str)] = &[
    ("ipython", "python"),
    ("py3", "python"),
    ("pypy", "python"),
    ("cpython", "python"),
    ("node.js", "javascript"),
    ("mjs", "javascript"),
    ("cjs", "javascript"),
    ("ecmascript", "javascript"),
    ("mts", "typescript"),
    ("cts", "typescript"),
    ("tsx", "typescript"),
    ("shell", "sh"),
    ("shellscript", "sh"),
    ("pwsh", "powershell"),
    ("ps1", "powershell"),
    ("bat", "cmd"),
    ("batch", "cmd"),
];

/// The language that `name` means as a synonym; a version such as in `python3.12` is left out.
pub(super) fn meant_by(name: &str) -> Option<Cow<'_, str>> {
    if let Some(meant) = listed(name) {
        return Some(Cow::Borrowed(meant));
    }
    let without = without_version(name).trim_end_matches([' ', '-', '@', '_']);
    if without.is_empty() || without.len() == name.len() {
        return None;
    }
    Some(listed(without).map_or(Cow::Borrowed(without), Cow::Borrowed))
}

/// The version in `name`, which is not in the table, such as `3.12`.
pub(super) fn version_in(name: &str) -> Option<&str> {
    let version = name[without_version(name).len()..].trim_matches('.');
    (listed(name).is_none() && !version.is_empty()).then_some(version)
}

fn without_version(name: &str) -> &str {
    name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.')
}

fn listed(name: &str) -> Option<&'static str> {
    MEANT.iter().find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, meant)| *meant)
}

#[cfg(test)]
mod tests {
    use super::{meant_by, version_in};

    #[test]
    fn versions_in_names_are_found() {
        for (name, expected) in [
            ("python3.12", Some("3.12")),
            ("python2", Some("2")),
            ("Node.js 24", Some("24")),
            ("py3", None),
            ("node.js", None),
        ] {
            assert_eq!(version_in(name), expected, "{name:?}");
        }
    }

    #[test]
    fn names_of_models_are_understood() {
        for (name, expected) in [
            ("IPython", Some("python")),
            ("python3.12", Some("python")),
            ("python 3.11", Some("python")),
            ("node.js", Some("javascript")),
            ("node20", Some("node")),
            ("Node.js 24", Some("javascript")),
            ("tsx", Some("typescript")),
            ("shell", Some("sh")),
            ("pwsh", Some("powershell")),
            ("fortran77", Some("fortran")),
            ("cobol", None),
            ("3.12", None),
            ("", None),
        ] {
            assert_eq!(meant_by(name).as_deref(), expected, "{name:?}");
        }
    }
}

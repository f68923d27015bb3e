//! Versions and the selectors of npm's semver that Piston's clients send.

use semver::{Version, VersionReq};

/// The version that Piston's clients see of an interpreter whose version is not known.
const UNKNOWN: &str = "0.0.0";

/// An interpreter's version for Piston's clients.
pub(super) fn told(version: &str) -> &str {
    if Version::parse(version).is_ok() { version } else { UNKNOWN }
}

/// Whether `selector` selects `version`.
pub(super) fn selects(selector: &str, version: &str) -> bool {
    if selector == version {
        return true;
    }
    let Ok(version) = Version::parse(told(version)) else { return false };
    selector.split("||").any(|range| requirement(range).is_some_and(|range| range.matches(&version)))
}

/// npm separates comparators by blanks, and takes `3.12` for `=3.12`.
fn requirement(range: &str) -> Option<VersionReq> {
    let comparators: Vec<String> = range.split_whitespace().map(comparator).collect();
    if comparators.is_empty() { Some(VersionReq::STAR) } else { VersionReq::parse(&comparators.join(", ")).ok() }
}

fn comparator(text: &str) -> String {
    let text = text.trim_start_matches('v');
    let is_bare = text.starts_with(|first: char| first.is_ascii_digit());
    let is_wild = text.contains(['*', 'x', 'X']);
    if is_bare && !is_wild { format!("={text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::selects;

    #[test]
    fn selectors_of_npm_are_understood() {
        for (selector, version, expected) in [
            ("*", "3.11.7", true),
            ("", "3.11.7", true),
            ("3", "3.11.7", true),
            ("3.11", "3.11.7", true),
            ("3.x", "3.11.7", true),
            ("3.11.7", "3.11.7", true),
            ("^3.10.0", "3.11.7", true),
            ("~3.10.0", "3.11.7", false),
            (">=3.8 <4", "3.11.7", true),
            ("2 || 3", "3.11.7", true),
            ("3.10", "3.11.7", false),
            ("3.10.0", "3.11.7", false),
            ("latest", "3.11.7", false),
            ("*", "", true),
            ("1", "", false),
        ] {
            assert_eq!(selects(selector, version), expected, "{selector:?} of {version:?}");
        }
    }
}

//! The requirements of a user.

use std::str::FromStr as _;

use pep508_rs::{Requirement, VersionOrUrl};
use runtray_wire::PackFault;

use crate::Outcome;

/// Reads a name of a package with or without versions.
pub(crate) fn requirement(text: &str) -> Outcome<Requirement> {
    let bad = |cause: String| PackFault::BadName { text: text.to_owned(), cause };
    let requirement = Requirement::from_str(text.trim()).map_err(|error| bad(error.message.to_string()))?;
    match requirement.version_or_url {
        Some(VersionOrUrl::Url(_)) => Err(bad("it names an address, and packages come from the index only".to_owned())),
        _ => Ok(requirement),
    }
}

#[cfg(test)]
mod tests {
    use super::requirement;

    #[test]
    fn names_and_ranges_are_understood_and_addresses_refused() {
        for text in ["rich", "Rich>=14,<15", "rich[jupyter]", " tabulate == 0.9 "] {
            requirement(text).unwrap_or_else(|fault| panic!("{text}: {fault:?}"));
        }
        for text in ["", "../a", "a b", "rich @ https://example.invalid/a.whl", "rich>=", "-r file"] {
            assert!(requirement(text).is_err(), "{text}");
        }
    }
}

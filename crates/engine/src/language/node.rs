//! The command-line arguments for each version of Node.js.

use crate::text::message::LocalizedMessage;
use crate::text::sentences;
use semver::Version;

/// The oldest version that strips types.
const STRIPS: Version = Version::new(22, 6, 0);

/// Disables the warning about a `package.json` without a `type`.
const QUIET_ABOUT_TYPE: &str = "--disable-warning=MODULE_TYPELESS_PACKAGE_JSON";

/// Whether that version runs TypeScript.
///
/// # Errors
/// The version does not run TypeScript; the error follows its path in a sentence.
pub(super) fn check_types(version: &str) -> Result<(), LocalizedMessage> {
    match Version::parse(version) {
        Ok(version) if version >= STRIPS => Ok(()),
        _ => Err(sentences::NODE_WITHOUT_TYPES.with("version", version).with("oldest", STRIPS.to_string())),
    }
}

/// Arguments for a JavaScript program that may be an ES module or CommonJS.
///
/// Node.js detects that since 20.19 and 22.7, and from 20.11 and 21.3 on with a flag. Older versions assume CommonJS, and their
/// error explains how to use `import`.
pub(super) fn script_args(version: &str) -> Vec<&'static str> {
    let Ok(version) = Version::parse(version) else { return Vec::new() };
    let asks = within(&version, (20, 11), (20, 19)) || within(&version, (21, 3), (22, 7));
    let args = ["--experimental-detect-module", QUIET_ABOUT_TYPE];
    if asks { args.to_vec() } else { Vec::new() }
}

/// Arguments for a program below our own `package.json`, which stops the search for the user's. Versions that detect the kind
/// of module would warn about ours.
pub(super) fn args_in_sight(version: &str) -> Option<&'static str> {
    let version = Version::parse(version).ok()?;
    let detects = version >= Version::new(22, 7, 0) || within(&version, (20, 19), (21, 0));
    detects.then_some(QUIET_ABOUT_TYPE)
}

/// Arguments for a TypeScript program in a version that strips types: by default since 22.18 and 23.6, with a flag before
/// (<https://nodejs.org/api/typescript.html>).
pub(super) fn types_args(version: &str) -> Vec<&'static str> {
    let mut args = script_args(version);
    let Ok(version) = Version::parse(version) else { return args };
    if is_asked_to_strip(&version) {
        args.push("--experimental-strip-types");
    }
    args
}

/// Arguments for a TypeScript program that needs a transform, which exists from 22.7 until 26; `None` for other versions.
pub(super) fn transform_args(version: &str) -> Option<Vec<&'static str>> {
    let can = within(&Version::parse(version).ok()?, (22, 7), (26, 0));
    can.then(|| [script_args(version), vec!["--experimental-transform-types"]].concat())
}

/// Whether that version warns at each start that stripping types is experimental.
pub(super) fn announces_types(version: &str) -> bool {
    Version::parse(version).is_ok_and(|version| is_asked_to_strip(&version) || within(&version, (23, 6), (24, 3)))
}

fn is_asked_to_strip(version: &Version) -> bool {
    within(version, (22, 6), (22, 18)) || within(version, (23, 0), (23, 6))
}

fn within(version: &Version, from: (u64, u64), before: (u64, u64)) -> bool {
    let version = (version.major, version.minor);
    from <= version && version < before
}

#[cfg(test)]
mod tests {
    use super::{announces_types, args_in_sight, check_types, script_args, transform_args, types_args};

    const DETECT: &str = "--experimental-detect-module";
    const STRIP: &str = "--experimental-strip-types";

    #[test]
    fn modules_are_detected_wherever_node_can() {
        for (version, asks) in [
            ("18.20.4", false),
            ("20.10.0", false),
            ("20.11.0", true),
            ("20.18.1", true),
            ("20.19.0", false),
            ("21.2.0", false),
            ("21.3.0", true),
            ("22.6.0", true),
            ("22.7.0", false),
            ("24.4.1", false),
            ("", false),
        ] {
            assert_eq!(script_args(version).contains(&DETECT), asks, "{version}");
        }
    }

    #[test]
    fn versions_that_would_warn_of_our_own_file_do_not() {
        for (version, warns) in [
            ("18.20.4", false),
            ("20.18.1", false),
            ("20.20.2", true),
            ("21.7.0", false),
            ("22.6.0", false),
            ("22.7.0", true),
            ("24.4.1", true),
            ("", false),
        ] {
            assert_eq!(args_in_sight(version).is_some(), warns, "{version}");
        }
    }

    #[test]
    fn types_are_stripped_and_the_announcement_is_expected() {
        for (version, asked, announces) in [
            ("22.7.0", &[STRIP][..], true),
            ("22.17.1", &[STRIP], true),
            ("22.18.0", &[], false),
            ("23.0.0", &[STRIP], true),
            ("23.5.9", &[STRIP], true),
            ("23.6.0", &[], true),
            ("24.2.0", &[], true),
            ("24.3.0", &[], false),
            ("26.0.0", &[], false),
        ] {
            assert_eq!((types_args(version).as_slice(), announces_types(version)), (asked, announces), "{version}");
        }
        assert!(types_args("22.6.0").contains(&DETECT));
    }

    #[test]
    fn code_is_transformed_wherever_node_can() {
        for (version, can) in
            [("22.6.0", false), ("22.7.0", true), ("24.21.0", true), ("25.9.0", true), ("26.0.0", false), ("", false)]
        {
            let expected = can.then(|| vec!["--experimental-transform-types"]);
            assert_eq!(transform_args(version), expected, "{version}");
        }
    }

    #[test]
    fn an_older_node_is_told_from_one_that_strips_types() {
        for (version, strips) in
            [("", false), ("20.20.2", false), ("22.5.1", false), ("22.6.0", true), ("24.4.1", true)]
        {
            assert_eq!(check_types(version).is_ok(), strips, "{version}");
        }
        assert_eq!(
            check_types("20.20.2").expect_err("an old one"),
            "is Node.js 20.20.2, and TypeScript needs Node.js 22.6.0 or newer"
        );
    }
}

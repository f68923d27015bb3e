//! The feed's content: the newest version, and where its packages are.

use std::collections::BTreeMap;

use semver::Version;
use serde::Deserialize;
use url::Url;

use crate::{Result, sentences as s};

/// The most letters of the notes that are kept.
const MOST_NOTES: usize = 20_000;

/// A version that can be fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// Its number.
    pub version: Version,
    /// Its news: plain text by the publisher, with control characters removed.
    pub notes: String,
    /// The day on which it was published, as the feed writes it; empty if it does not.
    pub date: String,
    pub(crate) address: Url,
    pub(crate) signature: String,
}

/// The JSON of the feed, with the fields that Tauri's updater has.
#[derive(Deserialize)]
pub(crate) struct Manifest {
    pub(crate) version: Version,
    #[serde(default)]
    notes: String,
    #[serde(default)]
    pub_date: String,
    platforms: BTreeMap<String, Platform>,
}

/// The package for one platform.
#[derive(Deserialize)]
struct Platform {
    url: String,
    signature: String,
}

impl Manifest {
    /// Reads the JSON that came from `address`.
    ///
    /// # Errors
    /// The text is not the JSON of a feed.
    pub(crate) fn parse(json: &[u8], address: &Url) -> Result<Self> {
        let wrong =
            |error: serde_json::Error| s::NOT_A_FEED.with("address", address.as_str()).with("cause", error.to_string());
        serde_json::from_slice(json).map_err(wrong)
    }

    /// The release for a kind of installation.
    ///
    /// # Errors
    /// The feed has no such release, or its address cannot be read.
    pub(crate) fn release(&self, target: &str, address: &Url) -> Result<Release> {
        let missing = || s::NO_PACKAGE.with("version", self.version.to_string()).with("target", target);
        let place = self.platforms.get(target).ok_or_else(missing)?;
        let wrong =
            |error: url::ParseError| s::NOT_A_FEED.with("address", address.as_str()).with("cause", error.to_string());
        Ok(Release {
            version: self.version.clone(),
            notes: printable(&self.notes, MOST_NOTES),
            date: printable(&self.pub_date, 40),
            // Relative to the feed, so that a mirror need not rewrite it.
            address: address.join(&place.url).map_err(wrong)?,
            signature: place.signature.clone(),
        })
    }
}

/// The first letters of a text, without control characters.
fn printable(text: &str, most: usize) -> String {
    text.chars().filter(|letter| *letter == '\n' || !letter.is_control()).take(most).collect()
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::Manifest;

    #[test]
    fn what_is_no_feed_is_refused_and_says_why() {
        let address = Url::parse("https://a.example/f").expect("an address");
        for json in ["", "[]", "{}", r#"{"version": "new", "platforms": {}}"#, r#"{"version": "1.0.0"}"#, "<html>"] {
            let error = Manifest::parse(json.as_bytes(), &address).err().expect(json);
            assert_eq!(error.code(), "update.not_a_feed", "{json}");
        }
    }

    #[test]
    fn a_release_has_its_notes_without_control_characters_and_an_address_beside_the_feed() {
        let address = Url::parse("https://a.example/updates/latest.json").expect("an address");
        let json = r#"{"version": "1.2.3", "notes": "one\u001b[31m\ntwo", "platforms":
            {"linux-x86_64-tar": {"url": "r.tar.gz", "signature": "c2ln"}}, "later": 1}"#;
        let manifest = Manifest::parse(json.as_bytes(), &address).expect("a feed");
        let release = manifest.release("linux-x86_64-tar", &address).expect("a release");
        assert_eq!(release.notes, "one[31m\ntwo");
        assert_eq!(release.address.as_str(), "https://a.example/updates/r.tar.gz");
        let missing = manifest.release("windows-x86_64-nsis", &address).expect_err("none for Windows");
        assert_eq!(missing.code(), "update.no_package");
    }
}

//! The package index, by the simple API in JSON (PEP 691).

mod client;
mod download;
mod pip;
mod pip_help;
mod place;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::str::FromStr as _;

use pep508_rs::PackageName;
use pep508_rs::pep440_rs::VersionSpecifiers;
use runtray_wire::{PackFault, PackStep};
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use crate::release::{Location, Release, RemoteWheel};
use crate::wheel::{Metadata, Wheel, WheelName};
use crate::{Outcome, Report, disk};
use client::Client;

/// The media type that requests accept.
const JSON: &str = "application/vnd.pypi.simple.v1+json";

/// The most bytes of an answer in JSON.
const MOST_JSON: u64 = 64 << 20;

/// The most bytes of metadata.
const MOST_METADATA: u64 = 4 << 20;

/// The most bytes of a wheel.
const MOST_WHEEL: u64 = 512 << 20;

/// The package index.
pub(crate) struct Index {
    address: Url,
    client: Client,
    downloads: PathBuf,
}

/// A wheel to fetch.
pub(crate) struct Download<'a> {
    /// The package, for people.
    pub(crate) name: &'a str,
    pub(crate) url: &'a str,
    pub(crate) sha256: &'a str,
    /// Its size in bytes; 0 if it is not known.
    pub(crate) size: u64,
}

/// The answer about a package.
#[derive(Debug, Deserialize)]
struct Project {
    files: Vec<ListedFile>,
}

/// A file of a package.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct ListedFile {
    filename: String,
    url: String,
    #[serde(default)]
    hashes: BTreeMap<String, String>,
    requires_python: Option<String>,
    /// `false`, `true`, or the reason.
    #[serde(default)]
    yanked: Value,
    /// `false`, `true`, or hashes.
    #[serde(default)]
    core_metadata: Value,
    #[serde(default)]
    size: u64,
}

impl Index {
    /// The index that this machine uses. Files are fetched into the folder `downloads`.
    pub(crate) fn find(own_python: Option<&Path>, downloads: &Path) -> Outcome<Self> {
        let pip = pip::Configuration::of_this_machine();
        let address = place::find(&pip, own_python)?;
        let client = Client::new(&address, &pip)?;
        Ok(Self { address, client, downloads: downloads.to_owned() })
    }

    /// The versions of a package, which `by` needs. Withdrawn files are left out.
    pub(crate) fn releases(&self, name: &PackageName, by: &str) -> Outcome<Vec<Release>> {
        let address = self.join(&format!("{name}/"))?;
        let Some(text) = self.client.get(&address, JSON, MOST_JSON)? else {
            return Err(PackFault::Unknown { name: name.to_string(), by: by.to_owned() });
        };
        let project: Project = serde_json::from_slice(&text).map_err(|_| PackFault::Refused {
            host: client::host(&address),
            cause: "it does not answer in the JSON of PEP 691".to_owned(),
        })?;
        Ok(releases(&project, &address))
    }

    /// The metadata of a wheel: beside it if that has the hash `beside`, else inside.
    pub(crate) fn metadata(&self, wheel: &Download<'_>, beside: Option<&str>) -> Outcome<Metadata> {
        if let Some(sha256) = beside {
            let file = format!("{}.metadata", wheel.url);
            if let Some(text) = self.client.get(&self.join(&file)?, "*/*", MOST_METADATA)? {
                if client::sha256(&text) != sha256 {
                    return Err(PackFault::Damaged { file });
                }
                return Metadata::parse(&String::from_utf8_lossy(&text), wheel.name);
            }
        }
        Wheel::open(&self.download(wheel, &Report)?)?.metadata()
    }

    /// Fetches a wheel and checks its hash. Nothing is left of one that fails.
    pub(crate) fn download(&self, wheel: &Download<'_>, report: &Report) -> Outcome<PathBuf> {
        disk::make(&self.downloads)?;
        let to = self.downloads.join(wheel.sha256);
        if to.exists() {
            return Ok(to);
        }
        let part = to.with_extension("part");
        let address = self.join(wheel.url)?;
        let progress = |done| report.progress(PackStep::Download, wheel.name, done, wheel.size);
        let fetched = self.client.fetch(&address, &part, MOST_WHEEL, progress).and_then(|sha256| {
            if sha256 != wheel.sha256 {
                return Err(PackFault::Damaged { file: wheel.name.to_owned() });
            }
            disk::at(&to, std::fs::rename(&part, &to))
        });
        if fetched.is_err() {
            std::fs::remove_file(&part).ok();
        }
        fetched.map(|()| to)
    }

    /// Fetches a wheel into `part`, after the bytes of an earlier attempt, and checks its hash.
    pub(crate) fn resume(&self, wheel: &Download<'_>, part: &Path, report: &Report) -> Outcome<()> {
        let address = self.join(wheel.url)?;
        let progress = |done| report.progress(PackStep::Download, wheel.name, done, wheel.size);
        if self.client.resume(&address, part, MOST_WHEEL, progress)? == wheel.sha256 {
            return Ok(());
        }
        std::fs::remove_file(part).ok();
        Err(PackFault::Damaged { file: wheel.name.to_owned() })
    }

    /// An address relative to the index's address.
    fn join(&self, relative: &str) -> Outcome<Url> {
        let bad = |_| PackFault::BadIndex { address: relative.to_owned() };
        self.address.join(relative).map_err(bad)
    }
}

/// The versions in the answer that was at `address`.
fn releases(project: &Project, address: &Url) -> Vec<Release> {
    let mut releases: BTreeMap<_, Release> = BTreeMap::new();
    for file in project.files.iter().filter(|file| !is_yanked(&file.yanked)) {
        let Some(name) = WheelName::parse(&file.filename) else { continue };
        let wheel = name.is_pure.then(|| wheel(file, address)).flatten();
        let release = releases.entry(name.version.clone()).or_insert_with(|| Release {
            version: name.version,
            wheel: None,
            has_wheels: true,
        });
        release.wheel = release.wheel.take().or(wheel);
    }
    let known: BTreeSet<_> = releases.keys().cloned().collect();
    let sources = project.files.iter().filter(|file| !is_yanked(&file.yanked)).filter_map(source_version);
    let without = sources.filter(|version| !known.contains(version));
    let without: Vec<_> = without.map(|version| Release { version, wheel: None, has_wheels: false }).collect();
    releases.into_values().chain(without).collect()
}

fn wheel(file: &ListedFile, address: &Url) -> Option<RemoteWheel> {
    let sha256 = file.hashes.get("sha256")?.to_ascii_lowercase();
    let url = address.join(&file.url).ok()?.to_string();
    let metadata = file.core_metadata["sha256"].as_str().map(str::to_ascii_lowercase);
    let python = file.requires_python.as_deref().and_then(|range| VersionSpecifiers::from_str(range).ok());
    let place = Location::Url { url, metadata, size: file.size };
    Some(RemoteWheel { file: file.filename.clone(), place, sha256, python })
}

fn is_yanked(yanked: &Value) -> bool {
    !matches!(yanked, Value::Null | Value::Bool(false))
}

/// The version of an archive of sources, `name-1.2.tar.gz`.
fn source_version(file: &ListedFile) -> Option<pep508_rs::pep440_rs::Version> {
    let stem = file.filename.strip_suffix(".tar.gz").or_else(|| file.filename.strip_suffix(".zip"))?;
    stem.rsplit_once('-')?.1.parse().ok()
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::{Project, releases};

    #[test]
    fn files_become_versions() {
        let hash = "ab".repeat(32);
        let wheel = |name: &str, more: &str| {
            format!(r#"{{"filename": "{name}", "url": "../files/{name}", "hashes": {{"sha256": "{hash}"}} {more}}}"#)
        };
        let files = [
            wheel("a-1-py3-none-any.whl", r#", "requires-python": ">=3.9", "core-metadata": {"sha256": "CD"}"#),
            wheel("a-2-cp314-cp314-win_amd64.whl", ""),
            wheel("a-2-py3-none-any.whl", r#", "yanked": "broken""#),
            wheel("a-3.tar.gz", ""),
            wheel("a-1.tar.gz", ""),
            r#"{"filename": "a-4-py3-none-any.whl", "url": "a", "hashes": {"md5": "1"}}"#.to_owned(),
        ];
        let project: Project = serde_json::from_str(&format!(r#"{{"files": [{}]}}"#, files.join(","))).expect("JSON");
        let found = releases(&project, &Url::parse("http://localhost/simple/a/").expect("an address"));
        let told: Vec<_> = found
            .iter()
            .map(|release| (release.version.to_string(), release.wheel.is_some(), release.has_wheels))
            .collect();
        // A wheel without a hash that can be checked is not taken.
        let expected = [("1", true, true), ("2", false, true), ("4", false, true), ("3", false, false)];
        assert_eq!(told, expected.map(|(version, wheel, any)| (version.to_owned(), wheel, any)));
    }
}

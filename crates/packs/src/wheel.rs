//! Wheels: their names, their metadata, their content.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Component, Path, PathBuf};
use std::str::FromStr as _;

use pep508_rs::pep440_rs::{Version, VersionSpecifiers};
use pep508_rs::{ExtraName, MarkerEnvironment, PackageName, Requirement, VersionOrUrl};
use runtray_wire::PackFault;
use zip::ZipArchive;

use crate::{Outcome, disk};

/// The most bytes of metadata.
const MOST_METADATA: u64 = 4 << 20;

/// The most bytes that a wheel may unpack to.
const MOST_UNPACKED: u64 = 1 << 30;

/// The ends of files with machine code.
const MACHINE_CODE: [&str; 4] = [".so", ".pyd", ".dylib", ".dll"];

/// The parts of a wheel's `.data` folder that are modules.
const MODULES: [&str; 2] = ["purelib", "platlib"];

/// The parts of a wheel's name.
#[derive(Debug, Clone)]
pub(crate) struct WheelName {
    pub(crate) name: PackageName,
    pub(crate) version: Version,
    /// Whether it runs on every system, in some version of Python 3.
    pub(crate) is_pure: bool,
}

impl WheelName {
    /// Reads `rich-15.0.0-py3-none-any.whl`; `None` for anything else.
    pub(crate) fn parse(file: &str) -> Option<Self> {
        let parts: Vec<&str> = file.strip_suffix(".whl")?.split('-').collect();
        let ([name, version, rest @ ..], 5 | 6) = (parts.as_slice(), parts.len()) else { return None };
        let [.., pythons, abi, platform] = rest else { return None };
        let is_python_3 = pythons.split('.').any(|python| python == "py3" || python.starts_with("py3"));
        let is_pure =
            is_python_3 && abi.split('.').any(|abi| abi == "none") && platform.split('.').any(|on| on == "any");
        Some(Self { name: name.parse().ok()?, version: Version::from_str(version).ok()?, is_pure })
    }
}

/// The requirements of a package.
#[derive(Debug, Default, Clone)]
pub(crate) struct Metadata {
    requires: Vec<Requirement>,
    pub(crate) python: Option<VersionSpecifiers>,
}

impl Metadata {
    /// Reads the file `METADATA`. A line that cannot be understood is a mistake of the package.
    pub(crate) fn parse(text: &str, file: &str) -> Outcome<Self> {
        let bad = |cause: String| PackFault::BadWheel { file: file.to_owned(), cause };
        let mut metadata = Self::default();
        // The header ends with an empty line; the description follows.
        for line in text.lines().take_while(|line| !line.is_empty()) {
            let Some((key, value)) = line.split_once(':') else { continue };
            if key.eq_ignore_ascii_case("Requires-Dist") {
                let requirement = Requirement::from_str(value.trim()).map_err(|error| bad(error.to_string()))?;
                metadata.requires.push(requirement);
            } else if key.eq_ignore_ascii_case("Requires-Python") {
                metadata.python = VersionSpecifiers::from_str(value.trim()).ok();
            }
        }
        Ok(metadata)
    }

    /// The packages that it needs in `inside` with `extras`.
    pub(crate) fn needs<'a>(
        &'a self,
        inside: &MarkerEnvironment,
        extras: &BTreeSet<ExtraName>,
    ) -> impl Iterator<Item = &'a Requirement> {
        let extras: Vec<ExtraName> = extras.iter().cloned().collect();
        let inside = inside.clone();
        self.requires.iter().filter(move |requirement| requirement.evaluate_markers(&inside, &extras))
    }
}

/// The range of versions of a requirement. One that names a file has none.
pub(crate) fn versions(requirement: &Requirement) -> VersionSpecifiers {
    match &requirement.version_or_url {
        Some(VersionOrUrl::VersionSpecifier(versions)) => versions.clone(),
        Some(VersionOrUrl::Url(_)) | None => VersionSpecifiers::empty(),
    }
}

/// An open wheel.
pub(crate) struct Wheel {
    archive: ZipArchive<File>,
    file: String,
}

impl Wheel {
    pub(crate) fn open(path: &Path) -> Outcome<Self> {
        let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let opened = disk::at(path, File::open(path))?;
        let archive = ZipArchive::new(opened).map_err(|error| bad(&file, error))?;
        Ok(Self { archive, file })
    }

    /// Reads its metadata.
    pub(crate) fn metadata(&mut self) -> Outcome<Metadata> {
        let named = self
            .archive
            .file_names()
            .filter_map(Result::ok)
            .find(|name| is_metadata(name))
            .map(|name| name.into_owned());
        let name = named.ok_or_else(|| bad(&self.file, "it has no METADATA"))?;
        let entry = self.archive.by_name(&name).map_err(|error| bad(&self.file, error))?;
        let mut text = String::new();
        entry.take(MOST_METADATA).read_to_string(&mut text).map_err(|error| bad(&self.file, error))?;
        Metadata::parse(&text, &self.file)
    }

    /// Whether it has machine code although its name says that it has none.
    pub(crate) fn has_machine_code(&self) -> bool {
        let mut names = self.archive.file_names().filter_map(Result::ok);
        names.any(|name| MACHINE_CODE.iter().any(|end| name.ends_with(end)))
    }

    /// Unpacks its modules into `site`, and returns their size.
    pub(crate) fn unpack(&mut self, site: &Path) -> Outcome<u64> {
        let mut total = 0;
        for index in 0..self.archive.len() {
            let mut entry = self.archive.by_index(index).map_err(|error| bad(&self.file, error))?;
            let is_absolute = entry.name().map_or(true, |name| name.starts_with('/'));
            let path = entry
                .enclosed_name()
                .filter(|_| !is_absolute)
                .ok_or_else(|| bad(&self.file, "a name in it leads out of its folder"))?;
            let Some(path) = place(&path).filter(|_| !entry.is_dir()) else { continue };
            if entry.is_symlink() || !path.components().all(|part| is_plain(part)) {
                return Err(bad(&self.file, format!("the name {} cannot be on every system", path.display())));
            }
            total += entry.size();
            if total > MOST_UNPACKED {
                return Err(bad(&self.file, "it is too large"));
            }
            let to = site.join(path);
            disk::make(to.parent().unwrap_or(site))?;
            let mut file = disk::create(&to)?;
            // A checksum that does not fit is an error of reading.
            io::copy(&mut (&mut entry).take(MOST_UNPACKED), &mut file).map_err(|error| match error.kind() {
                io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof | io::ErrorKind::Other => {
                    bad(&self.file, error)
                }
                _ => PackFault::Disk { path: to.display().to_string(), cause: error.to_string() },
            })?;
        }
        Ok(total)
    }
}

/// Where a file of a wheel goes in the folder of modules; `None` if it is a script, a header or data.
fn place(path: &Path) -> Option<PathBuf> {
    let mut parts = path.components();
    let first = parts.next()?.as_os_str().to_string_lossy().into_owned();
    if !first.ends_with(".data") {
        return Some(path.to_owned());
    }
    let kind = parts.next()?.as_os_str().to_string_lossy().into_owned();
    MODULES.contains(&kind.as_str()).then(|| parts.as_path().to_owned()).filter(|rest| rest != Path::new(""))
}

/// Whether Windows allows the name too.
fn is_plain(part: Component<'_>) -> bool {
    let name = part.as_os_str().to_string_lossy();
    let stem = name.split('.').next().unwrap_or_default().to_ascii_uppercase();
    let is_device = matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL")
        || (stem.len() == 4
            && (stem.starts_with("COM") || stem.starts_with("LPT"))
            && stem.as_bytes()[3].is_ascii_digit());
    !is_device && !name.contains(['<', '>', ':', '"', '|', '?', '*', '\\']) && !name.ends_with(['.', ' '])
}

fn is_metadata(name: &str) -> bool {
    name.strip_suffix("/METADATA").is_some_and(|folder| folder.ends_with(".dist-info") && !folder.contains('/'))
}

fn bad(file: &str, cause: impl ToString) -> PackFault {
    PackFault::BadWheel { file: file.to_owned(), cause: cause.to_string() }
}

/// Copies a file into place when it is whole.
pub(crate) fn keep(from: &Path, to: &Path) -> Outcome<()> {
    let unfinished = to.with_extension("unfinished");
    let mut source = disk::at(from, File::open(from))?;
    disk::at(&unfinished, io::copy(&mut source, &mut disk::create(&unfinished)?))?;
    disk::at(to, fs::rename(&unfinished, to))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Metadata, WheelName, is_plain, place};

    #[test]
    fn names_of_wheels_say_whether_they_are_pure() {
        for (file, pure) in [
            ("rich-15.0.0-py3-none-any.whl", Some(true)),
            ("six-1.17.0-py2.py3-none-any.whl", Some(true)),
            ("a-1-1-py3-none-any.whl", Some(true)),
            ("a-1-py312-none-any.whl", Some(true)),
            ("a-1-py2-none-any.whl", Some(false)),
            ("numpy-2.0-cp314-cp314-manylinux_2_17_x86_64.whl", Some(false)),
            ("a-1-py3-none-win_amd64.whl", Some(false)),
            ("a-1-cp314-abi3-any.whl", Some(false)),
            ("a-1.tar.gz", None),
            ("a.whl", None),
            ("a-1-2-3-4-5-6.whl", None),
            ("a-x-py3-none-any.whl", None),
        ] {
            assert_eq!(WheelName::parse(file).map(|name| name.is_pure), pure, "{file}");
        }
        let name = WheelName::parse("Ruamel_Yaml-1.0-py3-none-any.whl").expect("a wheel");
        assert_eq!(name.name.to_string(), "ruamel-yaml");
    }

    #[test]
    fn only_modules_have_a_place() {
        for (path, expected) in [
            ("a/b.py", Some("a/b.py")),
            ("a-1.dist-info/METADATA", Some("a-1.dist-info/METADATA")),
            ("a-1.data/purelib/a.py", Some("a.py")),
            ("a-1.data/platlib/a/b.py", Some("a/b.py")),
            ("a-1.data/scripts/a", None),
            ("a-1.data/headers/a.h", None),
            ("a-1.data/purelib", None),
        ] {
            assert_eq!(place(Path::new(path)).as_deref(), expected.map(Path::new), "{path}");
        }
    }

    #[test]
    fn names_that_windows_forbids_are_refused() {
        let plain = |name: &str| Path::new(name).components().all(is_plain);
        assert!(plain("a/b_c-1.dist-info/x.py") && plain("console.py") && plain("compat.py"));
        for name in ["a/con.py", "AUX", "lpt1.txt", "a:b", "a?", "dot.", "space "] {
            assert!(!plain(name), "{name}");
        }
    }

    #[test]
    fn the_description_is_not_metadata() {
        let text = "Name: a\nRequires-Dist: b>=1 ; extra == 'x'\nRequires-Python: >=3.8\n\nRequires-Dist: c\n";
        let metadata = Metadata::parse(text, "a").expect("metadata");
        assert_eq!(metadata.requires.len(), 1);
        assert!(metadata.python.is_some());
        assert!(Metadata::parse("Requires-Dist: ???\n", "a").is_err());
    }
}

//! Access of AppContainers to folders: an entry in the folder's access list for a capability that stands for this folder.
//!
//! A run has the capabilities of the folders that its policy grants and no others. So a folder that was taken out of the settings
//! is closed at once, although its entry stays until it is revoked.

use std::fs;
use std::io;
use std::os::windows::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use super::acl::{self, Rights};
use super::api::Api;
use super::sid::Sid;
use crate::sys::launch::Grants;

/// The prefix that Windows puts in front of a resolved path.
const VERBATIM: &str = r"\\?\";

/// The access that a run needs to one file, or to one folder and all in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    path: PathBuf,
    capability: String,
    rights: Rights,
}

/// The access that a run with `grants` needs. A path below another one of the same rights needs none of its own.
pub(crate) fn access(grants: &Grants) -> Vec<Access> {
    let of = |paths: &[PathBuf], rights| outermost(paths).into_iter().map(move |path| Access::new(path, rights));
    let read = [&*grants.interpreter, &grants.read].concat();
    of(&read, Rights::Read).chain(of(&grants.write, Rights::Change)).collect()
}

impl Access {
    fn new(path: PathBuf, rights: Rights) -> Self {
        let word = if rights == Rights::Read { "Read" } else { "Change" };
        Self { capability: format!("runtray{word} {}", name_of(&path)), path, rights }
    }

    /// The file or folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The name of the capability that stands for it.
    pub fn capability(&self) -> &str {
        &self.capability
    }

    /// Whether programs have this access: by our entry, or because Windows lets every AppContainer read there.
    ///
    /// # Errors
    /// The access list cannot be read, or Windows has no AppContainers.
    pub fn is_given(&self) -> io::Result<bool> {
        let (own, all) = (capability(&self.capability)?, Sid::all_packages());
        let sids: &[&Sid] = if self.rights == Rights::Read { &[&own, &all] } else { &[&own] };
        acl::allows(&self.path, sids, self.rights)
    }

    /// Adds the entry. Windows goes through the whole folder: others measured 0.2 ms for each file.
    ///
    /// # Errors
    /// This user may not change the rights of the folder, or Windows has no AppContainers.
    pub fn give(&self) -> io::Result<()> {
        acl::grant(&self.path, &capability(&self.capability)?, self.rights)
    }

    /// Removes the entry of `capability` from `path`, as [`give`](Self::give) added it. A path that is gone has none.
    ///
    /// # Errors
    /// This user may not change the rights of the folder, or Windows has no AppContainers.
    pub fn take_away(path: &Path, name: &str) -> io::Result<()> {
        match acl::revoke(path, &capability(name)?) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            done => done,
        }
    }
}

fn capability(name: &str) -> io::Result<Sid> {
    let api = Api::load().ok_or_else(|| io::Error::new(io::ErrorKind::Unsupported, "there are no AppContainers"))?;
    api.capability(name)
}

/// A path as part of a capability's name: no two paths share one, also if they are not Unicode.
fn name_of(path: &Path) -> String {
    match path.to_str() {
        Some(text) => text.to_owned(),
        // `*` is in no path.
        None => path.as_os_str().encode_wide().fold("*".to_owned(), |name, unit| format!("{name}{unit:04x}")),
    }
}

/// The existing paths, resolved, without those below another one.
fn outermost(paths: &[PathBuf]) -> Vec<PathBuf> {
    let mut resolved: Vec<PathBuf> = paths.iter().filter_map(|path| fs::canonicalize(path).ok()).map(plain).collect();
    resolved.sort();
    // A folder sorts before its content, directly or after other entries of the same folder.
    resolved.dedup_by(|inner, outer| inner.starts_with(outer));
    resolved
}

/// A resolved path as other functions of Windows take it.
fn plain(path: PathBuf) -> PathBuf {
    let text = path.to_str().and_then(|text| text.strip_prefix(VERBATIM)).filter(|rest| !rest.starts_with("UNC"));
    text.map(PathBuf::from).unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;
    use std::fs;
    use std::os::windows::ffi::OsStringExt as _;
    use std::path::{Path, PathBuf};

    use super::{access, name_of, plain};
    use crate::sys::launch::Grants;

    #[test]
    fn each_folder_has_a_capability_and_what_is_in_it_has_none() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        for name in ["py", "py/Lib", "py-other", "data"] {
            fs::create_dir(at(name)).expect("a folder");
        }
        let interpreter = vec![at("py/Lib"), at("py"), at("missing")];
        let (read, write) = (vec![at("py-other"), at("py")], vec![at("data")]);
        let found = access(&Grants { interpreter, kept: Vec::new(), read, write, network: None });
        let names: Vec<_> = found.iter().map(|access| access.path().file_name().expect("a name").to_owned()).collect();
        assert_eq!(names, ["py", "py-other", "data"]);
        assert!(
            found[0].capability().starts_with("runtrayRead ") && found[2].capability().starts_with("runtrayChange ")
        );
        let distinct: std::collections::HashSet<_> = found.iter().map(super::Access::capability).collect();
        assert_eq!(distinct.len(), 3);
    }

    #[test]
    fn paths_that_are_not_unicode_have_different_names() {
        let of = |unit: u16| name_of(Path::new(&OsString::from_wide(&[u16::from(b'a'), unit])));
        assert_eq!([of(0xd800), of(0xd801), of(0x62)], ["*0061d800", "*0061d801", "ab"]);
    }

    #[test]
    fn a_resolved_path_is_written_as_usual() {
        for (resolved, expected) in
            [(r"\\?\C:\py", r"C:\py"), (r"\\?\UNC\server\share", r"\\?\UNC\server\share"), (r"C:\py", r"C:\py")]
        {
            assert_eq!(plain(PathBuf::from(resolved)), Path::new(expected));
        }
    }
}

//! Opens paths without trusting the links on the way.
//!
//! A path is opened in one system call if it has no links. Otherwise it is opened component by component, and each link is read
//! through its own descriptor. The result is held open, so nothing that changes later leads elsewhere. A link that programs may
//! have made does not lead out of the folder that they may write to.

use std::fs::File;
use std::io::{self, ErrorKind};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Component, Path, PathBuf};

use nix::errno::Errno;
use nix::fcntl::{OFlag, OpenHow, ResolveFlag, openat, openat2, readlinkat};
use nix::libc;
use nix::sys::stat::Mode;

use crate::sys::Writable;

/// As in the kernel.
const MOST_LINKS: usize = 40;

/// An opened path.
#[derive(Debug)]
pub(crate) struct Resolved {
    /// Its path without links.
    pub(crate) place: PathBuf,
    /// Opened as a path only.
    pub(crate) held: File,
    /// The links on the way, with their targets.
    pub(crate) links: Vec<(PathBuf, PathBuf)>,
}

/// Opens the absolute `path`.
///
/// # Errors
/// The path does not exist, has too many links, or a link in one of the folders of `writable` leads out of that folder.
pub(crate) fn resolve(path: &Path, writable: Writable<'_>) -> io::Result<Resolved> {
    let (mut path, mut links, mut bounds) = (path.to_path_buf(), Vec::new(), Vec::new());
    loop {
        match open(File::options().read(true).custom_flags(libc::O_PATH).open("/")?, &path)? {
            Step::End(held) if bounds.iter().all(|bound: &&PathBuf| path.starts_with(bound)) => {
                return Ok(Resolved { place: path.components().collect(), held, links });
            }
            Step::End(_) => return Err(ErrorKind::PermissionDenied.into()),
            Step::Up(next) => path = next,
            Step::Link { .. } if links.len() >= MOST_LINKS => return Err(Errno::ELOOP.into()),
            Step::Link { link, target, rest } => {
                bounds.extend(writable.around(&link));
                path = link.parent().unwrap_or(Path::new("/")).join(&target).join(rest);
                links.push((link, target));
            }
        }
    }
}

/// Opens `place` below the folder `root`, where it must be without links.
pub(crate) fn open_below(root: &File, place: &Path) -> io::Result<File> {
    match open(root.try_clone()?, place)? {
        Step::End(held) => Ok(held),
        Step::Up(_) | Step::Link { .. } => Err(ErrorKind::PermissionDenied.into()),
    }
}

/// How far a path can be opened.
enum Step {
    /// All of it.
    End(File),
    /// To a `..`; the path without it.
    Up(PathBuf),
    /// To a link: its place, its target, and the rest of the path.
    Link { link: PathBuf, target: PathBuf, rest: PathBuf },
}

/// Opens `path` from the folder `held` on.
fn open(held: File, path: &Path) -> io::Result<Step> {
    match without_links(&held, path) {
        Some(held) => Ok(Step::End(held)),
        None => walk(held, path),
    }
}

/// Opens `path` below `held` in one call. `None` if it has links or a `..`, or cannot be opened.
fn without_links(held: &File, path: &Path) -> Option<File> {
    let below = path.strip_prefix("/").ok().filter(|below| !below.as_os_str().is_empty())?;
    if below.components().any(|component| component == Component::ParentDir) {
        return None;
    }
    let resolve = ResolveFlag::RESOLVE_NO_SYMLINKS | ResolveFlag::RESOLVE_BENEATH;
    let how = OpenHow::new().flags(OFlag::O_PATH | OFlag::O_CLOEXEC).resolve(resolve);
    openat2(held, below, how).ok().map(File::from)
}

/// Opens the components of `path` from the folder `held` on.
fn walk(mut held: File, path: &Path) -> io::Result<Step> {
    let mut place = PathBuf::from("/");
    let mut components = path.components();
    while let Some(component) = components.next() {
        match component {
            Component::Normal(name) => place.push(name),
            Component::ParentDir => {
                place.pop();
                return Ok(Step::Up(place.join(components.as_path())));
            }
            _ => continue,
        }
        let name = place.file_name().unwrap_or_default();
        let flags = OFlag::O_PATH | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
        held = File::from(openat(&held, name, flags, Mode::empty())?);
        if held.metadata()?.is_symlink() {
            let target = readlinkat(&held, "")?.into();
            return Ok(Step::Link { link: place, target, rest: components.as_path().to_path_buf() });
        }
    }
    Ok(Step::End(held))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;
    use std::path::{Path, PathBuf};

    use nix::errno::Errno;

    use super::resolve;
    use crate::sys::Writable;

    /// A folder with `files` and `links`, and its path without links.
    fn folder(files: &[&str], links: &[(&str, &str)]) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().expect("a folder");
        let base = folder.path().canonicalize().expect("it is there");
        for file in files {
            let file = base.join(file);
            fs::create_dir_all(file.parent().expect("a parent")).expect("folders");
            fs::write(file, "x").expect("a file");
        }
        for (link, target) in links {
            symlink(target.replace("BASE", &base.display().to_string()), base.join(link)).expect("a link");
        }
        (folder, base)
    }

    #[test]
    fn a_path_is_opened_as_the_kernel_opens_it() {
        let links = [
            ("current", "real"),
            ("lib", "BASE/current/lib"),
            ("through", "real/deep/.."),
            ("up", "current/deep/../lib"),
            ("round", "round"),
        ];
        let (_folder, base) = folder(&["real/lib/a", "real/deep/b"], &links);
        for path in ["real/lib/a", "current/lib/a", "lib/a", "through/lib/a", "up/a", "real/deep/../lib/./a", "lib"] {
            let found = resolve(&base.join(path), Writable::default()).expect(path);
            assert_eq!(found.place, base.join(path).canonicalize().expect(path), "{path}");
            assert!(found.held.metadata().is_ok(), "{path}");
        }
        let found = resolve(&base.join("lib"), Writable::default()).expect("a folder");
        let expected = [(base.join("lib"), base.join("current/lib")), (base.join("current"), "real".into())];
        assert_eq!(found.links, expected);
        let error = |path: &str| resolve(&base.join(path), Writable::default()).expect_err(path).raw_os_error();
        for (path, expected) in [("missing", Errno::ENOENT), ("round", Errno::ELOOP), ("real/lib/a/x", Errno::ENOTDIR)]
        {
            assert_eq!(error(path), Some(expected as i32), "{path}");
        }
    }

    #[test]
    fn a_link_that_a_program_may_have_made_stays_in_its_folder() {
        let links = [
            ("open/out", "BASE/secret"),
            ("open/up", "../secret"),
            ("open/twice", "first"),
            ("open/first", "BASE/secret/key"),
            ("open/in", "data"),
            ("open/there-and-back", "BASE/secret/../open/data"),
            ("open/kept/python", "BASE/secret/key"),
            ("mine", "BASE/secret"),
        ];
        let (_folder, base) = folder(&["secret/key", "open/data/a", "open/kept/b"], &links);
        let (folders, kept) = ([base.join("open")], [base.join("open/kept")]);
        let writable = Writable { folders: &folders, kept: &kept };
        for (path, is_open) in [
            ("open/out", false),
            ("open/out/key", false),
            ("open/up/key", false),
            ("open/twice", false),
            ("open/in/a", true),
            ("open/there-and-back/a", true),
            ("open/data/a", true),
            ("mine/key", true),
            ("open/kept/python", true),
        ] {
            assert_eq!(resolve(&base.join(path), writable).is_ok(), is_open, "{path}");
            assert!(resolve(&base.join(path), Writable::default()).is_ok(), "{path}");
        }
    }

    #[test]
    fn nothing_else_can_be_opened() {
        assert_eq!(resolve(Path::new("/"), Writable::default()).expect("the root").place, Path::new("/"));
        assert!(
            resolve(Path::new("/../proc"), Writable::default()).is_ok_and(|found| found.place == Path::new("/proc"))
        );
    }
}

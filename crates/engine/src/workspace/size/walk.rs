//! The size of a folder of any depth and with any permissions (Unix).
//!
//! Programs can nest folders deeper than the longest path, and remove their owner's permissions. So each folder is opened from
//! its parent, never through a link. A closed folder is opened up while it is measured; root needs no permission.

use std::collections::HashSet;
use std::ffi::{CStr, CString};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use nix::dir::Dir;
use nix::fcntl::{AT_FDCWD, AtFlags, OFlag};
use nix::libc;
use nix::sys::stat::{FchmodatFlags, FileStat, Mode, fchmod, fchmodat, fstat, fstatat};

use super::least::LEAST_BYTES;

/// Ancestors of the current folder that are kept open. Deeper ones are opened again by `..`.
const KEPT_OPEN: usize = 32;

/// Device and inode, which identify a file.
type Identity = (libc::dev_t, libc::ino_t);

/// Bytes on disk below `folder`, each file once; stops counting above `enough`.
pub(crate) fn size(folder: &Path, enough: u64) -> u64 {
    let Ok(name) = CString::new(folder.as_os_str().as_bytes()) else { return 0 };
    let mut count = Count { total: 0, enough, linked: HashSet::new() };
    let mut levels: Vec<Level> = Level::enter(AT_FDCWD, &name, &mut count).into_iter().collect();
    while let Some(level) = levels.last_mut()
        && !count.is_enough()
    {
        match (level.below.pop(), &level.folder) {
            (Some(name), Some(folder)) => {
                if let Some(next) = Level::enter(folder.as_fd(), &name, &mut count) {
                    levels.push(next);
                    if let Some(far) = levels.len().checked_sub(KEPT_OPEN + 1).filter(|far| *far > 0) {
                        levels[far].folder = None;
                    }
                }
            }
            _ => leave(&mut levels),
        }
    }
    // The deepest first, so that a folder that was opened up is closed before its parents.
    while levels.pop().is_some() {}
    count.total
}

/// Returns to the parent, opening it again if necessary. A parent that was moved is skipped, together with its ancestors that
/// are not open.
fn leave(levels: &mut Vec<Level>) {
    let Some(left) = levels.pop() else { return };
    if let Some(above) = levels.last_mut().filter(|above| above.folder.is_none()) {
        above.folder = left.above(above.identity);
    }
}

/// The count so far.
struct Count {
    total: u64,
    enough: u64,
    /// Files with several names that were counted.
    linked: HashSet<Identity>,
}

impl Count {
    fn is_enough(&self) -> bool {
        self.total > self.enough
    }

    fn add(&mut self, found: &FileStat) {
        if found.st_nlink > 1 && !is_folder(found) && !self.linked.insert(identity(found)) {
            return;
        }
        let blocks = u64::try_from(found.st_blocks).unwrap_or(0);
        self.total += (blocks * 512).max(LEAST_BYTES);
    }
}

/// A folder on the path from the top to the current one.
struct Level {
    folder: Option<Dir>,
    identity: Identity,
    /// Its subfolders that are still to be counted.
    below: Vec<CString>,
    /// The original mode of a folder that was opened up, and its mode meanwhile.
    closed: Option<(Mode, Mode)>,
}

impl Level {
    /// Counts the entries of the folder `name`.
    fn enter(above: BorrowedFd<'_>, name: &CStr, count: &mut Count) -> Option<Self> {
        let found = fstatat(above, name, AtFlags::AT_SYMLINK_NOFOLLOW).ok().filter(is_folder)?;
        let mut closed = None;
        let folder = open(above, name).ok().filter(|folder| is_searchable(folder.as_fd()));
        let folder = folder.or_else(|| {
            let (mode, opened) = open_up(above, name, &found)?;
            closed = Some((mode, opened));
            open(above, name).ok()
        });
        let mut level = Self { folder, identity: identity(&found), below: Vec::new(), closed };
        level.list(count);
        Some(level)
    }

    fn list(&mut self, count: &mut Count) {
        let Some(mut folder) = self.folder.take() else { return };
        let Ok(descriptor) = folder.as_fd().try_clone_to_owned() else { return };
        for entry in folder.iter().map_while(Result::ok) {
            let name = entry.file_name();
            if matches!(name.to_bytes(), b"." | b"..") || count.is_enough() {
                continue;
            }
            let Ok(found) = fstatat(&descriptor, name, AtFlags::AT_SYMLINK_NOFOLLOW) else { continue };
            count.add(&found);
            if is_folder(&found) {
                self.below.push(name.to_owned());
            }
        }
        self.folder = Some(folder);
    }

    /// The parent, if it is still the same folder.
    fn above(&self, identity_above: Identity) -> Option<Dir> {
        let above = open(self.folder.as_ref()?.as_fd(), c"..").ok()?;
        let is_same = fstat(above.as_fd()).is_ok_and(|found| identity(&found) == identity_above);
        is_same.then_some(above)
    }
}

impl Drop for Level {
    fn drop(&mut self) {
        if let (Some((mode, opened)), Some(folder)) = (self.closed, &self.folder)
            && fstat(folder.as_fd()).is_ok_and(|found| mode_of(&found) == opened)
        {
            let _ = fchmod(folder.as_fd(), mode);
        }
    }
}

fn open(above: BorrowedFd<'_>, name: &CStr) -> nix::Result<Dir> {
    let flags = OFlag::O_RDONLY | OFlag::O_DIRECTORY | OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK | OFlag::O_CLOEXEC;
    Dir::openat(above, name, flags, Mode::empty())
}

/// Whether entries can be examined: a readable folder may still deny access to its entries.
fn is_searchable(folder: BorrowedFd<'_>) -> bool {
    fstatat(folder, c".", AtFlags::AT_SYMLINK_NOFOLLOW).is_ok()
}

/// Adds the owner's permissions to a folder that its program closed; returns the mode before and now.
fn open_up(above: BorrowedFd<'_>, name: &CStr, found: &FileStat) -> Option<(Mode, Mode)> {
    let mode = mode_of(found);
    let opened = mode | Mode::S_IRUSR | Mode::S_IXUSR;
    fchmodat(above, name, opened, FchmodatFlags::NoFollowSymlink).ok()?;
    Some((mode, opened))
}

fn is_folder(found: &FileStat) -> bool {
    found.st_mode & libc::S_IFMT == libc::S_IFDIR
}

fn mode_of(found: &FileStat) -> Mode {
    Mode::from_bits_truncate(found.st_mode & !libc::S_IFMT)
}

fn identity(found: &FileStat) -> Identity {
    (found.st_dev, found.st_ino)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    use std::path::Path;
    use std::process::Command;

    use super::size;

    fn make(folder: &Path, script: &str) {
        let made = Command::new("python3").args(["-c", script]).current_dir(folder).status();
        assert!(made.expect("python3").success());
    }

    #[test]
    fn deeper_than_any_path_counts_and_what_lies_beside_it() {
        let base = tempfile::tempdir().expect("tempdir");
        let script = "
import os
for number in range(100):
    for name in 'a', 'z':
        os.mkdir(f'{name}{number}')
        with open(f'{name}{number}/file', 'wb') as file:
            file.write(b'x' * 10_000)
    os.mkdir('d' * 100)
    os.chdir('d' * 100)
";
        make(base.path(), script);
        let found = size(base.path(), u64::MAX);
        assert!((2_000_000..6_000_000).contains(&found), "{found}");
        assert!(size(base.path(), 1_000_000) < found);
        // It is too deep to be listed by its path, so it is deleted the way runs' folders are.
        crate::workspace::cleaner::remove(base.path()).expect("removed");
    }

    #[test]
    fn closed_folders_count_and_are_closed_afterwards() {
        let base = tempfile::tempdir().expect("tempdir");
        let folder = base.path().join("closed/below");
        fs::create_dir_all(&folder).expect("mkdir");
        fs::write(folder.join("file"), vec![1; 100_000]).expect("write");
        for (path, mode) in [(folder.clone(), 0o400), (base.path().join("closed"), 0)] {
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("chmod");
        }
        assert!(size(base.path(), u64::MAX) >= 100_000);
        let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
        assert_eq!(mode(&base.path().join("closed")), 0);
        fs::set_permissions(base.path().join("closed"), fs::Permissions::from_mode(0o700)).expect("chmod");
        assert_eq!(mode(&folder), 0o400);
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)).expect("chmod");
    }

    #[test]
    fn a_file_with_two_names_counts_once_and_an_empty_one_a_little() {
        let base = tempfile::tempdir().expect("tempdir");
        fs::write(base.path().join("one"), vec![1; 100_000]).expect("write");
        fs::hard_link(base.path().join("one"), base.path().join("two")).expect("link");
        let before = size(base.path(), u64::MAX);
        assert!((100_000..150_000).contains(&before), "{before}");
        fs::write(base.path().join("empty"), "").expect("write");
        assert!(size(base.path(), u64::MAX) > before);
    }

    #[test]
    fn links_lead_nowhere() {
        let base = tempfile::tempdir().expect("tempdir");
        std::os::unix::fs::symlink("/usr", base.path().join("link")).expect("symlink");
        assert!(size(base.path(), u64::MAX) < 10_000);
    }
}

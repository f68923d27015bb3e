//! The pseudo-terminals of a run at the level `none`: its own, in place of the machine's.
//!
//! A terminal belongs to the service's user, so every program of that user could open the terminal of another run by its path:
//! read its keys, print into its output, change its settings. An interpreter that waits with a terminal would keep all of that
//! for its next caller. The sandbox has a root folder of its own without the machine's terminals.

use std::fs::{self, File};
use std::os::fd::{AsFd, AsRawFd};
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::mount::{MsFlags, mount};

use super::bind_mount::{bind, hold};

/// The folder of the machine's terminals, which is replaced by the folder of the run's terminals.
const TERMINALS: &str = "/dev/pts";
/// The place of the run's own terminal, where `ttyname` finds it.
pub(super) const CONSOLE: &str = "/dev/console";
/// Options of a file system of terminals.
pub(super) const OPTIONS: &str = "newinstance,ptmxmode=0666,mode=0620";

/// A run's terminal, opened while the machine's terminals are in sight.
pub(super) struct OwnTerminal(Option<File>);

impl OwnTerminal {
    /// The terminal that is a run's standard `input`, if it is one.
    pub(super) fn of(input: &impl AsFd) -> Self {
        let path = fs::read_link(format!("/proc/self/fd/{}", input.as_fd().as_raw_fd())).ok();
        let path = path.filter(|path| path.starts_with(TERMINALS));
        Self(path.and_then(|path| hold(&path).ok()))
    }

    /// Replaces the machine's terminals, and shows this one as the console. Returns the places with terminals that are left to
    /// cover: others of the machine, and all of them if the kernel gives no new ones.
    ///
    /// `/dev/ptmx` makes terminals in the `pts` beside it, so it needs no change.
    pub(super) fn replace_all(&self) -> Vec<PathBuf> {
        let flags = MsFlags::MS_NOSUID | MsFlags::MS_NOEXEC;
        let mut left = places(&fs::read_to_string("/proc/self/mountinfo").unwrap_or_default());
        match mount(Some("devpts"), TERMINALS, Some("devpts"), flags, Some(OPTIONS)) {
            Ok(()) | Err(Errno::ENOENT | Errno::ENOTDIR) => left.retain(|place| place != Path::new(TERMINALS)),
            Err(_) => {}
        }
        // A place that cannot be entered need not be covered.
        left.retain(|place| place.is_dir());
        // Without it the terminal works as well, but has no name.
        let _ = self.0.iter().try_for_each(|terminal| bind(terminal, Path::new(CONSOLE)));
        left
    }
}

/// The places where terminals are mounted, from `/proc/self/mountinfo`.
fn places(mounts: &str) -> Vec<PathBuf> {
    let place = |line: &str| {
        let (place, kind) = line.split_once(" - ")?;
        let is_whole = place.split(' ').nth(3) == Some("/");
        kind.starts_with("devpts ").then(|| place.split(' ').nth(4)).flatten().filter(|_| is_whole).map(plain)
    };
    mounts.lines().filter_map(place).collect()
}

/// A path of that file, in which spaces and line feeds are octal numbers.
fn plain(path: &str) -> PathBuf {
    [(r"\040", " "), (r"\011", "\t"), (r"\012", "\n"), (r"\134", r"\")]
        .iter()
        .fold(path.to_owned(), |path, (number, character)| path.replace(number, character))
        .into()
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::places;

    #[test]
    fn every_folder_of_terminals_is_found() {
        let mounts = r"25 24 0:5 / /dev rw shared:2 - devtmpfs udev rw
26 25 0:22 / /dev/pts rw,nosuid shared:3 - devpts devpts rw,gid=5,mode=620
70 24 0:22 / /srv/my\040chroot/dev/pts rw - devpts devpts rw
71 24 0:22 /3 /srv/console rw - devpts devpts rw
";
        assert_eq!(places(mounts), [PathBuf::from("/dev/pts"), PathBuf::from("/srv/my chroot/dev/pts")]);
        assert!(places("").is_empty());
    }
}

//! Whether anybody but its interpreter used a named pipe.
//!
//! Where runs have no namespaces, another program can open the pipe at which an interpreter waits: to give it a program of its own, or
//! to read the program that is meant for it. Linux tells of every such use (`inotify`). Elsewhere the pipe's times show that
//! something was written.

use std::fs::File;
use std::io;
use std::path::Path;
use std::time::{Duration, SystemTime};

#[cfg(target_os = "linux")]
use nix::sys::inotify::{AddWatchFlags, InitFlags, Inotify, WatchDescriptor};

/// Long past, so that whatever is written shows in the time of the last change.
const MARK: Duration = Duration::from_nanos(1_000_000_001_234_567);

/// Watches a pipe from its making on.
pub(super) struct TamperDetector {
    #[cfg(target_os = "linux")]
    uses: Option<(Inotify, WatchDescriptor)>,
    #[cfg(target_os = "linux")]
    opened: u32,
}

impl TamperDetector {
    /// Watches the pipe at `path`, which we hold as `pipe` and open no more.
    pub(super) fn watch(pipe: &File, path: &Path) -> io::Result<Self> {
        pipe.set_modified(SystemTime::UNIX_EPOCH + MARK)?;
        Ok(Self::watching(path))
    }

    /// Whether nobody has used the pipe but one who opened it, the interpreter. Does not change when the pipe's name goes to its
    /// program.
    pub(super) fn is_untouched(&mut self, pipe: &File) -> bool {
        let modified = pipe.metadata().and_then(|pipe| pipe.modified());
        modified.is_ok_and(|time| time == SystemTime::UNIX_EPOCH + MARK) && self.is_used_once()
    }
}

#[cfg(target_os = "linux")]
impl TamperDetector {
    /// Where no more can be watched, the times must do.
    fn watching(path: &Path) -> Self {
        let used = AddWatchFlags::IN_OPEN | AddWatchFlags::IN_MODIFY | AddWatchFlags::IN_ACCESS;
        let watch = || {
            let uses = Inotify::init(InitFlags::IN_NONBLOCK | InitFlags::IN_CLOEXEC)?;
            // Two equal events in a row are told as one. What the folder tells comes between them.
            uses.add_watch(path.parent().unwrap_or(path), AddWatchFlags::IN_OPEN)?;
            let pipe = uses.add_watch(path, used | AddWatchFlags::IN_MOVE_SELF)?;
            Ok::<_, nix::Error>((uses, pipe))
        };
        Self { uses: watch().ok(), opened: 0 }
    }

    fn is_used_once(&mut self) -> bool {
        let Some((uses, pipe)) = &self.uses else { return true };
        while let Ok(events) = uses.read_events() {
            for event in events.into_iter().filter(|event| event.wd == *pipe) {
                let opened = event.mask.contains(AddWatchFlags::IN_OPEN);
                // Whatever is not an opening is as bad as a second one.
                self.opened += if opened { 1 } else { 2 };
            }
        }
        self.opened <= 1
    }
}

#[cfg(not(target_os = "linux"))]
impl TamperDetector {
    fn watching(_path: &Path) -> Self {
        Self {}
    }

    #[expect(clippy::unused_self, reason = "Linux needs it")]
    fn is_used_once(&mut self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{self, File, OpenOptions};
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    use std::path::Path;
    use std::time::SystemTime;

    use nix::libc;
    use nix::sys::stat::Mode;
    use nix::unistd::mkfifo;

    use super::{MARK, TamperDetector};

    fn open(path: &Path, options: &mut OpenOptions) -> File {
        options.custom_flags(libc::O_NONBLOCK).open(path).expect("the pipe")
    }

    /// Makes a pipe, lets an interpreter open it and `other` do what it does, and says whether the detector is whole.
    fn is_untouched_after(other: impl FnOnce(&Path)) -> bool {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("pipe");
        mkfifo(&path, Mode::S_IRUSR | Mode::S_IWUSR).expect("a pipe");
        let pipe = open(&path, File::options().read(true));
        let _writer = open(&path, File::options().write(true));
        let mut detector = TamperDetector::watch(&pipe, &path).expect("a detector");
        let _interpreter = open(&path, File::options().read(true));
        other(&path);
        detector.is_untouched(&pipe)
    }

    #[test]
    fn a_pipe_that_only_its_interpreter_opened_is_whole() {
        assert!(is_untouched_after(|_| {}));
        assert!(
            is_untouched_after(|path| fs::remove_file(path).expect("a pipe to delete")),
            "its program is in its place"
        );
    }

    #[test]
    fn what_was_written_breaks_the_seal() {
        let write = |path: &Path| open(path, File::options().write(true)).write_all(b"code").expect("a pipe with room");
        assert!(!is_untouched_after(write));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn times_that_were_put_back_and_a_second_reader_break_it_too() {
        let write = |path: &Path| {
            let mut pipe = open(path, File::options().write(true));
            pipe.write_all(b"code").expect("a pipe with room");
            pipe.set_modified(SystemTime::UNIX_EPOCH + MARK).expect("a time");
        };
        assert!(!is_untouched_after(write));
        assert!(!is_untouched_after(|path| drop(open(path, File::options().read(true)))));
        assert!(!is_untouched_after(|path| fs::rename(path, path.with_extension("moved")).expect("a pipe to rename")));
    }
}

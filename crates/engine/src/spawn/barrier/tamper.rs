//! Detects whether anyone but the interpreter used its named pipe.
//!
//! Without namespaces another program can open the pipe of an idle interpreter, to inject a program or to read the one meant
//! for it. On Linux `inotify` reports every such use. Elsewhere the pipe's modification time shows whether something was
//! written.

use std::fs::File;
use std::io;
use std::path::Path;
use std::time::{Duration, SystemTime};

#[cfg(target_os = "linux")]
use nix::sys::inotify::{AddWatchFlags, InitFlags, Inotify, InotifyEvent, WatchDescriptor};

/// A modification time in the past, so that any write shows.
const MARK: Duration = Duration::from_nanos(1_000_000_001_234_567);

/// Watches a pipe from its creation.
pub(super) struct TamperDetector {
    #[cfg(target_os = "linux")]
    uses: Option<(Watcher, WatchDescriptor)>,
    #[cfg(target_os = "linux")]
    opened: u32,
}

impl TamperDetector {
    /// Watches the pipe at `path`, which is open as `pipe` and must not be opened again.
    pub(super) fn watch(pipe: &File, path: &Path) -> io::Result<Self> {
        pipe.set_modified(SystemTime::UNIX_EPOCH + MARK)?;
        Ok(Self::watching(path))
    }

    /// Whether the pipe was opened at most once, by the interpreter. Not affected by the program's file replacing the pipe.
    pub(super) fn is_untouched(&mut self, pipe: &File) -> bool {
        let modified = pipe.metadata().and_then(|pipe| pipe.modified());
        modified.is_ok_and(|time| time == SystemTime::UNIX_EPOCH + MARK) && self.is_used_once()
    }
}

/// An inotify instance. The kernel makes the thread that closes one wait, up to 20 ms, and the program that was released reads
/// and writes meanwhile; so a thread of its own closes it.
#[cfg(target_os = "linux")]
struct Watcher(Option<Inotify>);

#[cfg(target_os = "linux")]
impl Drop for Watcher {
    fn drop(&mut self) {
        let uses = self.0.take();
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn_blocking(|| drop(uses));
        }
    }
}

#[cfg(target_os = "linux")]
impl TamperDetector {
    /// Without a free inotify watch, the modification time must do.
    fn watching(path: &Path) -> Self {
        let used = AddWatchFlags::IN_OPEN | AddWatchFlags::IN_MODIFY | AddWatchFlags::IN_ACCESS;
        let watch = || {
            let uses = Inotify::init(InitFlags::IN_NONBLOCK | InitFlags::IN_CLOEXEC)?;
            // inotify merges two equal events in a row; the folder's events come between them.
            uses.add_watch(path.parent().unwrap_or(path), AddWatchFlags::IN_OPEN)?;
            let pipe = uses.add_watch(path, used | AddWatchFlags::IN_MOVE_SELF)?;
            Ok::<_, nix::Error>((Watcher(Some(uses)), pipe))
        };
        Self { uses: watch().ok(), opened: 0 }
    }

    fn is_used_once(&mut self) -> bool {
        let Some((Watcher(Some(uses)), pipe)) = &self.uses else { return true };
        while let Ok(events) = uses.read_events() {
            let is_lost = |event: &InotifyEvent| event.mask.contains(AddWatchFlags::IN_Q_OVERFLOW);
            for event in events.into_iter().filter(|event| event.wd == *pipe || is_lost(event)) {
                let opened = event.mask.contains(AddWatchFlags::IN_OPEN);
                // Any other event counts like a second opening, also the report that events were lost.
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

    /// Creates a pipe, lets an interpreter open it and `other` act, and says whether it counts as untouched.
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
    fn a_flood_of_events_does_not_cover_up_another_use() {
        let most = fs::read_to_string("/proc/sys/fs/inotify/max_queued_events").expect("a limit");
        let most: usize = most.trim().parse().expect("a number");
        let flood = |path: &Path| {
            let others = ["a", "b"].map(|name| path.with_file_name(name));
            others.iter().for_each(|other| fs::write(other, "").expect("a file"));
            for _ in 0..most / 2 + 1 {
                others.iter().for_each(|other| drop(File::open(other).expect("a file")));
            }
            drop(open(path, File::options().read(true)));
        };
        assert!(!is_untouched_after(flood));
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

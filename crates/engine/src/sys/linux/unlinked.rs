//! Unlinked files, on disk or in memory: they have no name, and exist as long as a process has them open.

use std::collections::HashMap;
use std::fs;
use std::os::fd::AsRawFd;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use nix::libc;
use nix::sys::statfs::{HUGETLBFS_MAGIC, TMPFS_MAGIC, statfs};
use nix::unistd::Pid;

use super::buffers::Buffers;
use super::{in_flight, procfs};

/// Device and inode.
pub(crate) type Key = (u64, u64);

/// An unlinked file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct UnlinkedFile {
    pub(crate) bytes: u64,
    pub(crate) in_memory: bool,
}

/// The files and buffers that processes hold by their descriptors and mappings.
#[derive(Debug, Default)]
pub(crate) struct Held {
    /// The unlinked files that they have open, mapped, or sent to one another, each once.
    pub(crate) files: HashMap<Key, UnlinkedFile>,
    /// The buffers of their sockets and pipes.
    pub(crate) buffers: Buffers,
    /// The number of their mappings.
    pub(crate) mappings: usize,
}

/// Looks at the descriptors and mappings of `processes`.
pub(crate) fn held(processes: &[Pid]) -> Held {
    let (mut files, mut mappings) = (HashMap::new(), 0);
    processes.iter().for_each(|pid| open(*pid, &mut files));
    let buffers = in_flight::each_file(processes, &mut |file| {
        files.extend(look(Path::new(&format!("/proc/self/fd/{}", file.as_raw_fd()))));
    });
    processes.iter().for_each(|pid| mappings += mapped(*pid, &mut files));
    Held { files, buffers, mappings }
}

fn open(pid: Pid, found: &mut HashMap<Key, UnlinkedFile>) {
    for entry in fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().flatten() {
        found.extend(look(&entry.path()));
    }
}

/// Mappings keep a file after its descriptor was closed. Only root can look up the file of a mapping; without that, the mapped
/// size is the upper bound for files on disk, and memory is already in the resident size. Returns the number of mappings.
fn mapped(pid: Pid, found: &mut HashMap<Key, UnlinkedFile>) -> usize {
    let mut most: HashMap<Key, u64> = HashMap::new();
    let maps = procfs::text(format!("/proc/{pid}/maps")).unwrap_or_default();
    for mapping in maps.lines().filter_map(parse) {
        if !mapping.is_unlinked || found.contains_key(&mapping.key) {
            continue;
        }
        match look(Path::new(&format!("/proc/{pid}/map_files/{}", mapping.range))) {
            Some((key, file)) => drop(found.insert(key, file)),
            None if mapping.in_memory => {}
            None => {
                let end = most.entry(mapping.key).or_default();
                *end = mapping.end.max(*end);
            }
        }
    }
    let most = most.into_iter().map(|(key, bytes)| (key, UnlinkedFile { bytes, in_memory: false }));
    found.extend(most);
    maps.lines().count()
}

/// The target of a link in `/proc`, if it is an unlinked regular file.
fn look(link: &Path) -> Option<(Key, UnlinkedFile)> {
    let file = fs::metadata(link).ok().filter(|file| file.is_file() && file.nlink() == 0)?;
    let kind = statfs(link).ok()?.filesystem_type();
    let in_memory = kind == TMPFS_MAGIC || kind == HUGETLBFS_MAGIC;
    Some(((file.dev(), file.ino()), UnlinkedFile { bytes: file.blocks() * 512, in_memory }))
}

/// A line of `/proc/<pid>/maps`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Mapping<'a> {
    pub(crate) range: &'a str,
    pub(crate) key: Key,
    /// The end of the mapping, as an offset in the file.
    pub(crate) end: u64,
    pub(crate) is_unlinked: bool,
    /// Whether its name shows that it is a file in memory.
    pub(crate) in_memory: bool,
    /// Whether it is a System V segment; those are listed per namespace.
    pub(crate) is_segment: bool,
}

/// Parses a mapping of a file; `None` for other lines.
pub(crate) fn parse(line: &str) -> Option<Mapping<'_>> {
    let mut rest = line;
    let mut field = || {
        let (field, after) = rest.trim_start().split_once(' ')?;
        rest = after;
        Some(field)
    };
    let (range, _, offset, device, file) = (field()?, field()?, field()?, field()?, field()?);
    let ((start, end), (major, minor)) = (range.split_once('-')?, device.split_once(':')?);
    let hex = |text: &str| u64::from_str_radix(text, 16).ok();
    let device = libc::makedev(hex(major)?.try_into().ok()?, hex(minor)?.try_into().ok()?);
    let (file, name) = (file.parse().ok().filter(|file| *file != 0)?, rest.trim_start());
    // These names have no file on a disk, so their pages are memory of the run.
    let in_memory = ["/memfd:", "/dev/zero", "/dev/shm/", "/SYSV"].iter().any(|start| name.starts_with(start));
    Some(Mapping {
        range,
        key: (device, file),
        end: hex(offset)? + hex(end)?.checked_sub(hex(start)?)?,
        is_unlinked: name.ends_with(" (deleted)") && !name.starts_with("/SYSV"),
        in_memory,
        is_segment: name.starts_with("/SYSV"),
    })
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io::Write;
    use std::os::unix::fs::MetadataExt;

    use nix::libc;
    use nix::unistd::Pid;

    use super::{held, parse};

    #[test]
    fn lines_of_maps_tell_which_file_and_how_much_of_it() {
        let line = "7f0000001000-7f0000003000 rw-s 00001000 fe:01 1234                       /tmp/a file (deleted)";
        let mapping = parse(line).expect("a file");
        assert_eq!((mapping.range, mapping.key), ("7f0000001000-7f0000003000", (libc::makedev(0xfe, 1), 1234)));
        assert_eq!((mapping.end, mapping.is_unlinked, mapping.in_memory), (0x3000, true, false));
        let segment = "7f00-8f00 rw-s 00000000 00:01 3    /SYSV00000000 (deleted)";
        assert_eq!(parse(segment).map(|it| (it.is_unlinked, it.is_segment)), Some((false, true)));
        for other in
            ["Pss:         12 kB", "7f00-8f00 rw-p 00000000 00:00 0 ", "7f00-8f00 rw-p 00000000 00:00 0 [heap]"]
        {
            assert_eq!(parse(other), None, "{other}");
        }
    }

    #[test]
    fn an_unlinked_file_is_found_and_a_named_one_is_not() {
        let folder = tempfile::tempdir().expect("tempdir");
        let make = |name: &str| {
            let mut file = File::create_new(folder.path().join(name)).expect("a file");
            file.write_all(&[1; 100_000]).expect("written");
            file.sync_all().expect("on disk");
            file
        };
        let (named, unlinked) = (make("named"), make("unlinked"));
        std::fs::remove_file(folder.path().join("unlinked")).expect("removed");
        let found = held(&[Pid::this()]).files;
        let key = |file: &File| file.metadata().map(|file| (file.dev(), file.ino())).expect("metadata");
        assert!(found.get(&key(&unlinked)).is_some_and(|file| file.bytes >= 100_000), "{found:?}");
        assert_eq!(found.get(&key(&named)), None);
    }
}

//! Memory of a run that belongs to no single process: `/dev/shm`, System V objects, and unlinked files in memory.

use std::collections::HashSet;
use std::fs::{self, File};
use std::os::unix::fs::MetadataExt;
use std::time::Instant;

use nix::sys::statvfs::fstatvfs;
use nix::unistd::Pid;

use crate::sys::linux::unlinked::{self, Key};

/// The kernel's approximate overhead for a file in memory.
const FILE_BYTES: u64 = 1024;
/// Lists of System V objects, and the columns with their sizes.
const SYSTEM_V: [(&str, &[&str]); 2] = [("shm", &["rss", "swap"]), ("msg", &["cbytes"])];

/// The shared memory of a run.
pub(crate) struct SharedMemory {
    /// The run's file systems in memory.
    mounts: Vec<File>,
    /// Whether the run has its own System V objects.
    own_objects: bool,
}

/// The measured objects.
#[derive(Debug, Default)]
pub(crate) struct Objects {
    pub(crate) bytes: u64,
    files: HashSet<Key>,
    devices: HashSet<u64>,
    segments: bool,
}

impl SharedMemory {
    /// For a run with these file systems in memory, and with or without its own System V objects.
    pub(crate) fn new(mounts: Vec<File>, own_objects: bool) -> Self {
        Self { mounts, own_objects }
    }

    /// Measures the shared memory of `processes`.
    pub(crate) fn look(&self, processes: &[Pid]) -> Objects {
        let devices: HashSet<u64> = self.mounts.iter().filter_map(|mount| Some(mount.metadata().ok()?.dev())).collect();
        let mut bytes: u64 = self.mounts.iter().map(mounted_bytes).sum();
        if self.own_objects {
            bytes += system_v_bytes();
        }
        let unlinked = unlinked::held(processes).into_iter();
        // Those on the run's own file systems are included there.
        let unlinked: Vec<_> =
            unlinked.filter(|((device, _), file)| file.in_memory && !devices.contains(device)).collect();
        bytes += unlinked.iter().map(|(_, file)| file.bytes).sum::<u64>();
        Objects {
            bytes,
            files: unlinked.into_iter().map(|(key, _)| key).collect(),
            devices,
            segments: self.own_objects,
        }
    }
}

impl Objects {
    /// All memory of `processes` and these objects, each page once; `None` if it takes longer than `deadline`.
    pub(crate) fn with_processes(&self, processes: &[Pid], deadline: Instant) -> Option<u64> {
        let mut sum = self.bytes;
        for pid in processes {
            if Instant::now() > deadline {
                return None;
            }
            sum += self.others(&fs::read_to_string(format!("/proc/{pid}/smaps")).unwrap_or_default());
        }
        Some(sum)
    }

    /// The memory of a process's mappings that is not part of these objects.
    fn others(&self, smaps: &str) -> u64 {
        let (mut sum, mut counted) = (0, false);
        for line in smaps.lines() {
            match line.strip_prefix("Pss:") {
                Some(size) if !counted => {
                    let kib = size.trim().strip_suffix("kB").and_then(|size| size.trim().parse::<u64>().ok());
                    sum += kib.unwrap_or(0) * 1024;
                }
                Some(_) => {}
                // A mapping without a file belongs to no object; other lines are no mappings.
                None => match unlinked::parse(line) {
                    Some(mapping) => counted = self.contains(&mapping),
                    None if is_mapping(line) => counted = false,
                    None => {}
                },
            }
        }
        sum
    }

    fn contains(&self, mapping: &unlinked::Mapping<'_>) -> bool {
        let of_ours = self.files.contains(&mapping.key) || self.devices.contains(&mapping.key.0);
        of_ours || (mapping.is_segment && self.segments)
    }
}

/// Whether a line of smaps starts a mapping: names of sizes end with a colon.
fn is_mapping(line: &str) -> bool {
    line.split(' ').next().is_some_and(|first| first.contains('-') && !first.ends_with(':'))
}

/// The usage of a file system in memory.
fn mounted_bytes(mount: &File) -> u64 {
    let Ok(found) = fstatvfs(mount) else { return 0 };
    let used = (found.blocks() - found.blocks_free()) * found.fragment_size();
    // Its root is a file too.
    let files = (found.files() - found.files_free()).saturating_sub(1);
    used + files * FILE_BYTES
}

/// The size of the System V objects of this namespace.
fn system_v_bytes() -> u64 {
    let lists = SYSTEM_V.iter().map(|(list, columns)| {
        let text = fs::read_to_string(format!("/proc/sysvipc/{list}")).unwrap_or_default();
        columns.iter().map(|column| sum_of(&text, column)).sum::<u64>()
    });
    lists.sum()
}

/// The sum of a column, found by its name in the first line.
fn sum_of(table: &str, column: &str) -> u64 {
    let mut lines = table.lines();
    let names = lines.next().unwrap_or_default().split_ascii_whitespace();
    let Some(index) = names.into_iter().position(|name| name == column) else { return 0 };
    lines.filter_map(|line| line.split_ascii_whitespace().nth(index)?.parse::<u64>().ok()).sum()
}

#[cfg(test)]
mod tests {
    use nix::libc;

    use super::{Objects, sum_of};

    const SMAPS: &str = "\
7f00000000-7f00001000 rw-p 00000000 00:00 0                          [heap]
Rss:                  10 kB
Pss:                  10 kB
Pss_Dirty:             5 kB
7f00002000-7f00003000 rw-s 00000000 00:05 77                         /memfd:x (deleted)
Rss:                 100 kB
Pss:                 100 kB
7f00004000-7f00005000 rw-s 00000000 00:05 78                         /memfd:y (deleted)
Pss:                1000 kB
7f00006000-7f00007000 rw-p 00000000 00:00 0 
Pss:                   1 kB
VmFlags: rd wr mr mw me ac
";

    #[test]
    fn what_is_mapped_and_counted_already_is_left_out() {
        let files = [(libc::makedev(0, 5), 77)].into();
        let objects = Objects { bytes: 0, files, ..Objects::default() };
        assert_eq!(objects.others(SMAPS), 1011 * 1024);
        let objects = Objects { devices: [libc::makedev(0, 5)].into(), ..Objects::default() };
        assert_eq!(objects.others(SMAPS), 11 * 1024);
    }

    #[test]
    fn columns_are_found_by_their_name() {
        let table = "  key  shmid  size  rss swap\n 0 1 100 40 2\n 0 2 100 60 0\n";
        assert_eq!((sum_of(table, "rss"), sum_of(table, "swap"), sum_of(table, "none")), (100, 2, 0));
    }
}

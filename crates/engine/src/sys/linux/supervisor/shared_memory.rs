//! Memory of a run that is no process's own: `/dev/shm`, System V objects, unlinked files in memory, and the kernel's memory for
//! the processes.

use std::collections::HashSet;
use std::fs::File;
use std::os::unix::fs::MetadataExt;
use std::time::Instant;

use nix::sys::statvfs::fstatvfs;
use nix::unistd::Pid;

use crate::sys::linux::buffers::Buffers;
use crate::sys::linux::procfs::{self, kibibytes};
use crate::sys::linux::unlinked::{self, Key};

/// The kernel's approximate overhead for a file in memory.
const FILE_BYTES: u64 = 1024;
/// The kernel's approximate memory for a thread (its stack and its state), and for a mapping.
const THREAD_BYTES: u64 = 24 << 10;
const MAPPING_BYTES: u64 = 256;
/// Lists of System V objects, and the columns with their sizes or numbers, each with the bytes of one.
const SYSTEM_V: [(&str, &[(&str, u64)]); 3] =
    [("shm", &[("rss", 1), ("swap", 1)]), ("msg", &[("cbytes", 1), ("qnum", 64)]), ("sem", &[("nsems", 64)])];
/// Sockets of a run's network that need not be in one of its processes: the sockets of its device and gateway, and some that are
/// just being closed.
const FEW_SOCKETS: u64 = 16;

/// The shared memory of a run.
pub(crate) struct SharedMemory {
    /// The run's file systems in memory.
    mounts: Vec<File>,
    /// Whether the run has its own System V objects.
    own_objects: bool,
    /// A process of the run, if it is in a network of the run's own.
    in_network: Option<Pid>,
}

/// The measured objects.
#[derive(Debug, Default)]
pub(crate) struct Objects {
    pub(crate) bytes: u64,
    /// The kernel's memory for the processes.
    pub(crate) kernel_bytes: u64,
    /// The most memory that it may hold for them in addition.
    pub(crate) uncertain_bytes: u64,
    /// Living processes that cannot be looked into.
    pub(crate) unseen: Vec<Pid>,
    files: HashSet<Key>,
    devices: HashSet<u64>,
    segments: bool,
}

impl SharedMemory {
    /// For a run with these file systems in memory, and with or without its own System V objects. `in_network` is a process in
    /// the run's own network.
    pub(crate) fn new(mounts: Vec<File>, own_objects: bool, in_network: Option<Pid>) -> Self {
        Self { mounts, own_objects, in_network }
    }

    /// Measures the shared memory of `processes`.
    pub(crate) fn look(&self, processes: &[Pid]) -> Objects {
        let devices: HashSet<u64> = self.mounts.iter().filter_map(|mount| Some(mount.metadata().ok()?.dev())).collect();
        let mut bytes: u64 = self.mounts.iter().map(mounted_bytes).sum();
        if self.own_objects {
            bytes += system_v_bytes();
        }
        // One look at all descriptors finds unlinked files, socket buffers and mappings.
        let held = unlinked::held(processes);
        let mut buffers = held.buffers;
        buffers.add_unseen(self.lost_sockets(&buffers));
        let unlinked = held.files.into_iter();
        // Those on the run's own file systems are included there.
        let unlinked: Vec<_> =
            unlinked.filter(|((device, _), file)| file.in_memory && !devices.contains(device)).collect();
        bytes += unlinked.iter().map(|(_, file)| file.bytes).sum::<u64>();
        let mappings = u64::try_from(held.mappings).unwrap_or(u64::MAX).saturating_mul(MAPPING_BYTES);
        Objects {
            bytes,
            kernel_bytes: buffers.bytes + mappings + processes.iter().map(|pid| of_kernel(*pid)).sum::<u64>(),
            uncertain_bytes: buffers.uncertain_bytes,
            unseen: buffers.unseen,
            files: unlinked.into_iter().map(|(key, _)| key).collect(),
            devices,
            segments: self.own_objects,
        }
    }

    /// The sockets of the run's network that no process has, so that they cannot be measured: they are closed, or wait to be
    /// accepted.
    fn lost_sockets(&self, found: &Buffers) -> u64 {
        let list = self.in_network.and_then(|process| procfs::text(format!("/proc/{process}/net/sockstat")).ok());
        let used = list.as_deref().and_then(|list| list.strip_prefix("sockets: used ")?.lines().next()?.parse().ok());
        used.unwrap_or(0_u64).saturating_sub(found.sockets + FEW_SOCKETS)
    }
}

/// The page tables and threads of a process.
fn of_kernel(process: Pid) -> u64 {
    let status = procfs::text(format!("/proc/{process}/status")).unwrap_or_default();
    let threads = status.lines().find_map(|line| line.strip_prefix("Threads:")?.trim().parse::<u64>().ok());
    kibibytes(&status, "VmPTE:").unwrap_or(0) + threads.unwrap_or(0) * THREAD_BYTES
}

impl Objects {
    /// All memory of `processes` and these objects, each page once; `None` if it takes longer than `deadline`.
    pub(crate) fn with_processes(&self, processes: &[Pid], deadline: Instant) -> Option<u64> {
        let mut sum = self.bytes;
        for pid in processes {
            if Instant::now() > deadline {
                return None;
            }
            sum += self.others(&procfs::text(format!("/proc/{pid}/smaps")).unwrap_or_default());
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
        let text = procfs::text(format!("/proc/sysvipc/{list}")).unwrap_or_default();
        columns.iter().map(|(column, each)| sum_of(&text, column) * each).sum::<u64>()
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

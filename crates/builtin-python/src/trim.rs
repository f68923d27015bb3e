//! A process that waits holds no more memory than it has written to.
//!
//! The pages of its code and of the snapshot stay in the system's page cache and are mapped again when
//! the program comes: some hundred faults of a microsecond each. A waiting interpreter then holds only the pages that it changed.

use std::ffi::c_void;
use std::fs::File;
use std::io::{self, Read as _};
use std::ops::Range;
use std::os::unix::fs::FileExt as _;
use std::ptr::NonNull;

use nix::sys::mman::{MmapAdvise, madvise};

/// Bytes of a page's entry in `/proc/self/pagemap`.
const ENTRY: usize = 8;

/// The page is still the file's: nothing was written to it.
const OF_THE_FILE: u64 = 1 << 61;

/// The page is in memory.
const PRESENT: u64 = 1 << 63;

/// The system's lists of this process's memory. They are opened before the process is confined, and read afterwards.
pub struct Memory {
    maps: File,
    pagemap: File,
}

impl Memory {
    /// Opens the lists of this process's pages.
    ///
    /// # Errors
    /// This process has no `/proc`.
    pub fn open() -> io::Result<Self> {
        Ok(Self { maps: File::open("/proc/self/maps")?, pagemap: File::open("/proc/self/pagemap")? })
    }

    /// Gives back the pages of mapped files that were only read. For a process with one thread.
    ///
    /// # Errors
    /// The system does not list the mappings; nothing was returned then.
    pub fn forget_what_was_only_read(mut self) -> io::Result<()> {
        let (mut maps, page) = (String::new(), page_size()?);
        self.maps.read_to_string(&mut maps)?;
        for mapping in maps.lines().filter_map(of_a_file) {
            for pages in unwritten(&self.pagemap, &mapping, page)? {
                give_back(pages);
            }
        }
        Ok(())
    }
}

/// The addresses of a private mapping of a file.
fn of_a_file(line: &str) -> Option<Range<usize>> {
    let mut fields = line.split_ascii_whitespace();
    let (addresses, rights) = (fields.next()?, fields.next()?);
    let is_private_file = rights.ends_with('p') && fields.nth(3).is_some_and(|path| path.starts_with('/'));
    let (start, end) = addresses.split_once('-').filter(|_| is_private_file)?;
    Some(usize::from_str_radix(start, 16).ok()?..usize::from_str_radix(end, 16).ok()?)
}

fn page_size() -> io::Result<usize> {
    let size = nix::unistd::sysconf(nix::unistd::SysconfVar::PAGE_SIZE)?;
    size.and_then(|size| usize::try_from(size).ok()).ok_or_else(|| io::Error::other("the size of pages is unknown"))
}

/// The runs of pages that are in memory and the file's own.
fn unwritten(pagemap: &File, mapping: &Range<usize>, page: usize) -> io::Result<Vec<Range<usize>>> {
    let mut entries = vec![0; mapping.len() / page * ENTRY];
    pagemap.read_exact_at(&mut entries, (mapping.start / page * ENTRY) as u64)?;
    let mut runs: Vec<Range<usize>> = Vec::new();
    for (number, entry) in entries.chunks_exact(ENTRY).enumerate() {
        let entry = u64::from_ne_bytes(entry.try_into().map_err(io::Error::other)?);
        if entry & PRESENT == 0 || entry & OF_THE_FILE == 0 {
            continue;
        }
        let start = mapping.start + number * page;
        match runs.last_mut().filter(|run| run.end == start) {
            Some(run) => run.end = start + page,
            None => runs.push(start..start + page),
        }
    }
    Ok(runs)
}

#[expect(unsafe_code, reason = "memory is given back to the system")]
fn give_back(pages: Range<usize>) {
    let Some(start) = NonNull::new(std::ptr::with_exposed_provenance_mut::<c_void>(pages.start)) else { return };
    // SAFETY: the pages are mapped from a file and were not written to, so that the next access finds the same bytes. No other
    // thread writes meanwhile: there is none.
    unsafe { madvise(start, pages.len(), MmapAdvise::MADV_DONTNEED) }.ok();
}

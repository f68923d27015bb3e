//! The memory of an interpreter in a file.
//!
//! Pages of the file are mapped in the place of the memory's own and copied when they are written to.

use std::fs::File;
use std::io::{self, Seek as _, SeekFrom, Write as _};

use wasmtime::{AsContextMut, Memory, Result, bail, ensure, format_err};

/// The size of a page of WebAssembly. A file leaves out whole pages of zeros.
const PAGE: usize = 1 << 16;

/// Writes `memory` to the empty `file`. Pages of zeros take no space on the disk.
///
/// # Errors
/// The disk is full.
pub fn save(memory: &[u8], file: &mut File) -> io::Result<()> {
    for (number, page) in memory.chunks(PAGE).enumerate() {
        if page.iter().any(|byte| *byte != 0) {
            file.seek(SeekFrom::Start((number * PAGE) as u64))?;
            file.write_all(page)?;
        }
    }
    file.set_len(memory.len() as u64)?;
    file.sync_all()
}

/// Maps the `size` bytes of `file` as the content of `memory`.
pub(super) fn load(memory: Memory, mut store: impl AsContextMut, file: &File, size: usize) -> Result<()> {
    ensure!(size.is_multiple_of(PAGE) && size > 0, "the kept memory has an odd size");
    let missing = size.saturating_sub(memory.data_size(&store)) / PAGE;
    let grown = memory.grow(&mut store, missing as u64);
    grown.map_err(|_| {
        format_err!("the program's limit of memory is below the {} MiB of the science pack", size >> 20)
    })?;
    if memory.data_size(&store) < size {
        bail!("the memory did not grow");
    }
    place(memory, store, file, size)
}

#[cfg(unix)]
#[expect(unsafe_code, reason = "a file is mapped in the place of memory")]
fn place(memory: Memory, store: impl AsContextMut, file: &File, size: usize) -> Result<()> {
    use std::num::NonZeroUsize;

    use nix::sys::mman::{MapFlags, ProtFlags, mmap};

    let base = NonZeroUsize::new(memory.data_ptr(&store).expose_provenance());
    let length = NonZeroUsize::new(size).ok_or_else(|| format_err!("there is no memory"))?;
    let (rights, flags) = (ProtFlags::PROT_READ | ProtFlags::PROT_WRITE, MapFlags::MAP_PRIVATE | MapFlags::MAP_FIXED);
    // SAFETY: these addresses are the memory's own, readable and writable, for as long as the store lives: its size is not below
    // `size`, and wasmtime unmaps all of it at once. No code inside runs meanwhile, and no reference to the memory exists. The
    // file is private to this user, and nobody writes to it: its hash was checked.
    unsafe { mmap(base, length, rights, flags, file, 0) }?;
    Ok(())
}

#[cfg(windows)]
fn place(memory: Memory, mut store: impl AsContextMut, file: &File, size: usize) -> Result<()> {
    use std::io::Read as _;

    let mut file = file;
    let mut content = vec![0; size];
    file.rewind()?;
    file.read_exact(&mut content)?;
    memory.write(&mut store, 0, &content)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{PAGE, save};

    #[test]
    fn pages_of_zeros_are_kept_as_nothing() {
        let mut file = tempfile::NamedTempFile::new().expect("a file");
        let mut memory = vec![0; 64 * PAGE];
        memory[3 * PAGE + 5] = 1;
        save(&memory, file.as_file_mut()).expect("it is written");
        assert!(fs::read(file.path()).expect("it is read") == memory);
        #[cfg(target_os = "linux")]
        assert!(
            std::os::unix::fs::MetadataExt::blocks(&file.as_file().metadata().expect("a file")) * 512 < 8 * PAGE as u64
        );
    }

    #[test]
    fn a_memory_begins_as_the_file() {
        use wasmtime::{Memory, MemoryType, Store};
        let engine = crate::engine::runner().expect("an engine");
        let mut store = Store::new(&engine, ());
        let memory = Memory::new(&mut store, MemoryType::new(1, None)).expect("a memory");
        let mut kept = vec![7; 3 * PAGE];
        kept[PAGE] = 9;
        let mut file = tempfile::NamedTempFile::new().expect("a file");
        save(&kept, file.as_file_mut()).expect("it is written");
        super::load(memory, &mut store, file.as_file(), kept.len()).expect("it is mapped");
        assert!(memory.data(&store) == kept);
        memory.data_mut(&mut store)[0] = 1;
        memory.grow(&mut store, 1).expect("it grows");
        assert_eq!((memory.data(&store)[0], memory.data_size(&store)), (1, 4 * PAGE));
        assert_eq!(fs::read(file.path()).expect("it is read")[0], 7, "the file was written to");
        assert!(super::load(memory, &mut store, file.as_file(), PAGE + 1).is_err());
    }
}

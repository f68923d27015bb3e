//! Random hashes of texts in each run, although the snapshot's dictionaries depend on the hashes of their keys.
//!
//! The build lists, in a table of bits, the hashes of all texts in the snapshot. `Py_HashBuffer`, by which CPython hashes texts
//! and bytes, is replaced: it hashes with the snapshot's key first. If the table has that hash, it is returned, so the
//! dictionaries of the snapshot still work. If not, the text is hashed again with the run's own key. A new text may have a hash
//! of the table by chance; it keeps that hash. Equal texts always have equal hashes. The table and the key are in a buffer of
//! the guest (`guest/start/_runtray/seed.py`).

use std::error::Error;

use crate::module::{Module, modules, section, signed};

/// The library with CPython, as the component names it.
const MEMORY_BASE: &str = "libpython3.14.so:memory_base";

/// The function that hashes.
const FUNCTION: &str = "Py_HashBuffer";

/// The key that it hashes with: 16 bytes.
const SECRET: &str = "_Py_HashSecret";

/// The buffer begins with these bytes, each combined with [`MARK_XOR`] (`seed.py` does that).
const MARK: &[u8; 32] = b"Runtray: the hashes of this run.";

/// The operand of the XOR: the snapshot contains the constant [`MARK`] too, and the build looks for the buffer only.
const MARK_XOR: u8 = 0x5a;

/// Positions in the buffer: whether the run has chosen its key, the key, the addresses of the types, and the table.
const CHOSEN: u32 = 32;
const KEY: u32 = 40;
const TYPES: u32 = 64;
const TABLE: u32 = 1024;

/// The bits of the table: its size is a power of two.
const BITS: u32 = 1 << 21;

/// The position of the hash in a text or bytes, counted from the pointer to the type.
const HASH: usize = 8;

/// No hash yet.
const UNHASHED: u32 = u32::MAX;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Returns `component` with hashes that differ from run to run.
///
/// # Errors
/// The component does not have the expected parts.
pub(crate) fn vary(component: &[u8]) -> Result<Vec<u8>> {
    let modules = modules(component)?;
    let library = modules.iter().find(|module| module.export(FUNCTION).is_some()).ok_or("nothing hashes")?;
    let memory = modules.iter().find(|module| module.export(MEMORY_BASE).is_some()).ok_or("nothing has memory")?;
    let base = memory.global(MEMORY_BASE).ok_or("the place of the library is not known")?;
    // A library names its data by how far it is from the library's place.
    let secret = base + library.global(SECRET).ok_or("the key of the snapshot is not known")?;
    let mut varied = component.to_vec();
    let buffer = mark_hashes(&mut varied, memory)?;
    let function = library.function(FUNCTION).ok_or("the function that hashes is not in the library")?;
    let (at, body) = (function, &component[library.bytes.clone()][library.functions[function].clone()]);
    let replaced = library.with_function(&component[library.bytes.clone()], at, &by_key(body, secret, buffer)?);
    // The memory is in another module, whose size has not changed.
    drop(varied.splice(library.section.clone(), section(1, &replaced)));
    Ok(varied)
}

/// Marks the hashes of all texts in the snapshot, and returns the address of the buffer.
fn mark_hashes(component: &mut [u8], memory: &Module) -> Result<u32> {
    let size = memory.data.iter().map(|(address, bytes)| address + bytes.len()).max().unwrap_or_default();
    let mut image = vec![0; size];
    for (address, bytes) in &memory.data {
        image[*address..address + bytes.len()].copy_from_slice(&component[bytes.clone()]);
    }
    let mark = MARK.map(|byte| byte ^ MARK_XOR);
    let places: Vec<_> = image.windows(mark.len()).enumerate().filter(|(_, window)| *window == mark).collect();
    let [(buffer, _)] = places[..] else { return Err(format!("{} places have the mark", places.len()).into()) };
    let types: Vec<u32> = (0..)
        .map(|number| word(&image, buffer + TYPES as usize + 4 * number))
        .take_while(|address| *address != 0)
        .collect();
    let table = buffer + TABLE as usize..buffer + (TABLE + BITS / 8) as usize;
    if types.len() < 2 || image.get(table.clone()).is_none_or(|bytes| bytes.iter().any(|byte| *byte != 0xff)) {
        return Err("the buffer for hashes is not as expected".into());
    }
    let mut marks = vec![0_u8; table.len()];
    let mut count = 0;
    for place in (0..image.len().saturating_sub(HASH + 4)).step_by(4).filter(|at| types.contains(&word(&image, *at))) {
        let hash = word(&image, place + HASH);
        if hash != UNHASHED {
            let bit = hash & (BITS - 1);
            marks[(bit / 8) as usize] |= 1 << (bit % 8);
            count += 1;
        }
    }
    eprintln!("{count} texts of the snapshot keep their hashes");
    let mut written = 0;
    for (address, bytes) in &memory.data {
        let here = (*address).max(table.start)..(address + bytes.len()).min(table.end);
        if here.start < here.end {
            let to = bytes.start + here.start - address;
            component[to..to + here.len()].copy_from_slice(&marks[here.start - table.start..here.end - table.start]);
            written += here.len();
        }
    }
    if written != marks.len() {
        return Err("the table of hashes is not in the snapshot".into());
    }
    Ok(u32::try_from(buffer)?)
}

fn word(image: &[u8], at: usize) -> u32 {
    image.get(at..at + 4).and_then(|bytes| bytes.try_into().ok()).map_or(0, u32::from_le_bytes)
}

/// The body of the new function. `body` is that of the original, which hashes with the snapshot's key.
fn by_key(body: &[u8], secret: u32, buffer: u32) -> Result<Vec<u8>> {
    let [0, original @ .., 0x0b] = body else { return Err("the function that hashes has locals".into()) };
    let constant = |value: u32| [vec![0x41], signed(i64::from(value.cast_signed()))].concat();
    let get = |local: u8| vec![0x20, local];
    let set = |local: u8| vec![0x21, local];
    // Its parameters are an address (0) and a length; the rest is its own.
    let (length, hash, kept_length, first_half, second_half) = (1, 2, 3, 4, 5);
    // A block, so that its branches stay its own; its result is the hash.
    let hashed = [&[0x02, 0x7f][..], original, &[0x0b], &set(hash)].concat();
    let done = [&[0x04, 0x40][..], &get(hash), &[0x0f, 0x0b]].concat();
    let load = |from: u32, half: u8| [constant(from), vec![0x29, 0, half]].concat();
    let store = |to: u32, half: u8, value: &[u8]| [constant(to), value.to_vec(), vec![0x37, 0, half]].concat();
    Ok([
        // Locals: two numbers, two halves of a key.
        vec![2, 2, 0x7f, 2, 0x7e],
        [get(length), set(kept_length)].concat(),
        hashed.clone(),
        // No key is chosen yet.
        [constant(buffer + CHOSEN), vec![0x2d, 0, 0, 0x45], done.clone()].concat(),
        // It is marked.
        [constant(buffer + TABLE), get(hash), constant(BITS - 1), vec![0x71], constant(3), vec![0x76, 0x6a]].concat(),
        [vec![0x2d, 0, 0], get(hash), constant(7), vec![0x71, 0x76], constant(1), vec![0x71], done].concat(),
        [load(secret, 0), set(first_half), load(secret, 8), set(second_half)].concat(),
        store(secret, 0, &load(buffer + KEY, 0)),
        store(secret, 8, &load(buffer + KEY, 8)),
        [get(kept_length), set(length)].concat(),
        hashed,
        store(secret, 0, &get(first_half)),
        store(secret, 8, &get(second_half)),
        get(hash),
        vec![0x0b],
    ]
    .concat())
}

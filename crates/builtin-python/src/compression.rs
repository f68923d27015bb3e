//! How the shipped files are compressed: LZMA, with a filter for the jumps of machine code.
//!
//! The files are a tenth smaller than with zstd, and are decompressed once, by code without C.

use std::io::{self, BufReader, Read};

use lzma_rust2::LzmaReader;
use lzma_rust2::filter::bcj::BcjReader;

/// Memory that decompressing may take, in KiB: a damaged file may ask for any amount.
const MOST_MEMORY_KIB: u32 = 160 << 10;

/// The filter by which code of one kind of processor compresses better.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filter {
    /// None: it is no code.
    Plain,
    /// Code for x86_64.
    X86,
    /// Code for aarch64.
    Arm64,
}

impl Filter {
    /// The filter for machine code of `target`.
    pub fn of(target: &str) -> Self {
        match target.split('-').next() {
            Some("x86_64") => Self::X86,
            Some("aarch64") => Self::Arm64,
            _ => Self::Plain,
        }
    }
}

/// The decompressed bytes of `compressed`.
///
/// # Errors
/// It does not begin as a compressed file does.
pub fn decompress<'a>(compressed: impl Read + 'a, filter: Filter) -> io::Result<Box<dyn Read + 'a>> {
    let plain = LzmaReader::new_mem_limit(BufReader::new(compressed), MOST_MEMORY_KIB, None)?;
    Ok(match filter {
        Filter::Plain => Box::new(plain),
        Filter::X86 => Box::new(BcjReader::new_x86(plain, 0)),
        Filter::Arm64 => Box::new(BcjReader::new_arm64(plain, 0)),
    })
}

/// Compresses `bytes` as far as LZMA can.
///
/// # Errors
/// There is no memory for it.
#[cfg(feature = "precompile")]
pub fn compress(bytes: &[u8], filter: Filter) -> io::Result<Vec<u8>> {
    use lzma_rust2::filter::bcj::BcjWriter;
    use lzma_rust2::{LzmaOptions, LzmaWriter};
    use std::io::Write as _;

    let options = LzmaOptions { nice_len: LzmaOptions::NICE_LEN_MAX, ..LzmaOptions::with_preset(9) };
    let mut lzma = LzmaWriter::new_use_header(Vec::new(), &options, Some(bytes.len() as u64))?;
    let mut filtered = match filter {
        Filter::Plain => {
            lzma.write_all(bytes)?;
            return lzma.finish();
        }
        Filter::X86 => BcjWriter::new_x86(lzma, 0),
        Filter::Arm64 => BcjWriter::new_arm64(lzma, 0),
    };
    filtered.write_all(bytes)?;
    filtered.finish()?.finish()
}

#[cfg(all(test, feature = "precompile"))]
mod tests {
    use std::io::Read as _;

    use super::{Filter, compress, decompress};

    #[test]
    fn what_is_compressed_comes_out_again() {
        // Calls, as the filters look for them, and an end that is no whole instruction.
        let bytes: Vec<u8> =
            (0..100_003_u32).flat_map(|n| [0xE8, n.to_le_bytes()[0], 0x94, 0]).chain([0xE8, 1]).collect();
        for filter in [Filter::Plain, Filter::of("x86_64-pc-windows-gnu"), Filter::of("aarch64-apple-darwin")] {
            let small = compress(&bytes, filter).expect("it is compressed");
            let mut back = Vec::new();
            decompress(small.as_slice(), filter).expect("it begins").read_to_end(&mut back).expect("it is whole");
            assert!(small.len() < bytes.len() / 2 && back == bytes, "{filter:?}");
        }
    }
}

//! `bz2` and `lzma`, which the Python inside was built without: it hands their data over, piece by piece.
//!
//! Both ends of a piece are bounded, so that a small file that expands to a large one takes no more memory here than inside.

use std::collections::HashMap;
use std::io::{self, Write};
use std::mem;
use std::sync::{Arc, Mutex, PoisonError};

use bzip2::{Action, Compress, Compression, Decompress, Status};
use lzma_rust2::{self as lzma, CheckType, LzmaOptions, LzmaStream, LzmaWriter, XzOptions, XzStream, XzWriter};

use crate::world::runtray::python::host::{Codec as Kind, Step};

/// Memory that decompressing may take, in KiB: a damaged file may ask for any amount.
const MOST_MEMORY_KIB: u32 = 512 << 10;

/// The most codecs of one program that are not closed.
const MOST_CODECS: usize = 1024;

/// The codecs of a program, by number.
#[derive(Default)]
pub(crate) struct Codecs {
    open: HashMap<u32, Codec>,
    last: u32,
}

impl Codecs {
    /// Opens a codec and returns its number.
    ///
    /// # Errors
    /// Too many codecs are open, or the setting is invalid.
    pub(crate) fn begin(&mut self, kind: Kind, setting: u32) -> Result<u32, String> {
        if self.open.len() >= MOST_CODECS {
            return Err("too many files are being compressed or decompressed".to_owned());
        }
        let codec = Codec::new(kind, setting).map_err(|error| error.to_string())?;
        self.last = self.last.wrapping_add(1);
        self.open.insert(self.last, codec);
        Ok(self.last)
    }

    /// Works on the next piece, and returns at most `room` bytes of decompressed data.
    pub(crate) fn step(&mut self, number: u32, input: &[u8], room: u32, last: bool) -> Step {
        let stepped = match self.open.get_mut(&number) {
            Some(codec) => codec.step(input, room as usize, last),
            None => Err("it is closed".to_owned()),
        };
        stepped.unwrap_or_else(|error| Step { consumed: 0, output: Vec::new(), ended: false, error: Some(error) })
    }

    /// Closes a codec.
    pub(crate) fn end(&mut self, number: u32) {
        self.open.remove(&number);
    }
}

/// Compressed bytes that were not taken yet.
#[derive(Clone, Default)]
struct Compressed(Arc<Mutex<Vec<u8>>>);

impl Compressed {
    fn take(&self) -> Vec<u8> {
        mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Write for Compressed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

enum Codec {
    FromBzip2(Decompress),
    FromXz(Box<XzStream>),
    FromLzma(Box<LzmaStream>),
    ToBzip2(Compress),
    ToXz(Option<Box<XzWriter<Compressed>>>, Compressed),
    ToLzma(Option<Box<LzmaWriter<Compressed>>>, Compressed),
}

impl Codec {
    /// `setting` is the level with, for xz, the check above it; for decompressing the most memory in KiB, or 0.
    fn new(kind: Kind, setting: u32) -> io::Result<Self> {
        let memory = if setting == 0 { MOST_MEMORY_KIB } else { setting.min(MOST_MEMORY_KIB) };
        let (level, check) = (setting & 0xFF, setting >> 8);
        let out = Compressed::default();
        Ok(match kind {
            Kind::FromBzip2 => Self::FromBzip2(Decompress::new(false)),
            Kind::FromXz => Self::FromXz(Box::new(XzStream::new_mem_limit(false, memory))),
            Kind::FromLzma => Self::FromLzma(Box::new(LzmaStream::new_mem_limit(memory, None))),
            Kind::ToBzip2 => {
                let level = Compression::try_new(level).ok_or_else(|| io::Error::other("there is no such level"))?;
                Self::ToBzip2(Compress::new(level, 0))
            }
            Kind::ToXz => {
                let mut settings = XzOptions::with_preset(level);
                settings.set_check_sum_type(checked_by(check)?);
                Self::ToXz(Some(Box::new(XzWriter::new(out.clone(), settings)?)), out)
            }
            Kind::ToLzma => {
                let writer = LzmaWriter::new_use_header(out.clone(), &LzmaOptions::with_preset(level), None)?;
                Self::ToLzma(Some(Box::new(writer)), out)
            }
        })
    }

    fn step(&mut self, input: &[u8], room: usize, last: bool) -> Result<Step, String> {
        match self {
            Self::FromBzip2(stream) => from_bzip2(stream, input, room),
            Self::FromXz(stream) => decompressed(room, |output| stream.process(input, output, lzma::Action::Run)),
            Self::FromLzma(stream) => decompressed(room, |output| stream.process(input, output, lzma::Action::Run)),
            Self::ToBzip2(stream) => to_bzip2(stream, input, last),
            Self::ToXz(writer, out) => compressed(writer, out, input, last, |writer| writer.finish().map(drop)),
            Self::ToLzma(writer, out) => compressed(writer, out, input, last, |writer| writer.finish().map(drop)),
        }
    }
}

fn checked_by(check: u32) -> io::Result<CheckType> {
    match check {
        0 => Ok(CheckType::None),
        1 => Ok(CheckType::Crc32),
        4 => Ok(CheckType::Crc64),
        10 => Ok(CheckType::Sha256),
        _ => Err(io::Error::other("unsupported integrity check")),
    }
}

fn step(consumed: usize, output: Vec<u8>, ended: bool) -> Result<Step, String> {
    let consumed = u32::try_from(consumed).map_err(|error| error.to_string())?;
    Ok(Step { consumed, output, ended, error: None })
}

fn decompressed(
    room: usize,
    process: impl FnOnce(&mut [u8]) -> lzma::Result<lzma::StreamResult>,
) -> Result<Step, String> {
    let mut output = vec![0; room];
    let result = process(&mut output).map_err(|error| error.to_string())?;
    output.truncate(result.bytes_produced);
    step(result.bytes_consumed, output, result.status == lzma::Status::StreamEnd)
}

fn from_bzip2(stream: &mut Decompress, input: &[u8], room: usize) -> Result<Step, String> {
    let (before_in, before_out) = (stream.total_in(), stream.total_out());
    let mut output = vec![0; room];
    let status = stream.decompress(input, &mut output).map_err(|error| error.to_string())?;
    output.truncate(usize::try_from(stream.total_out() - before_out).unwrap_or(room));
    step(usize::try_from(stream.total_in() - before_in).unwrap_or_default(), output, status == Status::StreamEnd)
}

fn to_bzip2(stream: &mut Compress, input: &[u8], last: bool) -> Result<Step, String> {
    let before = stream.total_in();
    let mut output = Vec::new();
    loop {
        let done = usize::try_from(stream.total_in() - before).unwrap_or_default();
        let rest = input.get(done..).unwrap_or_default();
        if rest.is_empty() && !last {
            return step(done, output, false);
        }
        output.reserve(1 << 16);
        let action = if last && rest.is_empty() { Action::Finish } else { Action::Run };
        let status = stream.compress_vec(rest, &mut output, action).map_err(|error| error.to_string())?;
        if status == Status::StreamEnd {
            return step(done, output, true);
        }
    }
}

fn compressed<W: Write>(
    writer: &mut Option<Box<W>>,
    out: &Compressed,
    input: &[u8],
    last: bool,
    finish: impl FnOnce(W) -> io::Result<()>,
) -> Result<Step, String> {
    let open = writer.as_mut().ok_or("it has ended")?;
    open.write_all(input).map_err(|error| error.to_string())?;
    if last && let Some(whole) = writer.take() {
        finish(*whole).map_err(|error| error.to_string())?;
    }
    step(input.len(), out.take(), last)
}

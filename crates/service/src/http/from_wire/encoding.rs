//! The encodings of JSON: UTF-8, UTF-16 and UTF-32, each with or without a byte order mark.
//!
//! They are detected as in Python's `json.loads`, with which a Flask service reads bodies: by the mark, or else by the positions
//! of zero bytes, because JSON begins with two ASCII characters (RFC 4627, section 3). A `charset` is ignored there too.

use std::borrow::Cow;

/// An encoding other than UTF-8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Wide {
    /// Bytes per unit.
    width: usize,
    big_endian: bool,
}

/// `bytes` converted to UTF-8, without a mark. Bytes that are not in a wide encoding are returned as they are.
///
/// # Errors
/// The bytes are not valid in the detected encoding: the end of a sentence about the body.
pub(crate) fn utf8(bytes: &[u8]) -> Result<Cow<'_, [u8]>, String> {
    if let Some(rest) = bytes.strip_prefix(b"\xef\xbb\xbf") {
        return Ok(Cow::Borrowed(rest));
    }
    match detect(bytes) {
        None => Ok(Cow::Borrowed(bytes)),
        Some((wide, mark)) => wide.decode(&bytes[mark..]).map(|text| Cow::Owned(text.into_bytes())),
    }
}

/// The encoding and the length of its mark; `None` for UTF-8.
fn detect(bytes: &[u8]) -> Option<(Wide, usize)> {
    let wide = |width, big_endian, mark| Some((Wide { width, big_endian }, mark));
    match *bytes {
        [0, 0, 0xfe, 0xff, ..] => wide(4, true, 4),
        [0xff, 0xfe, 0, 0, ..] => wide(4, false, 4),
        [0xfe, 0xff, ..] => wide(2, true, 2),
        [0xff, 0xfe, ..] => wide(2, false, 2),
        [0, 0, _, _, ..] => wide(4, true, 0),
        [0, _, _, _, ..] | [0, _] => wide(2, true, 0),
        [_, 0, 0, 0, ..] => wide(4, false, 0),
        [_, 0, _, _, ..] | [_, 0] => wide(2, false, 0),
        _ => None,
    }
}

impl Wide {
    fn decode(self, bytes: &[u8]) -> Result<String, String> {
        let units = bytes.chunks_exact(self.width);
        if !units.remainder().is_empty() {
            return Err(format!("it is {self}, and its last character is cut off"));
        }
        let units = units.map(|unit| self.unit(unit));
        let no_character = || format!("it is {self} and holds what is no character in it");
        if self.width == 2 {
            let units = units.map(|unit| unit as u16);
            return char::decode_utf16(units).collect::<Result<_, _>>().map_err(|_| no_character());
        }
        units.map(char::try_from).collect::<Result<_, _>>().map_err(|_| no_character())
    }

    fn unit(self, bytes: &[u8]) -> u32 {
        let add = |unit: u32, byte: &u8| unit << 8 | u32::from(*byte);
        if self.big_endian { bytes.iter().fold(0, add) } else { bytes.iter().rev().fold(0, add) }
    }
}

impl std::fmt::Display for Wide {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(to, "UTF-{}", self.width * 8)
    }
}

#[cfg(test)]
mod tests {
    use super::utf8;

    /// `text` in units of `width` bytes.
    fn encode(text: &str, width: usize, big_endian: bool) -> Vec<u8> {
        let units: Vec<u32> = match width {
            2 => text.encode_utf16().map(u32::from).collect(),
            _ => text.chars().map(u32::from).collect(),
        };
        let bytes = |unit: u32| {
            let mut bytes = unit.to_be_bytes()[4 - width..].to_vec();
            if !big_endian {
                bytes.reverse();
            }
            bytes
        };
        units.into_iter().flat_map(bytes).collect()
    }

    #[test]
    fn every_encoding_is_read_with_and_without_a_mark() {
        for text in ["{\"code\": \"print('é 世 🎉')\"}", "{}", "[]", "{}\n"] {
            for mark in ["", "\u{feff}"] {
                let marked = format!("{mark}{text}");
                for bytes in [
                    marked.clone().into_bytes(),
                    encode(&marked, 2, false),
                    encode(&marked, 2, true),
                    encode(&marked, 4, false),
                    encode(&marked, 4, true),
                ] {
                    assert_eq!(utf8(&bytes).expect(text).as_ref(), text.as_bytes(), "{bytes:02x?}");
                }
            }
        }
    }

    #[test]
    fn invalid_text_is_reported() {
        for (bytes, expected) in [
            (&b"\xff\xfe{\0}"[..], "UTF-16, and its last character is cut off"),
            (b"{\0\x00\xd8}\0", "UTF-16 and holds what is no character"),
            (b"{\0\0\0\0\0\x11\x00", "UTF-32 and holds what is no character"),
            (b"{\0\0\0}\0", "UTF-32, and its last character"),
        ] {
            let why = utf8(bytes).expect_err("no text");
            assert!(why.contains(expected), "{bytes:02x?}: {why}");
        }
        for short in [&b""[..], b"{", b"x", b"{}x", b"\0"] {
            assert_eq!(utf8(short).expect("as it is").as_ref(), short);
        }
    }
}

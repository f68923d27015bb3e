//! Decodes output: UTF-8 text that never splits a character.

use encoding_rs::{Decoder, UTF_8};

/// Decodes one output stream piece by piece.
///
/// Invalid bytes become U+FFFD. An incomplete character is held back until its last byte arrives. With folding on, CR LF
/// becomes LF, even if the two arrive in different pieces.
pub(crate) struct TextDecoder {
    decoder: Decoder,
    fold_line_ends: bool,
    held_return: bool,
}

impl TextDecoder {
    /// For pipes: folds line ends on Windows, where programs write CR LF.
    pub(crate) fn new() -> Self {
        Self::folding(cfg!(windows))
    }

    /// For a terminal, where CR has a meaning of its own: folds nothing.
    pub(crate) fn for_terminal() -> Self {
        Self::folding(false)
    }

    fn folding(fold_line_ends: bool) -> Self {
        Self { decoder: UTF_8.new_decoder_without_bom_handling(), fold_line_ends, held_return: false }
    }

    /// The text that `bytes` complete; may be empty.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> String {
        self.decode(bytes, false)
    }

    /// The text that was held back, at the end of the stream.
    pub(crate) fn finish(&mut self) -> String {
        self.decode(&[], true)
    }

    fn decode(&mut self, bytes: &[u8], last: bool) -> String {
        let room = self.decoder.max_utf8_buffer_length(bytes.len()).unwrap_or(bytes.len() * 3 + 3);
        let mut text = String::with_capacity(room);
        let _ = self.decoder.decode_to_string(bytes, &mut text, last);
        if self.fold_line_ends { self.fold(&text, last) } else { text }
    }

    fn fold(&mut self, text: &str, last: bool) -> String {
        let mut folded = String::with_capacity(text.len() + 1);
        for character in text.chars() {
            if std::mem::take(&mut self.held_return) && character != '\n' {
                folded.push('\r');
            }
            if character == '\r' {
                self.held_return = true;
            } else {
                folded.push(character);
            }
        }
        if last && std::mem::take(&mut self.held_return) {
            folded.push('\r');
        }
        folded
    }
}

#[cfg(test)]
mod tests {
    use super::TextDecoder;

    fn check(fold: bool, chunks: &[&[u8]], expected: &str) {
        let mut text = TextDecoder::folding(fold);
        let mut all: String = chunks.iter().map(|chunk| text.push(chunk)).collect();
        all.push_str(&text.finish());
        assert_eq!(all, expected, "{chunks:?}");
    }

    #[test]
    fn characters_survive_any_split() {
        let bytes = "é😀\u{feff}漢".as_bytes();
        for at in 0..bytes.len() {
            check(false, &[&bytes[..at], &bytes[at..]], "é😀\u{feff}漢");
        }
    }

    #[test]
    fn invalid_bytes_become_the_replacement_character() {
        check(false, &[b"a\xffb", b"\xe2\x82"], "a\u{fffd}b\u{fffd}");
        check(false, &[b"\xf0\x9f", b"x"], "\u{fffd}x");
    }

    #[test]
    fn line_ends_fold_only_where_asked() {
        check(false, &[b"a\r\nb"], "a\r\nb");
        check(true, &[b"a\r\nb\r", b"\nc\r", b"d\r"], "a\nb\nc\rd\r");
        check(true, &[b"\r\r\n"], "\r\n");
    }
}

//! Foreign text, made safe to show.
//!
//! Text that a client, a page or a program chose (a host, a language, a path, a header's value) is passed through [`excerpt`]
//! before it goes into a sentence, a log line or a list. Code and output, which are stored whole on purpose, are not.

use std::borrow::Cow;

/// The most characters that are shown.
pub const EXCERPT_CHARS: usize = 200;

/// The start of `text` on one line: truncated to [`EXCERPT_CHARS`] characters and `…`, with control characters escaped, so that
/// it can neither forge a log line nor control a terminal.
pub fn excerpt(text: &str) -> Cow<'_, str> {
    let kept = text.char_indices().nth(EXCERPT_CHARS).map_or(text, |(end, _)| &text[..end]);
    let is_whole = kept.len() == text.len();
    if is_whole && !kept.chars().any(is_escaped) {
        return Cow::Borrowed(text);
    }
    let mut line = String::with_capacity(kept.len() + 8);
    for character in kept.chars() {
        match is_escaped(character) {
            true => line.extend(character.escape_default()),
            false => line.push(character),
        }
    }
    if !is_whole {
        line.push('…');
    }
    Cow::Owned(line)
}

/// Control characters, line separators, and marks that change the direction of text.
fn is_escaped(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{2028}' | '\u{2029}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::{EXCERPT_CHARS, excerpt};

    #[test]
    fn short_text_is_shown_as_it_is() {
        for text in ["", "python", "größe", &"é".repeat(EXCERPT_CHARS)] {
            assert_eq!(excerpt(text), text);
        }
    }

    #[test]
    fn long_text_is_cut_between_characters() {
        for character in ["a", "é", "🦀"] {
            let cut = excerpt(&character.repeat(1 << 20)).into_owned();
            assert_eq!(cut, format!("{}…", character.repeat(EXCERPT_CHARS)));
        }
    }

    #[test]
    fn control_characters_are_escaped() {
        assert_eq!(excerpt("a\r\nb\u{1b}[2J\0"), "a\\r\\nb\\u{1b}[2J\\u{0}");
        assert_eq!(excerpt("\u{202E}cod"), "\\u{202e}cod");
    }
}

//! Foreign text on a terminal: control characters, which could move the cursor, change colours or set the clipboard, are escaped.
//!
//! Programs, pages and files determine the text of the log, of names and of messages. A terminal interprets control characters in
//! it, so they are escaped there. A pipe or a file gets the bytes unchanged.

use std::borrow::Cow;
use std::fmt::Write as _;

/// The control characters that a text may keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    /// Several lines: line ends and tabs.
    Lines,
    /// One cell of a table, or the rest of one line: none.
    Cell,
    /// JSON: control characters are escaped as in JSON, so that the value stays the same.
    Json,
}

/// `text` with its control characters escaped, for example as `\x1b`.
pub(crate) fn inert(text: &str, layout: Layout) -> Cow<'_, str> {
    if !text.contains(|character| is_control(character, layout)) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if is_control(character, layout) { write_out(character, layout, &mut escaped) } else { escaped.push(character) }
    }
    Cow::Owned(escaped)
}

/// Whether a terminal would interpret `character`, or show the text around it in another order.
fn is_control(character: char, layout: Layout) -> bool {
    match character {
        '\n' | '\t' => layout == Layout::Cell,
        // The bidirectional controls: they can make a line look different from its content (CVE-2021-42574).
        '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => true,
        '\u{2028}' | '\u{2029}' => true,
        other => other.is_control(),
    }
}

fn write_out(character: char, layout: Layout, escaped: &mut String) {
    let code = u32::from(character);
    // Writing to a string never fails.
    let _ = match (layout, character) {
        (Layout::Json, _) => write!(escaped, "\\u{code:04x}"),
        (_, '\n') => write!(escaped, "\\n"),
        (_, '\t') => write!(escaped, "\\t"),
        (_, '\r') => write!(escaped, "\\r"),
        _ if code < 0x100 => write!(escaped, "\\x{code:02x}"),
        _ => write!(escaped, "\\u{{{code:x}}}"),
    };
}

#[cfg(test)]
mod tests {
    use super::Layout::{Cell, Json, Lines};
    use super::{Layout, inert};

    fn check(text: &str, layout: Layout, expected: &str) {
        assert_eq!(inert(text, layout), expected, "{text:?}");
    }

    #[test]
    fn every_control_character_is_escaped() {
        check("\u{1b}]52;c;aGk=\u{7}", Lines, "\\x1b]52;c;aGk=\\x07");
        check("\u{1b}[2J\u{9b}2J\u{90}\u{7f}\0", Lines, "\\x1b[2J\\x9b2J\\x90\\x7f\\x00");
        check("a\rb\u{8}c", Lines, "a\\rb\\x08c");
        check("x\u{202e}y\u{2066}", Lines, "x\\u{202e}y\\u{2066}");
        for character in (0..=0x9f).filter_map(char::from_u32).filter(|one| one.is_control()) {
            let escaped = inert(&character.to_string(), Cell).into_owned();
            assert!(!escaped.contains(char::is_control), "{character:?} is shown as {escaped:?}");
        }
    }

    #[test]
    fn lines_stay_lines_and_cells_stay_cells() {
        check("a\tb\nc\n", Lines, "a\tb\nc\n");
        check("a\tb\nc", Cell, "a\\tb\\nc");
        check("Grüße, 世界 🎉", Cell, "Grüße, 世界 🎉");
    }

    #[test]
    fn json_stays_the_same_value() {
        let text = "a\u{9b}\u{7f}\u{202e}b";
        let written = serde_json::to_string(text).expect("JSON");
        let escaped = inert(&written, Json).into_owned();
        assert!(!escaped.contains(char::is_control), "{escaped:?}");
        assert_eq!(serde_json::from_str::<String>(&escaped).expect("JSON"), text);
    }
}

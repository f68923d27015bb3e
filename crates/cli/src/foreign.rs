//! Foreign text on a terminal: control characters that move its cursor, change its colours or reach its clipboard are escaped.
//!
//! Programs, pages and files choose what stands in the log, in names and in messages. A terminal obeys the control characters in
//! it, so they are written out there. A pipe or a file gets the bytes as they are.

use std::borrow::Cow;
use std::fmt::Write as _;

/// The control characters that a text may keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    /// Several lines: the ends of lines and tabs.
    Lines,
    /// One cell of a table, or the rest of one line: neither.
    Cell,
    /// JSON: escapes are written as JSON has them, so that it stays the same value.
    Json,
}

/// `text` with its control characters written out, as `\x1b`.
pub(crate) fn inert(text: &str, layout: Layout) -> Cow<'_, str> {
    if !text.contains(|character| is_control(character, layout)) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if is_control(character, layout) { write_out(character, layout, &mut shown) } else { shown.push(character) }
    }
    Cow::Owned(shown)
}

/// Whether a terminal would obey `character`, or show the text around it in another order.
fn is_control(character: char, layout: Layout) -> bool {
    match character {
        '\n' | '\t' => layout == Layout::Cell,
        // The bidirectional controls: with them a line reads otherwise than it is (CVE-2021-42574).
        '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => true,
        '\u{2028}' | '\u{2029}' => true,
        other => other.is_control(),
    }
}

fn write_out(character: char, layout: Layout, shown: &mut String) {
    let code = u32::from(character);
    // A string takes all that is written to it.
    let _ = match (layout, character) {
        (Layout::Json, _) => write!(shown, "\\u{code:04x}"),
        (_, '\n') => write!(shown, "\\n"),
        (_, '\t') => write!(shown, "\\t"),
        (_, '\r') => write!(shown, "\\r"),
        _ if code < 0x100 => write!(shown, "\\x{code:02x}"),
        _ => write!(shown, "\\u{{{code:x}}}"),
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
    fn nothing_is_left_that_a_terminal_obeys() {
        check("\u{1b}]52;c;aGk=\u{7}", Lines, "\\x1b]52;c;aGk=\\x07");
        check("\u{1b}[2J\u{9b}2J\u{90}\u{7f}\0", Lines, "\\x1b[2J\\x9b2J\\x90\\x7f\\x00");
        check("a\rb\u{8}c", Lines, "a\\rb\\x08c");
        check("x\u{202e}y\u{2066}", Lines, "x\\u{202e}y\\u{2066}");
        for character in (0..=0x9f).filter_map(char::from_u32).filter(|one| one.is_control()) {
            let shown = inert(&character.to_string(), Cell).into_owned();
            assert!(!shown.contains(char::is_control), "{character:?} is shown as {shown:?}");
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
        let shown = inert(&written, Json).into_owned();
        assert!(!shown.contains(char::is_control), "{shown:?}");
        assert_eq!(serde_json::from_str::<String>(&shown).expect("JSON"), text);
    }
}

//! Line ends, byte order mark and last line end of a file, which an edit of its text keeps.

use similar::{ChangeTag, TextDiff};

/// Some editors on Windows begin a file with it.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// `text` as `edit` changes it. Each line that stays is kept byte for byte; a new one ends as the line before it.
///
/// `edit` gets the text without byte order mark, with `\n` as line end everywhere: editors of syntax trees write no other.
///
/// # Errors
/// The errors of `edit`.
pub(super) fn edited<E>(text: &str, edit: impl FnOnce(&str) -> Result<String, E>) -> Result<String, E> {
    let body = without_mark(text);
    let mark = &text[..text.len() - body.len()];
    let old: Vec<&str> = body.split_inclusive('\n').collect();
    let plain: String = old.iter().map(|line| without_end(line).to_owned() + own_end(line)).collect();
    let after = edit(&plain)?;
    let mut written = merged(&old, &completed(&plain), &completed(&after));
    if !body.is_empty() && !body.ends_with('\n') {
        written.truncate(without_end(&written).len());
    }
    Ok(format!("{mark}{written}"))
}

/// `text` without its byte order mark.
pub(super) fn without_mark(text: &str) -> &str {
    text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text)
}

/// `text` with an end of its last line, because lines that are added after it give it one.
pub(super) fn completed(text: &str) -> String {
    let mut completed = text.to_owned();
    if !text.is_empty() && !text.ends_with('\n') {
        completed.push_str(text.split_inclusive('\n').rev().find_map(end).unwrap_or("\n"));
    }
    completed
}

/// `after`, with the original line from `old` for each line that it shares with `before`. `old` and `before` have the same number
/// of lines.
fn merged(old: &[&str], before: &str, after: &str) -> String {
    let lines = |text| -> Vec<&str> { str::split_inclusive(text, '\n').collect() };
    let (before, after) = (lines(before), lines(after));
    let mut current = old.first().and_then(|line| end(line)).unwrap_or("\n");
    let mut written = String::new();
    for change in TextDiff::from_slices(&before, &after).iter_all_changes() {
        let replaced = change.old_index().map(|index| old[index]);
        current = replaced.and_then(end).unwrap_or(current);
        match (change.tag(), replaced) {
            (ChangeTag::Delete, _) => {}
            (ChangeTag::Equal, Some(line)) if end(line).is_some() => written.push_str(line),
            _ => written.extend([without_end(change.value()), current]),
        }
    }
    written
}

/// The line end of a line, if it has one.
fn end(line: &str) -> Option<&'static str> {
    if line.ends_with("\r\n") {
        return Some("\r\n");
    }
    line.ends_with('\n').then_some("\n")
}

fn own_end(line: &str) -> &'static str {
    if line.ends_with('\n') { "\n" } else { "" }
}

fn without_end(text: &str) -> &str {
    end(text).and_then(|end| text.strip_suffix(end)).unwrap_or(text)
}

//! Parses and checks single values.

use std::path::{Path, PathBuf};
use std::time::Duration;

use runtray_engine::interpreter::{BUILT_IN, SCIENCE};
use runtray_engine::message::{LocalizedMessage, Sentence};
use toml_edit::Item;

use crate::sentences as s;

/// A size of 2^20 bytes.
pub(super) const MIB: u64 = 1 << 20;
/// A size of 2^30 bytes.
pub(super) const GIB: u64 = 1 << 30;

/// A value as the user wrote it, for messages.
pub(super) fn excerpt(item: &Item) -> String {
    runtray_engine::excerpt(item.to_string().trim()).into_owned()
}

/// `true` or `false`.
pub(super) fn switch(item: &Item) -> Result<bool, LocalizedMessage> {
    item.as_bool().ok_or_else(|| s::SETTING_SWITCH.with("written", excerpt(item)))
}

/// A whole number from `least` to `most`.
pub(super) fn count(item: &Item, least: u64, most: u64) -> Result<u64, LocalizedMessage> {
    ranged(item, least, most).ok_or_else(|| ranging(s::SETTING_COUNT, least, most, item))
}

/// [`count`] as `usize`.
pub(super) fn length(item: &Item, least: u64, most: u64) -> Result<usize, LocalizedMessage> {
    Ok(usize::try_from(count(item, least, most)?).unwrap_or(usize::MAX))
}

/// A time in milliseconds.
pub(super) fn millis(item: &Item, least: u64, most: u64) -> Result<Duration, LocalizedMessage> {
    let value = ranged(item, least, most);
    let why = || ranging(s::SETTING_MILLIS, least, most, item);
    value.map(Duration::from_millis).ok_or_else(why)
}

/// A size in bytes.
pub(super) fn size(item: &Item, least: u64, most: u64) -> Result<u64, LocalizedMessage> {
    ranged(item, least, most).ok_or_else(|| {
        let message = ranging(s::SETTING_SIZE, least, most, item);
        message.with("least_rounded", rounded(least)).with("most_rounded", rounded(most))
    })
}

/// [`size`] as `usize`.
pub(super) fn buffer(item: &Item, least: u64, most: u64) -> Result<usize, LocalizedMessage> {
    Ok(usize::try_from(size(item, least, most)?).unwrap_or(usize::MAX))
}

/// The absolute path of a program; `None` for an empty text.
pub(super) fn program(item: &Item) -> Result<Option<PathBuf>, LocalizedMessage> {
    let text = item.as_str().ok_or_else(|| s::SETTING_PATH_TEXT.with("written", excerpt(item)))?;
    if text.contains('\0') {
        return Err(s::SETTING_PATH_NUL.message());
    }
    match Path::new(text) {
        path if path.as_os_str().is_empty() => Ok(None),
        path if path.is_absolute() => Ok(Some(path.to_owned())),
        _ => Err(s::SETTING_PATH_RELATIVE.with("written", excerpt(item))),
    }
}

/// As [`program`], or a built-in Python.
pub(super) fn python(item: &Item) -> Result<Option<PathBuf>, LocalizedMessage> {
    match item.as_str() {
        Some(name @ (BUILT_IN | SCIENCE)) => Ok(Some(name.into())),
        _ => program(item),
    }
}

/// A list of texts.
pub(super) fn texts(item: &Item) -> Result<Vec<&str>, LocalizedMessage> {
    let why = || s::SETTING_TEXTS.with("written", excerpt(item));
    item.as_array().ok_or_else(why)?.iter().map(|value| value.as_str().ok_or_else(why)).collect()
}

fn ranging(sentence: Sentence, least: u64, most: u64, item: &Item) -> LocalizedMessage {
    sentence.with("least", least).with("most", most).with("written", excerpt(item))
}

fn ranged(item: &Item, least: u64, most: u64) -> Option<u64> {
    let value = u64::try_from(item.as_integer()?).ok()?;
    (least..=most).contains(&value).then_some(value)
}

fn rounded(bytes: u64) -> String {
    match bytes {
        GIB.. => format!("{} GiB", bytes / GIB),
        MIB.. => format!("{} MiB", bytes / MIB),
        1024.. => format!("{} KiB", bytes / 1024),
        _ => format!("{bytes} B"),
    }
}

#[cfg(test)]
mod tests {
    use super::rounded;

    #[test]
    fn sizes_are_shown_in_the_unit_that_people_use() {
        for (bytes, expected) in [(0, "0 B"), (1024, "1 KiB"), (16 << 20, "16 MiB"), (1 << 40, "1024 GiB")] {
            assert_eq!(rounded(bytes), expected);
        }
    }
}

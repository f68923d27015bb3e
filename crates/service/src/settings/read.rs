//! Single values, as written → checked.

use std::path::{Path, PathBuf};
use std::time::Duration;

use toml_edit::Item;

/// A size of 2^20 bytes.
pub(super) const MIB: u64 = 1 << 20;
/// A size of 2^30 bytes.
pub(super) const GIB: u64 = 1 << 30;

/// A value as the user wrote it, for messages.
pub(super) fn shown(item: &Item) -> String {
    runtray_engine::shown(item.to_string().trim()).into_owned()
}

/// `true` or `false`.
pub(super) fn switch(item: &Item) -> Result<bool, String> {
    item.as_bool().ok_or_else(|| format!("must be true or false, not {}", shown(item)))
}

/// A whole number from `least` to `most`.
pub(super) fn count(item: &Item, least: u64, most: u64) -> Result<u64, String> {
    ranged(item, least, most)
        .ok_or_else(|| format!("must be a whole number from {least} to {most}, not {}", shown(item)))
}

/// [`count`] where memory is what it counts in.
pub(super) fn length(item: &Item, least: u64, most: u64) -> Result<usize, String> {
    Ok(usize::try_from(count(item, least, most)?).unwrap_or(usize::MAX))
}

/// A time in milliseconds.
pub(super) fn millis(item: &Item, least: u64, most: u64) -> Result<Duration, String> {
    let value = ranged(item, least, most);
    let why = || format!("must be a whole number of milliseconds from {least} to {most}, not {}", shown(item));
    value.map(Duration::from_millis).ok_or_else(why)
}

/// A size in bytes.
pub(super) fn size(item: &Item, least: u64, most: u64) -> Result<u64, String> {
    ranged(item, least, most).ok_or_else(|| {
        let range = format!("{least} ({}) to {most} ({})", rounded(least), rounded(most));
        format!("must be a whole number of bytes from {range}, not {}", shown(item))
    })
}

/// [`size`] of what is held in memory.
pub(super) fn buffer(item: &Item, least: u64, most: u64) -> Result<usize, String> {
    Ok(usize::try_from(size(item, least, most)?).unwrap_or(usize::MAX))
}

/// The path of a program; an empty text is none.
pub(super) fn program(item: &Item) -> Result<Option<PathBuf>, String> {
    let written = item.as_str().ok_or_else(|| format!("must be a path in quotes, not {}", shown(item)))?;
    if written.contains('\0') {
        return Err("must be a path, and no path holds a NUL character".to_owned());
    }
    match Path::new(written) {
        path if path.as_os_str().is_empty() => Ok(None),
        path if path.is_absolute() => Ok(Some(path.to_owned())),
        _ => Err(format!("must be a whole path from the root of the disk (no `~`), not {}", shown(item))),
    }
}

/// Texts in square brackets.
pub(super) fn texts(item: &Item) -> Result<Vec<&str>, String> {
    let why = || format!("must be texts in square brackets, such as [\"a\", \"b\"], not {}", shown(item));
    item.as_array().ok_or_else(why)?.iter().map(|value| value.as_str().ok_or_else(why)).collect()
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

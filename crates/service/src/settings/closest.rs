//! Suggests the name that a misspelt one probably means.

/// The known name that `name` probably means: the same word in another section, or a name that differs by a few letters.
pub(super) fn closest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let last = |name: &'a str| name.rsplit('.').next().unwrap_or(name);
    let distance = |meant: &'a str| {
        let same_word = (last(meant) == name.rsplit('.').next().unwrap_or(name)).then_some(1);
        same_word.unwrap_or_else(|| strsim::damerau_levenshtein(name, meant))
    };
    let near = |length: usize| (length / 3).clamp(1, 3);
    known
        .map(|meant| (distance(meant), meant))
        .filter(|(far, meant)| *far <= near(meant.len()))
        .min()
        .map(|(_, meant)| meant)
}

#[cfg(test)]
mod tests {
    use super::closest;

    #[test]
    fn a_word_is_suggested_only_when_it_is_close() {
        let known = ["port", "limits.timeout_ms", "limits.max_timeout_ms", "journal.enabled"];
        for (name, expected) in [
            ("prot", Some("port")),
            ("limits.timeout_sm", Some("limits.timeout_ms")),
            ("timeout_ms", Some("limits.timeout_ms")),
            ("limits.timeoutms", Some("limits.timeout_ms")),
            ("journal.enable", Some("journal.enabled")),
            ("colour", None),
            ("x", None),
            ("", None),
        ] {
            assert_eq!(closest(name, known.into_iter()), expected, "for {name:?}");
        }
    }
}

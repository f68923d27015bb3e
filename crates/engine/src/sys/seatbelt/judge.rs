//! A judge of profiles: of the rules that match, the last one counts.

use std::path::Path;

/// Whether `profile` allows `operation` on `path`, which has no links. Paths with quotes are not understood.
pub(super) fn allows(profile: &str, operation: &str, path: &Path) -> bool {
    let rules = profile.lines().filter(|rule| !rule.contains("require-all"));
    let mut matching = rules.filter(|rule| {
        let (words, filters) = rule.trim_end_matches(')').split_at(rule.find(" (").unwrap_or(rule.len() - 1));
        words.split(' ').any(|word| covers(word, operation)) && (filters.is_empty() || is_in(filters, path))
    });
    matching.next_back().is_some_and(|rule| rule.starts_with("(allow "))
}

/// Whether the operations `word` contain `operation`.
fn covers(word: &str, operation: &str) -> bool {
    word == operation || word.strip_suffix('*').is_some_and(|start| operation.starts_with(start))
}

/// Whether one of `filters` is for `path`.
fn is_in(filters: &str, path: &Path) -> bool {
    let mut parts = filters.split(" (").map(|filter| filter.split('"'));
    parts.any(|mut filter| match (filter.next(), filter.next()) {
        (Some("subpath "), Some(folder)) => path.starts_with(folder),
        (Some("literal "), Some(place)) => path == Path::new(place),
        _ => false,
    })
}

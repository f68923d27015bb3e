//! The default index in the help of pip. xtask includes this file too: it asks the pip of the machine that builds.

/// The text before each default.
const DEFAULT: &str = "(default ";

/// The first address in the `help` that is called a default. A narrow terminal breaks its lines.
pub(crate) fn default_address(help: &str) -> Option<String> {
    let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut defaults = help.match_indices(DEFAULT).map(|(at, _)| help[at + DEFAULT.len()..].split(')').next());
    defaults.find_map(|text| text.filter(|text| text.starts_with("http")).map(str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::default_address;

    #[test]
    fn pip_s_help_has_its_default() {
        let help = "  --timeout <sec>  Set it (default 15 seconds).\n  -i, --index-url <url>\n     Base URL of the\n index (default\n   https://a.invalid/simple). This should point";
        assert_eq!(default_address(help).as_deref(), Some("https://a.invalid/simple"));
        assert_eq!(default_address("No module named pip"), None);
    }
}

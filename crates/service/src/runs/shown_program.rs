//! The beginning of a program, for the user's decision about it.

use runtray_engine::excerpt;

/// How many lines of a program are kept.
pub(crate) const MOST_LINES: usize = 8;

/// The beginning of a program that the user decides about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownProgram {
    /// Its language, if it is known.
    pub language: Option<String>,
    /// The first lines, cut and with control characters escaped.
    pub lines: Vec<String>,
    /// How many lines follow.
    pub more_lines: usize,
}

impl ShownProgram {
    /// The beginning of `code`.
    pub(crate) fn begins(code: &str, language: Option<&str>) -> Self {
        let lines = || code.lines().map(str::trim_end);
        let first: Vec<_> = lines().take(MOST_LINES).map(shown_code).collect();
        let more_lines = lines().count() - first.len();
        Self { language: language.map(|name| excerpt(name).into_owned()), lines: first, more_lines }
    }
}

/// One line made safe to show; its indentation stays.
fn shown_code(line: &str) -> String {
    excerpt(&line.replace('\t', "    ")).into_owned()
}

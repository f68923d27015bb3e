//! The answer of an interpreter to a probe.

use crate::text::message::LocalizedMessage;
use crate::text::sentences;

/// The output of a program.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) stdout: String,
    pub(super) stderr: String,
}

impl Answer {
    /// The reason if the output is no description of a `name`; follows the program's path in a sentence.
    pub(super) fn undescribed(&self, name: &str) -> LocalizedMessage {
        match self.stderr.lines().map(str::trim).rfind(|line| !line.is_empty()) {
            Some(line) => sentences::PRINTED_INSTEAD.with("line", format!("{:?}", shortened(line))),
            None => sentences::UNDESCRIBED.with("name", name),
        }
    }
}

fn shortened(line: &str) -> String {
    const LONGEST: usize = 200;
    line.chars().take(LONGEST).collect()
}

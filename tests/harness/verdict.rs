//! The comparison of a run's result with the expected one.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use regex::RegexBuilder;
use serde_json::Value;
use similar::TextDiff;

use super::program::{Expected, ExpectedFile};
use super::stream::Streamed;

/// The result of a run, from JSON or from a stream.
#[derive(Debug)]
pub(crate) struct Answer {
    /// All of stdout.
    pub(crate) stdout: String,
    /// All of stderr.
    pub(crate) stderr: String,
    /// The other fields of the response.
    pub(crate) result: Value,
}

impl From<Value> for Answer {
    fn from(result: Value) -> Self {
        let text = |field: &str| result[field].as_str().unwrap_or("(missing)").to_owned();
        Self { stdout: text("output"), stderr: text("error"), result }
    }
}

impl From<Streamed> for Answer {
    fn from(Streamed { stdout, stderr, finished, .. }: Streamed) -> Self {
        Self { stdout, stderr, result: finished }
    }
}

impl Expected {
    /// All differences as readable lines; empty if the run was as expected.
    pub(crate) fn differences(&self, answer: &Answer) -> Vec<String> {
        let mut found = Vec::new();
        found.extend(self.stdout(&answer.stdout));
        found.extend(self.stderr(&answer.stderr));
        found.extend(self.ending(&answer.result));
        found.extend(self.files(&answer.result["files"]));
        found
    }

    fn stdout(&self, stdout: &str) -> Vec<String> {
        let text = match (&self.stdout_matches, self.stdout_bytes) {
            (Some(pattern), _) => {
                (!matches(pattern, stdout)).then(|| format!("stdout matches not {pattern:?}:\n{}", cut(stdout)))
            }
            (None, Some(_)) => None,
            (None, None) => difference("stdout", &self.stdout, stdout),
        };
        text.into_iter().chain(size("stdout", self.stdout_bytes, stdout)).collect()
    }

    fn stderr(&self, stderr: &str) -> Vec<String> {
        let text = match &self.stderr_lines {
            Some(patterns) => (!lines_match(patterns, &meaningful(stderr)))
                .then(|| format!("stderr has not these lines:\n{}\nbut:\n{}", patterns.join("\n"), cut(stderr))),
            None => difference("stderr", &self.stderr, stderr),
        };
        text.into_iter().chain(size("stderr", self.stderr_bytes, stderr)).collect()
    }

    fn ending(&self, result: &Value) -> Vec<String> {
        let status = self.status.as_deref().unwrap_or("completed");
        let completed = status == "completed";
        let exit_code = self.exit_code.or(completed.then_some(0));
        let expected: [(&str, Value); 5] = [
            ("status", status.into()),
            ("success", completed.into()),
            ("exit_code", exit_code.into()),
            ("output_truncated", false.into()),
            ("error_truncated", false.into()),
        ];
        // A program that exits has no signal; if a limit ended the run, the engine chose it.
        let signal = (exit_code.is_some() || self.signal.is_some()).then(|| ("signal", self.signal.clone().into()));
        let wrong = expected.into_iter().chain(signal).filter(|(field, value)| result[*field] != *value);
        wrong.map(|(field, value)| format!("{field} is {} and not {value}", result[field])).collect()
    }

    fn files(&self, files: &Value) -> Vec<String> {
        let Some(files) = files.as_array() else { return vec![format!("files is {files}")] };
        let find = |path: &str| files.iter().find(|file| file["path"] == path);
        let found: BTreeSet<&str> = files.iter().filter_map(|file| file["path"].as_str()).collect();
        let expected: BTreeSet<&str> = self.files.iter().map(|file| file.path.as_str()).collect();
        let unexpected = found.difference(&expected).map(|path| format!("left a file that nobody expects: {path}"));
        let others = self.files.iter().flat_map(|file| match find(&file.path) {
            Some(found) => file.differences(found),
            None => vec![format!("left no {}", file.path)],
        });
        unexpected.chain(others).collect()
    }
}

impl ExpectedFile {
    fn differences(&self, found: &Value) -> Vec<String> {
        let content = found["content"].as_str().map(|text| BASE64_STANDARD.decode(text).expect("content is base64"));
        let content = content.unwrap_or_default();
        let mut wrong = Vec::new();
        if let Some(expected) = &self.content {
            wrong.extend(difference(&self.path, expected, &String::from_utf8_lossy(&content)));
        }
        if found["size_bytes"] != content.len() || self.size_bytes.is_some_and(|size| found["size_bytes"] != size) {
            wrong.push(format!("{} has {} bytes, {} of them here", self.path, found["size_bytes"], content.len()));
        }
        if self.media_type.as_ref().is_some_and(|media_type| found["media_type"] != **media_type) {
            wrong.push(format!("{} is of type {}", self.path, found["media_type"]));
        }
        wrong
    }
}

/// The difference between two texts as a unified diff.
pub(crate) fn difference(what: &str, expected: &str, found: &str) -> Option<String> {
    if expected == found {
        return None;
    }
    let (expected, found) = (cut(expected), cut(found));
    let diff = TextDiff::from_lines(expected.as_str(), found.as_str());
    Some(format!("{what}:\n{}", diff.unified_diff().header("expected", "found")))
}

fn size(what: &str, expected: Option<usize>, text: &str) -> Option<String> {
    expected.filter(|size| *size != text.len()).map(|size| format!("{what} has {} bytes and not {size}", text.len()))
}

/// Shortens a text for a message.
fn cut(text: &str) -> String {
    text.chars().take(8000).collect()
}

fn matches(pattern: &str, text: &str) -> bool {
    let whole = RegexBuilder::new(&format!("^(?:{pattern})$")).dot_matches_new_line(true).build();
    whole.expect(pattern).is_match(text)
}

/// The lines to compare, without `^^^^` markers, which differ between versions of Python.
fn meaningful(text: &str) -> Vec<&str> {
    text.lines().filter(|line| !line.chars().all(|c| c.is_whitespace() || c == '^' || c == '~')).collect()
}

fn lines_match(patterns: &[String], lines: &[&str]) -> bool {
    match (patterns, lines) {
        ([], rest) => rest.is_empty(),
        ([any, others @ ..], _) if any == "..." => {
            (0..=lines.len()).any(|skipped| lines_match(others, &lines[skipped..]))
        }
        ([pattern, others @ ..], [line, rest @ ..]) => matches(pattern, line) && lines_match(others, rest),
        ([_, ..], []) => false,
    }
}

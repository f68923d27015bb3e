//! The request: a program to run, valid by construction.

pub(crate) mod path;

use std::borrow::Cow;
use std::collections::HashSet;
use std::time::Duration;

use bytes::Bytes;

use crate::error::InvalidRequest;
use crate::session::TerminalSize;
use crate::text::excerpt::excerpt;
use path::RelativePath;

const MOST_ARGUMENT_BYTES: usize = 1 << 20;
const MOST_ONE_ARGUMENT_BYTES: usize = 100 << 10;

/// A file that is put into the run's folder before the program starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// Its path in the run's folder.
    pub path: RelativePath,
    /// Its content.
    pub content: Vec<u8>,
}

/// A program with its input. Built by [`Request::new`] and the `with_…` steps, each of which checks its argument. It cannot be
/// cloned: it may be large, and a [`Job`](crate::job::Job) is shared instead.
#[derive(Debug, PartialEq, Eq)]
pub struct Request {
    source: Source,
    timeout: Duration,
    stdin: Bytes,
    args: Vec<String>,
    env: Vec<(String, String)>,
    files: Vec<SourceFile>,
    terminal: Option<TerminalSize>,
    idle_limit: Option<Duration>,
}

/// The program.
#[derive(Debug, PartialEq, Eq)]
enum Source {
    Text(String),
    /// Bytes that are not UTF-8.
    Bytes(Vec<u8>),
}

impl Request {
    /// The most files of a request.
    pub const MOST_FILES: usize = 1000;

    /// A program with empty standard input, no arguments and no files, and with `timeout` of wall-clock time.
    pub fn new(code: impl Into<String>, timeout: Duration) -> Self {
        Self::of(Source::Text(code.into()), timeout)
    }

    /// The same for a program in any encoding; its interpreter gets exactly these bytes.
    pub fn of_bytes(bytes: Vec<u8>, timeout: Duration) -> Self {
        let source = String::from_utf8(bytes).map_or_else(|other| Source::Bytes(other.into_bytes()), Source::Text);
        Self::of(source, timeout)
    }

    fn of(source: Source, timeout: Duration) -> Self {
        Self {
            source,
            timeout,
            stdin: Bytes::new(),
            args: Vec::new(),
            env: Vec::new(),
            files: Vec::new(),
            terminal: None,
            idle_limit: None,
        }
    }

    /// Sets the standard input; end-of-file follows it.
    #[must_use]
    pub fn with_stdin(mut self, stdin: impl Into<Bytes>) -> Self {
        self.stdin = stdin.into();
        self
    }

    /// Sets the arguments (`sys.argv[1:]`).
    ///
    /// # Errors
    /// An argument contains NUL or is over 100 KiB, or all of them are over 1 MiB.
    pub fn with_args(mut self, args: Vec<String>) -> Result<Self, InvalidRequest> {
        for (index, arg) in args.iter().enumerate() {
            check_text(&format!("args[{index}]"), arg)?;
        }
        check_total("args", args.iter().map(String::len).sum())?;
        self.args = args;
        Ok(self)
    }

    /// Adds environment variables to the short list of every run; the last of two equal names wins.
    ///
    /// # Errors
    /// A name is empty or contains `=` or a control character, a value contains NUL, or all of them are over 1 MiB.
    pub fn with_env(mut self, env: Vec<(String, String)>) -> Result<Self, InvalidRequest> {
        for (name, value) in &env {
            let field = format!("env.{name}");
            if name.is_empty() || name.contains('=') || name.chars().any(char::is_control) {
                return Err(InvalidRequest::new(field, "must have a name without `=` and control characters"));
            }
            check_text(&field, value)?;
            check_text(&field, name)?;
        }
        check_total("env", env.iter().map(|(name, value)| name.len() + value.len()).sum())?;
        self.env = env;
        Ok(self)
    }

    /// Adds files to the run's folder.
    ///
    /// # Errors
    /// More than [`MOST_FILES`](Self::MOST_FILES) files are given, two paths are equal (letter case aside), or one file's path is
    /// another's folder.
    pub fn with_files(mut self, files: Vec<SourceFile>) -> Result<Self, InvalidRequest> {
        if files.len() > Self::MOST_FILES {
            let reason = format!("must not hold more than {} files", Self::MOST_FILES);
            return Err(InvalidRequest::new("files", reason));
        }
        check_distinct(&files)?;
        self.files = files;
        Ok(self)
    }

    /// Gives the program a terminal of that size in place of its three standard streams.
    #[must_use]
    pub fn with_terminal(mut self, size: TerminalSize) -> Self {
        self.terminal = Some(size);
        self
    }

    /// Makes the run interactive: its client can type into it. The program is ended after this long without input or output.
    #[must_use]
    pub fn with_idle_limit(mut self, limit: Duration) -> Self {
        self.idle_limit = Some(limit);
        self
    }

    /// Checks that no file has the path of `entry`, the program's own file.
    pub(crate) fn check_entry(&self, entry: &str) -> Result<(), InvalidRequest> {
        let clashes =
            |path: &str| path.strip_prefix(entry).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        match self.files.iter().position(|file| clashes(&file.path.folded())) {
            None => Ok(()),
            Some(index) => {
                let reason = format!("must not be `{entry}`: that is where `code` goes");
                Err(InvalidRequest::new(format!("files[{index}].path"), reason))
            }
        }
    }

    /// The program's text; invalid UTF-8 is replaced by U+FFFD.
    pub fn code(&self) -> Cow<'_, str> {
        self.beginning(usize::MAX)
    }

    /// The first bytes of the program's text, at most `most` and cut between characters.
    pub fn beginning(&self, most: usize) -> Cow<'_, str> {
        match &self.source {
            Source::Text(text) => Cow::Borrowed(&text[..text.floor_char_boundary(most)]),
            Source::Bytes(bytes) => {
                // A few bytes more, so that a character at the end is whole.
                let read = &bytes[..bytes.len().min(most.saturating_add(4))];
                let mut text = String::from_utf8_lossy(read).into_owned();
                text.truncate(text.floor_char_boundary(most));
                Cow::Owned(text)
            }
        }
    }

    /// The program's text; `None` if it is not UTF-8.
    pub fn text(&self) -> Option<&str> {
        match &self.source {
            Source::Text(text) => Some(text),
            Source::Bytes(_) => None,
        }
    }

    /// The program's bytes.
    pub fn source(&self) -> &[u8] {
        match &self.source {
            Source::Text(text) => text.as_bytes(),
            Source::Bytes(bytes) => bytes,
        }
    }

    /// The wall-clock limit.
    pub fn timeout(&self) -> Duration {
        self.timeout
    }

    /// Its standard input.
    pub fn stdin(&self) -> &Bytes {
        &self.stdin
    }

    /// Its arguments.
    pub fn args(&self) -> &[String] {
        &self.args
    }

    /// Its additional environment variables.
    pub fn env(&self) -> &[(String, String)] {
        &self.env
    }

    /// The size of its terminal, if it has one.
    pub fn terminal(&self) -> Option<TerminalSize> {
        self.terminal
    }

    /// Whether its client can type into it while it runs.
    pub fn is_interactive(&self) -> bool {
        self.idle_limit.is_some()
    }

    /// The time without input or output after which it is ended, if it is interactive.
    pub fn idle_limit(&self) -> Option<Duration> {
        self.idle_limit
    }

    /// Its files.
    pub fn files(&self) -> &[SourceFile] {
        &self.files
    }
}

fn check_text(field: &str, text: &str) -> Result<(), InvalidRequest> {
    if text.contains('\0') {
        return Err(InvalidRequest::new(field, "must not hold a NUL character"));
    }
    if text.len() > MOST_ONE_ARGUMENT_BYTES {
        return Err(InvalidRequest::new(field, format!("must not be longer than {MOST_ONE_ARGUMENT_BYTES} bytes")));
    }
    Ok(())
}

fn check_total(field: &str, bytes: usize) -> Result<(), InvalidRequest> {
    if bytes > MOST_ARGUMENT_BYTES {
        return Err(InvalidRequest::new(field, format!("must not hold more than {MOST_ARGUMENT_BYTES} bytes in all")));
    }
    Ok(())
}

fn check_distinct(files: &[SourceFile]) -> Result<(), InvalidRequest> {
    let mut paths = HashSet::new();
    for (index, file) in files.iter().enumerate() {
        if !paths.insert(file.path.folded()) {
            let reason = format!("is `{}`, which stands in the list already", excerpt(file.path.as_str()));
            return Err(InvalidRequest::new(format!("files[{index}].path"), reason));
        }
    }
    for (index, file) in files.iter().enumerate() {
        let path = file.path.folded();
        let parents = path.match_indices('/').map(|(end, _)| &path[..end]);
        if let Some(parent) = parents.into_iter().find(|parent| paths.contains(*parent)) {
            let reason = format!("needs `{}` as a folder, which is a file in the list", excerpt(parent));
            return Err(InvalidRequest::new(format!("files[{index}].path"), reason));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::path::RelativePath;
    use super::{Request, SourceFile};
    use std::time::Duration;

    fn request() -> Request {
        Request::new("", Duration::from_secs(1))
    }

    fn file(path: &str) -> SourceFile {
        SourceFile { path: RelativePath::parse(path).expect(path), content: Vec::new() }
    }

    #[test]
    fn nul_in_arguments_and_bad_variable_names_are_refused() {
        assert_eq!(request().with_args(vec!["a".into(), "b\0".into()]).expect_err("NUL").field, "args[1]");
        for name in ["", "A=B", "A\0", "A\n"] {
            assert!(request().with_env(vec![(name.into(), String::new())]).is_err(), "{name:?} was taken");
        }
        assert!(request().with_env(vec![("A".into(), "b\0".into())]).is_err());
        assert!(request().with_args(vec!["x".repeat(99_000); 20]).is_err());
    }

    #[test]
    fn a_program_keeps_its_bytes() {
        let time = Duration::from_secs(1);
        let latin = Request::of_bytes(b"# \xe9".to_vec(), time);
        assert_eq!((latin.source(), &*latin.code(), latin.text()), (&b"# \xe9"[..], "# \u{fffd}", None));
        assert_eq!(Request::of_bytes("é".into(), time), Request::new("é", time));
    }

    #[test]
    fn the_beginning_of_a_program_is_cut_between_characters() {
        let time = Duration::from_secs(1);
        for (code, most, expected) in [("abc", 2, "ab"), ("abc", 9, "abc"), ("aé", 2, "a"), ("", 0, "")] {
            assert_eq!(Request::new(code, time).beginning(most), expected);
            let other = Request::of_bytes([code.as_bytes(), b"\xff"].concat(), time);
            assert_eq!(other.beginning(most.min(code.len())), expected, "{code:?} with other bytes behind it");
        }
    }

    #[test]
    fn files_that_would_overwrite_one_another_are_refused() {
        for paths in [["a", "a"], ["A.txt", "a.TXT"], ["a", "a/b"], ["x/y/z", "x/y"]] {
            assert!(request().with_files(paths.map(file).to_vec()).is_err(), "{paths:?} were taken");
        }
        assert!(request().with_files(["a/b", "a/c", "ab"].map(file).to_vec()).is_ok());
    }

    #[test]
    fn no_file_takes_the_place_of_the_program() {
        for (path, fits) in
            [("main.py", false), ("MAIN.PY", false), ("main.py/x", false), ("main.pyc", true), ("a/main.py", true)]
        {
            let request = request().with_files(vec![file(path)]).expect(path);
            assert_eq!(request.check_entry("main.py").is_ok(), fits, "{path}");
        }
    }
}

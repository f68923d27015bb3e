//! The exception that ended a program, for formats that want its name apart from its text.

use runtray_wire::ExecuteResponse;
use runtray_wire::RunStatus;

/// An exception, or another end that is no success.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Exception {
    /// Its name, such as `ZeroDivisionError`.
    pub(crate) name: String,
    /// Its text.
    pub(crate) value: String,
}

impl Exception {
    /// The exception of a program that did not succeed.
    pub(crate) fn of(result: &ExecuteResponse) -> Option<Self> {
        match result.ending.status {
            RunStatus::Completed => None,
            RunStatus::Failed => Some(last_in(&result.error).unwrap_or_else(|| exit(result.ending.exit_code))),
            status => Some(Self {
                name: ended_by(status).to_owned(),
                value: result.error.lines().next_back().unwrap_or_default().to_owned(),
            }),
        }
    }
}

/// The last line that reads like `Name: text` or, with no text, like the name of an exception.
fn last_in(stderr: &str) -> Option<Exception> {
    stderr.lines().rev().find_map(|line| {
        let (name, value) = line.split_once(": ").unwrap_or((line.trim_end_matches(':'), ""));
        is_name(name).then(|| Exception { name: name.to_owned(), value: value.to_owned() })
    })
}

fn is_name(text: &str) -> bool {
    const ENDS: [&str; 5] = ["Error", "Exception", "Interrupt", "Warning", "Group"];
    let last = text.rsplit('.').next().unwrap_or_default();
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
    text.chars().all(is_word) && ENDS.iter().any(|end| last.ends_with(end))
}

fn exit(code: Option<i32>) -> Exception {
    let code = code.map_or_else(|| "unknown".to_owned(), |code| code.to_string());
    Exception { name: "SystemExit".to_owned(), value: code }
}

fn ended_by(status: RunStatus) -> &'static str {
    match status {
        RunStatus::Timeout => "TimeoutError",
        RunStatus::MemoryLimit => "MemoryError",
        RunStatus::OutputLimit => "OutputLimitExceeded",
        RunStatus::Cancelled => "KeyboardInterrupt",
        RunStatus::Completed | RunStatus::Failed | RunStatus::Crashed => "Crashed",
    }
}

#[cfg(test)]
mod tests {
    use super::last_in;

    #[test]
    fn the_exception_is_found_in_what_interpreters_print() {
        for (stderr, expected) in [
            (
                "Traceback:\n  File \"main.py\"\nZeroDivisionError: division by zero\n",
                Some(("ZeroDivisionError", "division by zero")),
            ),
            (
                "json.decoder.JSONDecodeError: Expecting value: line 1",
                Some(("json.decoder.JSONDecodeError", "Expecting value: line 1")),
            ),
            ("KeyboardInterrupt\n", Some(("KeyboardInterrupt", ""))),
            (
                "main.js:1\nthrow x\n^\n\nTypeError: x is not a function\n    at main.js:1:1\n\nNode.js v24.1.0\n",
                Some(("TypeError", "x is not a function")),
            ),
            ("warning: something\n", None),
            ("", None),
        ] {
            let found = last_in(stderr);
            let found = found.as_ref().map(|found| (found.name.as_str(), found.value.as_str()));
            assert_eq!(found, expected, "{stderr}");
        }
    }
}

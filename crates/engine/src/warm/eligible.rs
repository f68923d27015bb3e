//! Which requests may use an idle interpreter.
//!
//! An idle interpreter has already read its start-up files, environment and arguments. A request that would have changed any of
//! them starts its own interpreter.

use crate::isolation::Policy;
use crate::job::Job;
use crate::language::Prestart;
use crate::outcome::{Containment, Isolation};
use crate::request::Request;

/// Python looks for an encoding declaration in this many lines.
const ENCODING_LINES: usize = 2;

/// Whether `job` runs in an idle interpreter exactly as in a new one, where process trees are contained by `containment`.
pub(super) fn is_eligible(job: &Job, containment: Option<Containment>) -> bool {
    job.runtime().prestart.is_some_and(|kind| suits(kind, job.request()))
        && may_wait(job.policy())
        && (job.request().terminal().is_none() || terminal_may_wait(containment))
}

/// Whether an interpreter can wait with a terminal. A program that finds the terminal could read the next caller's input, or
/// leave input in it. On Windows a resize redraws the terminal, which the program could notice.
fn terminal_may_wait(containment: Option<Containment>) -> bool {
    containment.is_some_and(Containment::hides_terminals)
}

/// Whether interpreters with this policy can wait. An AppContainer cannot open the pipe of a barrier.
pub(super) fn may_wait(policy: &Policy) -> bool {
    !cfg!(windows) || policy.level != Isolation::Sandbox
}

fn suits(kind: Prestart, request: &Request) -> bool {
    request.args().is_empty()
        && request.env().is_empty()
        && match kind {
            Prestart::Python => request.text().is_some_and(is_utf8),
            // It reads the whole program before it looks at the encoding.
            Prestart::BuiltIn => true,
            Prestart::Node => !request.files().iter().any(|file| is_package(&file.path.folded())),
        }
}

/// Whether the program declares no encoding but UTF-8. For others Python rewinds the program's file, which it cannot do on a
/// pipe.
fn is_utf8(code: &str) -> bool {
    code.lines().take(ENCODING_LINES).filter_map(declared_encoding).all(|name| {
        let name = name.to_ascii_lowercase().replace('_', "-");
        name == "utf-8" || name.starts_with("utf-8-")
    })
}

/// The encoding that a line such as `# -*- coding: utf-8 -*-` declares.
fn declared_encoding(line: &str) -> Option<&str> {
    let after = |(at, word): (usize, &str)| line[at + word.len()..].strip_prefix([':', '=']);
    let rest = line.match_indices("coding").find_map(after)?.trim_start_matches([' ', '\t']);
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && !"-_.".contains(c)).unwrap_or(rest.len());
    Some(&rest[..end])
}

/// Node.js reads the `package.json` beside a program before the program.
fn is_package(path: &str) -> bool {
    path == "package.json"
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Prestart, suits, terminal_may_wait};
    use crate::outcome::Containment;
    use crate::request::path::RelativePath;
    use crate::request::{Request, SourceFile};

    fn request(code: &str) -> Request {
        Request::new(code, Duration::from_secs(1))
    }

    fn with_file(path: &str) -> Request {
        let path = RelativePath::parse(path).expect(path);
        request("").with_files(vec![SourceFile { path, content: Vec::new() }]).expect("one file")
    }

    #[test]
    fn python_waits_for_programs_in_utf8() {
        for (code, expected) in [
            ("print('hi')", true),
            ("# -*- coding: utf-8 -*-", true),
            ("#!/usr/bin/env python\n# coding=UTF-8", true),
            ("# vim: set fileencoding=utf_8_sig :", true),
            ("# coding: utf8", false),
            ("# coding: latin-1", false),
            ("\n# vim: fileencoding=cp1252", false),
            ("\n\n# coding: latin-1", true),
            ("encoding = 'latin-1'", true),
            ("# coding is fun", true),
            ("# the coding is coding: latin-1", false),
        ] {
            assert_eq!(suits(Prestart::Python, &request(code)), expected, "{code:?}");
            assert!(suits(Prestart::BuiltIn, &request(code)), "{code:?}");
        }
    }

    #[test]
    fn a_terminal_waits_only_where_no_other_program_can_open_it() {
        for (containment, expected) in [
            (None, false),
            (Some(Containment::PidNamespace), true),
            (Some(Containment::UserNamespace), true),
            (Some(Containment::Subreaper), false),
            (Some(Containment::ProcessGroup), false),
            (Some(Containment::JobObject), false),
        ] {
            assert_eq!(terminal_may_wait(containment), expected, "{containment:?}");
        }
    }

    #[test]
    fn what_an_interpreter_sees_at_its_start_is_not_changed_later() {
        let args = request("").with_args(vec!["x".into()]).expect("an argument");
        let env = request("").with_env(vec![("A".into(), "b".into())]).expect("a variable");
        for request in [args, env] {
            let kinds = [Prestart::Python, Prestart::Node, Prestart::BuiltIn];
            assert!(!kinds.iter().any(|kind| suits(*kind, &request)), "{request:?}");
        }
        for (path, python, node) in [
            ("data.csv", true, true),
            ("package.json", true, false),
            ("Package.json", true, false),
            ("lib/package.json", true, true),
        ] {
            let request = with_file(path);
            assert_eq!((suits(Prestart::Python, &request), suits(Prestart::Node, &request)), (python, node), "{path}");
        }
    }
}

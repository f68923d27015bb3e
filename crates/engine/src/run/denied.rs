//! Says when a program failed because of the sandbox.
//!
//! The last lines that the program printed name the file that it could not open. Whether that file exists outside of the sandbox
//! is not examined: a program could otherwise find out by printing paths. The sentence holds either way, because the sandbox
//! opens nothing there.

use std::path::{Path, PathBuf};

use crate::isolation::Policy;
use crate::outcome::{Isolation, Status};
use crate::text::excerpt::excerpt;
use crate::text::message::LocalizedMessage;
use crate::text::sentences;

/// The lines to look at, from the end: Node.js prints the error's fields after it.
const LINES: usize = 24;
/// Longer paths are ignored.
const LONGEST: usize = 1024;

/// Words of programs that could not open something. An AppContainer of Windows closes files and hides none; Windows' own
/// words depend on its language.
const CLOSED: &[&str] = if cfg!(windows) { &CLOSED_ON_WINDOWS } else { &CLOSED_ON_UNIX };
const CLOSED_ON_WINDOWS: [&str; 3] = ["Permission denied", "EACCES", "[WinError 5]"];
const CLOSED_ON_UNIX: [&str; 8] = [
    "Permission denied",
    "EACCES",
    "Operation not permitted",
    "EPERM",
    "No such file or directory",
    "ENOENT",
    "Read-only file system",
    "EROFS",
];
/// The words about writing among them.
const READ_ONLY: [&str; 2] = ["Read-only file system", "EROFS"];
/// Words of programs that have no network.
const NO_NETWORK: [&str; 10] = [
    "[WinError 10013]",
    "Network is unreachable",
    "ENETUNREACH",
    "Temporary failure in name resolution",
    "EAI_AGAIN",
    "Could not resolve host",
    "Connection refused",
    "ECONNREFUSED",
    "socket.gaierror",
    "_socket.socket.__init__",
];

/// Words of programs for which the network's rules close an address.
const CLOSED_ADDRESS: [&str; 2] = ["No route to host", "EHOSTUNREACH"];

/// The places where a missing file is no refusal of the sandbox: the run's own folders, and paths that every run may read.
const OPEN: [&str; 12] =
    ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/etc", "/proc", "/dev", "/sys", "/tmp", "/var/tmp"];

/// The sentence about a program that printed `tail` last, if the sandbox is why it failed. `trees` and `root` are its
/// interpreter and its own folder.
pub(super) fn reason(
    status: Status,
    tail: &str,
    policy: &Policy,
    trees: &[PathBuf],
    root: &Path,
) -> Option<LocalizedMessage> {
    if policy.level != Isolation::Sandbox || status != Status::Failed {
        return None;
    }
    let open = |path: &Path| {
        let granted = trees.iter().chain(&policy.read).chain(&policy.write);
        OPEN.iter().any(|open| path.starts_with(open))
            || path.starts_with(root)
            || granted.into_iter().any(|granted| path.starts_with(granted))
    };
    // From the last line backwards: the error that ended the program is printed last.
    let lines: Vec<&str> = tail.lines().rev().take(LINES).collect();
    lines.iter().find_map(|line| denied_path(line, open)).or_else(|| {
        let (words, sentence) = match policy.network {
            None => (&NO_NETWORK[..], sentences::OUTCOME_DENIED_NETWORK),
            Some(_) => (&CLOSED_ADDRESS[..], sentences::OUTCOME_DENIED_ADDRESS),
        };
        lines.iter().any(|line| words.iter().any(|words| line.contains(words))).then(|| sentence.message())
    })
}

/// The sentence about a line that names a path that is not `open`.
fn denied_path(line: &str, open: impl Fn(&Path) -> bool) -> Option<LocalizedMessage> {
    if !CLOSED.iter().any(|words| line.contains(words)) {
        return None;
    }
    // As Python quotes them.
    let line = if cfg!(windows) { line.replace(r"\\", r"\") } else { line.to_owned() };
    let path = paths(&line).find(|path| path.len() <= LONGEST && !open(Path::new(path)))?;
    let wrote = READ_ONLY.iter().any(|words| line.contains(words));
    let sentence = if wrote { sentences::OUTCOME_DENIED_WRITE } else { sentences::OUTCOME_DENIED_FILE };
    Some(sentence.with("path", excerpt(&short(path, std::env::home_dir().as_deref())).into_owned()))
}

/// The absolute paths in a line: in quotes as Python and Node.js print them, or between colons as commands do.
fn paths(line: &str) -> impl Iterator<Item = &str> {
    let quoted = line.split(['\'', '"', '`']).skip(1).step_by(2);
    let between = line.split(": ").map(|part| part.trim().trim_matches(['\'', '"', '`']));
    quoted.chain(between).filter(|text| Path::new(text).is_absolute())
}

/// A path as a user writes it, with `~` for the home.
fn short(path: &str, home: Option<&Path>) -> String {
    match home.and_then(|home| Path::new(path).strip_prefix(home).ok()) {
        Some(rest) if !rest.as_os_str().is_empty() => format!("~/{}", rest.display()),
        _ => path.to_owned(),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::path::Path;

    use super::{reason, short};
    use crate::isolation::Policy;
    use crate::outcome::{Isolation, Status};

    fn reason_of(tail: &str) -> String {
        let (read, write) = (vec!["/srv/data".into()], vec!["/srv/out".into()]);
        let policy = Policy { level: Isolation::Sandbox, read, write, ..Policy::NONE };
        let message = reason(Status::Failed, tail, &policy, &["/opt/py/lib".into()], Path::new("/runs/AB"));
        message.map(|message| message.to_string()).unwrap_or_default()
    }

    #[test]
    fn what_was_closed_is_named() {
        for (line, expected) in [
            ("FileNotFoundError: [Errno 2] No such file or directory: '/home/me/a b.csv'", "opening /home/me/a b.csv."),
            ("PermissionError: [Errno 13] Permission denied: '/srv'", "opening /srv."),
            (
                "Error: ENOENT: no such file or directory, open '/home/me/x'\n    at x (node:fs:1)\n  errno: -2\n}",
                "/home/me/x.",
            ),
            ("cat: /home/me/.ssh/id: Permission denied", "opening /home/me/.ssh/id."),
            ("cat: '/home/me/a b': No such file or directory", "opening /home/me/a b."),
            ("OSError: [Errno 30] Read-only file system: '/home/me/x'", "changing /home/me/x."),
            ("OSError: [Errno 101] Network is unreachable", "using the network."),
            ("socket.gaierror: [Errno -3] Temporary failure in name resolution", "using the network."),
            ("  errno: -111,\n  code: 'ECONNREFUSED',\n", "using the network."),
        ] {
            assert!(reason_of(line).contains(expected), "{line}: {}", reason_of(line));
        }
    }

    #[test]
    fn with_a_network_only_closed_addresses_are_told() {
        let network = Some(crate::isolation::Outward::default());
        let policy = Policy { level: Isolation::Sandbox, network, ..Policy::default() };
        let told =
            |line: &str| reason(Status::Failed, line, &policy, &[], Path::new("/runs/AB")).map(|it| it.to_string());
        for line in ["OSError: [Errno 113] No route to host", "  code: 'EHOSTUNREACH',\n  syscall: 'connect',\n"] {
            assert!(told(line).is_some_and(|told| told.contains("the local network")), "{line}");
        }
        for line in ["ConnectionRefusedError: [Errno 111] Connection refused", "socket.gaierror: [Errno -2]"] {
            assert_eq!(told(line), None, "{line}");
        }
    }

    #[test]
    fn what_the_program_could_open_is_its_own_matter() {
        for line in [
            "FileNotFoundError: [Errno 2] No such file or directory: 'data.csv'",
            "FileNotFoundError: [Errno 2] No such file or directory: '/tmp/x'",
            "FileNotFoundError: [Errno 2] No such file or directory: '/srv/data/x'",
            "FileNotFoundError: [Errno 2] No such file or directory: '/srv/out/x'",
            "FileNotFoundError: [Errno 2] No such file or directory: '/opt/py/lib/x'",
            "FileNotFoundError: [Errno 2] No such file or directory: '/runs/AB/work/x'",
            "ValueError: '/home/me/x'",
            "ZeroDivisionError: division by zero",
            "",
        ] {
            assert_eq!(reason_of(line), "", "{line}");
        }
        let line = "PermissionError: [Errno 13] Permission denied: '/home/me/x'";
        let none = Policy::default();
        assert_eq!(reason(Status::Failed, line, &none, &[], Path::new("/runs/AB")), None);
        let sandbox = Policy { level: Isolation::Sandbox, ..none };
        assert_eq!(reason(Status::Completed, line, &sandbox, &[], Path::new("/runs/AB")), None);
    }

    #[test]
    fn the_home_is_short() {
        let home = Some(Path::new("/home/me"));
        for (path, expected) in [("/home/me/a/b", "~/a/b"), ("/home/me", "/home/me"), ("/home/meow/a", "/home/meow/a")]
        {
            assert_eq!(short(path, home), expected);
        }
    }
}

#[cfg(all(test, windows))]
mod tests_on_windows {
    use std::path::Path;

    use super::reason;
    use crate::isolation::Policy;
    use crate::outcome::{Isolation, Status};

    #[test]
    fn what_an_app_container_closed_is_named() {
        let policy = Policy { level: Isolation::Sandbox, ..Policy::default() };
        let told = |tail: &str| {
            let reason = reason(Status::Failed, tail, &policy, &[r"D:\py".into()], Path::new(r"D:\runs\AB"));
            reason.map(|message| message.to_string()).unwrap_or_default()
        };
        for (line, expected) in [
            (r"PermissionError: [Errno 13] Permission denied: 'D:\\me\\a b.csv'", r"opening D:\me\a b.csv."),
            (r"PermissionError: [WinError 5] Zugriff verweigert: 'D:\\me'", r"opening D:\me."),
            ("PermissionError: [WinError 10013] An attempt was made to access a socket", "using the network."),
        ] {
            assert!(told(line).contains(expected), "{line}: {}", told(line));
        }
        for line in [
            r"FileNotFoundError: [Errno 2] No such file or directory: 'D:\\me\\x'",
            r"PermissionError: [Errno 13] Permission denied: 'D:\\py\\Lib\\x'",
            r"PermissionError: [Errno 13] Permission denied: 'D:\\runs\\AB\\work\\x'",
        ] {
            assert_eq!(told(line), "", "{line}");
        }
    }
}

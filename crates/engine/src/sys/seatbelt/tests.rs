//! The text of profiles: each of Seatbelt's traps is a test.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use super::judge::allows;
use super::rules::literal;
use super::{Places, profile};
use crate::sys::Grants;

/// Folders of a test's own.
struct Disk {
    _folder: tempfile::TempDir,
    base: PathBuf,
}

impl Disk {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let base = folder.path().canonicalize().expect("it is there");
        Self { _folder: folder, base }
    }

    fn folder(&self, name: &str) -> PathBuf {
        let path = self.base.join(name);
        fs::create_dir_all(&path).expect("a folder");
        path
    }

    fn link(&self, name: &str, target: &Path) -> PathBuf {
        symlink(target, self.base.join(name)).expect("a link");
        self.base.join(name)
    }
}

static NOTHING: Grants =
    Grants { interpreter: Vec::new(), kept: Vec::new(), read: Vec::new(), write: Vec::new(), network: None };

fn places<'a>(grants: &'a Grants, own: &'a [PathBuf], hidden: &'a [PathBuf]) -> Places<'a> {
    Places { own, own_read: &[], grants, hidden, terminal: None }
}

/// The profile of a run without grants, in a folder of its own.
fn bare() -> (Disk, PathBuf, String) {
    let disk = Disk::new();
    let own = disk.folder("run");
    let text = profile(places(&NOTHING, std::slice::from_ref(&own), &[]));
    (disk, own, text)
}

/// The rules, in their order, that contain a text.
fn rules<'a>(profile: &'a str, part: &str) -> Vec<&'a str> {
    profile.lines().filter(|line| line.contains(part)).collect()
}

fn position(profile: &str, rule: &str) -> usize {
    profile.lines().position(|line| line == rule).unwrap_or_else(|| panic!("no {rule} in\n{profile}"))
}

fn shown(path: &Path) -> String {
    format!("\"{}\"", path.display())
}

#[test]
fn everything_is_denied_first() {
    let (_disk, _own, text) = bare();
    let mut lines = text.lines();
    assert_eq!((lines.next(), lines.next()), (Some("(version 1)"), Some("(deny default)")));
    let allowed = rules(&text, "(allow ");
    for wide in [
        "(allow default)",
        "(allow file-read*)",
        "(allow file*)",
        "(allow process*)",
        "(allow mach-lookup)",
        "(allow sysctl-read)",
    ] {
        assert!(!allowed.contains(&wide), "{wide}");
    }
    assert!(allowed.iter().all(|rule| !rule.contains("(subpath \"/\")") && !rule.contains("no-sandbox")), "{text}");
    assert!(
        !text.contains("(subpath \"/Users")
            && !text.contains("(subpath \"/private/var\")")
            && !text.contains("(subpath \"/private/tmp")
    );
}

#[test]
fn every_rule_is_closed() {
    let (_disk, _own, text) = bare();
    for line in text.lines() {
        let count = |bracket: char| line.chars().filter(|c| *c == bracket).count();
        assert!(line.starts_with('(') && line.ends_with(')') && count('(') == count(')'), "{line}");
    }
}

#[test]
fn a_pool_of_processes_finds_its_semaphores() {
    let (_disk, _own, text) = bare();
    let sysctl = rules(&text, "sysctl-read").concat();
    for name in ["(sysctl-name-prefix \"kern.posix.sem.\")", "(sysctl-name-prefix \"kern.sysv.\")"] {
        assert!(sysctl.contains(name), "{sysctl}");
    }
    assert!(text.contains("(allow ipc-posix-sem)\n"));
    assert!(rules(&text, "ipc-posix-shm*").iter().all(|rule| rule.contains("\"/psm_\"")), "{text}");
}

#[test]
fn the_processor_is_described_and_other_processes_are_not() {
    let (_disk, _own, text) = bare();
    let sysctl = rules(&text, "sysctl-read").concat();
    for name in [
        "(sysctl-name-prefix \"hw.\")",
        "(sysctl-name-prefix \"machdep.cpu.\")",
        "\"kern.osrelease\"",
        "\"vm.loadavg\"",
    ] {
        assert!(sysctl.contains(name), "{sysctl}");
    }
    for name in ["kern.proc.", "kern.proc\"", "procargs", "\"kern.\"", "sysctl-write"] {
        assert!(!text.contains(name), "{name}");
    }
    assert_eq!(rules(&text, "process-info"), ["(allow signal process-info* (target same-sandbox))"]);
    assert!(!text.contains("task-port") && !text.contains("mach-register"));
}

#[test]
fn paths_are_resolved_and_the_links_to_them_may_be_read() {
    let disk = Disk::new();
    // As /tmp is /private/tmp on macOS.
    let real = disk.folder("private/tmp");
    let tmp = disk.link("tmp", Path::new("private/tmp"));
    let library = disk.folder("private/tmp/lib");
    let current = disk.link("private/tmp/current", Path::new("lib"));
    let grants = Grants { read: vec![tmp.join("current"), tmp.join("missing")], ..Grants::default() };
    let text = profile(places(&grants, &[], &[]));
    let read = format!(
        "(allow file-read* file-test-existence file-map-executable process-exec* (subpath {}))",
        shown(&library)
    );
    position(&text, &read);
    assert!(
        !text.contains(&format!("(subpath {})", shown(&tmp.join("current")))) && !text.contains("missing"),
        "{text}"
    );
    let looked = rules(&text, "(allow file-read-metadata").concat();
    for link in [&tmp, &current, &real, &disk.base] {
        assert!(looked.contains(&literal(link)), "{link:?} in {looked}");
    }
}

#[test]
fn the_last_rule_closes_what_an_earlier_one_opens() {
    let disk = Disk::new();
    let home = disk.folder("home");
    let data = disk.folder("home/data");
    let own = disk.folder("home/data/runs/01J");
    let grants = Grants { read: vec![home.clone()], write: vec![disk.folder("home/project")], ..Grants::default() };
    let text = profile(places(&grants, std::slice::from_ref(&own), std::slice::from_ref(&data)));
    let end = |path: &Path| format!("(subpath {}))", shown(path));
    let at = |path: &Path, start: &str| {
        let found = text.lines().position(|line| line.starts_with(start) && line.ends_with(&end(path)));
        found.unwrap_or_else(|| panic!("{start} … {path:?} in\n{text}"))
    };
    let opened = at(&home, "(allow file-read* ").max(at(&grants.write[0], "(allow file-read* "));
    let closed = at(&data, "(deny file* process-exec* ");
    assert!(opened < closed && closed < at(&own, "(allow file-read* "), "{text}");
    assert_eq!(text.lines().last(), Some("(deny file-write-setugid)"));
}

#[test]
fn unix_sockets_work_in_the_run_s_folders_only() {
    let disk = Disk::new();
    let (own, granted) = (disk.folder("run"), disk.folder("project"));
    let grants = Grants { write: vec![granted.clone()], ..Grants::default() };
    let text = profile(places(&grants, std::slice::from_ref(&own), &[]));
    let own = shown(&own);
    assert_eq!(
        rules(&text, "network-"),
        [
            format!("(allow network-bind network-inbound (local unix-socket (subpath {own})))"),
            format!("(allow network-outbound (remote unix-socket (subpath {own})))"),
        ],
        "docker.sock in a folder of the user's stays closed"
    );
    assert!(text.contains(&format!("file-write* file-link file-clone file-ioctl (subpath {}))", shown(&granted))));
    assert_eq!(rules(&text, "system-socket"), ["(allow system-socket (socket-domain AF_UNIX))"]);
}

#[test]
fn neither_localhost_nor_the_service_s_port_is_open() {
    let (_disk, _own, text) = bare();
    for word in [
        "localhost",
        "127.0.0.1",
        "(remote ip",
        "(local ip",
        "(remote tcp",
        "(local tcp",
        "(allow network*",
        "AF_INET",
        "AF_SYSTEM",
    ] {
        assert!(!text.contains(word), "{word}");
    }
}

#[test]
fn no_path_ends_its_text() {
    let disk = Disk::new();
    let names = [r#"a"b"#, r"c\d", "e\nf", r#"g") (allow default) ("#, r"h\", "i\tj\rk", "ü😀", "(x)", ";y", "#z"];
    let grants = Grants { read: names.iter().map(|name| disk.folder(name)).collect(), ..Grants::default() };
    let text = profile(places(&grants, &[], &[]));
    let base = disk.base.display();
    for written in [
        r#"/a\"b""#,
        r#"/c\\d""#,
        r#"/e\nf""#,
        r#"/g\") (allow default) (\"""#,
        r#"/h\\""#,
        r#"/i\tj\rk""#,
        "/ü😀\"",
        "/(x)\"",
        "/;y\"",
        "/#z\"",
    ] {
        let written = written.replace(r#"(\"""#, r#"(""#);
        assert!(text.contains(&format!("(subpath \"{base}{written})")), "{written} in\n{text}");
    }
    let (_disk, _own, bare) = bare();
    // Each granted path adds two lines, whatever is in its name.
    assert_eq!(profile(places(&NOTHING, &[], &[])).lines().count() + 2 * names.len(), text.lines().count(), "{bare}");
}

#[test]
fn the_root_folder_may_be_listed_but_not_entered() {
    let (_disk, _own, text) = bare();
    position(&text, "(allow file-read* file-test-existence (literal \"/\"))");
    assert!(!text.contains("(subpath \"/\")"));
}

#[test]
fn a_run_has_terminals_of_its_own_and_the_one_it_was_given() {
    let (disk, own, text) = bare();
    position(&text, "(allow pseudo-tty)");
    let own_ones = rules(&text, "/dev/ttys");
    assert!(matches!(*own_ones, [one] if one.contains("(extension \"com.apple.sandbox.pty\")")), "{own_ones:?}");
    assert!(rules(&text, "\"/dev/ptmx\"").iter().any(|rule| rule.contains("file-ioctl")), "{text}");
    let terminal = Some(Path::new("/dev/ttys003"));
    let text = profile(Places { terminal, ..places(&NOTHING, std::slice::from_ref(&own), &[]) });
    position(&text, "(allow file-read* file-write* file-ioctl (literal \"/dev/ttys003\"))");
    drop(disk);
}

#[test]
fn what_belongs_to_the_run_is_readable_after_the_service_s_folders_were_closed() {
    let disk = Disk::new();
    let runs = disk.folder("runs");
    let commands = disk.folder("runs/01J/bin");
    let places =
        Places { own_read: std::slice::from_ref(&commands), ..places(&NOTHING, &[], std::slice::from_ref(&runs)) };
    let text = profile(places);
    let closed = format!("(deny file* process-exec* (subpath {}))", shown(&runs));
    let open = format!(
        "(allow file-read* file-test-existence file-map-executable process-exec* (subpath {}))",
        shown(&commands)
    );
    assert!(position(&text, &closed) < position(&text, &open));
}

#[test]
fn the_most_specific_grant_holds_and_interpreters_are_never_written_to() {
    let disk = Disk::new();
    for name in ["w/deep/r/deeper/w2/x", "w/venv/bin", "w/venv/lib", "w/data/runs", "other", "home/.ssh"] {
        disk.folder(name);
    }
    disk.link("w/venv/bin/python", &disk.base.join("other"));
    disk.link("w/out", &disk.base.join("home/.ssh"));
    let at = |names: &[&str]| -> Vec<PathBuf> { names.iter().map(|name| disk.base.join(name)).collect() };
    let grants = Grants {
        interpreter: at(&["w/venv/bin", "w/venv/lib", "w/venv/bin/python", "w/out"]),
        kept: at(&["w/venv/lib", "w/out"]),
        read: at(&["w/deep/r", "w/out"]),
        write: at(&["w", "w/deep/r/deeper/w2", "w/out"]),
        network: None,
    };
    let hidden = at(&["w/data"]);
    let text = profile(places(&grants, &[], &hidden));
    // Whether it may be read, written to, and removed or renamed.
    for (name, expected) in [
        ("w/file", [true, true, true]),
        ("w/deep/file", [true, true, true]),
        ("w/deep", [true, true, false]),
        ("w", [true, true, false]),
        ("w/deep/r", [true, false, false]),
        ("w/deep/r/deeper/file", [true, false, false]),
        ("w/deep/r/deeper/w2/x", [true, true, true]),
        ("w/venv", [true, true, false]),
        ("w/venv/cfg", [true, true, true]),
        ("w/venv/lib/os.py", [true, false, false]),
        ("w/venv/bin/python", [true, false, false]),
        ("other/file", [true, false, false]),
        ("w/data", [false, false, false]),
        ("w/data/runs/x", [false, false, false]),
        ("home/.ssh/key", [false, false, false]),
    ] {
        let path = disk.base.join(name);
        let may = ["file-read-data", "file-write-data", "file-write-unlink"].map(|it| allows(&text, it, &path));
        assert_eq!(may, expected, "{name} in\n{text}");
        // A second name for a file is a way to write to it.
        assert_eq!(allows(&text, "file-link", &path), expected[1], "{name}");
    }
}

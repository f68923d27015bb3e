//! The attempts without any walls: most must succeed, or their failure in the sandbox would show nothing.

use std::fs;
use std::path::PathBuf;
use std::process::Stdio;

use super::escapes::{self, DRIVER, Escape, files, is_stopped, results};
use super::person::Person;
use crate::harness::{nobody, skip};

/// Attempts that an ordinary user has no rights for in any case, and attempts that depend on the machine: its kernel, its
/// network, its other users. For these the table shows only that nothing opened them.
#[rustfmt::skip]
const ELSEWHERE: &[&str] = &[
    "through /proc/1/root", "through /proc/1/cwd", "sitecustomize in site-packages", "change a library",
    "/etc/ld.so.preload", "/etc/passwd", "a program in /usr/local/bin", "a task for cron", "password hashes",
    "private certificates", "list /root", "a disk", "memory of the machine", "the kernel's log", "other terminals",
    "make a device", "the supervisor's environment", "the supervisor's memory", "core_pattern", "modprobe", "sysrq",
    "/proc/kcore", "another machine", "the local network", "the metadata service", "a name", "a datagram",
    "a raw socket", "a packet socket", "the kernel's ciphers", "bluetooth", "vsock", "a pair of another family",
    "Docker", "D-Bus", "X11", "another user", "another group", "a user namespace", "clone into a user namespace",
    "clone3 into a user namespace", "a network namespace", "clone into a PID namespace", "namespaces of mounts",
    "namespaces of objects", "namespaces of names", "namespaces of control groups", "enter a namespace", "mount",
    "unmount", "another root", "chroot", "copy a mount", "place a mount", "a new file system", "change a mount",
    "a file by its handle", "a handle", "io_uring", "bpf", "perf", "userfaultfd", "request a key", "secret memory",
    "watch all files", "load a module", "load a module from a file", "another kernel", "restart the machine", "swap",
    "the kernel's messages", "the clock", "the machine's name", "quotas", "accounting", "an x32 call",
    "a call of 32 bits", "ports of devices", "type into a terminal", "paste into a console", "a line discipline",
    "an attribute", "list /home",
];
/// Attempts that would stop the program that makes them: it traces its own parent.
const HARMFUL: [&str; 2] = ["trace the parent", "let the parent trace"];

#[test]
fn the_attempts_succeed_without_walls() {
    if let Some(reason) = nobody::cannot_run() {
        return skip(reason);
    }
    let (person, folder) = (Person::new(), tempfile::tempdir().expect("a folder"));
    let mut context = person.context(None, true);
    context["runtray"] = own_folder(&person).display().to_string().into();
    (context["port"], context["pid"]) = (context["server"].clone(), context["victim"].clone());
    let is_possible = |case: &&Escape| !ELSEWHERE.contains(&case.0) && !HARMFUL.contains(&case.0);
    let cases: Vec<&Escape> = escapes::all().filter(is_possible).collect();
    for (name, content) in files(&context, &cases) {
        fs::write(folder.path().join(name), content).expect("a file");
    }
    fs::write(folder.path().join("main.py"), DRIVER.0).expect("a file");
    fs::write(folder.path().join("inherited"), "").expect("a file");
    nobody::give(folder.path());
    nobody::give(person.home.path());
    // The shell is the parent whose limits the attempts change.
    let mut command = nobody::to_be("sh");
    command.args(["-c", "/usr/bin/python3 main.py 9<inherited; true"]).current_dir(folder.path());
    let ended = command.env("HOME", person.home.path()).stdin(Stdio::null()).output().expect("a shell");
    let output = String::from_utf8_lossy(&ended.stdout);
    assert!(!output.is_empty(), "{}", String::from_utf8_lossy(&ended.stderr));
    let results = results(&output);
    let ends = cases.iter().zip(&results).filter(|(case, result)| is_stopped(case, result) || result[3] != "ok");
    let failed: Vec<_> = ends.map(|(_, result)| result).collect();
    assert!(failed.is_empty(), "{} attempts or twins cannot succeed: {failed:#?}", failed.len());
}

/// A folder like Runtray's own, with the files that an attempt looks for.
fn own_folder(person: &Person) -> PathBuf {
    let folder = person.home.path().join("runtray");
    for name in ["config/settings.toml", "data/token", "data/journal.sqlite3", "runs/one"] {
        let file = folder.join(name);
        fs::create_dir_all(file.parent().expect("a folder")).expect("folders");
        fs::write(file, "").expect("a file");
    }
    folder
}

//! The walls around the process (`src/confinement/`): they are there before a program's code runs, and in no program's way.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::Stdio;

use crate::harness::{Python, Waiting, run};

/// Fails unless every thread of process `id` can gain no rights, and has a filter of system calls.
fn check(id: u32) {
    let threads = fs::read_dir(format!("/proc/{id}/task")).expect("it runs").flatten();
    let states: Vec<_> = threads.map(|it| fs::read_to_string(it.path().join("status")).expect("a thread")).collect();
    assert!(!states.is_empty());
    for state in states {
        let value = |name: &str| state.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
        let walls = [value("NoNewPrivs:"), value("Seccomp:")];
        // 2 is a filter.
        assert_eq!(walls, [Some("1"), Some("2")], "{state}");
    }
}

/// A program that says when it runs, and ends with its input.
const PROGRAM: &str = "import sys\nprint('begun', flush=True)\nprint(input())\nsys.stdin.read()\n";

/// Waits until the program runs, checks the process, and ends the program.
fn check_running(mut child: std::process::Child) {
    let mut output = BufReader::new(child.stdout.take().expect("a pipe"));
    let mut line = String::new();
    output.read_line(&mut line).expect("it prints");
    assert_eq!(line, "begun\n");
    check(child.id());
    child.stdin.take().expect("a pipe").write_all(b"typed\n").expect("it reads");
    line.clear();
    output.read_line(&mut line).expect("it prints");
    assert_eq!((line.as_str(), child.wait().expect("it ends").code()), ("typed\n", Some(0)));
}

#[test]
fn one_that_waits_is_confined_before_it_has_a_program() {
    let python = Python::new();
    let waiting = Waiting::start(&python);
    check(waiting.id());
    check_running(waiting.begin(PROGRAM));
}

#[test]
fn one_that_is_started_with_its_program_is_confined() {
    let python = Python::new().file("main.py", PROGRAM);
    for arguments in [&["main.py"][..], &["-c", PROGRAM]] {
        let mut command = python.command(arguments);
        check_running(command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts"));
    }
}

/// The one file that it reads elsewhere is the program, wherever that is.
#[test]
fn a_program_elsewhere_is_read() {
    let (python, elsewhere) = (Python::new(), Python::new().file("main.py", "print('read')"));
    let file = elsewhere.folder.path().join("main.py");
    let ended = python.run(&[file.to_str().expect("a path")]);
    assert_eq!((ended.stdout.as_str(), ended.stderr.as_str()), ("read\n", ""));
    // The result of a shell's `<(…)`: a pipe that only this process has.
    assert_eq!(run(&mut python.command(&["/dev/stdin"]), b"print('read')").stdout, "read\n");
}

/// The work that needs most system calls: databases, archives, temporary files, time zones, waiting, much memory, a late import.
#[test]
fn programs_that_use_much_of_the_system_go_on() {
    let code = "import asyncio, bz2, lzma, os, pathlib, shutil, sqlite3, tempfile, time, zipfile, zoneinfo\n\
        base = sqlite3.connect('base')\nbase.execute('pragma journal_mode = wal')\n\
        base.executescript('create table t (a); insert into t values (1); vacuum')\nbase.close()\n\
        os.makedirs('a/b')\npathlib.Path('a/b/c').write_bytes(bz2.compress(lzma.compress(b'x' * 99999)))\n\
        os.rename('a/b/c', 'a/c')\nos.link('a/c', 'a/d')\nos.symlink('d', 'a/e')\nos.utime('a/d', (1, 2))\n\
        os.truncate('a/e', 9)\nshutil.copytree('a', 'copy', symlinks=True)\nshutil.make_archive('packed', 'zip', 'copy')\n\
        print(sorted(zipfile.ZipFile('packed.zip').namelist()))\n\
        with tempfile.TemporaryDirectory() as folder: pathlib.Path(folder, 'x').touch()\n\
        zoneinfo.ZoneInfo('Europe/Paris')\nimport colorsys\nasyncio.run(asyncio.sleep(0.01))\ntime.sleep(0.01)\n\
        print(len(bytearray(300 << 20)))\nshutil.rmtree('a')\nprint(sorted(os.listdir()))\n";
    let ended = Python::new().run(&["-c", code]);
    let expected = "['b/', 'c', 'd', 'e']\n314572800\n['base', 'copy', 'packed.zip']\n";
    assert_eq!((ended.stdout.as_str(), ended.stderr.as_str()), (expected, ""));
}

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use nix::sys::stat::Mode;
use nix::unistd::mkfifo;

use super::{environment, prepare};
use crate::language::Prestart;
use crate::sys::skip::skip;

/// Prints everything by which a Python program could see how it was started.
const PYTHON: &str = "
import os, sys
print(sys.argv, sys.path, sys.flags, sorted(sys.modules), sorted(sys.path_importer_cache), sys.warnoptions)
print(sorted(os.environ.items()), sorted(globals()), __file__)
import inspect
1 / 0
";

/// The same for Node.js, in a worker thread too.
const NODE: &str = "
const { Worker, isMainThread } = require('worker_threads');
console.log(process.argv, process.execArgv, Object.entries(process.env).sort(), Object.keys(require.cache), module.children);
console.log(require.main === module, __filename, Object.keys(globalThis));
if (isMainThread) new Worker(__filename).on('exit', () => { throw new Error('the end'); });
";

/// Runs `code` with and without the start-up file, and compares everything that it gives.
fn check(prestart: Prestart, program: &str, entry: &str, code: &str) {
    let folder = tempfile::Builder::new().prefix("with space").tempdir().expect("a folder");
    prepare(folder.path()).expect("start-up files");
    fs::write(folder.path().join(entry), code).expect("a program");
    let command = || {
        let mut command = Command::new(program);
        command.arg(entry).current_dir(folder.path()).env_clear().env("PATH", "/usr/bin:/bin").env("LANG", "C.UTF-8");
        command
    };
    let Ok(cold) = command().output() else {
        skip(format_args!("there is no {program} here"));
        return;
    };
    let warm = held(command(), prestart, folder.path());
    assert!(cold.stderr.ends_with(b"\n") && !cold.status.success(), "{cold:?}");
    assert_eq!(warm, cold);
}

/// Runs `command` with the start-up file, lets it wait, and lets it go.
fn held(mut command: Command, prestart: Prestart, folder: &Path) -> Output {
    let pipe = folder.join("barrier");
    mkfifo(&pipe, Mode::S_IRUSR | Mode::S_IWUSR).expect("a pipe");
    command.envs(environment(prestart, folder, pipe.to_str().expect("a path in UTF-8")));
    let running = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("an interpreter");
    // Opening returns when the interpreter has opened the other end: when it waits.
    drop(fs::OpenOptions::new().write(true).open(&pipe).expect("the pipe"));
    running.wait_with_output().expect("an end")
}

#[test]
fn python_does_not_see_what_it_waited_in() {
    check(Prestart::Python, "/usr/bin/python3", "main.py", PYTHON);
}

#[test]
fn node_does_not_see_what_it_waited_in() {
    let node = std::env::var("RUNTRAY_TEST_NODE").unwrap_or_else(|_| "node".into());
    check(Prestart::Node, &node, "main.js", NODE);
}

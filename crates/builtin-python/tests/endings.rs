//! Exit codes, and the actions at the end of a program.

use crate::harness::code;

fn exit_code(program: &str) -> Option<i32> {
    code(program).status.code()
}

#[test]
fn exit_codes() {
    for (program, expected) in [
        ("pass", 0),
        ("raise SystemExit", 0),
        ("import sys; sys.exit()", 0),
        ("import sys; sys.exit(3)", 3),
        ("import sys; sys.exit(True)", 1),
        ("import sys; sys.exit(-1)", 255),
        ("import sys; sys.exit(256 + 7)", 7),
        ("import sys; sys.exit('no')", 1),
        ("exit(4)", 4),
        ("raise KeyError", 1),
        ("import os; os._exit(5)", 5),
    ] {
        assert_eq!(exit_code(program), Some(expected), "{program}");
    }
    assert_eq!(code("import sys; sys.exit('a message')").stderr, "a message\n");
}

#[test]
fn the_end_is_orderly() {
    let program = "import atexit\nclass D:\n    def __del__(self): print('deleted')\nd = D()\n\
                   atexit.register(print, 'first')\natexit.register(print, 'last', end=' ')\nprint('unflushed', end=' ')";
    assert_eq!(code(program).stdout, "unflushed last first\ndeleted\n");
    assert_eq!(code("import os; print('lost'); os._exit(0)").stdout, "");
}

#[test]
fn destructors_see_the_names_of_their_module() {
    let program = "import sys\nclass D:\n    def __del__(self): sys.stdout.write('deleted')\nd = D()\nd.me = d";
    assert_eq!(code(program).stdout, "deleted");
}

#[test]
fn exit_functions_may_fail() {
    let ended = code("import atexit; atexit.register(lambda: 1/0); print('x')");
    assert_eq!((ended.status.code(), ended.stdout.as_str()), (Some(0), "x\n"));
    assert!(ended.stderr.contains("ZeroDivisionError"), "{ended:?}");
}

#[test]
fn hooks_for_exceptions() {
    let ended = code("import sys; sys.excepthook = lambda *a: print('hook', a[0].__name__); 1/0");
    assert_eq!((ended.stdout.as_str(), ended.status.code()), ("hook ZeroDivisionError\n", Some(1)));
    let broken = code("import sys\ndef hook(*a): raise KeyError('mine')\nsys.excepthook = hook\n1/0");
    let lines = ["Error in sys.excepthook:", "KeyError: 'mine'", "Original exception was:", "ZeroDivisionError"];
    assert!(lines.iter().all(|part| broken.stderr.contains(part)), "{broken:?}");
}

#[test]
fn an_interrupt_of_its_own_is_an_exception() {
    let ended = code("raise KeyboardInterrupt");
    assert!(ended.stderr.ends_with("KeyboardInterrupt\n"), "{ended:?}");
    let caught = code(
        "import signal\ntry:\n    signal.raise_signal(signal.SIGINT)\nexcept KeyboardInterrupt:\n    print('caught')",
    );
    assert_eq!(caught.stdout, "caught\n", "{caught:?}");
}

#[cfg(unix)]
mod interrupts {
    use std::io::{BufRead as _, BufReader, Read as _};
    use std::os::unix::process::ExitStatusExt as _;
    use std::process::{ChildStdout, Stdio};

    use nix::sys::signal::{Signal, kill};
    use nix::unistd::Pid;

    use crate::harness::Python;

    /// How the program ends that is interrupted after it has printed a line: its signal, the rest of its output, its errors.
    fn interrupted(code: &str) -> (Option<i32>, String, String) {
        let python = Python::new();
        let mut command = python.command(&["-c", code]);
        let started = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let mut child = started.expect("it starts");
        let mut output = BufReader::<ChildStdout>::new(child.stdout.take().expect("a pipe"));
        output.read_line(&mut String::new()).expect("it is ready");
        // Its input stays open until it has ended.
        let input = child.stdin.take();
        kill(Pid::from_raw(child.id().cast_signed()), Signal::SIGINT).expect("it is there");
        let start = std::time::Instant::now();
        let mut rest = String::new();
        output.read_to_string(&mut rest).expect("it is text");
        let ended = child.wait_with_output().expect("it ends");
        drop(input);
        assert!(start.elapsed() < std::time::Duration::from_secs(20), "{code} waited on");
        (ended.status.signal(), rest, String::from_utf8_lossy(&ended.stderr).into_owned())
    }

    #[test]
    fn a_program_that_computes_ends() {
        let (signal, _, stderr) = interrupted("print('ready', flush=True)\nwhile True: pass");
        assert_eq!((signal, stderr.as_str()), (Some(2), "KeyboardInterrupt\n"));
    }

    #[test]
    fn a_program_that_waits_can_catch_it() {
        for wait in [
            "time.sleep(60)",
            "input()",
            "sys.stdin.read()",
            "asyncio.run(asyncio.sleep(60))",
            "threading.Event().wait(60)",
        ] {
            let code = format!(
                "import asyncio, sys, threading, time\nprint('ready', flush=True)\ntry:\n    {wait}\nexcept KeyboardInterrupt:\n    print('caught')"
            );
            assert_eq!(interrupted(&code), (None, "caught\n".to_owned(), String::new()), "{wait}");
        }
    }

    #[test]
    fn one_that_nobody_catches_ends_it_by_the_signal() {
        let (signal, rest, stderr) =
            interrupted("import time\nprint('ready', flush=True)\nprint('kept')\ntime.sleep(60)");
        assert_eq!((signal, rest.as_str()), (Some(2), "kept\n"));
        assert!(stderr.starts_with("Traceback") && stderr.ends_with("KeyboardInterrupt\n"), "{stderr}");
    }

    #[test]
    fn handlers_of_its_own_run() {
        let code = "import signal, time\nsignal.signal(signal.SIGINT, lambda *_: print('mine'))\nprint('ready', flush=True)\ntime.sleep(0.3)\nprint('on')";
        assert_eq!(interrupted(code), (None, "mine\non\n".to_owned(), String::new()));
    }
}

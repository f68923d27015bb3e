//! Standard input, output and error.

use std::process::Stdio;

use crate::harness::{Python, check, code};

#[cfg(unix)]
#[test]
fn a_program_may_come_at_the_end_of_a_pipe() {
    let python = Python::new();
    let pipe = python.folder.path().join("barrier");
    nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::S_IRWXU).expect("a pipe");
    let mut command = python.command(&["--variables", "IN_", "main.py"]);
    command.env("RUNTRAY_BARRIER", &pipe);
    let program = python.folder.path().join("main.py");
    let writer = std::thread::spawn(move || {
        // Opened when the other side has: until then there is no program.
        let pipe = std::fs::OpenOptions::new().write(true).open(pipe).expect("a reader");
        std::fs::write(program, "print('here')").expect("a program");
        drop(pipe);
    });
    let ended = crate::harness::run(&mut command, b"");
    writer.join().expect("a writer");
    assert_eq!(ended.stdout, "here\n", "{ended:?}");
}

#[test]
fn input_is_read_as_it_is_asked_for() {
    let program = "name = input('Who? ')\nprint('hello', name)\nimport sys\nprint(sys.stdin.read().split())";
    let ended = Python::new().input("Ada\n1 2\n3").run(&["-c", program]);
    assert_eq!(ended.stdout, "Who? hello Ada\n['1', '2', '3']\n");
    let ended = Python::new().run(&["-c", "input()"]);
    assert!(ended.stderr.ends_with("EOFError: EOF when reading a line\n"), "{ended:?}");
}

#[test]
fn input_of_a_megabyte() {
    let ended =
        Python::new().input("x".repeat(1 << 20) + "\n").run(&["-c", "import sys; print(len(sys.stdin.read()))"]);
    assert_eq!(ended.stdout, "1048577\n");
}

#[test]
fn bytes_are_bytes() {
    let ended = Python::new().input(b"a\xff\0b").run(&["-c", "import sys; print(sys.stdin.buffer.read())"]);
    assert_eq!(ended.stdout, "b'a\\xff\\x00b'\n");
    check("import sys; print('ä€😀'); print(len(sys.argv))", "ä€😀\n1\n");
}

#[test]
fn both_outputs_keep_their_order() {
    let python = Python::new()
        .file("main.py", "import sys\nfor i in range(3):\n    print(i, flush=True)\n    print(i, file=sys.stderr)");
    let both = python.folder.path().join("both");
    let out = std::fs::File::create(&both).expect("a file can be made");
    let mut command = python.command(&["main.py"]);
    let status = command.stdout(out.try_clone().expect("a copy")).stderr(out).stdin(Stdio::null()).status();
    assert!(status.expect("it runs").success());
    assert_eq!(std::fs::read_to_string(both).expect("it was written"), "0\n0\n1\n1\n2\n2\n");
}

#[test]
fn a_flood_of_output_arrives_whole() {
    let ended = code("for i in range(200_000): print(i)");
    assert_eq!(ended.stdout.lines().count(), 200_000);
    assert_eq!(ended.stdout.lines().last(), Some("199999"));
    let ended = code("import sys; sys.stdout.write('x' * (32 << 20))");
    assert_eq!((ended.stdout.len(), ended.status.code()), (32 << 20, Some(0)));
}

#[cfg(unix)]
#[test]
fn nobody_reads_the_output() {
    let python = Python::new();
    let mut command = python.command(&["-c", "for i in range(1_000_000): print(i)"]);
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(stderr.contains("BrokenPipeError"), "{stderr}");
    assert!(matches!(output.status.code(), Some(1 | 120)), "{:?}", output.status);
}

#[test]
fn streams_can_be_replaced_and_closed() {
    check(
        "import io, contextlib\nwith contextlib.redirect_stdout(io.StringIO()) as s: print('x')\nprint(repr(s.getvalue()))",
        "'x\\n'\n",
    );
    assert_eq!(code("import sys; print('x'); sys.stdout.close()").status.code(), Some(0));
    assert_eq!(code("import sys; sys.stdout = None; print('x')").status.code(), Some(0));
    check(
        "import sys; print(sys.stdout.name, sys.stdin.name, sys.stderr.name, sys.stdout.isatty())",
        "<stdout> <stdin> <stderr> False\n",
    );
}

#[test]
fn output_without_a_buffer() {
    let ended = Python::new().run(&["-u", "-c", "import os, sys; sys.stdout.write('now'); os._exit(0)"]);
    assert_eq!(ended.stdout, "now");
}

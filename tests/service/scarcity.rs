//! Systems with tight limits: few open files, few processes.

use std::fs;
use std::io::Write;
use std::net::{Ipv4Addr, TcpStream};
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::harness::{Home, Service, program_file};
use crate::service::execute::program;

/// A user id without other processes, so that its process limit only counts processes of a test.
const NOBODY: u32 = 64_321;
const PATIENCE: Duration = Duration::from_secs(60);

/// A command `runtray ARGUMENTS` under a limit that a shell sets, soft and hard.
fn limited(home: &Home, runtray: &Path, limit: &str, arguments: &str) -> Command {
    let mut command = Command::new("sh");
    command.arg("-c").arg(format!("{limit} && exec \"$0\" {arguments}")).arg(runtray);
    command.env("RUNTRAY_HOME", home.path());
    command
}

#[test]
fn with_few_descriptors_silent_connections_do_not_block_others() {
    let home = Home::new("");
    let runtray = program_file();
    let service = Service::start_by(limited(&home, &runtray, "ulimit -n 256", "serve --port 0"), &home);
    let connect = |text: &str| {
        let mut connection = TcpStream::connect((Ipv4Addr::LOCALHOST, service.port())).expect("the service listens");
        drop(connection.write_all(text.as_bytes()));
        connection
    };
    let silent: Vec<TcpStream> = ["", "POST /execute HT", "GET /health HTTP/1.1\r\nHost: "]
        .iter()
        .cycle()
        .take(400)
        .map(|text| connect(text))
        .collect();
    assert_eq!(service.get("/health").status, 200);
    assert_eq!(service.execute(&program("print ran"))["output"], "ran\n");
    let mut talks = Vec::new();
    // Open sessions until one is refused with a sentence.
    let refused = loop {
        assert!(talks.len() < 256, "nothing bounds the conversations");
        match service.upgrade(&[]) {
            Ok(mut talk) => {
                talk.run(&program("read-line"));
                let first = talk.next();
                if first["type"] == "error" {
                    break first["code"].clone();
                }
                talks.push(talk);
            }
            Err(status) => break json!(status),
        }
    };
    assert!(!talks.is_empty() && (refused == 429 || refused == "too_many_executions"), "{refused}");
    assert_eq!(service.get("/health").status, 200);
    drop((silent, talks));
    assert_eq!(service.execute(&program("print ran"))["output"], "ran\n");
}

#[test]
fn a_soft_limit_of_open_files_is_raised() {
    let home = Home::new("");
    let runtray = program_file();
    let service = Service::start_by(limited(&home, &runtray, "ulimit -S -n 64", "serve --port 0"), &home);
    let connect = || TcpStream::connect((Ipv4Addr::LOCALHOST, service.port())).expect("the service listens");
    let silent: Vec<TcpStream> = (0..200).map(|_| connect()).collect();
    assert_eq!(service.execute(&program("print ran"))["output"], "ran\n");
    assert!(!service.stderr().contains("few files"), "{}", service.stderr());
    drop(silent);
}

/// Runs programs under process limits so low that most cannot start: each must succeed or print an error, without a panic.
#[test]
fn with_few_processes_errors_are_printed_and_nothing_panics() {
    let home = Home::new("");
    let runtray = home.path().join("runtray");
    fs::copy(program_file(), &runtray).expect("a copy");
    let is_root = nix::unistd::geteuid().is_root();
    if !is_root {
        println!("not root: only the least limit is tried, as this user has other processes");
    }
    if is_root {
        give_away(home.path());
    }
    let limits: &[u32] = if is_root { &[1, 2, 4, 6, 8, 10, 12, 16, 24] } else { &[1] };
    for most in limits {
        for arguments in ["serve --port 0", "pythons", "run --language python /dev/null"] {
            let set = format!("{{ ulimit -u {most} 2>/dev/null || ulimit -p {most}; }}");
            let mut command = limited(&home, &runtray, &set, arguments);
            if is_root {
                command.uid(NOBODY).gid(NOBODY);
            }
            let (output, succeeded) = run_for_a_while(command);
            assert!(
                !output.contains("panicked") && !output.contains("RUST_BACKTRACE"),
                "{most}: {arguments}: {output}"
            );
            assert!(succeeded || !output.trim().is_empty(), "{most}: {arguments}: nothing was said");
            if *most == 1 {
                assert!(output.contains("ulimit -u"), "{most}: {arguments}: {output}");
            }
        }
    }
}

/// Runs a command until it ends or prints that it is running. Gives its output, and whether it succeeded or still ran.
fn run_for_a_while(mut command: Command) -> (String, bool) {
    let file = tempfile::NamedTempFile::new().expect("a file");
    let end = || fs::OpenOptions::new().append(true).open(file.path()).expect("a file");
    // stdout and stderr both append to the file, so that neither overwrites the other's text.
    let mut child = command.stdin(Stdio::null()).stdout(end()).stderr(end()).spawn().expect("a shell");
    let deadline = Instant::now() + PATIENCE;
    let output = || fs::read_to_string(file.path()).expect("text");
    while child.try_wait().expect("a child").is_none() && !output().contains("is running on") {
        assert!(Instant::now() < deadline, "it neither ends nor runs: {}", output());
        thread::sleep(Duration::from_millis(5));
    }
    let succeeded = child.try_wait().expect("a child").is_none_or(|status| status.success());
    let ended = child.kill().and_then(|()| child.wait());
    drop(ended);
    (output(), succeeded)
}

fn give_away(path: &Path) {
    chown(path, Some(NOBODY), Some(NOBODY)).expect("root gives files away");
    for entry in fs::read_dir(path).into_iter().flatten().flatten() {
        give_away(&entry.path());
    }
}

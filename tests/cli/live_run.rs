//! Interactive `runtray run`: on pipes, on a terminal, through the service.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Stdio};

use crate::harness::{Home, Service, runtray};

/// Starts `runtray run` for a program, with pipes.
fn run(home: &Home, program: &str) -> Child {
    let path = home.path().join("program.txt");
    fs::write(&path, program).expect("a program");
    let mut command = runtray(home);
    command.arg("run").arg(path).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().expect("runtray starts")
}

/// Runs `check` in a home without a service and in one with a running service.
fn both_ways(check: impl Fn(&Home, Option<&Service>)) {
    check(&Home::new(""), None);
    let service = Service::start();
    check(service.home(), Some(&service));
}

#[test]
fn piped_input_is_passed_on_as_it_comes() {
    both_ways(|home, service| {
        let mut child = run(home, "print ready\nread-line\necho\nwarn end\nexit 7");
        let mut input = child.stdin.take().expect("a pipe");
        let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        let mut line = || lines.next().expect("a line").expect("text");
        assert_eq!(line(), "ready");
        input.write_all(b"first\n").expect("a reader");
        assert_eq!(line(), "first");
        input.write_all(b"second\n").expect("a reader");
        assert_eq!(line(), "second");
        drop(input);
        let ended = child.wait_with_output().expect("runtray ends");
        assert_eq!((ended.status.code(), String::from_utf8_lossy(&ended.stderr).as_ref()), (Some(7), "end\n"));
        let Some(service) = service else { return };
        let page = service.get("/executions").json();
        assert_eq!((page["items"].as_array().map(Vec::len), &page["items"][0]["status"]), (Some(1), &"failed".into()));
    });
}

#[test]
fn run_works_although_the_address_file_names_a_dead_service() {
    let mut service = Service::start();
    let home = service.home().clone();
    assert!(home.path().join("data").join("address").exists(), "the service says where it is");
    service.kill();
    let ended = run(&home, "print hi").wait_with_output().expect("runtray ends");
    assert_eq!((ended.status.code(), ended.stdout.as_slice()), (Some(0), &b"hi\n"[..]));
}

#[cfg(unix)]
mod unix {
    use std::fs::File;
    use std::io::{BufRead, BufReader, Read, Write};
    use std::process::Child;

    use nix::pty::{OpenptyResult, Winsize, openpty};
    use nix::sys::signal::{Signal, kill};
    use nix::unistd::Pid;

    use super::{both_ways, run};
    use crate::harness::{Home, runtray};

    const ECHO: &str = r#"
import os, sys
print(sys.stdin.isatty(), os.get_terminal_size().columns, flush=True)
while (line := input("> ")) != "quit":
    print("said", line)
sys.exit(5)
"#;

    const STUBBORN: &str = r#"
import time
while True:
    try:
        print("up", flush=True)
        time.sleep(60)
    except KeyboardInterrupt:
        print("caught", flush=True)
"#;

    fn interrupt(child: &Child) {
        kill(Pid::from_raw(child.id().try_into().expect("a pid")), Signal::SIGINT).expect("a signal");
    }

    #[test]
    fn an_interrupt_goes_to_the_program_and_a_second_one_kills_it() {
        both_ways(|home, _| {
            let mut child = run(home, "print up\nhang");
            wait_for_line(&mut child, "up");
            interrupt(&child);
            assert_eq!(child.wait().expect("an end").code(), Some(130));
            let mut child = run(home, "ignore-termination\nprint up\nhang");
            wait_for_line(&mut child, "up");
            interrupt(&child);
            // Two pending signals of a kind are delivered as one, so repeat the second until the program ends.
            let code = crate::harness::eventually("the end", || {
                interrupt(&child);
                child.try_wait().expect("a child").map(|status| status.code())
            });
            assert_eq!(code, Some(130));
        });
    }

    fn wait_for_line(child: &mut Child, expected: &str) {
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().expect("a pipe")).read_line(&mut line).expect("a line");
        assert_eq!(line.trim_end(), expected);
    }

    #[test]
    fn a_crash_exits_with_128_plus_the_signal() {
        both_ways(|home, _| assert_eq!(run(home, "abort").wait().expect("an end").code(), Some(134)));
    }

    /// `runtray run` on a pseudo-terminal of the test.
    struct Terminal {
        child: Child,
        ours: File,
        screen: String,
    }

    impl Terminal {
        fn run(home: &Home, code: &str) -> Self {
            let path = home.path().join("program.py");
            std::fs::write(&path, code).expect("a program");
            let size = Winsize { ws_row: 30, ws_col: 97, ws_xpixel: 0, ws_ypixel: 0 };
            let OpenptyResult { master, slave } = openpty(&size, None).expect("a terminal");
            let end = || slave.try_clone().expect("a descriptor");
            let mut command = runtray(home);
            command.arg("run").arg(path).stdin(end()).stdout(end()).stderr(end());
            Self { child: command.spawn().expect("runtray starts"), ours: master.into(), screen: String::new() }
        }

        fn until(&mut self, text: &str) {
            let mut chunk = [0; 4096];
            while !self.screen.contains(text) {
                let count = self.ours.read(&mut chunk).unwrap_or_else(|error| panic!("{error}: {:?}", self.screen));
                self.screen.push_str(&String::from_utf8_lossy(&chunk[..count]));
            }
            self.screen = self.screen.split_once(text).map(|(_, rest)| rest.to_owned()).unwrap_or_default();
        }

        fn type_in(&mut self, text: &str) {
            self.ours.write_all(text.as_bytes()).expect("runtray reads");
        }
    }

    #[test]
    fn the_program_uses_the_terminal_directly() {
        both_ways(|home, _| {
            let mut terminal = Terminal::run(home, ECHO);
            terminal.until("True 97\r\n> ");
            terminal.type_in("hello\r");
            terminal.until("said hello\r\n> ");
            terminal.type_in("quit\r");
            assert_eq!(terminal.child.wait().expect("an end").code(), Some(5));
        });
    }

    #[test]
    fn every_ctrl_c_in_a_terminal_goes_to_the_program() {
        both_ways(|home, _| {
            let mut terminal = Terminal::run(home, STUBBORN);
            for _ in 0..3 {
                terminal.until("up\r\n");
                terminal.type_in("\u{3}");
                terminal.until("^Ccaught\r\n");
            }
            terminal.until("up\r\n");
            // Ctrl-\ sends SIGQUIT.
            terminal.type_in("\u{1c}");
            assert_eq!(terminal.child.wait().expect("an end").code(), Some(131));
        });
    }
}

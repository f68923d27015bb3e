//! Programs with a terminal. The tests type and read like a user.

use serde_json::json;

use crate::harness::daemon::ends_with_its_client;
use crate::harness::{Service, eventually};

const CALCULATOR: &str = r#"
while True:
    line = input("calc> ")
    if line == "quit":
        break
    a, operator, b = line.split()
    print(int(a) + int(b) if operator == "+" else int(a) * int(b))
print("bye")
"#;

const GUESSING: &str = r#"
import random
secret, tries = random.randint(1, 100), 0
while True:
    guess = int(input("Your guess: "))
    tries += 1
    if guess == secret:
        break
    print("higher" if guess < secret else "lower")
print(f"Right after {tries} tries")
"#;

const PROGRESS: &str = r##"
import sys
for step in range(0, 101, 25):
    sys.stdout.write(f"\r[{'#' * (step // 25):4}] {step}%")
    if step == 50:
        input()
print()
"##;

const CURSES: &str = r#"
import curses
def main(screen):
    while True:
        key = screen.getch()
        rows, columns = screen.getmaxyx()
        screen.erase()
        screen.addstr(1, 0, f"<{curses.keyname(key).decode()} {columns}x{rows}>")
        screen.refresh()
        if key == ord("q"):
            return
curses.wrapper(main)
print("restored")
"#;

const READLINE: &str = r#"
import readline
first = input("one> ")
second = input("two> ")
print([first, second])
"#;

const TERMINAL: &str = r#"
import os, sys
print([stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)], os.environ["TERM"], os.environ.get("COLUMNS"))
if sys.stdin.isatty():
    print(os.get_terminal_size().columns, os.tcgetpgrp(0) == os.getpgrp(), os.isatty(os.open("/dev/tty", os.O_RDWR)))
"#;

const INTERRUPTED: &str = r#"
import time
try:
    print("up")
    time.sleep(60)
except KeyboardInterrupt:
    print("caught")
time.sleep(60)
"#;

const DAEMON: &str = r#"
import os, signal, sys, time
signal.signal(signal.SIGHUP, signal.SIG_IGN)
if os.fork() == 0:
    os.setsid()
    while True:
        open(sys.argv[1], "a").write(".")
        time.sleep(0.01)
time.sleep(60)
"#;

#[test]
fn a_calculator_takes_input_and_answers() {
    let service = Service::start();
    let mut talk = service.python_terminal(CALCULATOR);
    for (question, answer) in [("6 * 7", "42"), ("40 + 2", "42"), ("3 * -5", "-15")] {
        talk.until("calc> ");
        talk.enter(question);
        assert_eq!(
            talk.until(&format!("{answer}\r\n")),
            format!("{question}\r\n"),
            "the echo stands before the answer"
        );
    }
    talk.until("calc> ");
    talk.enter("quit");
    talk.until("bye\r\n");
    assert_eq!(talk.ended(), ("completed".into(), 0.into()));
}

#[test]
fn a_guessing_game_is_played_to_its_end() {
    let service = Service::start();
    let mut talk = service.python_terminal(GUESSING);
    let (mut low, mut high) = (1, 100);
    loop {
        talk.until("Your guess: ");
        let guess = i32::midpoint(low, high);
        talk.enter(&guess.to_string());
        talk.until("\r\n");
        match talk.until("\r\n").as_str() {
            "higher" => low = guess + 1,
            "lower" => high = guess - 1,
            told => break assert!(told.starts_with("Right after "), "{told}"),
        }
    }
    assert_eq!(talk.ended(), ("completed".into(), 0.into()));
}

#[test]
fn a_progress_bar_is_redrawn_in_its_line() {
    let service = Service::start();
    let mut talk = service.python_terminal(PROGRESS);
    assert_eq!(talk.until("50%"), "\r[    ] 0%\r[#   ] 25%\r[##  ] ");
    talk.enter("");
    assert_eq!(talk.until("100%\r\n"), "\r\n\r[### ] 75%\r[####] ");
    assert_eq!(talk.ended(), ("completed".into(), 0.into()));
}

#[test]
fn curses_draws_takes_keys_and_follows_the_size() {
    let service = Service::start();
    let mut talk = service.python_terminal(CURSES);
    talk.until("\u{1b}[?1049h");
    talk.type_in("\u{1b}OA");
    talk.until("<KEY_UP 80x24>");
    talk.send(&json!({"type": "resize", "columns": 100, "rows": 30}));
    talk.until("RESIZE 100x30>");
    talk.type_in("q");
    talk.until("\u{1b}[?1049l");
    talk.until("restored");
    assert_eq!(talk.ended(), ("completed".into(), 0.into()));
}

#[test]
fn readline_edits_the_line() {
    let service = Service::start();
    let mut talk = service.python_terminal(READLINE);
    talk.until("one> ");
    // Ctrl-A goes to the beginning, Ctrl-K cuts the rest of the line, Ctrl-Y pastes it, here twice.
    talk.enter("ab\u{1}\u{b}\u{19}\u{19}");
    talk.until("two> ");
    // Arrow up recalls the previous line, Backspace deletes its last character.
    talk.enter("\u{1b}[A\u{7f}!");
    talk.until("['abab', 'aba!']");
    assert_eq!(talk.ended(), ("completed".into(), 0.into()));
}

#[test]
fn the_program_sees_a_terminal_only_where_there_is_one() {
    let service = Service::start();
    let mut talk = service.python_terminal(TERMINAL);
    talk.until("[True, True, True] xterm-256color None\r\n80 True True\r\n");
    assert_eq!(talk.ended(), ("completed".into(), 0.into()));
    let mut pipes = service.converse(&json!({"code": TERMINAL}));
    pipes.until("[False, False, False] dumb None\n");
    assert_eq!(pipes.ended(), ("completed".into(), 0.into()));
    let plain = service.execute(&json!({"code": TERMINAL}));
    assert_eq!(plain["output"], "[False, False, False] dumb None\n");
}

#[test]
fn ctrl_c_interrupts_and_may_be_caught() {
    let service = Service::start();
    let mut talk = service.python_terminal(INTERRUPTED);
    talk.until("up\r\n");
    talk.type_in("\u{3}");
    talk.until("^Ccaught\r\n");
    talk.signal("interrupt");
    talk.until("KeyboardInterrupt");
    let finished = talk.finished();
    assert_eq!((&finished["status"], &finished["signal"]), (&"cancelled".into(), &"SIGINT".into()));
}

#[test]
fn eof_ends_the_input_whatever_was_typed_before() {
    let service = Service::start();
    for (typed, seen) in [("", "['']"), ("a\r", r"['a\n']"), ("a\rb", r"['a\nb']")] {
        let mut talk = service.python_terminal("import sys\nprint('up')\nprint([sys.stdin.read()])");
        talk.until("up\r\n");
        talk.type_in(typed);
        talk.send(&json!({"type": "eof"}));
        talk.until(seen);
        assert_eq!(talk.ended(), ("completed".into(), 0.into()), "{typed:?}");
    }
}

#[test]
fn an_interrupt_bypasses_unread_input() {
    let service = Service::start();
    let mut talk = service.python_terminal("import time\nprint('up')\ntime.sleep(60)");
    talk.until("up\r\n");
    talk.type_in(&"x\r".repeat(50_000));
    talk.signal("interrupt");
    assert_eq!(talk.finished()["signal"], "SIGINT");
}

#[test]
fn a_disconnect_of_a_terminal_ends_the_whole_process_tree() {
    let service = Service::start();
    let beat = service.home().shared("beat");
    let request = json!({"code": DAEMON, "args": [beat], "terminal": {"columns": 80, "rows": 24}});
    ends_with_its_client(&service, request, &beat);
}

#[test]
fn the_log_has_the_output_of_a_terminal() {
    let service = Service::start();
    let mut talk = service.python_terminal("print('\\x1b[1mhello\\x1b[0m', input('name? '))");
    talk.until("name? ");
    talk.enter("ada");
    let path = format!("/executions/{}", talk.finished()["id"].as_str().expect("an id"));
    let entry = eventually("the entry to end", || {
        Some(service.get(&path).json()).filter(|entry| entry["status"] == "completed")
    });
    assert_eq!(entry["output"], "name? ada\r\n\u{1b}[1mhello\u{1b}[0m ada\r\n");
}

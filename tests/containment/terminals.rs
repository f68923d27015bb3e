//! The terminals of concurrent programs at the level `none`: no program reads, writes or changes the terminal of another program,
//! whether that waits for its caller or is in use.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::neighbours::{ALL, WALLED, is_walled, start};
use crate::harness::{Service, TempDir, eventually};

/// Opens the terminals whose numbers it is given, changes their settings, prints into them, and reads the typed input.
const ATTACK: &str = r"
import os, sys, termios, time
begun, over, *numbers = sys.argv[1:]
held, seen = [], b''
for number in numbers:
    try:
        held.append(os.open(f'/dev/pts/{number}', os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK))
    except OSError:
        continue
    settings = termios.tcgetattr(held[-1])
    settings[1] = settings[3] = 0
    termios.tcsetattr(held[-1], termios.TCSANOW, settings)
    os.write(held[-1], b'forged\n')
open(begun, 'w').close()
while not os.path.exists(over):
    for end in held:
        try:
            seen += os.read(end, 100)
        except OSError:
            pass
    time.sleep(0.001)
print(len(held), seen)
";

/// Asks for a word, and prints it with the settings of its terminal.
const ASK: &str = "import termios\nprint([input('word? ')], termios.tcgetattr(0)[:4])";

/// The output on the terminal of a user that answers the question of [`ASK`]; `before_typing` is done in between.
fn ask(service: &Service, before_typing: impl FnOnce()) -> String {
    let mut talk = service.python_terminal(ASK);
    let mut seen = talk.until("word? ");
    before_typing();
    talk.enter("secret");
    assert_eq!(talk.finished()["status"], "completed");
    seen += talk.output();
    seen
}

/// The numbers of the terminals that the service holds.
fn terminals(service: &Service) -> Vec<String> {
    let folder = format!("/proc/{}", service.pid());
    let files = fs::read_dir(format!("{folder}/fdinfo")).expect("a process").flatten();
    let texts = files.filter_map(|file| fs::read_to_string(file.path()).ok());
    let mut numbers: Vec<String> = texts
        .filter_map(|text| Some(text.lines().find_map(|line| line.strip_prefix("tty-index:"))?.trim().to_owned()))
        .collect();
    numbers.sort();
    numbers.dedup();
    numbers
}

/// An attack on all terminals of the service that goes on while `meanwhile` does. Gives its answer.
fn attack(service: &Service, meanwhile: impl FnOnce()) -> Value {
    let folder = TempDir::new().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    let mut args = vec![path("begun").display().to_string(), path("over").display().to_string()];
    args.extend(terminals(service));
    assert!(args.len() > 2, "there is no terminal to attack");
    let request = json!({"code": ATTACK, "args": args, "timeout_ms": 60_000});
    thread::scope(|scope| {
        let attacker = scope.spawn(|| service.execute(&request));
        eventually("the attack", || path("begun").exists().then_some(()));
        meanwhile();
        fs::write(path("over"), "").expect("a file");
        attacker.join().expect("an answer")
    })
}

#[test]
fn a_terminal_that_waits_is_out_of_reach_of_other_programs() {
    for mode in ALL {
        let service = start(mode);
        let expected = ask(&service, || ());
        if mode == "subreaper" || !is_walled(&service, mode) {
            // Every program could open it, so none waits.
            assert_no_terminal_waits(&service);
            continue;
        }
        service.until_terminals_wait("python");
        let runs = service.warm_runs("python");
        let answer = attack(&service, || assert_eq!(ask(&service, || ()), expected, "({mode:?})"));
        assert_eq!(answer["output"], "0 b''\n", "({mode:?}) {answer}");
        assert_eq!(service.warm_runs("python"), runs + 1, "the terminal had not waited ({mode:?})");
    }
}

fn assert_no_terminal_waits(service: &Service) {
    service.until_waiting("python", 1);
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(1) {
        assert_eq!(terminals(service), Vec::<String>::new());
        thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn a_terminal_in_use_is_out_of_reach_of_other_programs() {
    for mode in WALLED {
        let service = start(mode);
        if !is_walled(&service, mode) {
            continue;
        }
        let expected = ask(&service, || ());
        let mut answer = Value::Null;
        assert_eq!(ask(&service, || answer = attack(&service, || ())), expected, "({mode:?})");
        assert_eq!(answer["output"], "0 b''\n", "({mode:?}) {answer}");
    }
}

/// Looks for its own terminal by name, and makes another one.
const OWN: &str = r"
import os, pty
name = os.ttyname(0)
print(os.stat(name).st_rdev == os.fstat(0).st_rdev)
print([os.isatty(os.open(path, os.O_RDWR | os.O_NOCTTY)) for path in (name, '/dev/tty')])
ours, theirs = pty.openpty()
os.write(theirs, b'through\n')
print(os.read(ours, 100), os.path.exists(os.ttyname(theirs)))
";

#[test]
fn a_program_has_its_own_terminal_and_makes_others() {
    for mode in ALL {
        let service = start(mode);
        let mut talk = service.python_terminal(OWN);
        let status = talk.finished()["status"].clone();
        let expected = "True\r\n[True, True]\r\nb'through\\r\\n' True\r\n";
        assert_eq!((talk.output(), status), (expected, json!("completed")), "({mode:?})");
    }
}

//! Programs with a terminal in a prestarted interpreter: their output is the same as in a new one.

use regex::Regex;
use serde_json::{Value, json};

use crate::harness::warm::{COLD, ONE_EACH};
use crate::harness::{Service, eventually, skip};

/// A user's action once a text is shown.
#[derive(Clone, Copy)]
enum Do {
    /// Types keys.
    Type(&'static str),
    /// Gives the terminal another size.
    Resize(u16, u16),
    /// Presses Ctrl+C.
    Interrupt,
}

use Do::{Interrupt, Resize, Type};

/// A program and the user's actions.
struct Case {
    name: &'static str,
    language: &'static str,
    code: &'static str,
    steps: &'static [(&'static str, Do)],
}

const CASES: [Case; 17] = [
    Case {
        name: "what the terminal is",
        language: "python",
        code: r#"
import os, signal, sys, termios
print([stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)], os.environ["TERM"], os.environ.get("COLUMNS"))
print(os.get_terminal_size(), os.tcgetpgrp(0) == os.getpgrp() == os.getpid(), os.getsid(0) == os.getpid())
print(os.isatty(os.open("/dev/tty", os.O_RDWR)), os.ttyname(0), termios.tcgetattr(0)[:4])
print([(stream.encoding, stream.errors, stream.line_buffering, stream.write_through) for stream in (sys.stdin, sys.stdout)])
print(sorted(os.environ.items()), sys.flags)
"#,
        steps: &[],
    },
    Case {
        name: "signals so far",
        language: "python",
        code: r#"
import signal, time
seen = []
signal.signal(signal.SIGWINCH, lambda *_: seen.append(1))
time.sleep(0.1)
print(seen, signal.sigpending(), signal.pthread_sigmask(signal.SIG_BLOCK, []))
print([(number, str(signal.getsignal(number))) for number in signal.valid_signals() if number != signal.SIGWINCH])
"#,
        steps: &[],
    },
    Case {
        name: "input",
        language: "python",
        code: "name = input('name? ')\nprint(f'\\x1b[1mhello {name}\\x1b[0m')\nprint(input())",
        steps: &[("name? ", Type("ada\r")), ("hello ada\u{1b}[0m\r\n", Type("x\u{7f}y\r"))],
    },
    Case {
        name: "the end of input",
        language: "python",
        code: "import sys\nprint('up')\nprint([sys.stdin.read()])",
        steps: &[("up\r\n", Type("a\r\u{4}"))],
    },
    Case {
        name: "a password",
        language: "python",
        code: "import getpass\nprint([getpass.getpass()])",
        steps: &[("Password: ", Type("secret\r"))],
    },
    Case {
        name: "readline",
        language: "python",
        code: "import readline\nfirst = input('one> ')\nsecond = input('two> ')\nprint([first, second])",
        steps: &[("one> ", Type("ab\u{1}\u{b}\u{19}\u{19}\r")), ("two> ", Type("\u{1b}[A\u{7f}!\r"))],
    },
    Case {
        name: "curses",
        language: "python",
        code: r#"
import curses
def main(screen):
    curses.start_color()
    curses.init_pair(1, curses.COLOR_RED, curses.COLOR_BLACK)
    while True:
        rows, columns = screen.getmaxyx()
        screen.erase()
        screen.addstr(0, 0, f"<{columns}x{rows} {curses.COLORS}>", curses.color_pair(1))
        screen.refresh()
        if screen.getch() == ord("q"):
            return
curses.wrapper(main)
print("restored")
"#,
        steps: &[("<100x31 256>", Type("q"))],
    },
    Case {
        name: "another size",
        language: "python",
        code: r#"
import os, signal
signal.signal(signal.SIGWINCH, lambda *_: print(os.get_terminal_size().columns))
print("up")
input()
"#,
        steps: &[("up\r\n", Resize(77, 20)), ("77\r\n", Type("\r"))],
    },
    Case {
        name: "an interrupt that is caught",
        language: "python",
        code: "import time\ntry:\n    print('up')\n    time.sleep(60)\nexcept KeyboardInterrupt:\n    print('caught')",
        steps: &[("up\r\n", Type("\u{3}"))],
    },
    Case {
        name: "an interrupt that is not",
        language: "python",
        code: "import signal, time\nsignal.signal(signal.SIGINT, signal.SIG_DFL)\nprint('up')\ntime.sleep(60)",
        steps: &[("up\r\n", Interrupt)],
    },
    Case {
        name: "other programs",
        language: "python",
        code: r#"
import subprocess, sys
subprocess.run(["stty", "size"])
subprocess.run(["stty", "-a"])
subprocess.run(["stty", "raw", "-echo"])
print("raw", end="\r\n")
print(repr(sys.stdin.read(1)), end="\r\n")
subprocess.run(["stty", "sane"])
subprocess.run([sys.executable, "-c", "print(input('inner? '))"])
"#,
        steps: &[("raw\r\n", Type("k")), ("inner? ", Type("yes\r"))],
    },
    Case {
        name: "job control",
        language: "python",
        code: r#"
import os, signal, time
signal.signal(signal.SIGTTOU, signal.SIG_IGN)
child = os.fork()
if child == 0:
    os.setpgid(0, 0)
    os.tcsetpgrp(0, os.getpid())
    print("in front", os.tcgetpgrp(0) == os.getpid(), input("child? "), flush=True)
    os.kill(os.getpid(), signal.SIGSTOP)
    os._exit(7)
_, status = os.waitpid(child, os.WUNTRACED)
print("stopped", os.WIFSTOPPED(status), os.tcgetpgrp(0) == child)
os.tcsetpgrp(0, os.getpgrp())
os.kill(child, signal.SIGCONT)
print(os.WEXITSTATUS(os.waitpid(child, 0)[1]), input("parent? "))
"#,
        steps: &[("child? ", Type("c\r")), ("parent? ", Type("p\r"))],
    },
    Case { name: "an error", language: "python", code: "print('a')\nraise SystemExit(1 / 0)", steps: &[] },
    Case { name: "a mistake", language: "python", code: "print('a'\n", steps: &[] },
    Case {
        name: "Node.js",
        language: "javascript",
        code: r#"
const { stdin, stdout, stderr } = process;
console.log([stdin, stdout, stderr].map((stream) => stream.isTTY), stdout.columns, stdout.rows, stdout.getColorDepth());
console.log({ colours: true, yes: [1, null] }, Object.entries(process.env).sort());
const readline = require('readline').createInterface({ input: stdin, output: stdout });
stdout.on('resize', () => readline.write(`${stdout.columns}`));
readline.question('name? ', (name) => { console.log(`hello ${name}`); readline.close(); });
"#,
        steps: &[("name? ", Resize(66, 20)), ("66", Type("!\r"))],
    },
    Case {
        name: "TypeScript",
        language: "typescript",
        code: "const columns: number = process.stdout.columns;\nconsole.log(columns, { a: 1 });",
        steps: &[],
    },
    Case {
        name: "TypeScript that is more than types",
        language: "typescript",
        code: "enum A { x = 5 }\nconsole.log(A.x, { a: 1 });\nprocess.emitWarning('mine');",
        steps: &[],
    },
];

/// A service for programs with a terminal.
struct Place(Service);

impl Place {
    fn new(settings: &str) -> Self {
        Self(Service::start_with(settings))
    }

    /// Runs a program with the actions of the case. Gives its output and its final message.
    fn run(&self, case: &Case) -> (String, Value) {
        let request = json!({"code": case.code, "language": case.language, "terminal": {"columns": 100, "rows": 31}});
        let mut talk = self.0.converse(&request);
        let mut output = String::new();
        for (text, action) in case.steps {
            output += &talk.until(text);
            output += text;
            match action {
                Type(keys) => talk.type_in(keys),
                Resize(columns, rows) => talk.send(&json!({"type": "resize", "columns": columns, "rows": rows})),
                Interrupt => talk.signal("interrupt"),
            }
        }
        let finished = talk.finished();
        output += talk.output();
        let ending = json!([finished["status"], finished["exit_code"], finished["signal"]]);
        (self.alike(&output), ending)
    }

    /// Runs the case in a prestarted interpreter with a terminal.
    fn run_warm(&self, case: &Case) -> (String, Value) {
        // The first run may start a new interpreter; afterwards the pool holds one with a terminal besides the one without.
        self.run(case);
        self.0.until_terminals_wait(case.language);
        let runs = self.0.warm_runs(case.language);
        let observed = self.run(case);
        assert_eq!(self.0.warm_runs(case.language), runs + 1, "{}: in one that had waited", case.name);
        observed
    }

    /// Replaces the text that differs from run to run by placeholders.
    fn alike(&self, text: &str) -> String {
        let home = regex::escape(&self.0.home().path().display().to_string());
        let own = r"/var/tmp/[0-9A-Z]{8}".to_owned();
        [(format!(r"{home}/runs/\w+/\w+"), "RUN"), (own, "RUN"), (home, "HOME"), (r"\(node:\d+\)".into(), "(node)")]
            .iter()
            .fold(text.to_owned(), |text, (pattern, name)| {
                Regex::new(pattern).expect("a pattern").replace_all(&text, *name).into_owned()
            })
    }
}

#[test]
fn programs_cannot_tell_a_warm_terminal_from_a_cold_one() {
    let (cold, warm) = (Place::new(COLD), Place::new(ONE_EACH));
    let languages = cold.0.get("/languages").json();
    let mut wrong = Vec::new();
    for case in &CASES {
        let rows = languages.as_array().expect("languages");
        let row = rows.iter().find(|row| row["language"] == case.language).expect("a language");
        if row["available"] != true || (case.name.contains("more than") && row["version"].as_str() >= Some("26")) {
            skip(format_args!("{}: its interpreter is not here", case.name));
            continue;
        }
        let (expected, found) = (cold.run(case), warm.run_warm(case));
        if expected != found {
            wrong.push(format!("--- {}\ncold: {expected:#?}\nwarm: {found:#?}", case.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn an_interpreter_with_a_terminal_is_prestarted_after_a_run() {
    let service = Service::start();
    for number in 0..3 {
        let mut talk = service.python_terminal("print(input('> '))");
        talk.until("> ");
        talk.enter("x");
        assert_eq!(talk.ended(), ("completed".into(), 0.into()));
        eventually("a terminal to wait", || (service.waiting("python") > 0).then_some(()));
        assert_eq!(service.warm_runs("python"), number, "all but the first were warm");
    }
}

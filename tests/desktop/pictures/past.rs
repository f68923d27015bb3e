//! The executions before the screenshots: real programs, spread over an hour.

use std::process::Command;

use serde_json::{Value, json};

use super::PORT;
use crate::app::App;
use crate::session::Session;

/// A program and its sender.
struct Program {
    language: &'static str,
    /// The page that sent it; `None` for a script of the user.
    origin: Option<&'static str>,
    timeout_ms: u64,
    code: &'static str,
}

const IDE: Option<&str> = Some("http://localhost:3000");
const NOTES: Option<&str> = Some("http://localhost:3001");
const TIME: u64 = 10_000;

/// The first words of the program whose entry is opened in the Log.
pub(super) const OPENED: &str = "# Rain in Bergen";

/// The latest programs, oldest first. Each is one line of the Log.
const LATEST: &[Program] = &[
    Program { language: "python", origin: IDE, timeout_ms: TIME, code: include_str!("programs/primes.py") },
    Program { language: "javascript", origin: NOTES, timeout_ms: TIME, code: include_str!("programs/words.js") },
    Program { language: "python", origin: None, timeout_ms: TIME, code: include_str!("programs/invoice.py") },
    Program { language: "python", origin: IDE, timeout_ms: 1500, code: "while True: pass\n" },
    Program { language: "python", origin: IDE, timeout_ms: TIME, code: include_str!("programs/squares.py") },
    Program { language: "typescript", origin: NOTES, timeout_ms: TIME, code: include_str!("programs/cart.ts") },
    Program { language: "python", origin: None, timeout_ms: TIME, code: include_str!("programs/missing.py") },
    Program { language: "python", origin: IDE, timeout_ms: TIME, code: include_str!("programs/rain.py") },
    Program { language: "javascript", origin: NOTES, timeout_ms: TIME, code: include_str!("programs/table.js") },
    Program { language: "python", origin: IDE, timeout_ms: TIME, code: "print(sum(n * n for n in range(1_000)))\n" },
];

/// The number of earlier programs.
const EARLIER: usize = 96;

/// Runs all programs in turn.
pub(super) fn fill(app: &App) {
    for number in 0..EARLIER {
        // Let the durations vary between a few and a few dozen milliseconds.
        let size = 1 + number * 7 % 23;
        let code = format!("total = sum(n % 7 for n in range({size} * 40_000))\nprint(total)\n");
        let code = if number % 31 == 30 { format!("{code}assert total == 0, 'not nothing'\n") } else { code };
        let origin = if number % 3 == 0 { NOTES } else { IDE };
        send(&json!({ "code": code }), origin);
    }
    run_latest(app);
}

/// Runs the latest programs.
pub(super) fn run_latest(app: &App) {
    for Program { language, origin, timeout_ms, code } in LATEST {
        send(&json!({ "code": code, "language": language, "timeout_ms": timeout_ms }), *origin);
    }
    assert!(app.is_healthy());
}

/// Sends a program, as a page of `origin` or as a script, and gives the answer.
pub(super) fn send(request: &Value, origin: Option<&str>) -> Value {
    let config = ureq::Agent::config_builder().http_status_as_error(false).build();
    let mut post = config.new_agent().post(format!("http://localhost:{PORT}/execute"));
    if let Some(origin) = origin {
        post = post.header("Origin", origin);
    }
    let answer = post.send_json(request).expect("an answer");
    serde_json::from_reader(answer.into_body().into_reader()).expect("JSON")
}

/// Spreads the executions over the last hour. The app must not run.
pub(super) fn spread(session: &Session) {
    let journal = session.home().join("data/journal.sqlite3");
    let done = Command::new("python3").args(["-c", include_str!("spread.py")]).arg(journal).status();
    assert!(done.expect("python3").success(), "the journal was not changed");
}

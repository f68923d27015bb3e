//! The time from a key to its echo by a program that reads single keys in a terminal: over the WebSocket, and in a terminal that
//! the benchmark opens itself.

use std::fs::File;
use std::io::{Read, Write};
use std::process::{Child, Command};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use runtray_wire::{ClientMessage, Printed, ServerMessage, Typed};
use tempfile::TempDir;

use super::{milliseconds, turns};
use crate::environment;
use crate::events::{Events as _, converse};
use crate::report::{Difference, Figure, Section};
use crate::service::{Home, Kind, Service};
use crate::setup::Setup;
use crate::sys::{self, Terminal};
use crate::websocket::Socket;

/// Reads single keys and prints each.
const CODE: &str = "import sys, tty
tty.setcbreak(sys.stdin.fileno())
print('ready', flush=True)
while key := sys.stdin.read(1):
    sys.stdout.write(key)
    sys.stdout.flush()
";
/// The keys, in turn. Each differs from the previous one, so that a late echo is noticed.
const KEYS: &str = "abcdefghijklmnopqrstuvwxyz";
/// The pause between two keys; a fast typist leaves more.
const PAUSE: Duration = Duration::from_millis(20);
/// The number of keys before the measurement.
const REHEARSALS: usize = 3;
/// The largest allowed difference from the own terminal at p50 and p99, in milliseconds.
const LIMITS: (f64, f64) = (1.0, 5.0);
const OWN: &str = "own terminal";
const SOCKET: &str = "WebSocket";

/// A terminal that runs the program.
trait Screen {
    /// Types text.
    fn type_in(&mut self, text: &str) -> Result<()>;
    /// Reads the next output.
    fn read(&mut self) -> Result<String>;

    /// Reads until `text` was printed.
    fn until(&mut self, text: &str) -> Result<()> {
        let mut screen = String::new();
        while !screen.contains(text) {
            let more = self.read()?;
            ensure!(!more.is_empty(), "the terminal closed; it showed {screen:?}");
            screen += &more;
        }
        Ok(())
    }
}

/// Measures both terminals, which stay open; keys are typed into each in turn.
pub(super) fn measure(setup: &Setup) -> Result<Section> {
    let home = Home::new(setup, Kind::Runtray)?;
    let service = Service::start(setup, Kind::Runtray, &home)?;
    let (mut own, mut socket) = (Own::open(setup)?, converse(service.port(), CODE, true)?);
    let mut screens: [&mut dyn Screen; 2] = [&mut own, &mut socket];
    screens.iter_mut().try_for_each(|screen| screen.until("ready"))?;
    let mut times = [Vec::new(), Vec::new()];
    for (turn, key) in KEYS.chars().cycle().take(setup.effort.keys + REHEARSALS).enumerate() {
        for which in turns(turn, screens.len()) {
            thread::sleep(PAUSE);
            times[which].push(press(screens[which], key)?);
        }
    }
    Ok(section(times.map(|times| times[REHEARSALS..].to_vec())))
}

/// Types one key and gives the milliseconds until its echo.
fn press(screen: &mut dyn Screen, key: char) -> Result<f64> {
    let began = Instant::now();
    screen.type_in(&key.to_string())?;
    screen.until(&key.to_string())?;
    Ok(milliseconds(began.elapsed()))
}

fn section([own, socket]: [Vec<f64>; 2]) -> Section {
    let figures = [(OWN, own), (SOCKET, socket)].map(|(name, times)| Figure::new(name, "key until echo", "ms", times));
    let [own, socket] = &figures;
    let difference = Difference::of(format!("echo, {SOCKET} − {OWN}"), socket, own);
    Section {
        targets: difference.targets(LIMITS.0, LIMITS.1).into(),
        differences: vec![difference],
        figures: figures.into(),
        ..Section::default()
    }
}

/// The benchmark's own pseudo-terminal.
struct Own {
    screen: File,
    child: Child,
    _folder: TempDir,
}

impl Own {
    fn open(setup: &Setup) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("main.py");
        std::fs::write(&file, CODE)?;
        let Terminal { screen, program: [input, output, error] } = sys::open_terminal()?;
        let mut command = Command::new(&setup.interpreters.python.path);
        environment::set(&mut command);
        let child = command.arg(file).stdin(input).stdout(output).stderr(error).spawn()?;
        Ok(Self { screen, child, _folder: folder })
    }
}

impl Screen for Own {
    fn type_in(&mut self, text: &str) -> Result<()> {
        Ok(self.screen.write_all(text.as_bytes())?)
    }

    fn read(&mut self) -> Result<String> {
        let mut bytes = [0; 1024];
        let length = self.screen.read(&mut bytes)?;
        Ok(String::from_utf8_lossy(&bytes[..length]).into_owned())
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        // The call only fails if the program has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Screen for Socket {
    fn type_in(&mut self, text: &str) -> Result<()> {
        self.send(&ClientMessage::Stdin(Typed { data: text.to_owned() }))
    }

    fn read(&mut self) -> Result<String> {
        loop {
            match self.next()? {
                ServerMessage::Stdout(Printed { data }) => return Ok(data),
                ServerMessage::Started(_) => {}
                other => anyhow::bail!("the service sent {other:?}"),
            }
        }
    }
}

//! Connects our own terminal or pipes to the program: keys, signals and size are passed in, output is passed out.
//!
//! A terminal is put into raw mode, so that every key reaches the program's terminal, including Ctrl-C; that terminal
//! interprets it as the program has configured. Dropping the [`Console`] restores our terminal.

use std::io::{self, Read, Write};
use std::thread;

use crossterm::terminal;
use runtray_engine::{Command, Commander, Commands, Signal, TerminalSize, commands};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::program::Program;
use super::terminal_size::current_size;

/// Queued pieces of input; when the queue is full, standard input is not read.
const TYPED: usize = 16;
/// Bytes that are read of standard input at once.
const CHUNK: usize = 16 << 10;

/// Our terminal and streams while the program uses them.
pub(super) struct Console {
    raw: Option<RawMode>,
    tasks: Vec<JoinHandle<()>>,
}

impl Console {
    /// Passes our standard input, signals and size to `program`. A second Ctrl-C that arrives as a signal triggers `cancel`, as
    /// does any signal that ends this process.
    ///
    /// # Errors
    /// The terminal cannot be put into raw mode, or signal handlers cannot be installed.
    pub(super) fn open(program: &Program, cancel: &CancellationToken) -> anyhow::Result<(Self, Commands)> {
        let raw = program.terminal.is_some().then(RawMode::enter).transpose()?;
        let (commands, commanded) = commands(TYPED);
        // Install the handlers before the program can print anything that a user answers with a signal.
        let signals = Signals::listen()?;
        let mut tasks = vec![tokio::spawn(pass_signals(signals, commands.clone(), cancel.clone()))];
        if let Some(size) = program.terminal {
            tasks.push(tokio::spawn(follow_size(commands.clone(), size)));
        }
        if program.reads_stdin {
            // A separate thread, because a read of standard input cannot be cancelled.
            thread::Builder::new().spawn(move || pass_input(&commands))?;
        } else {
            tasks.push(tokio::spawn(async move { _ = commands.send(Command::Eof).await }));
        }
        Ok((Self { raw, tasks }, commanded))
    }

    /// Whether the terminal is in raw mode, where a line end needs a carriage return.
    pub(super) fn is_raw(&self) -> bool {
        self.raw.is_some()
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

/// Prints the program's output without buffering.
pub(super) fn show(text: &str, stream: &mut impl Write) -> io::Result<()> {
    stream.write_all(text.as_bytes()).and_then(|()| stream.flush())
}

fn pass_input(commands: &Commander) {
    let mut chunk = vec![0; CHUNK];
    loop {
        let command = match io::stdin().lock().read(&mut chunk) {
            Ok(count @ 1..) => Command::Stdin(chunk[..count].to_vec()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Ok(0) | Err(_) => Command::Eof,
        };
        let last = command == Command::Eof;
        if commands.send_blocking(command).is_err() || last {
            return;
        }
    }
}

/// Passes the first signal to the program, which may handle it; the second cancels the run.
async fn pass_signals(mut signals: Signals, commands: Commander, cancel: CancellationToken) {
    let signal = signals.next().await;
    if commands.send(Command::Signal(signal)).await.is_ok() {
        signals.next().await;
    }
    cancel.cancel();
}

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn next(&mut self) -> Signal {
        tokio::select! {
            _ = self.interrupt.recv() => Signal::Interrupt,
            _ = self.terminate.recv() => Signal::Terminate,
        }
    }
}

#[cfg(windows)]
struct Signals(tokio::signal::windows::CtrlC);

#[cfg(windows)]
impl Signals {
    fn listen() -> io::Result<Self> {
        Ok(Self(tokio::signal::windows::ctrl_c()?))
    }

    async fn next(&mut self) -> Signal {
        self.0.recv().await;
        Signal::Interrupt
    }
}

#[cfg(unix)]
async fn follow_size(commands: Commander, mut known: TerminalSize) {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut changes) = signal(SignalKind::window_change()) else { return };
    loop {
        // The first check is for a change before the handler was installed.
        if let Some(size) = current_size().filter(|size| *size != known) {
            known = size;
            let _ = commands.send(Command::Resize(size)).await;
        }
        if changes.recv().await.is_none() {
            return;
        }
    }
}

/// Windows reports a new size only to a reader of key events, which would take keys from the program.
#[cfg(windows)]
async fn follow_size(commands: Commander, mut known: TerminalSize) {
    const LOOK_EVERY: std::time::Duration = std::time::Duration::from_millis(250);
    loop {
        if let Some(size) = current_size().filter(|size| *size != known) {
            known = size;
            let _ = commands.send(Command::Resize(size)).await;
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// The terminal's raw mode, until it is dropped.
struct RawMode {
    #[cfg(windows)]
    before: (u32, u32),
}

#[cfg(unix)]
impl RawMode {
    fn enter() -> io::Result<Self> {
        terminal::enable_raw_mode()?;
        Ok(Self {})
    }
}

#[cfg(unix)]
impl Drop for RawMode {
    fn drop(&mut self) {
        let _ = terminal::disable_raw_mode();
    }
}

#[cfg(windows)]
impl RawMode {
    /// In addition to raw mode: keys are read as terminal sequences, and printed sequences are interpreted.
    fn enter() -> io::Result<Self> {
        use crossterm_winapi::{ConsoleMode, Handle};
        const VIRTUAL_TERMINAL_INPUT: u32 = 0x0200;
        const VIRTUAL_TERMINAL_PROCESSING: u32 = 0x0004;
        let input = ConsoleMode::from(Handle::current_in_handle()?);
        let output = ConsoleMode::from(Handle::current_out_handle()?);
        let before = (input.mode()?, output.mode()?);
        terminal::enable_raw_mode()?;
        input.set_mode(input.mode()? | VIRTUAL_TERMINAL_INPUT)?;
        output.set_mode(before.1 | VIRTUAL_TERMINAL_PROCESSING)?;
        Ok(Self { before })
    }
}

#[cfg(windows)]
impl Drop for RawMode {
    fn drop(&mut self) {
        use crossterm_winapi::{ConsoleMode, Handle};
        let restore = |handle: io::Result<Handle>, mode| ConsoleMode::from(handle?).set_mode(mode);
        let _ = restore(Handle::current_in_handle(), self.before.0);
        let _ = restore(Handle::current_out_handle(), self.before.1);
    }
}

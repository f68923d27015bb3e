//! Input and control messages of an interactive run.

use std::collections::VecDeque;
use std::io;

use bytes::{Buf as _, Bytes};
use tokio::io::AsyncWriteExt;
use tokio::sync::mpsc;

use super::activity::Activity;
use crate::session::{Command, Commands, Signal};
use crate::sys::{Input, Terminal};

/// The most bytes held for a program that does not read; beyond that the sender waits.
const MOST_PENDING: usize = 1 << 20;

/// Forwards a client's commands to a program.
pub(crate) struct InteractiveInput<'a> {
    stdin: Option<Input>,
    terminal: Option<Terminal>,
    signals: mpsc::Sender<Signal>,
    activity: &'a Activity,
    /// Interrupt keys, which are written first.
    interrupts: usize,
    /// The request's standard input, which may be large and is not copied.
    given: Bytes,
    /// Input that the client sent afterwards.
    typed: VecDeque<u8>,
    /// Whether end-of-file follows the pending bytes.
    eof: bool,
    /// Whether the last input byte ended a line.
    at_line_start: bool,
}

impl<'a> InteractiveInput<'a> {
    /// For a program whose standard input starts with `given`. Signals that need the process tree are passed to `signals`.
    pub(crate) fn new(
        stdin: Input,
        terminal: Option<Terminal>,
        given: Bytes,
        signals: mpsc::Sender<Signal>,
        activity: &'a Activity,
    ) -> Self {
        Self {
            stdin: Some(stdin),
            terminal,
            signals,
            activity,
            interrupts: 0,
            at_line_start: given.last().is_none_or(ends_line),
            given,
            typed: VecDeque::new(),
            eof: false,
        }
    }

    /// Forwards commands until their sender is dropped and all pending input is written. Control messages are taken at any time;
    /// input only while fewer than [`MOST_PENDING`] bytes wait.
    pub(crate) async fn forward(&mut self, Commands { mut input, mut control }: Commands) {
        let (mut input_open, mut control_open) = (true, true);
        while input_open || control_open || self.writes() {
            let (writes, has_room) = (self.writes(), self.given.len() + self.typed.len() < MOST_PENDING);
            tokio::select! {
                // Control messages first, so that a signal is not delayed by a burst of input.
                biased;
                command = control.recv(), if control_open => match command {
                    Some(command) => self.take(command),
                    None => control_open = false,
                },
                command = input.recv(), if input_open && has_room => match command {
                    Some(command) => self.take(command),
                    None => input_open = false,
                },
                written = write(&mut self.stdin, next(self.interrupts, &self.given, &self.typed)), if writes => self.written(&written),
            }
            // Closing a pipe is its end-of-file; a terminal is sent a key instead and stays open.
            if self.eof && !self.is_pending() && self.terminal.is_none() {
                self.stdin = None;
            }
        }
    }

    fn is_pending(&self) -> bool {
        !next(self.interrupts, &self.given, &self.typed).is_empty()
    }

    fn writes(&self) -> bool {
        self.stdin.is_some() && self.is_pending()
    }

    /// A program that closed its standard input or has ended is not an error.
    fn written(&mut self, written: &io::Result<usize>) {
        match written {
            Ok(count @ 1..) if self.interrupts > 0 => self.interrupts -= count,
            Ok(count @ 1..) if !self.given.is_empty() => self.given.advance(*count),
            Ok(count @ 1..) => drop(self.typed.drain(..*count)),
            Ok(0) | Err(_) => {
                self.stdin = None;
                self.interrupts = 0;
                self.given.clear();
                self.typed.clear();
            }
        }
    }

    fn take(&mut self, command: Command) {
        self.activity.note();
        match command {
            Command::Stdin(bytes) => self.type_in(&bytes),
            Command::Eof => self.end_input(),
            Command::Signal(signal) => self.signal(signal),
            Command::Resize(size) => {
                if let Some(Err(error)) = self.terminal.as_ref().map(|terminal| terminal.resize(size)) {
                    tracing::debug!(%error, "a terminal was not resized");
                }
            }
        }
    }

    fn type_in(&mut self, bytes: &[u8]) {
        if let Some(last) = bytes.last().filter(|_| self.stdin.is_some() && !self.eof) {
            self.at_line_start = ends_line(last);
            self.typed.extend(bytes);
        }
    }

    /// The end-of-file key submits a partial line; only at the start of a line does it end the input. So a partial line needs
    /// the key twice.
    fn end_input(&mut self) {
        if self.terminal.is_none() {
            self.eof = true;
            return;
        }
        let times = if self.at_line_start { 1 } else { 2 };
        (0..times).for_each(|_| self.typed.extend(Terminal::END_OF_INPUT));
        self.at_line_start = true;
    }

    fn signal(&mut self, signal: Signal) {
        if let (Signal::Interrupt, Some(terminal)) = (signal, &self.terminal) {
            match terminal.interrupt() {
                Ok(true) => {}
                Ok(false) => self.interrupts += 1,
                Err(error) => tracing::debug!(%error, "a terminal was not interrupted"),
            }
        } else if self.signals.try_send(signal).is_err() {
            tracing::debug!(?signal, "too many signals at once: one was dropped");
        }
    }
}

/// The bytes to write next.
fn next<'a>(interrupts: usize, given: &'a [u8], typed: &'a VecDeque<u8>) -> &'a [u8] {
    match interrupts {
        0 if given.is_empty() => typed.as_slices().0,
        0 => given,
        _ => &[Terminal::INTERRUPT],
    }
}

fn ends_line(byte: &u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

/// Cancel safe: either nothing was written or the count is returned.
async fn write(stdin: &mut Option<Input>, bytes: &[u8]) -> io::Result<usize> {
    match stdin {
        Some(stdin) => stdin.write(bytes).await,
        None => Ok(0),
    }
}

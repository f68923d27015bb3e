//! The messages between a run and its client while it goes on.

use tokio::sync::mpsc;

use crate::error::InvalidRequest;
use crate::outcome::Event;

/// Receives the events of a run, within the run's own task.
pub trait EventSink: Send {
    /// Takes an event. The program waits while this does, once its pipes are full.
    fn put(&mut self, event: Event) -> impl Future<Output = ()> + Send;
}

/// Capacity of the channel for control messages. A run takes each at once, so only a burst fills it.
const CONTROL_MESSAGES: usize = 64;

/// Sends commands to an interactive run. Clones send to the same run.
///
/// Input keeps its order and waits while the program does not read. Control messages (signals, sizes) have their own channel,
/// so they are never delayed by input.
#[derive(Debug, Clone)]
pub struct Commander {
    input: mpsc::Sender<Command>,
    control: mpsc::Sender<Command>,
}

/// The run's end of a [`Commander`]. The request's standard input is then only the beginning; [`Command::Eof`] is its end. Once
/// every [`Commander`] is dropped, no more input comes, and the input stays open until the run ends.
#[derive(Debug)]
pub struct Commands {
    pub(crate) input: mpsc::Receiver<Command>,
    pub(crate) control: mpsc::Receiver<Command>,
}

/// Channels for commands to a run; at most `input` pieces of input wait in them.
pub fn commands(input: usize) -> (Commander, Commands) {
    let (input_sender, input) = mpsc::channel(input);
    let (control_sender, control) = mpsc::channel(CONTROL_MESSAGES);
    (Commander { input: input_sender, control: control_sender }, Commands { input, control })
}

/// The run has ended and takes no more commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunEnded;

impl Commander {
    /// Sends a command, waiting for room in its channel.
    ///
    /// # Errors
    /// The run has ended.
    pub async fn send(&self, command: Command) -> Result<(), RunEnded> {
        self.channel_for(&command).send(command).await.map_err(|_| RunEnded)
    }

    /// The same for a blocking thread. Must not be called within a tokio runtime.
    ///
    /// # Errors
    /// The run has ended.
    pub fn send_blocking(&self, command: Command) -> Result<(), RunEnded> {
        self.channel_for(&command).blocking_send(command).map_err(|_| RunEnded)
    }

    /// Reserves room for one more piece of input. Cancel safe.
    ///
    /// # Errors
    /// The run has ended.
    pub async fn room_to_type(&self) -> Result<mpsc::Permit<'_, Command>, RunEnded> {
        self.input.reserve().await.map_err(|_| RunEnded)
    }

    fn channel_for(&self, command: &Command) -> &mpsc::Sender<Command> {
        match command {
            Command::Stdin(_) | Command::Eof => &self.input,
            Command::Signal(_) | Command::Resize(_) => &self.control,
        }
    }
}

impl Commands {
    /// The next control message; `None` when all senders are gone. Cancel safe.
    pub async fn control(&mut self) -> Option<Command> {
        self.control.recv().await
    }

    /// The next command, control messages first; `None` when all senders are gone. Cancel safe.
    pub async fn next(&mut self) -> Option<Command> {
        tokio::select! {
            biased;
            Some(control) = self.control.recv() => Some(control),
            Some(input) = self.input.recv() => Some(input),
            else => None,
        }
    }
}

/// A command to an interactive run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Bytes for standard input. Up to 1 MiB is held for a program that does not read; then the sender waits.
    Stdin(Vec<u8>),
    /// The end of standard input. On a terminal the end-of-file key is typed.
    Eof,
    /// A signal for the program.
    Signal(Signal),
    /// The terminal's new size; ignored without a terminal.
    Resize(TerminalSize),
}

/// The signals that an interactive run takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Signal {
    /// Ctrl-C: SIGINT for the terminal's foreground process group, or for the program's process group. Windows has it only with
    /// a terminal; without one the run is cancelled.
    Interrupt,
    /// SIGTERM for the program's process group. Windows has no such signal; the run is cancelled there.
    Terminate,
    /// Cancels the run.
    Kill,
}

/// The size of a terminal, in character cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TerminalSize {
    columns: u16,
    rows: u16,
}

impl TerminalSize {
    /// The size of a terminal if none is given.
    pub const USUAL: Self = Self { columns: 80, rows: 24 };
    /// The most columns or rows.
    pub const MOST: u16 = 1000;

    /// A terminal of `columns` × `rows` cells.
    ///
    /// # Errors
    /// Either number is not from 1 to [`MOST`](Self::MOST).
    pub fn new(columns: u16, rows: u16) -> Result<Self, InvalidRequest> {
        for (field, count) in [("columns", columns), ("rows", rows)] {
            if !(1..=Self::MOST).contains(&count) {
                return Err(InvalidRequest::new(field, format!("must be a whole number from 1 to {}", Self::MOST)));
            }
        }
        Ok(Self { columns, rows })
    }

    /// Cells in a row.
    pub fn columns(self) -> u16 {
        self.columns
    }

    /// Rows.
    pub fn rows(self) -> u16 {
        self.rows
    }
}

#[cfg(test)]
mod tests {
    use super::{Command, Signal, TerminalSize, commands};

    #[tokio::test]
    async fn orders_get_past_what_was_typed() {
        let (commander, mut received) = commands(1);
        commander.send(Command::Stdin(b"input".to_vec())).await.expect("a run");
        for _ in 0..10 {
            commander.send(Command::Signal(Signal::Interrupt)).await.expect("room for a control message");
        }
        drop(commander);
        for _ in 0..10 {
            assert_eq!(received.next().await, Some(Command::Signal(Signal::Interrupt)));
        }
        assert_eq!(received.next().await, Some(Command::Stdin(b"input".to_vec())));
        assert_eq!(received.next().await, None);
    }

    #[test]
    fn terminals_have_a_sane_size() {
        for (columns, rows, wrong) in [(0, 24, "columns"), (80, 0, "rows"), (1001, 24, "columns"), (80, 1001, "rows")] {
            assert_eq!(TerminalSize::new(columns, rows).expect_err("a bad size").field, wrong);
        }
        assert_eq!(TerminalSize::new(1000, 1).map(|size| (size.columns(), size.rows())), Ok((1000, 1)));
    }
}

//! What goes between a run and whoever holds it, while it goes on.

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::error::InvalidRequest;
use crate::outcome::Event;

/// The two ways of a run, and its end.
#[derive(Debug)]
pub struct Session {
    /// Where output goes as it is written; a slow receiver slows the program down, a closed one loses the output.
    pub events: mpsc::Sender<Event>,
    /// What the program is told. With it the run is interactive: what the request holds as standard input is only the
    /// beginning of it. When their [`Commander`] is dropped, nothing more will be input. `None` for a plain run.
    pub commands: Option<Commands>,
    /// Ends the run.
    pub cancel: CancellationToken,
}

/// Orders on their way to a run. It takes each at once, so that only a burst fills this.
const CONTROL_MESSAGES: usize = 64;

/// Where an interactive run is told things. Clones lead to the same run.
///
/// What is input keeps its order and waits while the program does not read. Signals and sizes have a way of their own, so that
/// they never wait behind it.
#[derive(Debug, Clone)]
pub struct Commander {
    input: mpsc::Sender<Command>,
    control: mpsc::Sender<Command>,
}

/// The run's end of a [`Commander`].
#[derive(Debug)]
pub struct Commands {
    pub(crate) input: mpsc::Receiver<Command>,
    pub(crate) control: mpsc::Receiver<Command>,
}

/// A way to tell a run things, on which at most `input` pieces of input wait.
pub fn commands(input: usize) -> (Commander, Commands) {
    let (input_sender, input) = mpsc::channel(input);
    let (control_sender, control) = mpsc::channel(CONTROL_MESSAGES);
    (Commander { input: input_sender, control: control_sender }, Commands { input, control })
}

/// The run has ended and is told nothing any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunEnded;

impl Commander {
    /// Passes a command on, once there is room for it.
    ///
    /// # Errors
    /// The run has ended.
    pub async fn send(&self, command: Command) -> Result<(), RunEnded> {
        self.channel_for(&command).send(command).await.map_err(|_| RunEnded)
    }

    /// The same for a thread that may wait. Must not be called within a tokio runtime.
    ///
    /// # Errors
    /// The run has ended.
    pub fn send_blocking(&self, command: Command) -> Result<(), RunEnded> {
        self.channel_for(&command).blocking_send(command).map_err(|_| RunEnded)
    }

    /// Waits until one more piece of input can be passed on. Cancel safe.
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
    /// The next signal or size; `None` when there will be none. Cancel safe.
    pub async fn control(&mut self) -> Option<Command> {
        self.control.recv().await
    }

    /// The next command, control first; `None` when there will be none. Cancel safe.
    pub async fn next(&mut self) -> Option<Command> {
        tokio::select! {
            biased;
            Some(control) = self.control.recv() => Some(control),
            Some(input) = self.input.recv() => Some(input),
            else => None,
        }
    }
}

/// Something that an interactive run is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Bytes for its standard input. What the program does not read is held up to 1 MiB; then the commands wait.
    Stdin(Vec<u8>),
    /// The end of its standard input. A terminal gets the key that says so there.
    Eof,
    /// A signal for the program.
    Signal(Signal),
    /// The terminal's new size; nothing to a run without one.
    Resize(TerminalSize),
}

/// What an interactive run can be asked to do by a signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Signal {
    /// What Ctrl-C does: SIGINT for what runs in the foreground of the terminal, or for the program's process group.
    /// Windows has it only with a terminal; without one the run is cancelled.
    Interrupt,
    /// SIGTERM for the program's process group. Windows has no such signal; there the run is cancelled.
    Terminate,
    /// Cancels the run.
    Kill,
}

/// The size of a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TerminalSize {
    columns: u16,
    rows: u16,
}

impl TerminalSize {
    /// What a terminal has that says nothing else.
    pub const USUAL: Self = Self { columns: 80, rows: 24 };
    /// The most columns or rows.
    pub const MOST: u16 = 1000;

    /// A terminal of that many character cells.
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

    /// Character cells in a row.
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
        let (commander, mut told) = commands(1);
        commander.send(Command::Stdin(b"input".to_vec())).await.expect("a run");
        for _ in 0..10 {
            commander.send(Command::Signal(Signal::Interrupt)).await.expect("room for an order");
        }
        drop(commander);
        for _ in 0..10 {
            assert_eq!(told.next().await, Some(Command::Signal(Signal::Interrupt)));
        }
        assert_eq!(told.next().await, Some(Command::Stdin(b"input".to_vec())));
        assert_eq!(told.next().await, None);
    }

    #[test]
    fn terminals_have_a_sane_size() {
        for (columns, rows, wrong) in [(0, 24, "columns"), (80, 0, "rows"), (1001, 24, "columns"), (80, 1001, "rows")] {
            assert_eq!(TerminalSize::new(columns, rows).expect_err("a bad size").field, wrong);
        }
        assert_eq!(TerminalSize::new(1000, 1).map(|size| (size.columns(), size.rows())), Ok((1000, 1)));
    }
}

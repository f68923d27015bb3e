//! What goes between a run and whoever holds it, while it goes on.

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::{Event, InvalidRequest};

/// The two ways of a run, and its end.
#[derive(Debug)]
pub struct Session {
    /// Where output goes as it is written; a slow receiver slows the program down, a closed one loses the output.
    pub events: mpsc::Sender<Event>,
    /// What the program is told. With it the run is interactive: what the request holds as standard input is only the
    /// beginning of it. When its sender is dropped, nothing more will be typed. `None` for a plain run.
    pub commands: Option<mpsc::Receiver<Command>>,
    /// Ends the run.
    pub cancel: CancellationToken,
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
    use super::TerminalSize;

    #[test]
    fn terminals_have_a_sane_size() {
        for (columns, rows, wrong) in [(0, 24, "columns"), (80, 0, "rows"), (1001, 24, "columns"), (80, 1001, "rows")] {
            assert_eq!(TerminalSize::new(columns, rows).expect_err("a bad size").field, wrong);
        }
        assert_eq!(TerminalSize::new(1000, 1).map(|size| (size.columns(), size.rows())), Ok((1000, 1)));
    }
}

//! The size of the terminal that `runtray` runs in.

use std::io::{self, IsTerminal};

use crossterm::terminal;
use runtray_engine::TerminalSize;

/// The size of a terminal that does not report its own.
const USUAL: (u16, u16) = (80, 24);

/// The size of our terminal, if all three streams are one: a program with redirected output must not get a terminal.
pub(super) fn size() -> Option<TerminalSize> {
    let is_terminal = io::stdin().is_terminal() && io::stdout().is_terminal() && io::stderr().is_terminal();
    is_terminal.then(current_size).flatten()
}

/// The present size of the terminal.
pub(super) fn current_size() -> Option<TerminalSize> {
    let (columns, rows) = terminal::size().unwrap_or(USUAL);
    let (columns, rows) = if columns == 0 || rows == 0 { USUAL } else { (columns, rows) };
    TerminalSize::new(columns.min(TerminalSize::MOST), rows.min(TerminalSize::MOST)).ok()
}

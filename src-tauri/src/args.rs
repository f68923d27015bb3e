//! The command line of the desktop app.

use clap::Parser;

/// Runtray in the system tray.
#[derive(Debug, Clone, PartialEq, Eq, Parser)]
#[command(name = "runtray-desktop", version, about)]
pub(crate) struct Args {
    /// Start in the tray, without the window.
    #[arg(long)]
    pub(crate) hidden: bool,
    /// Tell the app that is running to quit, and wait for nothing else.
    #[arg(long)]
    pub(crate) quit: bool,
    /// Serve on this port instead of the settings' one.
    #[arg(long, value_name = "PORT")]
    pub(crate) port: Option<u16>,
}

/// What an app that runs is told by a second start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wish {
    /// Show the window.
    Open,
    /// Nothing: it was to be started hidden, and is there.
    Stay,
    /// End.
    Quit,
}

impl Wish {
    const ALL: [Self; 3] = [Self::Open, Self::Stay, Self::Quit];

    /// Its word between two versions of this app, which may differ.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Stay => "stay",
            Self::Quit => "quit",
        }
    }

    /// The one of that word.
    pub(crate) fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|wish| wish.word() == word)
    }
}

impl Args {
    /// What this start asks of an app that runs already.
    pub(crate) fn wish(&self) -> Wish {
        match self {
            Self { quit: true, .. } => Wish::Quit,
            Self { hidden: true, .. } => Wish::Stay,
            _ => Wish::Open,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory as _, Parser as _};

    use super::{Args, Wish};

    #[test]
    fn the_command_line_is_consistent() {
        Args::command().debug_assert();
    }

    #[test]
    fn a_second_start_asks_for_the_window_the_end_or_nothing() {
        for (words, wish) in [
            (&["runtray-desktop"][..], Wish::Open),
            (&["runtray-desktop", "--port", "5001"], Wish::Open),
            (&["runtray-desktop", "--hidden"], Wish::Stay),
            (&["runtray-desktop", "--quit"], Wish::Quit),
            (&["runtray-desktop", "--hidden", "--quit"], Wish::Quit),
        ] {
            assert_eq!(Args::try_parse_from(words).expect("arguments").wish(), wish);
            assert_eq!(Wish::of(wish.word()), Some(wish));
        }
        assert_eq!(Wish::of("dance"), None);
    }
}

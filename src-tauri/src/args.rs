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

impl Args {
    /// What a second start was asked for; words that it does not know ask for the window.
    pub(crate) fn of_second_start(words: &[String]) -> Self {
        Self::try_parse_from(words).unwrap_or(Self { hidden: false, quit: false, port: None })
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::Args;

    #[test]
    fn the_command_line_is_consistent() {
        Args::command().debug_assert();
    }

    #[test]
    fn a_second_start_asks_for_the_window_or_the_end() {
        let parse = |words: &[&str]| {
            let words: Vec<_> = words.iter().map(|word| (*word).to_owned()).collect();
            let args = Args::of_second_start(&words);
            (args.hidden, args.quit)
        };
        assert_eq!(parse(&["runtray-desktop"]), (false, false));
        assert_eq!(parse(&["runtray-desktop", "--quit"]), (false, true));
        assert_eq!(parse(&["runtray-desktop", "--hidden"]), (true, false));
        assert_eq!(parse(&["runtray-desktop", "--nonsense"]), (false, false));
    }
}

//! The command line of the desktop app.

use clap::Parser;

use crate::system::instance::LaunchRequest;

/// Runtray in the system tray.
#[derive(Debug, Clone, PartialEq, Eq, Parser)]
#[command(name = "runtray-desktop", version, about)]
pub(crate) struct Args {
    /// Start in the tray, without the window.
    #[arg(long)]
    pub(crate) hidden: bool,
    /// Tell the running app to quit; start nothing.
    #[arg(long)]
    pub(crate) quit: bool,
    /// With --quit: the app quits as soon as it runs no program.
    #[arg(long, requires = "quit")]
    pub(crate) when_idle: bool,
    /// Serve on this port instead of the one in the settings.
    #[arg(long, value_name = "PORT")]
    pub(crate) port: Option<u16>,
}

impl Args {
    /// The request to an app that is already running.
    pub(crate) fn launch_request(&self) -> LaunchRequest {
        match self {
            Self { quit: true, when_idle: true, .. } => LaunchRequest::QuitWhenIdle,
            Self { quit: true, .. } => LaunchRequest::Quit,
            Self { hidden: true, .. } => LaunchRequest::Nothing,
            _ => LaunchRequest::Open,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory as _, Parser as _};

    use super::Args;
    use crate::system::instance::LaunchRequest;

    #[test]
    fn the_command_line_is_consistent() {
        Args::command().debug_assert();
    }

    #[test]
    fn a_second_start_asks_for_the_window_the_end_or_nothing() {
        for (words, request) in [
            (&["runtray-desktop"][..], LaunchRequest::Open),
            (&["runtray-desktop", "--port", "5001"], LaunchRequest::Open),
            (&["runtray-desktop", "--hidden"], LaunchRequest::Nothing),
            (&["runtray-desktop", "--quit"], LaunchRequest::Quit),
            (&["runtray-desktop", "--hidden", "--quit"], LaunchRequest::Quit),
            (&["runtray-desktop", "--quit", "--when-idle"], LaunchRequest::QuitWhenIdle),
        ] {
            assert_eq!(Args::try_parse_from(words).expect("arguments").launch_request(), request);
            assert_eq!(LaunchRequest::of(request.word()), Some(request));
        }
        assert_eq!(LaunchRequest::of("dance"), None);
        assert!(Args::try_parse_from(["runtray-desktop", "--when-idle"]).is_err(), "it would start the app");
    }
}

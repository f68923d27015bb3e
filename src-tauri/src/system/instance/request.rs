//! The request of a second start to the running app.

/// The request that a second start sends to the running app.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LaunchRequest {
    /// Show the window.
    Open,
    /// Nothing: the second start was to be hidden.
    Nothing,
    /// Quit the app.
    Quit,
    /// Quit the app as soon as it runs no program.
    QuitWhenIdle,
}

impl LaunchRequest {
    const ALL: [Self; 4] = [Self::Open, Self::Nothing, Self::Quit, Self::QuitWhenIdle];

    /// Its word in the protocol, which stays the same between versions of the app.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Nothing => "stay",
            Self::Quit => "quit",
            Self::QuitWhenIdle => "finish",
        }
    }

    /// Whether it leads to the end of the app.
    pub(crate) fn is_quit(self) -> bool {
        matches!(self, Self::Quit | Self::QuitWhenIdle)
    }

    /// The request of a word; `None` for an unknown one.
    pub(crate) fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|request| request.word() == word)
    }
}

//! The sources of interpreters.

use std::fmt;

use crate::text::message::LocalizedMessage;
use crate::text::sentences;

/// Where an interpreter was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Source {
    /// The user's choice in the settings.
    Choice,
    /// It belongs to Runtray: the built-in Python.
    BuiltIn,
    /// The active virtual environment, `VIRTUAL_ENV`.
    VirtualEnv,
    /// The active conda environment, `CONDA_PREFIX`.
    ActiveConda,
    /// The `.venv` of the project around the current folder.
    Project,
    /// A folder on PATH.
    Path,
    /// uv's own interpreters.
    Uv,
    /// pyenv or pyenv-win.
    Pyenv,
    /// conda and its kin, with their environments.
    Conda,
    /// asdf.
    Asdf,
    /// mise.
    Mise,
    /// Homebrew.
    Homebrew,
    /// The installer of python.org on macOS.
    PythonOrg,
    /// Windows' registry, as PEP 514 lays it out.
    Registry,
    /// The `py` launcher of Windows.
    Launcher,
    /// The Microsoft Store.
    Store,
    /// nvm or nvm-windows.
    Nvm,
    /// fnm.
    Fnm,
    /// Volta.
    Volta,
    /// n.
    N,
    /// The installer of nodejs.org on Windows.
    ProgramFiles,
}

impl Source {
    /// Its name in lower case with hyphens, for scripts.
    pub fn id(self) -> &'static str {
        self.names().0
    }

    fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Choice => ("choice", "your choice"),
            Self::BuiltIn => ("built-in", "built in"),
            Self::VirtualEnv => ("virtualenv", "active virtual environment"),
            Self::ActiveConda => ("active-conda", "active conda environment"),
            Self::Project => ("project", "the project's .venv"),
            Self::Path => ("path", "PATH"),
            Self::Uv => ("uv", "uv"),
            Self::Pyenv => ("pyenv", "pyenv"),
            Self::Conda => ("conda", "conda"),
            Self::Asdf => ("asdf", "asdf"),
            Self::Mise => ("mise", "mise"),
            Self::Homebrew => ("homebrew", "Homebrew"),
            Self::PythonOrg => ("python-org", "python.org"),
            Self::Registry => ("registry", "Windows registry"),
            Self::Launcher => ("py-launcher", "py launcher"),
            Self::Store => ("microsoft-store", "Microsoft Store"),
            Self::Nvm => ("nvm", "nvm"),
            Self::Fnm => ("fnm", "fnm"),
            Self::Volta => ("volta", "Volta"),
            Self::N => ("n", "n"),
            Self::ProgramFiles => ("program-files", "Program Files"),
        }
    }
}

impl Source {
    /// Its name as a sentence that can be translated; names of products are not.
    pub fn message(self) -> LocalizedMessage {
        match self {
            Self::Choice => sentences::SOURCE_CHOICE.message(),
            Self::BuiltIn => sentences::SOURCE_BUILT_IN.message(),
            Self::VirtualEnv => sentences::SOURCE_VIRTUALENV.message(),
            Self::ActiveConda => sentences::SOURCE_ACTIVE_CONDA.message(),
            Self::Project => sentences::SOURCE_PROJECT.message(),
            Self::Registry => sentences::SOURCE_REGISTRY.message(),
            Self::Launcher => sentences::SOURCE_LAUNCHER.message(),
            product => sentences::SOURCE_NAME.with("name", product.names().1),
        }
    }
}

impl fmt::Display for Source {
    /// Its name in English.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.names().1)
    }
}

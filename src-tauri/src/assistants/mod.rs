//! Assistants on this machine that run tools by MCP, and the change of their settings that makes them use Runtray.
//!
//! A change is planned, shown, and written only if the file is still the one that was shown. The old content is kept first.

mod copies;
mod edit;
mod entry;
mod json;
mod known;
mod lines;
mod plan;
mod program;
mod toml;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use runtray_engine::message::LocalizedMessage;

pub(crate) use self::plan::{LineKind, Plan};

use self::copies::Copies;
use self::entry::{Found, Program};
use self::known::{ASSISTANTS, Known, Places};
use crate::sentences as s;

/// A settings file that is larger is not touched.
const MOST_BYTES: u64 = 8 << 20;

/// Whether an assistant uses Runtray.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum State {
    /// The assistant starts this Runtray.
    Connected,
    /// The assistant starts another program under this name.
    Other,
    /// The assistant does not use Runtray.
    Absent,
    /// Its settings cannot be read or have a mistake.
    Broken(LocalizedMessage),
}

/// An assistant that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Assistant {
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
    /// Its settings file, which need not exist.
    pub(crate) file: PathBuf,
    pub(crate) state: State,
    /// Whether Runtray has a copy from before its last change.
    pub(crate) has_copy: bool,
}

/// A change of an assistant's settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    Connect,
    Disconnect,
}

/// The assistants of this user.
pub(crate) struct Assistants {
    places: Places,
    copies: Copies,
    program: Option<PathBuf>,
}

impl Assistants {
    /// The assistants of this user; copies are kept below `data`.
    ///
    /// # Errors
    /// The folders of this user are unknown.
    pub(crate) fn of_this_user(data: &Path) -> Result<Self, LocalizedMessage> {
        let places = Places::of_this_user().ok_or_else(|| s::NO_HOME.message())?;
        Ok(Self { places, copies: Copies::below(data), program: program::find() })
    }

    /// The program that they are to start, if it is installed.
    pub(crate) fn program(&self) -> Option<&Path> {
        self.program.as_deref()
    }

    /// The assistants that are installed.
    pub(crate) fn list(&self) -> Vec<Assistant> {
        ASSISTANTS.iter().filter_map(|known| self.assistant(known)).collect()
    }

    /// The settings file of an assistant.
    ///
    /// # Errors
    /// The assistant is not installed.
    pub(crate) fn file(&self, id: &str) -> Result<PathBuf, LocalizedMessage> {
        Ok(self.find(id)?.1)
    }

    /// The changes that `action` would make.
    ///
    /// # Errors
    /// The assistant is not installed, or its settings cannot be read or have a mistake.
    pub(crate) fn plan(&self, id: &str, action: Action) -> Result<Plan, LocalizedMessage> {
        let (known, file) = self.find(id)?;
        let before = read(&file)?;
        let after = match action {
            Action::Connect => {
                let program = self.program().ok_or_else(|| s::NO_PROGRAM.message())?;
                let text = before.as_deref().unwrap_or_default();
                Some(known.format.with(text, &Program::at(program)).map_err(|why| in_file(&file, why))?)
            }
            Action::Disconnect => self.undone(known, &file, before.as_deref())?,
        };
        Ok(Plan::new(file, before, after))
    }

    /// The text of `file` without the change for `known`: the earlier text if the file is unchanged since; otherwise `now`, the
    /// present text, with only the entry restored.
    fn undone(&self, known: &Known, file: &Path, now: Option<&str>) -> Result<Option<String>, LocalizedMessage> {
        let kept = self.copies.of(known.id).filter(|kept| kept.is_of(file));
        if let Some(kept) = kept.as_ref().filter(|kept| kept.was_written_as(now)) {
            return kept.before().map_err(|error| unreadable(file, &error));
        }
        // Without its copy the entry can still be removed.
        let former = kept.and_then(|kept| kept.before().ok().flatten()).unwrap_or_default();
        let restored = now.map(|text| known.format.restored(text, &former));
        restored.transpose().map_err(|why| in_file(file, why))
    }

    /// Carries out a plan whose `basis` was shown.
    ///
    /// # Errors
    /// The errors of [`plan`](Self::plan). The file has changed since, or cannot be written.
    pub(crate) fn apply(&self, id: &str, action: Action, basis: &str) -> Result<(), LocalizedMessage> {
        let plan = self.plan(id, action)?;
        if plan.basis != basis {
            return Err(s::CHANGED_MEANWHILE.with("path", plan.file.display().to_string()));
        }
        match action {
            Action::Connect => self.copies.keep(id, &plan).map_err(|error| s::NO_COPY.with("cause", &error))?,
            Action::Disconnect => {}
        }
        plan.write()
            .map_err(|error| s::NOT_CHANGED.with("path", plan.file.display().to_string()).with("cause", &error))?;
        if action == Action::Disconnect {
            self.copies.forget(id);
        }
        Ok(())
    }

    fn assistant(&self, known: &Known) -> Option<Assistant> {
        let file = self.places.installed(known)?;
        let state = self.state(known, &file);
        Some(Assistant { id: known.id, name: known.name, state, has_copy: self.copies.of(known.id).is_some(), file })
    }

    fn state(&self, known: &Known, file: &Path) -> State {
        let ours = self.program().map(Program::at);
        let found = read(file).and_then(|text| {
            let text = text.unwrap_or_default();
            known.format.find(&text, ours.as_ref()).map_err(|why| in_file(file, why))
        });
        match found {
            Ok(Found::Ours) => State::Connected,
            Ok(Found::Other) => State::Other,
            Ok(Found::Nothing) => State::Absent,
            Err(why) => State::Broken(why),
        }
    }

    fn find(&self, id: &str) -> Result<(&'static Known, PathBuf), LocalizedMessage> {
        let known = ASSISTANTS.iter().find(|known| known.id == id);
        let found = known.and_then(|known| Some((known, self.places.installed(known)?)));
        found.ok_or_else(|| s::NO_ASSISTANT.with("name", known.map_or(id, |known| known.name)))
    }
}

/// The text of a settings file; `None` if there is none.
fn read(file: &Path) -> Result<Option<String>, LocalizedMessage> {
    let read = || {
        if fs::metadata(file)?.len() > MOST_BYTES {
            return Err(io::Error::from(io::ErrorKind::FileTooLarge));
        }
        fs::read_to_string(file)
    };
    match read() {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(unreadable(file, &error)),
    }
}

fn unreadable(file: &Path, error: &io::Error) -> LocalizedMessage {
    s::NOT_READ.with("path", file.display().to_string()).with("cause", error)
}

fn in_file(file: &Path, why: LocalizedMessage) -> LocalizedMessage {
    s::HAS_A_MISTAKE.with("path", file.display().to_string()).with("mistake", why)
}

#[cfg(test)]
mod tests;

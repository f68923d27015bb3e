//! The Pythons of this machine as the app shows them.

use std::path::Path;

use runtray_engine::interpreter::{BUILT_IN, Discovery, Found, Rejected, SCIENCE, Source};
use runtray_engine::language::{Runtime, Science};
use runtray_engine::message::LocalizedMessage;
use runtray_engine::sentences as rejected;

use super::naming;
use crate::model::Python;
use crate::sentences;

/// The built-in Python's environment is the app.
const BUILT_IN_LABEL: &str = "Runtray";

/// The interpreters that were found, and the one in use.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Interpreters {
    /// The Python in use.
    pub(crate) in_use: Option<Python>,
    /// The reason why no Python is in use, if so.
    pub(crate) problem: Option<LocalizedMessage>,
    /// All Pythons that were found, unusable ones last.
    pub(crate) all: Vec<Python>,
    /// Whether `all` is up to date: not during a search.
    pub(crate) is_complete: bool,
}

impl Interpreters {
    pub(super) fn of(discovery: Discovery, choice: Option<&Path>) -> Self {
        // A built-in one is chosen by a name, not by its path.
        let is_chosen = |refused: &&Rejected| choice == Some(&refused.path) || refused.source == Source::Choice;
        let refused = discovery.rejected.iter().find(is_chosen);
        let reason = |refused: &Rejected| {
            rejected::REJECTED.with("path", refused.path.display()).with("reason", refused.reason.clone())
        };
        let problem = refused.map(reason);
        let found = discovery.found.iter().map(|found| (found.path.as_path(), Some(found.prefix.as_path())));
        let rejected = discovery.rejected.iter().map(|rejected| (rejected.path.as_path(), None));
        let labels = naming::labels(&found.chain(rejected).collect::<Vec<_>>());
        let pythons = discovery.found.into_iter().map(usable).chain(discovery.rejected.into_iter().map(unusable));
        let labelled = |(python, label): (Python, String)| Python {
            label: if python.built_in { BUILT_IN_LABEL.to_owned() } else { label },
            ..python
        };
        let all: Vec<_> = pythons.zip(labels).map(labelled).collect();
        let in_use = all.iter().find(|python| python.in_use).cloned();
        let problem =
            if in_use.is_some() { None } else { Some(problem.unwrap_or_else(|| sentences::NO_PYTHON.message())) };
        Self { in_use, problem, all, is_complete: true }
    }

    /// Whether the search for the Python in use goes on.
    pub(crate) fn is_unknown(&self) -> bool {
        self.in_use.is_none() && self.problem.is_none()
    }

    /// Stores the Python in use before the whole list is known; returns whether it changed.
    pub(super) fn learn(&mut self, runtime: Option<&Runtime>, problem: Option<&LocalizedMessage>) -> bool {
        let path = runtime.map(choice_of);
        if self.in_use.as_ref().map(|python| &python.path) == path.as_ref() && self.problem.as_ref() == problem {
            return false;
        }
        // The list of an earlier search may know more about this interpreter than the runtime does.
        let known = self.all.iter().find(|python| Some(&python.path) == path.as_ref());
        self.in_use = runtime.map(|runtime| Python {
            path: choice_of(runtime),
            built_in: runtime.is_built_in(),
            label: known.map_or_else(|| label_of(runtime), |python| python.label.clone()),
            version: runtime.version.clone(),
            name: runtime.name.clone(),
            source: String::new(),
            messages: (known.and_then(|python| python.messages.0.clone()), None),
            in_use: true,
            problem: None,
        });
        self.problem = problem.cloned();
        true
    }
}

/// Its value in the settings.
fn choice_of(runtime: &Runtime) -> String {
    match (runtime.science, runtime.is_built_in()) {
        (Science::Added, _) => SCIENCE.to_owned(),
        (_, true) => BUILT_IN.to_owned(),
        (_, false) => runtime.path.display().to_string(),
    }
}

/// The label of an interpreter before the others are known: the name of the folder above its `bin`.
fn label_of(runtime: &Runtime) -> String {
    if runtime.is_built_in() {
        return BUILT_IN_LABEL.to_owned();
    }
    let program = runtime.path.as_path();
    let environment = program.parent().and_then(Path::parent);
    naming::labels(&[(program, environment)]).pop().unwrap_or_default()
}

fn usable(found: Found) -> Python {
    Python {
        path: found.choice().display().to_string(),
        built_in: found.built_in,
        label: String::new(),
        name: found.name(),
        version: found.version,
        source: found.source.to_string(),
        messages: (Some(found.source.message()), None),
        in_use: found.in_use,
        problem: None,
    }
}

fn unusable(rejected: Rejected) -> Python {
    Python {
        path: rejected.path.display().to_string(),
        built_in: false,
        label: String::new(),
        version: String::new(),
        name: String::new(),
        source: rejected.source.to_string(),
        in_use: false,
        problem: Some(rejected.reason.to_string()),
        messages: (Some(rejected.source.message()), Some(rejected.reason)),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use runtray_engine::interpreter::{Discovery, Rejected, Source};

    use super::{Interpreters, rejected};

    #[test]
    fn a_bad_choice_is_named_with_its_reason() {
        let path = Path::new("/nowhere/python");
        let refused = Rejected { path: path.to_owned(), source: Source::Choice, reason: rejected::NOT_THERE.message() };
        let discovery = Discovery { found: Vec::new(), rejected: vec![refused] };
        let known = Interpreters::of(discovery.clone(), Some(path));
        assert_eq!(known.problem.map(|message| message.to_string()).as_deref(), Some("/nowhere/python does not exist"));
        assert!(known.in_use.is_none() && known.all.len() == 1);
        let known = Interpreters::of(Discovery::default(), None);
        assert_eq!(
            known.problem.map(|message| message.to_string()).as_deref(),
            Some("no Python was found on this machine")
        );
    }
}

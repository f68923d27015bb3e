//! The kinds of interpreters that are discovered, and how they differ.

use std::path::PathBuf;

use super::answer::Answer;
use super::candidate::Candidate;
use super::found::Found;
use super::machine::Machine;
use super::source::Source;
use super::{node, python};
use crate::text::message::LocalizedMessage;

/// A kind of interpreter that is discovered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Python.
    Python,
    /// Node.js.
    Node,
}

impl Kind {
    /// Its name in sentences.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Python => "Python",
            Self::Node => "Node.js",
        }
    }

    /// The sources to search on this machine, in order.
    pub(super) fn sources(self, machine: &Machine) -> &'static [Source] {
        match self {
            Self::Python => python::sources(machine),
            Self::Node => &node::SOURCES,
        }
    }

    /// Arguments that make it describe itself.
    pub(super) fn probe_args(self) -> &'static [&'static str] {
        match self {
            Self::Python => &python::PROBE_ARGS,
            Self::Node => &node::PROBE_ARGS,
        }
    }

    /// Parses the answer to a probe.
    ///
    /// # Errors
    /// The interpreter cannot be used; the error follows its path in a sentence.
    pub(super) fn read(self, candidate: &Candidate, answer: &Answer) -> Result<Found, LocalizedMessage> {
        match self {
            Self::Python => python::read(candidate, answer),
            Self::Node => node::read(candidate, answer),
        }
    }

    /// The candidates of a source on this machine, best first.
    pub(super) async fn candidates(self, machine: &Machine, source: Source) -> Vec<Candidate> {
        if source == Source::Launcher {
            return to_candidates(machine, python::launcher::installed(machine).await, source);
        }
        let asked = machine.clone();
        let is_built_in = source == Source::BuiltIn && self == Self::Python;
        let science = is_built_in.then(|| Candidate::with_science(machine, source)).flatten();
        let look = move || match self {
            Self::Python => python::locations(&asked, source),
            Self::Node => node::locations(&asked, source),
        };
        // On a blocking thread: home folders on a network are slow to list.
        let paths = tokio::task::spawn_blocking(look).await.unwrap_or_default();
        to_candidates(machine, paths, source).into_iter().chain(science).collect()
    }
}

fn to_candidates(machine: &Machine, paths: Vec<PathBuf>, source: Source) -> Vec<Candidate> {
    // Rebuilt from its components, so that a Windows path has one kind of separator.
    paths.iter().map(|path| Candidate::new(machine, path.components().collect(), source)).collect()
}

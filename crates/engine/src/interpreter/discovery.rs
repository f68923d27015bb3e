//! Discovery: the first usable interpreter, or all of them.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use futures_util::{StreamExt, stream};

use super::built_in;
use super::candidate::Candidate;
use super::found::{Discovery, Found, Rejected};
use super::kind::Kind;
use super::login_shell;
use super::machine::Machine;
use super::probe::probe;
use super::probe_cache::Kept;
use super::source::Source;
use crate::fingerprint::FileState;
use crate::text::message::LocalizedMessage;

/// How many interpreters are probed at once when all are searched.
const AT_ONCE: usize = 4;

/// The first interpreter that `accept` takes, or all that were rejected. With a choice, no other is tried.
pub(crate) async fn first(
    kind: Kind,
    machine: &Machine,
    choice: Option<&Path>,
    accept: impl Fn(&Found) -> Result<(), LocalizedMessage>,
) -> Result<Found, Vec<Rejected>> {
    login_shell::import(machine).await;
    let (mut seen, mut rejected) = (HashSet::new(), Vec::new());
    let sources = if choice.is_some() { &[Source::Choice] } else { kind.sources(machine) };
    for source in sources {
        for candidate in candidates(kind, machine, choice, *source).await {
            // Several sources lead to the same program; the first decides how it is named.
            if !seen.insert((candidate.path.clone(), candidate.science.clone())) {
                continue;
            }
            let examined = examine(kind, machine, &candidate).await;
            match examined.and_then(|found| accept(&found).map(|()| found).map_err(|reason| reject(&candidate, reason)))
            {
                Ok(found) => return Ok(Found { in_use: true, ..found }),
                Err(refusal) => rejected.push(refusal),
            }
        }
    }
    Err(rejected)
}

/// Every interpreter on the machine, each once.
pub(crate) async fn all(kind: Kind, machine: &Machine, choice: Option<&Path>) -> Discovery {
    login_shell::import(machine).await;
    let mut seen = HashSet::new();
    let mut everything = Vec::new();
    let chosen = choice.map(|_| Source::Choice);
    for source in chosen.iter().chain(kind.sources(machine)) {
        everything.extend(candidates(kind, machine, choice, *source).await);
    }
    everything.retain(|candidate| seen.insert((candidate.path.clone(), candidate.science.clone())));
    let examined = stream::iter(everything).map(|candidate| async move { examine(kind, machine, &candidate).await });
    fold(examined.buffered(AT_ONCE).collect().await, choice.is_some())
}

async fn candidates(kind: Kind, machine: &Machine, choice: Option<&Path>, source: Source) -> Vec<Candidate> {
    match choice {
        Some(choice) if source == Source::Choice => vec![Candidate::chosen(machine, choice)],
        _ => kind.candidates(machine, source).await,
    }
}

/// Checks the file, then probes it, unless its answer is known.
async fn examine(kind: Kind, machine: &Machine, candidate: &Candidate) -> Result<Found, Rejected> {
    candidate.check(machine).map_err(|reason| reject(candidate, reason))?;
    let entry = machine.probes.entry(kind.probe_args(), &candidate.path, candidate.science.as_deref());
    let mut kept = entry.lock().await;
    // Taken before the probe, so that a file which changes during it is probed again.
    let state = FileState::of(&candidate.path);
    if let Some(answer) = kept.as_ref().and_then(|kept| kept.answer(state)) {
        return kind.read(candidate, answer).map_err(|reason| reject(candidate, reason));
    }
    // An outdated answer is dropped first, so that nothing is kept if this probe fails.
    *kept = None;
    let patient = candidate.built_in.then(|| Machine { patience: built_in::PATIENCE, ..machine.clone() });
    let args = candidate.args().into_iter().chain(kind.probe_args().iter().map(Into::into)).collect::<Vec<_>>();
    let answer = probe(patient.as_ref().unwrap_or(machine), &candidate.path, &args).await;
    let answer = answer.map_err(|error| reject(candidate, error.message()))?;
    let found = kind.read(candidate, &answer).map_err(|reason| reject(candidate, reason))?;
    *kept = Kept::new(answer, state, &candidate.path, &found.executable)
        .map(|kept| kept.with_files(found.unpacked.clone()));
    Ok(found)
}

fn reject(candidate: &Candidate, reason: LocalizedMessage) -> Rejected {
    Rejected { path: candidate.path.clone(), source: candidate.source, reason }
}

/// Merges results that lead to the same interpreter, and marks the one in use: the first one, or the user's choice. A bad
/// choice leaves none in use.
fn fold(examined: Vec<Result<Found, Rejected>>, has_choice: bool) -> Discovery {
    let (mut seen, mut discovery) = (HashSet::new(), Discovery::default());
    for result in examined {
        match result {
            Ok(found) if seen.insert((real(&found.path), found.prefix.clone(), found.science.clone())) => {
                discovery.found.push(found);
            }
            Ok(_) => {}
            Err(rejected) => discovery.rejected.push(rejected),
        }
    }
    if let Some(first) = discovery.found.first_mut() {
        first.in_use = !has_choice || first.source == Source::Choice;
    }
    discovery
}

fn real(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_path_buf())
}

//! The level `sandbox` on macOS: a profile for Seatbelt, made of the same grants as the rules of Linux.
//!
//! This only writes the text, so it is tested on every Unix. A profile denies everything and then allows; of several rules
//! that match, the last one counts. So the order is: the system, the interpreter and the user's folders (`granted.rs`), then
//! the service's folders (denied), then the run's own folders, which lie in one of these. Seatbelt compares resolved paths
//! (`/private/tmp`, not `/tmp`), so links are followed here, and each link on the way may be read as such.
//!
//! There is no rule for the network, not even for this machine's own loopback: Seatbelt tells only `localhost`, which is every
//! address of this machine, from the rest, so a rule for it would open the service's own port. UNIX sockets follow the rules for
//! files if they are allowed there, and a folder of the user's may contain `docker.sock`; they work in the run's folders only.

mod granted;
#[cfg(test)]
mod judge;
#[cfg(test)]
mod properties;
mod resolved_path;
mod rules;
mod system;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use super::{Grants, Writable};
use granted::Granted;
use resolved_path::ResolvedPath;
use rules::{CHANGE, READ, Rules, literal, subpath};

/// The places of one run.
#[derive(Clone, Copy)]
pub(super) struct Places<'a> {
    /// The run's own folders.
    pub(super) own: &'a [PathBuf],
    /// Further files and folders of the run, to read.
    pub(super) own_read: &'a [PathBuf],
    /// The grants of the interpreter and the user.
    pub(super) grants: &'a Grants,
    /// The service's folders.
    pub(super) hidden: &'a [PathBuf],
    /// The terminal that is the run's standard input, if it has one.
    pub(super) terminal: Option<&'a Path>,
}

/// The profile of a run with these places. Missing ones are left out.
pub(super) fn profile(places: Places<'_>) -> String {
    let mut rules = Rules::begin();
    system::allow(&mut rules);
    Granted::of(places.grants).allow(&mut rules, places.hidden);
    resolved(places.own_read).for_each(|path| rules.allow(&[READ], &path));
    for path in resolved(places.own) {
        rules.allow(&[READ, CHANGE], &path);
        let folder = subpath(&path.target);
        rules.line(&format!("(allow network-bind network-inbound (local unix-socket {folder}))"));
        rules.line(&format!("(allow network-outbound (remote unix-socket {folder}))"));
    }
    if let Some(terminal) = places.terminal {
        rules.line(&format!("(allow file-read* file-write* file-ioctl {})", literal(terminal)));
    }
    // Even in the run's own folders, no file becomes a program of another user.
    rules.line("(deny file-write-setugid)");
    rules.end()
}

fn resolved(paths: &[PathBuf]) -> impl Iterator<Item = ResolvedPath> {
    paths.iter().filter_map(|path| ResolvedPath::of(path, Writable::default()))
}

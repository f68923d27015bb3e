//! The restrictions around one run.

use std::io;
use std::path::{Path, PathBuf};

use super::network::{self, Handover};
use super::paths::Access;
use super::plan::Plan;
use super::{root, ruleset, syscalls, tun};
use crate::isolation::SandboxReport;
use crate::sys::linux::protocol::RunSpec;
use crate::sys::linux::sandbox::granted::Granted;
use crate::sys::linux::sandbox::mounts;

/// The restrictions around one run, set up by the program's process before exec.
pub(crate) struct Walls {
    access: Access,
    granted: Granted,
    root: Option<Plan>,
    own_network: bool,
    /// To the gateway of a run with a network.
    handover: Option<Handover>,
}

impl Walls {
    /// For `spec`, whose paths are in the supervisor's mount namespace, and the `granted` paths. With a `handover` the run has a
    /// network.
    ///
    /// # Errors
    /// This machine has no sandbox, or cannot give these grants or a network.
    pub(crate) fn of(
        spec: &RunSpec,
        granted: Granted,
        report: &SandboxReport,
        handover: Option<Handover>,
    ) -> io::Result<Self> {
        let own = [spec.folder.clone(), spec.temporary.clone()];
        // Where the run's own folder is in sight, Node.js reads our `package.json` above it, which ends its search.
        let stops = spec.root.ancestors().take(2).map(|folder| folder.join("package.json"));
        let own_files = mounts::commands_in_place(spec).into_iter().chain(stops);
        let home = spec.env.iter().find(|(name, _)| name == "HOME").map(|(_, home)| Path::new(home));
        if handover.is_some() && report.network_lack.is_some() {
            return Err(io::ErrorKind::Unsupported.into());
        }
        Ok(Self { handover, ..Self::build(granted, &own, own_files.collect(), home, report)? })
    }

    /// For a run with the folders `own`, which reads `own_files` too and has an empty `home`.
    pub(super) fn build(
        granted: Granted,
        own: &[PathBuf],
        own_files: Vec<PathBuf>,
        home: Option<&Path>,
        report: &SandboxReport,
    ) -> io::Result<Self> {
        if report.lack.is_some() {
            return Err(io::ErrorKind::Unsupported.into());
        }
        if granted.has_exceptions && !report.own_root {
            return Err(nix::Error::EACCES.into());
        }
        let access = Access::of(own, own_files, report.own_root);
        let root = report.own_root.then(|| Plan::of(&granted, home));
        Ok(Self { access, granted, root, own_network: report.own_network, handover: None })
    }

    /// Enters the run's own network and root folder. Needs the rights of the namespaces' creator.
    pub(crate) fn enter(&self, folder: &Path) -> io::Result<()> {
        if self.own_network {
            network::enter(self.handover.as_ref())?;
        }
        let resolver = self.handover.is_some().then_some(tun::RESOLVER);
        self.root.as_ref().map_or(Ok(()), |plan| root::enter(plan, &self.granted, folder, resolver))
    }

    /// Whether the run has a root folder of its own, with its own `/proc`.
    pub(crate) fn has_root(&self) -> bool {
        self.root.is_some()
    }

    /// Whether the run has a network of its own.
    pub(crate) fn has_network(&self) -> bool {
        self.own_network
    }

    /// Restricts this process and its descendants, for good. Last before exec.
    pub(crate) fn close(&self) -> io::Result<()> {
        ruleset::restrict(&self.access, &self.granted, self.own_network)?;
        syscalls::restrict(self.own_network, self.root.is_some())
    }
}

/// Restricts the gateway of a run, for good: it may read only `read`, and make only internet sockets and sockets for the lists of
/// interfaces and routes.
pub(crate) fn confine_gateway(read: Vec<PathBuf>) -> io::Result<()> {
    ruleset::restrict(&Access { read, write: Vec::new(), devices: Vec::new() }, &Granted::default(), true)?;
    syscalls::restrict_gateway()
}

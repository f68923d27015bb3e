//! A running program: a process tree of this machine, or a container.

use std::io;
use std::path::PathBuf;

use crate::container::ContainerRun;
use crate::outcome::Containment;
use crate::session::Signal;
use crate::sys::{Exit, OpenFiles, Tree};
use crate::workspace::Workspace;

/// A running program. Dropping it ends the program.
pub(crate) enum Running {
    /// A process tree of this machine.
    Tree(Tree),
    /// A container of Docker or Podman.
    Container(ContainerRun),
}

impl Running {
    /// How it is contained.
    pub(crate) fn containment(&self) -> Containment {
        match self {
            Self::Tree(tree) => tree.containment(),
            Self::Container(_) => Containment::Container,
        }
    }

    /// Its process tree, if it has one here.
    pub(crate) fn tree(&self) -> Option<&Tree> {
        match self {
            Self::Tree(tree) => Some(tree),
            Self::Container(_) => None,
        }
    }

    /// The program leaves its barrier. Its usage so far is not counted.
    pub(crate) async fn begin(&mut self) -> io::Result<()> {
        match self {
            Self::Tree(tree) => tree.begin().await,
            // A container waits without a program.
            Self::Container(_) => Ok(()),
        }
    }

    /// Its memory now, if that is known.
    pub(crate) fn memory_bytes(&mut self) -> Option<u64> {
        match self {
            Self::Tree(tree) => tree.memory_bytes(),
            Self::Container(_) => None,
        }
    }

    /// The unlinked files of its processes; `None` for a container, which keeps the limit of its files itself.
    pub(crate) fn open_files(&self) -> Option<OpenFiles> {
        self.tree().map(Tree::open_files)
    }

    /// Sends a signal to the program; false if there is no such signal, or no way to send it.
    pub(crate) fn signal(&mut self, signal: Signal) -> bool {
        match self {
            Self::Tree(tree) => tree.signal(signal),
            Self::Container(_) => false,
        }
    }

    /// Starts to end it.
    pub(crate) fn kill(&mut self) {
        match self {
            Self::Tree(tree) => tree.kill(),
            Self::Container(run) => run.kill(),
        }
    }

    /// Waits until the program has ended. Cancel safe.
    pub(crate) async fn wait(&mut self) -> io::Result<Exit> {
        match self {
            Self::Tree(tree) => tree.wait().await,
            Self::Container(run) => run.wait().await,
        }
    }

    /// Ends the rest of the run. A container's files are written as an archive into the folder of `workspace`; returns its path.
    pub(crate) async fn finish(self, workspace: &Workspace) -> Option<PathBuf> {
        match self {
            Self::Tree(_) => None,
            Self::Container(run) => run.finish(workspace.root()).await,
        }
    }
}

//! The containment mode of a run's tree.

use nix::unistd::{Gid, Uid};

use crate::outcome::Containment;

/// How a run's tree is contained.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Namespaces, created with root's rights.
    Namespaces,
    /// Namespaces inside a user namespace, which needs no rights.
    UserNamespaces {
        /// The service's user, which the program keeps.
        user: Uid,
        /// The service's group.
        group: Gid,
        /// Whether the kernel counts the namespace's processes separately for RLIMIT_NPROC.
        counts_apart: bool,
    },
    /// No namespaces: the supervisor is a child subreaper.
    Subreaper,
}

impl Mode {
    /// The mode in the public API.
    pub(crate) fn containment(self) -> Containment {
        match self {
            Self::Namespaces => Containment::PidNamespace,
            Self::UserNamespaces { .. } => Containment::UserNamespace,
            Self::Subreaper => Containment::Subreaper,
        }
    }
}

//! How a run's tree is held together.

use nix::unistd::{Gid, Uid};

use crate::outcome::Containment;

/// How a run's tree is held together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Namespaces, made with the rights we have.
    Namespaces,
    /// Namespaces inside a user namespace, which gives those rights to anybody.
    UserNamespaces {
        /// The user who started us, whom the program sees too.
        user: Uid,
        /// And the group.
        group: Gid,
        /// Whether the kernel counts the namespace's processes apart from the user's others, for RLIMIT_NPROC.
        counts_apart: bool,
    },
    /// No namespaces here: the supervisor is a child subreaper.
    Subreaper,
}

impl Mode {
    /// What it is called outside.
    pub(crate) fn containment(self) -> Containment {
        match self {
            Self::Namespaces => Containment::PidNamespace,
            Self::UserNamespaces { .. } => Containment::UserNamespace,
            Self::Subreaper => Containment::Subreaper,
        }
    }
}

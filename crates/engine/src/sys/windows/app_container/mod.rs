//! AppContainers: the level `sandbox` on Windows, for own Pythons. Not yet proven on a real Windows: `auto` does not choose it.
//!
//! An AppContainer can use only objects whose access list names it. So Windows closes the home, the network and other processes
//! to it. A run's folder names the package of its slot (`slots.rs`). Interpreters and folders that the user granted name a
//! capability of their own each, which a run has if its policy grants the folder (`access.rs`). These entries are made once, by
//! `runtray sandbox grant`, because Windows then goes through the whole folder.

mod access;
pub(super) mod acl;
mod api;
pub(super) mod sid;
mod slots;

use std::io;
use std::path::Path;
use std::ptr::null_mut;
use std::sync::Arc;

use windows_sys::Win32::Security::{SECURITY_CAPABILITIES, SID_AND_ATTRIBUTES};
use windows_sys::Win32::System::SystemServices::SE_GROUP_ENABLED;

pub use access::Access;
pub(crate) use access::access;
use acl::Rights;
use api::Api;
use sid::Sid;
pub(super) use slots::Lease;
use slots::Slots;

use crate::sys::launch::{Grants, Launch};

/// Whether this Windows has AppContainers.
pub fn has_app_containers() -> bool {
    Api::load().is_some()
}

/// Deletes the profiles of all slots. A run that uses one fails.
///
/// # Errors
/// A profile could not be deleted; the others are.
pub fn delete_profiles() -> io::Result<()> {
    let Some(api) = Api::load() else { return Ok(()) };
    let results: Vec<_> = (0..slots::MOST).map(|number| api.delete_profile(&slots::name(number))).collect();
    results.into_iter().collect()
}

/// The AppContainers of an engine.
#[derive(Debug)]
pub(super) struct AppContainers {
    api: Api,
    slots: Arc<Slots>,
}

/// The AppContainer of one run.
pub(super) struct Confinement {
    lease: Lease,
    capabilities: Vec<Sid>,
}

impl AppContainers {
    /// `None` if this Windows has none.
    pub(super) fn open() -> Option<Self> {
        Api::load().map(|api| Self { api, slots: Slots::new(api) })
    }

    /// A slot for `launch`, whose folder is opened to it.
    pub(super) async fn confine(&self, launch: &Launch<'_>, grants: &Grants) -> io::Result<Confinement> {
        let capabilities = self.capabilities(grants)?;
        let slots = Arc::clone(&self.slots);
        let lease = tokio::task::spawn_blocking(move || slots.lease()).await.map_err(io::Error::other)??;
        // The folder is new, so there is little in it.
        acl::grant(launch.folders.root, lease.package(), Rights::Change)?;
        Ok(Confinement { lease, capabilities })
    }

    fn capabilities(&self, grants: &Grants) -> io::Result<Vec<Sid>> {
        access(grants).iter().map(|access| self.api.capability(access.capability())).collect()
    }
}

impl Confinement {
    /// The value of the attribute of a new process.
    pub(super) fn security(&self) -> Security<'_> {
        let entry = |sid: &Sid| SID_AND_ATTRIBUTES { Sid: sid.raw(), Attributes: SE_GROUP_ENABLED.cast_unsigned() };
        let mut capabilities: Box<[_]> = self.capabilities.iter().map(entry).collect();
        let raw = SECURITY_CAPABILITIES {
            AppContainerSid: self.lease.package().raw(),
            Capabilities: if capabilities.is_empty() { null_mut() } else { capabilities.as_mut_ptr() },
            CapabilityCount: capabilities.len() as u32,
            Reserved: 0,
        };
        Security { raw, _capabilities: capabilities, _owner: self }
    }

    /// The slot, to be kept until no process of the run is left.
    pub(super) fn into_lease(self) -> Lease {
        self.lease
    }
}

/// The identifiers of a confinement as Windows takes them.
pub(super) struct Security<'a> {
    pub(super) raw: SECURITY_CAPABILITIES,
    /// `raw` points to it.
    _capabilities: Box<[SID_AND_ATTRIBUTES]>,
    /// Has the identifiers that the others point to.
    _owner: &'a Confinement,
}

/// Whether a program of the Microsoft Store, by its path: Windows starts those through aliases, in an AppContainer of their own.
pub(crate) fn is_store_program(path: &Path) -> bool {
    path.components().any(|component| component.as_os_str().eq_ignore_ascii_case("WindowsApps"))
}

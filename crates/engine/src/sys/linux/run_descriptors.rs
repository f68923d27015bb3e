//! The descriptors of a run on their way to its supervisor.

use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;

/// A run's descriptors, as the supervisor gets them.
pub(crate) struct RunDescriptors {
    pub(crate) control: UnixStream,
    pub(crate) stdin: OwnedFd,
    pub(crate) stdout: OwnedFd,
    pub(crate) stderr: OwnedFd,
}

impl TryFrom<Vec<OwnedFd>> for RunDescriptors {
    type Error = io::Error;

    fn try_from(descriptors: Vec<OwnedFd>) -> io::Result<Self> {
        let [control, stdin, stdout, stderr] =
            <[OwnedFd; 4]>::try_from(descriptors).map_err(|_| io::ErrorKind::InvalidData)?;
        Ok(Self { control: control.into(), stdin, stdout, stderr })
    }
}

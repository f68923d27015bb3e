//! The descriptors of a run, as passed to its supervisor.

use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;

/// The control socket and the program's standard streams.
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

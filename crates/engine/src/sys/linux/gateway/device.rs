//! The run's TUN device: one packet per read and per write.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::{AsFd, BorrowedFd};

use smoltcp::phy::{Checksum, DeviceCapabilities, Medium, RxToken, TxToken};
use smoltcp::time::Instant;

/// Larger than any packet.
const LONGEST: usize = 1 << 16;
/// The longest TCP packet that is sent, so that a connection's buffers hold several.
const LONGEST_SENT: usize = 32 << 10;

/// The device, with the next packet for the stack.
pub(super) struct Device {
    file: File,
    received: Box<[u8]>,
    /// Length of the packet in `received`, for the stack.
    offered: usize,
    sent: Box<[u8]>,
}

impl Device {
    /// For a device that does not block.
    pub(super) fn new(file: File) -> Self {
        let buffer = || vec![0; LONGEST].into_boxed_slice();
        Self { file, received: buffer(), offered: 0, sent: buffer() }
    }

    /// For polling.
    pub(super) fn descriptor(&self) -> BorrowedFd<'_> {
        self.file.as_fd()
    }

    /// Reads the next packet of the program into `packet`; false if there is none now.
    ///
    /// # Errors
    /// The device is gone.
    pub(super) fn read(&mut self, packet: &mut Vec<u8>) -> std::io::Result<bool> {
        match self.file.read(&mut self.received) {
            Ok(length) => {
                packet.clear();
                packet.extend_from_slice(&self.received[..length]);
                Ok(length > 0)
            }
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Makes `packet` the next one that the stack receives.
    pub(super) fn offer(&mut self, packet: &[u8]) {
        let length = packet.len().min(LONGEST);
        self.received[..length].copy_from_slice(&packet[..length]);
        self.offered = length;
    }

    /// Sends a packet to the program. One that the kernel does not take is lost, as on any network.
    pub(super) fn send(&mut self, packet: &[u8]) {
        let _ = self.file.write(packet);
    }
}

impl smoltcp::phy::Device for Device {
    type RxToken<'a> = Received<'a>;
    type TxToken<'a> = Sending<'a>;

    fn receive(&mut self, _: Instant) -> Option<(Received<'_>, Sending<'_>)> {
        let length = std::mem::take(&mut self.offered);
        (length > 0)
            .then_some((Received(&self.received[..length]), Sending { file: &self.file, buffer: &mut self.sent }))
    }

    fn transmit(&mut self, _: Instant) -> Option<Sending<'_>> {
        Some(Sending { file: &self.file, buffer: &mut self.sent })
    }

    fn capabilities(&self) -> DeviceCapabilities {
        let mut capabilities = DeviceCapabilities::default();
        capabilities.medium = Medium::Ip;
        capabilities.max_transmission_unit = LONGEST_SENT;
        // The kernel made the packets that arrive here in this machine's memory: their checksums are not verified.
        capabilities.checksum.ipv4 = Checksum::Tx;
        capabilities.checksum.tcp = Checksum::Tx;
        capabilities
    }
}

/// A packet of the program.
pub(super) struct Received<'a>(&'a [u8]);

impl RxToken for Received<'_> {
    fn consume<R, F: FnOnce(&[u8]) -> R>(self, read: F) -> R {
        read(self.0)
    }
}

/// The right to send a packet to the program.
pub(super) struct Sending<'a> {
    file: &'a File,
    buffer: &'a mut [u8],
}

impl TxToken for Sending<'_> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, length: usize, write: F) -> R {
        let packet = &mut self.buffer[..length];
        let result = write(packet);
        let mut file = self.file;
        let _ = file.write(packet);
        result
    }
}

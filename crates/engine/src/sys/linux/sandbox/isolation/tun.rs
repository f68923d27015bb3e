//! The device through which a run with a network reaches its gateway: a TUN device with an address and all routes.

use std::fs::File;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};

use nix::errno::Errno;
use nix::libc;
use nix::sys::socket::{AddressFamily, SockFlag, SockType, socket};

/// The gateway's address for names. It is in the block for benchmarks, which no network uses.
pub(crate) const RESOLVER: Ipv4Addr = Ipv4Addr::new(198, 18, 0, 1);
/// The run's own addresses.
const ADDRESS: Ipv4Addr = Ipv4Addr::new(198, 18, 0, 2);
const ADDRESS_V6: Ipv6Addr = Ipv6Addr::new(0xfd72, 0x756e, 0x7472, 0x6179, 0, 0, 0, 2);
const NAME: &[u8] = b"net0";
/// As large as a packet can be, so that no datagram is split.
const MTU: libc::c_int = 65_520;

/// `struct rtentry` of `linux/route.h`.
#[repr(C)]
struct Route {
    pad1: libc::c_ulong,
    destination: libc::sockaddr_in,
    gateway: libc::sockaddr_in,
    mask: libc::sockaddr_in,
    flags: libc::c_ushort,
    pad2: libc::c_short,
    pad3: libc::c_ulong,
    pad4: *const libc::c_void,
    metric: libc::c_short,
    device: *const libc::c_char,
    mtu: libc::c_ulong,
    window: libc::c_ulong,
    irtt: libc::c_ushort,
}

/// `struct in6_rtmsg` of `linux/ipv6_route.h`.
#[repr(C)]
#[derive(Default)]
struct RouteV6 {
    destination: [u32; 4],
    source: [u32; 4],
    gateway: [u32; 4],
    kind: u32,
    destination_bits: u16,
    source_bits: u16,
    metric: u32,
    info: libc::c_ulong,
    flags: u32,
    interface: libc::c_int,
}

/// A new device in this process's network namespace, with the routes to everywhere.
///
/// # Errors
/// The machine has no TUN devices or does not allow them, or this process may not set up its network.
pub(super) fn create() -> io::Result<File> {
    let device = File::options().read(true).write(true).open("/dev/net/tun")?;
    let mut request = of_interface(NAME);
    request.ifr_ifru.ifru_flags = (libc::IFF_TUN | libc::IFF_NO_PI) as libc::c_short;
    control(&device, libc::TUNSETIFF as libc::c_ulong, &request)?;
    let socket = inet(AddressFamily::Inet)?;
    for (number, address) in [(libc::SIOCSIFADDR, ADDRESS), (libc::SIOCSIFNETMASK, Ipv4Addr::BROADCAST)] {
        let mut request = of_interface(NAME);
        // SAFETY: both are structures of 16 bytes in which the family comes first.
        #[expect(unsafe_code, reason = "the request has the general structure of an address")]
        let address = unsafe { std::mem::transmute::<libc::sockaddr_in, libc::sockaddr>(address_of(address)) };
        request.ifr_ifru.ifru_addr = address;
        control(&socket, number, &request)?;
    }
    let mut request = of_interface(NAME);
    request.ifr_ifru.ifru_mtu = MTU;
    control(&socket, libc::SIOCSIFMTU, &request)?;
    raise(&socket, NAME)?;
    add_route(&socket)?;
    // Without IPv6 in the kernel, programs use IPv4 only.
    let _ = set_up_v6(&socket);
    Ok(device)
}

/// Switches an interface on.
pub(super) fn raise(socket: &OwnedFd, name: &[u8]) -> nix::Result<()> {
    let mut request = of_interface(name);
    request.ifr_ifru.ifru_flags = (libc::IFF_UP | libc::IFF_RUNNING) as libc::c_short;
    control(socket, libc::SIOCSIFFLAGS, &request)
}

/// A socket for requests about interfaces.
pub(super) fn inet(family: AddressFamily) -> nix::Result<OwnedFd> {
    socket(family, SockType::Datagram, SockFlag::SOCK_CLOEXEC, None)
}

fn add_route(socket: &OwnedFd) -> nix::Result<()> {
    let name: Vec<libc::c_char> = NAME.iter().chain(&[0]).map(|byte| byte.cast_signed()).collect();
    let everywhere = address_of(Ipv4Addr::UNSPECIFIED);
    let route = Route {
        pad1: 0,
        destination: everywhere,
        gateway: everywhere,
        mask: everywhere,
        flags: libc::RTF_UP,
        pad2: 0,
        pad3: 0,
        pad4: std::ptr::null(),
        metric: 0,
        device: name.as_ptr(),
        mtu: 0,
        window: 0,
        irtt: 0,
    };
    control(socket, libc::SIOCADDRT, &route)
}

fn set_up_v6(v4: &OwnedFd) -> nix::Result<()> {
    let socket = inet(AddressFamily::Inet6)?;
    let mut request = of_interface(NAME);
    control_mut(v4, libc::SIOCGIFINDEX, &mut request)?;
    // SAFETY: the kernel wrote the index.
    #[expect(unsafe_code, reason = "the structure has a union")]
    let interface = unsafe { request.ifr_ifru.ifru_ifindex };
    let ifr6_addr = libc::in6_addr { s6_addr: ADDRESS_V6.octets() };
    let address = libc::in6_ifreq { ifr6_addr, ifr6_prefixlen: 128, ifr6_ifindex: interface };
    control(&socket, libc::SIOCSIFADDR, &address)?;
    let route = RouteV6 { metric: 1, flags: u32::from(libc::RTF_UP), interface, ..RouteV6::default() };
    control(&socket, libc::SIOCADDRT, &route)
}

fn address_of(address: Ipv4Addr) -> libc::sockaddr_in {
    libc::sockaddr_in {
        sin_family: libc::AF_INET as libc::sa_family_t,
        sin_port: 0,
        sin_addr: libc::in_addr { s_addr: address.to_bits().to_be() },
        sin_zero: [0; 8],
    }
}

/// A request about the interface `name`.
fn of_interface(name: &[u8]) -> libc::ifreq {
    // SAFETY: all zeros is a valid value of this structure of numbers.
    #[expect(unsafe_code, reason = "the structure has a union, and no constructor")]
    let mut request: libc::ifreq = unsafe { std::mem::zeroed() };
    for (to, from) in request.ifr_name.iter_mut().zip(name) {
        *to = from.cast_signed();
    }
    request
}

/// An ioctl(2) that reads `request`, which must be the structure that `number` takes.
fn control<Request>(descriptor: &impl AsFd, number: libc::c_ulong, request: &Request) -> nix::Result<()> {
    let number = number as libc::Ioctl;
    // SAFETY: the kernel reads the structure of that request.
    #[expect(unsafe_code, reason = "there are no wrappers of these requests")]
    let result = unsafe { libc::ioctl(descriptor.as_fd().as_raw_fd(), number, std::ptr::from_ref(request)) };
    Errno::result(result).map(drop)
}

/// An ioctl(2) that changes `request`, which must be the structure that `number` takes.
fn control_mut<Request>(descriptor: &impl AsFd, number: libc::c_ulong, request: &mut Request) -> nix::Result<()> {
    let number = number as libc::Ioctl;
    // SAFETY: the kernel reads and writes the structure of that request.
    #[expect(unsafe_code, reason = "there are no wrappers of these requests")]
    let result = unsafe { libc::ioctl(descriptor.as_fd().as_raw_fd(), number, std::ptr::from_mut(request)) };
    Errno::result(result).map(drop)
}

//! The owner of a local connection: the table of connections has the process, and its token the user.
#![expect(unsafe_code, reason = "the tables and tokens of Windows are filled through addresses")]

use std::ffi::c_void;
use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::windows::io::{AsRawHandle, FromRawHandle, OwnedHandle};
use std::ptr::null_mut;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::task::spawn_blocking;
use tokio::time::sleep;
use windows_sys::Win32::Foundation::{
    ERROR_INSUFFICIENT_BUFFER, ERROR_NOT_ENOUGH_MEMORY, ERROR_OUTOFMEMORY, HANDLE, NO_ERROR,
};
use windows_sys::Win32::NetworkManagement::IpHelper::{
    GetExtendedTcpTable, MIB_TCP6ROW_OWNER_PID, MIB_TCPROW_OWNER_PID, TCP_TABLE_OWNER_PID_CONNECTIONS,
};
use windows_sys::Win32::Security::{EqualSid, GetTokenInformation, TOKEN_QUERY, TOKEN_USER, TokenUser};
use windows_sys::Win32::System::Threading::{
    GetCurrentProcess, OpenProcess, OpenProcessToken, PROCESS_QUERY_LIMITED_INFORMATION,
};

const AF_INET: u32 = 2;
const AF_INET6: u32 = 23;
/// How often a table is read again if it changed meanwhile.
const TRIES: usize = 8;
/// The first size of a table: 50,000 connections. Unused pages are never touched, and a second reading costs more.
const ROOM: u32 = 1 << 20;
/// When a connection that is not found is looked for again: it may be in the table a moment later.
const PAUSES: [Duration; 2] = [Duration::from_millis(2), Duration::from_millis(10)];

/// Whether the socket at `theirs` that is connected to `ours` belongs to this user.
pub(crate) async fn is_own_connection(theirs: SocketAddr, ours: SocketAddr) -> io::Result<bool> {
    let pid = holder(theirs, ours).await?;
    let theirs = user_of(&process(pid)?)?;
    Ok(theirs.is_same(&own_user()?))
}

fn not_found() -> io::Error {
    io::Error::new(ErrorKind::NotFound, "no process has the other end")
}

/// The process of a connection.
async fn holder(theirs: SocketAddr, ours: SocketAddr) -> io::Result<u32> {
    let mut found = look_up(theirs, ours).await;
    for pause in PAUSES {
        if found.is_ok() {
            break;
        }
        sleep(pause).await;
        found = look_up(theirs, ours).await;
    }
    found
}

/// Searches the tables. An IPv6 socket may have an IPv4 connection.
async fn look_up(theirs: SocketAddr, ours: SocketAddr) -> io::Result<u32> {
    if theirs.is_ipv4()
        && let Ok(pid) = search::<MIB_TCPROW_OWNER_PID>(theirs, ours).await
    {
        return Ok(pid);
    }
    let mapped = |address: SocketAddr| match address.ip() {
        IpAddr::V4(ip) => SocketAddr::from((ip.to_ipv6_mapped(), address.port())),
        IpAddr::V6(_) => address,
    };
    search::<MIB_TCP6ROW_OWNER_PID>(mapped(theirs), mapped(ours)).await
}

async fn search<R: Row>(theirs: SocketAddr, ours: SocketAddr) -> io::Result<u32> {
    let table = R::table().read(rows::<R>).await?;
    let found = table.iter().find(|row| row.ends() == (theirs, ours));
    found.map(Row::pid).filter(|pid| *pid != 0).ok_or_else(not_found)
}

/// A table that one thread reads at a time. Threads that wait share the next reading: a reading takes the longer the more
/// connections there are, and each of many new ones would cost one.
struct Table<R> {
    /// How often it was asked for.
    asked: AtomicU64,
    latest: Mutex<Reading<R>>,
}

struct Reading<R> {
    /// How often the table had been asked for when this reading began. These have their connections in it.
    asked: u64,
    rows: Option<Arc<[R]>>,
}

impl<R: Send + 'static> Table<R> {
    const fn new() -> Self {
        Self { asked: AtomicU64::new(0), latest: Mutex::const_new(Reading { asked: 0, rows: None }) }
    }

    /// The rows, from a reading by `rows` that began after this call.
    async fn read(&self, rows: impl FnOnce() -> io::Result<Vec<R>> + Send + 'static) -> io::Result<Arc<[R]>> {
        let turn = self.asked.fetch_add(1, Ordering::SeqCst);
        let mut latest = self.latest.lock().await;
        if let Some(rows) = latest.rows.as_ref().filter(|_| turn < latest.asked) {
            return Ok(Arc::clone(rows));
        }
        let asked = self.asked.load(Ordering::SeqCst);
        let rows: Arc<[R]> = spawn_blocking(rows).await??.into();
        *latest = Reading { asked, rows: Some(Arc::clone(&rows)) };
        Ok(rows)
    }
}

/// A row of one of the two tables: integers only, after a count of four bytes.
trait Row: Copy + Send + Sync + 'static {
    const FAMILY: u32;

    /// The table of this family.
    fn table() -> &'static Table<Self>;

    fn ends(&self) -> (SocketAddr, SocketAddr);

    fn pid(&self) -> u32;
}

/// The port is in network order in the lower half.
fn port(written: u32) -> u16 {
    u16::from_be((written & 0xFFFF) as u16)
}

impl Row for MIB_TCPROW_OWNER_PID {
    const FAMILY: u32 = AF_INET;

    fn table() -> &'static Table<Self> {
        static TABLE: Table<MIB_TCPROW_OWNER_PID> = Table::new();
        &TABLE
    }

    fn ends(&self) -> (SocketAddr, SocketAddr) {
        let end = |address: u32, written| SocketAddr::from((Ipv4Addr::from(address.to_ne_bytes()), port(written)));
        (end(self.dwLocalAddr, self.dwLocalPort), end(self.dwRemoteAddr, self.dwRemotePort))
    }

    fn pid(&self) -> u32 {
        self.dwOwningPid
    }
}

impl Row for MIB_TCP6ROW_OWNER_PID {
    const FAMILY: u32 = AF_INET6;

    fn table() -> &'static Table<Self> {
        static TABLE: Table<MIB_TCP6ROW_OWNER_PID> = Table::new();
        &TABLE
    }

    fn ends(&self) -> (SocketAddr, SocketAddr) {
        let end = |address: [u8; 16], written| SocketAddr::from((Ipv6Addr::from(address), port(written)));
        (end(self.ucLocalAddr, self.dwLocalPort), end(self.ucRemoteAddr, self.dwRemotePort))
    }

    fn pid(&self) -> u32 {
        self.dwOwningPid
    }
}

fn rows<R: Row>() -> io::Result<Vec<R>> {
    let mut size = ROOM;
    for _ in 0..TRIES {
        // In units of four bytes, for the alignment of the table.
        let mut table = vec![0_u32; (size as usize).div_ceil(4)];
        size = (table.len() * 4) as u32;
        // SAFETY: the buffer is as large as the given size, and aligned as the table is.
        let result = unsafe {
            GetExtendedTcpTable(
                table.as_mut_ptr().cast::<c_void>(),
                &raw mut size,
                0,
                R::FAMILY,
                TCP_TABLE_OWNER_PID_CONNECTIONS,
                0,
            )
        };
        match result {
            NO_ERROR => return Ok(read(&table)),
            // The size that was needed a moment ago.
            ERROR_INSUFFICIENT_BUFFER => size = size.saturating_add(ROOM),
            // Wine's error when the table changed faster than it could be read.
            ERROR_OUTOFMEMORY | ERROR_NOT_ENOUGH_MEMORY => {}
            error => return Err(io::Error::from_raw_os_error(error.cast_signed())),
        }
    }
    Err(io::Error::other("the table of connections changes faster than it can be read"))
}

/// The rows after the count.
fn read<R: Row>(table: &[u32]) -> Vec<R> {
    let words = size_of::<R>() / 4;
    let count = table.first().copied().unwrap_or(0) as usize;
    let rows = table.get(1..).unwrap_or_default().chunks_exact(words).take(count);
    // SAFETY: a row holds only integers of at most four bytes, and the chunk is as long as a row.
    rows.map(|row| unsafe { row.as_ptr().cast::<R>().read_unaligned() }).collect()
}

fn process(pid: u32) -> io::Result<OwnedHandle> {
    // SAFETY: takes numbers only.
    let handle = unsafe { OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, 0, pid) };
    owned(handle)
}

fn owned(handle: HANDLE) -> io::Result<OwnedHandle> {
    if handle.is_null() {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the handle was just opened, and nobody else closes it.
    Ok(unsafe { OwnedHandle::from_raw_handle(handle) })
}

/// A user's SID, in the structure that Windows fills.
pub(super) struct User(Vec<u64>);

impl User {
    fn is_same(&self, other: &Self) -> bool {
        // SAFETY: both were filled by Windows, and hold the SID that they point to.
        unsafe { EqualSid(self.sid(), other.sid()) != 0 }
    }

    pub(super) fn sid(&self) -> *mut c_void {
        let user = self.0.as_ptr().cast::<TOKEN_USER>();
        // SAFETY: the structure was filled by Windows and is aligned to eight bytes.
        unsafe { (*user).User.Sid }
    }
}

/// The user of this process.
///
/// # Errors
/// Windows does not tell the user.
pub(super) fn own_user() -> io::Result<User> {
    // SAFETY: the answer is a constant that needs no closing.
    user_of_handle(unsafe { GetCurrentProcess() })
}

fn user_of(process: &OwnedHandle) -> io::Result<User> {
    user_of_handle(process.as_raw_handle())
}

fn user_of_handle(process: HANDLE) -> io::Result<User> {
    let mut token: HANDLE = null_mut();
    // SAFETY: the handle is a process's, and the place for the token outlives the call.
    if unsafe { OpenProcessToken(process, TOKEN_QUERY, &raw mut token) } == 0 {
        return Err(io::Error::last_os_error());
    }
    let token = owned(token)?;
    // A SID has at most 68 bytes.
    let mut user = vec![0_u64; 32];
    let mut length = 0;
    // SAFETY: the buffer is as large as the given size, and aligned for the structure.
    let filled = unsafe {
        GetTokenInformation(
            token.as_raw_handle(),
            TokenUser,
            user.as_mut_ptr().cast::<c_void>(),
            size_of_val(&*user) as u32,
            &raw mut length,
        )
    };
    if filled == 0 { Err(io::Error::last_os_error()) } else { Ok(User(user)) }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::thread;

    use tokio::task::JoinSet;

    use super::Table;

    #[tokio::test]
    async fn who_waits_shares_the_next_reading() {
        const WAITING: u64 = 20;
        let (table, readings) = (Arc::new(Table::new()), Arc::new(AtomicU32::new(0)));
        let mut waiting = JoinSet::new();
        let first = {
            let (asked, readings) = (table.clone(), readings.clone());
            table.read(move || {
                while asked.asked.load(Ordering::SeqCst) <= WAITING {
                    thread::yield_now();
                }
                Ok(vec![readings.fetch_add(1, Ordering::SeqCst)])
            })
        };
        // These threads ask after the first reading began, so its result is too old for them.
        for _ in 0..WAITING {
            let (table, readings) = (table.clone(), readings.clone());
            waiting.spawn(async move { table.read(move || Ok(vec![readings.fetch_add(1, Ordering::SeqCst)])).await });
        }
        assert_eq!(*first.await.expect("rows"), [0]);
        for rows in waiting.join_all().await {
            assert_eq!(*rows.expect("rows"), [1]);
        }
        assert_eq!(*table.read(|| Ok(vec![7])).await.expect("rows"), [7], "nothing old is given");
    }

    #[tokio::test]
    async fn a_reading_that_failed_is_nobody_s() {
        let table = Table::<u32>::new();
        assert!(table.read(|| Err(super::not_found())).await.is_err());
        assert_eq!(*table.read(|| Ok(vec![1])).await.expect("rows"), [1]);
    }
}

//! Job Objects: limits, accounting and messages of one process tree.
//!
//! Programs may not use the clipboard, the windows of other programs, or functions of the whole desktop, such as logging off. A
//! job with such restrictions cannot be nested in another, and some terminals, services and CI run us in one: there they are left
//! out.
#![expect(unsafe_code, reason = "Job Objects are Win32 calls")]

use std::ffi::c_void;
use std::io;
use std::os::windows::io::{AsRawHandle, FromRawHandle, OwnedHandle};
use std::ptr::{null, null_mut};
use std::sync::OnceLock;
use std::time::Duration;

use windows_sys::Win32::Foundation::{HANDLE, INVALID_HANDLE_VALUE};
use windows_sys::Win32::System::IO::{CreateIoCompletionPort, GetQueuedCompletionStatus};
use windows_sys::Win32::System::JobObjects::{
    CreateJobObjectW, IsProcessInJob, JOB_OBJECT_LIMIT_ACTIVE_PROCESS, JOB_OBJECT_LIMIT_DIE_ON_UNHANDLED_EXCEPTION,
    JOB_OBJECT_LIMIT_JOB_MEMORY, JOB_OBJECT_LIMIT_JOB_TIME, JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE,
    JOB_OBJECT_UILIMIT_DESKTOP, JOB_OBJECT_UILIMIT_DISPLAYSETTINGS, JOB_OBJECT_UILIMIT_EXITWINDOWS,
    JOB_OBJECT_UILIMIT_GLOBALATOMS, JOB_OBJECT_UILIMIT_HANDLES, JOB_OBJECT_UILIMIT_READCLIPBOARD,
    JOB_OBJECT_UILIMIT_SYSTEMPARAMETERS, JOB_OBJECT_UILIMIT_WRITECLIPBOARD, JOBOBJECT_ASSOCIATE_COMPLETION_PORT,
    JOBOBJECT_BASIC_ACCOUNTING_INFORMATION, JOBOBJECT_BASIC_LIMIT_INFORMATION, JOBOBJECT_BASIC_UI_RESTRICTIONS,
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION, JOBOBJECTINFOCLASS, JobObjectAssociateCompletionPortInformation,
    JobObjectBasicAccountingInformation, JobObjectBasicUIRestrictions, JobObjectExtendedLimitInformation,
    QueryInformationJobObject, SetInformationJobObject, TerminateJobObject,
};
use windows_sys::Win32::System::SystemServices::JOB_OBJECT_MSG_JOB_MEMORY_LIMIT;
use windows_sys::Win32::System::Threading::{GetCurrentProcess, OpenProcess, PROCESS_QUERY_INFORMATION};

use crate::limits::Limits;

/// The unit of Windows' times, in nanoseconds.
const TICK_NANOS: u64 = 100;

/// Everything of the user interface that a job can deny.
const UI_RESTRICTIONS: u32 = JOB_OBJECT_UILIMIT_HANDLES
    | JOB_OBJECT_UILIMIT_READCLIPBOARD
    | JOB_OBJECT_UILIMIT_WRITECLIPBOARD
    | JOB_OBJECT_UILIMIT_SYSTEMPARAMETERS
    | JOB_OBJECT_UILIMIT_DISPLAYSETTINGS
    | JOB_OBJECT_UILIMIT_GLOBALATOMS
    | JOB_OBJECT_UILIMIT_DESKTOP
    | JOB_OBJECT_UILIMIT_EXITWINDOWS;

/// A job and its completion port for messages. Dropping it kills its processes.
pub(super) struct JobObject {
    handle: OwnedHandle,
    port: OwnedHandle,
}

/// The usage of a job's processes, including those that have ended.
#[derive(Debug)]
pub(super) struct Accounts {
    pub(super) cpu: Duration,
    pub(super) active_processes: u32,
}

/// A message of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Message {
    /// An allocation was refused because of the memory limit.
    MemoryRefused,
    /// Anything else, such as a refused process: that failed in the program, which goes on.
    Other,
}

impl JobObject {
    /// Creates an empty job with `limits`.
    pub(super) fn new(limits: &Limits) -> io::Result<Self> {
        // SAFETY: both arguments are optional, and the handle that comes back is ours alone.
        let handle = unsafe { owned(CreateJobObjectW(null(), null())) }?;
        // SAFETY: INVALID_HANDLE_VALUE asks for a new port without a file, and the handle that comes back is ours alone.
        let port = unsafe { owned(CreateIoCompletionPort(INVALID_HANDLE_VALUE, null_mut(), 0, 1)) }?;
        let job = Self { handle, port };
        job.associate_port()?;
        job.set_limits(limits)?;
        Ok(job)
    }

    /// Denies its processes the functions of the whole desktop. Only for a job that is not nested in another.
    ///
    /// # Errors
    /// Windows refuses.
    pub(super) fn restrict_user_interface(&self) -> io::Result<()> {
        let restrictions = JOBOBJECT_BASIC_UI_RESTRICTIONS { UIRestrictionsClass: UI_RESTRICTIONS };
        self.set(JobObjectBasicUIRestrictions, &restrictions)
    }

    /// The raw handle, for starting a process in the job.
    pub(super) fn raw(&self) -> HANDLE {
        self.handle.as_raw_handle()
    }

    /// Whether the living process with this id is in the job.
    pub(super) fn contains(&self, process: u32) -> bool {
        // Windows needs a limited right only, which is not enough for Wine. We have the whole one for every process of ours.
        // SAFETY: it takes numbers only, and the handle that comes back is ours alone.
        let Ok(process) = (unsafe { owned(OpenProcess(PROCESS_QUERY_INFORMATION, 0, process)) }) else {
            return false;
        };
        let mut is_inside = 0;
        // SAFETY: both handles are open, and the place for the answer is ours.
        let asked = unsafe { IsProcessInJob(process.as_raw_handle(), self.raw(), &raw mut is_inside) };
        asked != 0 && is_inside != 0
    }

    /// Starts to kill every process in the job, with `code` as exit code. Nothing happens to an empty job.
    pub(super) fn terminate(&self, code: u32) {
        // SAFETY: the handle is open and has every right. It can fail for no reason that could be acted upon.
        unsafe { TerminateJobObject(self.raw(), code) };
    }

    /// The job's usage so far.
    pub(super) fn accounts(&self) -> io::Result<Accounts> {
        let mut raw = JOBOBJECT_BASIC_ACCOUNTING_INFORMATION::default();
        self.query(JobObjectBasicAccountingInformation, &mut raw)?;
        let ticks = (raw.TotalUserTime + raw.TotalKernelTime).cast_unsigned();
        Ok(Accounts { cpu: Duration::from_nanos(ticks * TICK_NANOS), active_processes: raw.ActiveProcesses })
    }

    /// The most memory that the job's processes had committed at once.
    pub(super) fn peak_memory_bytes(&self) -> io::Result<u64> {
        let mut raw = JOBOBJECT_EXTENDED_LIMIT_INFORMATION::default();
        self.query(JobObjectExtendedLimitInformation, &mut raw)?;
        Ok(raw.PeakJobMemoryUsed as u64)
    }

    /// The next message, if there is one.
    pub(super) fn message(&self) -> Option<Message> {
        let (mut message, mut key, mut process) = (0, 0, null_mut());
        // SAFETY: the port is open, and the three places outlive the call. A job posts no OVERLAPPED, only a process id in
        // its place, which is not followed.
        let came = unsafe {
            GetQueuedCompletionStatus(self.port.as_raw_handle(), &raw mut message, &raw mut key, &raw mut process, 0)
        };
        (came != 0).then_some(match message {
            JOB_OBJECT_MSG_JOB_MEMORY_LIMIT => Message::MemoryRefused,
            _ => Message::Other,
        })
    }

    fn associate_port(&self) -> io::Result<()> {
        let port = JOBOBJECT_ASSOCIATE_COMPLETION_PORT {
            CompletionKey: null_mut(),
            CompletionPort: self.port.as_raw_handle(),
        };
        self.set(JobObjectAssociateCompletionPortInformation, &port)
    }

    fn set_limits(&self, limits: &Limits) -> io::Result<()> {
        let ticks = limits.cpu.as_nanos() / u128::from(TICK_NANOS);
        let limits = JOBOBJECT_EXTENDED_LIMIT_INFORMATION {
            BasicLimitInformation: JOBOBJECT_BASIC_LIMIT_INFORMATION {
                PerJobUserTimeLimit: i64::try_from(ticks).unwrap_or(i64::MAX),
                ActiveProcessLimit: limits.processes,
                LimitFlags: JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE
                    | JOB_OBJECT_LIMIT_DIE_ON_UNHANDLED_EXCEPTION
                    | JOB_OBJECT_LIMIT_JOB_MEMORY
                    | JOB_OBJECT_LIMIT_JOB_TIME
                    | JOB_OBJECT_LIMIT_ACTIVE_PROCESS,
                ..Default::default()
            },
            JobMemoryLimit: usize::try_from(limits.memory_bytes).unwrap_or(usize::MAX),
            ..Default::default()
        };
        self.set(JobObjectExtendedLimitInformation, &limits)
    }

    fn set<T>(&self, class: JOBOBJECTINFOCLASS, value: &T) -> io::Result<()> {
        // SAFETY: the pointer and the size describe `value`; the callers pair the class with its structure.
        let done = unsafe {
            SetInformationJobObject(self.raw(), class, (&raw const *value).cast::<c_void>(), size_of_value(value))
        };
        if done == 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
    }

    fn query<T>(&self, class: JOBOBJECTINFOCLASS, value: &mut T) -> io::Result<()> {
        let size = size_of_value(value);
        // SAFETY: the pointer and the size describe `value`; the callers pair the class with its structure of plain integers.
        let done = unsafe {
            QueryInformationJobObject(self.raw(), class, (&raw mut *value).cast::<c_void>(), size, null_mut())
        };
        if done == 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
    }
}

/// Whether this process is in a job, which its children then are in too.
pub(super) fn is_in_a_job() -> bool {
    static ANSWER: OnceLock<bool> = OnceLock::new();
    *ANSWER.get_or_init(|| {
        let mut is_inside = 0;
        // SAFETY: the pseudo-handle of this process needs no closing, no job means any, and the place for the answer is ours.
        let asked = unsafe { IsProcessInJob(GetCurrentProcess(), null_mut(), &raw mut is_inside) };
        // Unknown: a job that cannot be nested would refuse every program.
        asked == 0 || is_inside != 0
    })
}

fn size_of_value<T>(_: &T) -> u32 {
    size_of::<T>() as u32
}

/// # Safety
/// `handle` is null after a failure, or open and owned by nobody else.
unsafe fn owned(handle: HANDLE) -> io::Result<OwnedHandle> {
    if handle.is_null() {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the caller says so.
    Ok(unsafe { OwnedHandle::from_raw_handle(handle) })
}

#[cfg(test)]
mod tests {
    use super::super::tests::excused;
    use super::*;

    #[test]
    fn a_restricted_job_denies_the_clipboard_and_the_desktop() {
        let job = JobObject::new(&Limits::default()).expect("a job");
        job.restrict_user_interface().expect("restrictions");
        let mut told = JOBOBJECT_BASIC_UI_RESTRICTIONS::default();
        match job.query(JobObjectBasicUIRestrictions, &mut told) {
            Err(error) if excused(&format!("does not tell a job's restrictions: {error}")) => {}
            result => {
                result.expect("an answer");
                assert_eq!(told.UIRestrictionsClass, UI_RESTRICTIONS);
            }
        }
    }
}

//! The main process of a tree: created in its job, with three handles and no window.
#![expect(
    unsafe_code,
    reason = "the standard library cannot start a process in a job, nor choose the handles it inherits"
)]

use std::ffi::c_void;
use std::io;
use std::marker::PhantomData;
use std::os::windows::io::{AsHandle, AsRawHandle, FromRawHandle, OwnedHandle};
use std::ptr::{null, null_mut};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use windows_sys::Win32::Foundation::HANDLE;
use windows_sys::Win32::System::Diagnostics::Debug::{SEM_FAILCRITICALERRORS, SEM_NOGPFAULTERRORBOX, SetErrorMode};
use windows_sys::Win32::System::Threading::{
    CREATE_NO_WINDOW, CREATE_UNICODE_ENVIRONMENT, CreateProcessW, DeleteProcThreadAttributeList,
    EXTENDED_STARTUPINFO_PRESENT, GetExitCodeProcess, InitializeProcThreadAttributeList,
    PROC_THREAD_ATTRIBUTE_HANDLE_LIST, PROC_THREAD_ATTRIBUTE_JOB_LIST, PROC_THREAD_ATTRIBUTE_PSEUDOCONSOLE,
    PROC_THREAD_ATTRIBUTE_SECURITY_CAPABILITIES, PROCESS_INFORMATION, STARTF_USESTDHANDLES, STARTUPINFOEXW,
    STARTUPINFOW, UpdateProcThreadAttribute,
};

use super::app_container::{Confinement, Security};
use super::command_line;
use super::console::Console;
use super::exit_wait::ExitWait;
use super::job_object::JobObject;
use super::pipe::{self, Inheritable};
use crate::sys::launch::Launch;

/// Lets a crashing child end at once instead of showing a dialog; children inherit the setting.
pub(super) fn silence_error_dialogs() {
    // SAFETY: takes flags only and cannot fail.
    unsafe { SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX) };
}

/// Held while a process is started. The standard library lets a new process inherit every handle that is inheritable at that
/// moment, so without it a probe of an interpreter would hold the pipes of a run that starts at the same time.
pub(crate) fn starting() -> MutexGuard<'static, ()> {
    static STARTING: Mutex<()> = Mutex::new(());
    STARTING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The standard streams of a process.
pub(super) enum Streams {
    /// Three handles.
    Pipes(pipe::Streams),
    /// A terminal.
    Console(Arc<Console>),
}

/// A process, running or ended.
pub(super) struct Process {
    // Dropped before the handle that it waits on.
    ending: ExitWait,
    handle: OwnedHandle,
}

impl Process {
    /// Starts `launch` in `job`, and in an AppContainer if there is one. The process inherits `streams` and nothing else.
    pub(super) fn start(
        launch: &Launch<'_>,
        streams: &Streams,
        job: &JobObject,
        container: Option<&Confinement>,
    ) -> io::Result<Self> {
        let program = command_line::wide(launch.program.as_os_str())?;
        let mut line = command_line::command_line(launch.program, launch.args)?;
        let environment = command_line::environment(launch.env)?;
        let folder = command_line::wide(launch.folder.as_os_str())?;
        let (handles, jobs, security) = (streams.handles(), [job.raw()], container.map(Confinement::security));
        let mut attributes = Attributes::new(&jobs)?;
        match streams {
            Streams::Pipes(_) => attributes.set(PROC_THREAD_ATTRIBUTE_HANDLE_LIST, &handles)?,
            Streams::Console(console) => attributes.set_console(console)?,
        }
        if let Some(security) = &security {
            attributes.set_security(security)?;
        }
        let startup = startup(&handles, &mut attributes);
        let mut started = PROCESS_INFORMATION::default();
        let _starting = starting();
        let _inheritable = streams.inheritable()?;
        // SAFETY: every string ends with NUL and the environment with two, the command line may be written to, and the handles
        // and identifiers that the attributes point to stay valid beyond the call.
        let done = unsafe {
            CreateProcessW(
                program.as_ptr(),
                line.as_mut_ptr(),
                null(),
                null(),
                streams.are_inherited(),
                streams.window() | CREATE_UNICODE_ENVIRONMENT | EXTENDED_STARTUPINFO_PRESENT,
                environment.as_ptr().cast::<c_void>(),
                folder.as_ptr(),
                &raw const startup.StartupInfo,
                &raw mut started,
            )
        };
        if done == 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: both handles are open and ours alone. The handle of the first thread is not needed.
        let (handle, _) =
            unsafe { (OwnedHandle::from_raw_handle(started.hProcess), OwnedHandle::from_raw_handle(started.hThread)) };
        Ok(Self { ending: ExitWait::of(handle.as_handle())?, handle })
    }

    /// Returns once the process has ended. Cancel safe.
    pub(super) async fn ended(&self) {
        self.ending.seen().await;
    }

    /// Its exit code.
    pub(super) fn exit_code(&self) -> io::Result<u32> {
        let mut code = 0;
        // SAFETY: the handle is open, and the place for the code outlives the call.
        let done = unsafe { GetExitCodeProcess(self.handle.as_raw_handle(), &raw mut code) };
        if done == 0 { Err(io::Error::last_os_error()) } else { Ok(code) }
    }
}

impl Streams {
    /// None with a terminal: without handles named here, the process would take ours rather than its console's.
    fn handles(&self) -> [HANDLE; 3] {
        match self {
            Self::Pipes(streams) => [&streams.stdin, &streams.stdout, &streams.stderr].map(AsRawHandle::as_raw_handle),
            Self::Console(_) => [null_mut(); 3],
        }
    }

    /// Marks the handles for the process that is started next.
    fn inheritable(&self) -> io::Result<Inheritable<'_>> {
        match self {
            Self::Pipes(streams) => Inheritable::mark([&streams.stdin, &streams.stdout, &streams.stderr]),
            Self::Console(_) => Inheritable::mark([]),
        }
    }

    fn are_inherited(&self) -> i32 {
        i32::from(matches!(self, Self::Pipes(_)))
    }

    /// With a pseudo-console the process has no window anyway.
    fn window(&self) -> u32 {
        if matches!(self, Self::Pipes(_)) { CREATE_NO_WINDOW } else { 0 }
    }
}

fn startup(handles: &[HANDLE; 3], attributes: &mut Attributes<'_>) -> STARTUPINFOEXW {
    let [stdin, stdout, stderr] = *handles;
    STARTUPINFOEXW {
        StartupInfo: STARTUPINFOW {
            cb: size_of::<STARTUPINFOEXW>() as u32,
            dwFlags: STARTF_USESTDHANDLES,
            hStdInput: stdin,
            hStdOutput: stdout,
            hStdError: stderr,
            ..Default::default()
        },
        lpAttributeList: attributes.raw(),
    }
}

/// The most attributes of a process: its job, its streams, its AppContainer.
const ATTRIBUTES: u32 = 3;

/// The attributes of a new process. The list contains pointers to its sources.
struct Attributes<'a> {
    list: Vec<usize>,
    borrowed: PhantomData<&'a [HANDLE]>,
}

impl<'a> Attributes<'a> {
    fn new(jobs: &'a [HANDLE]) -> io::Result<Self> {
        let mut size = 0;
        // SAFETY: without a list this call only tells the size of one.
        unsafe { InitializeProcThreadAttributeList(null_mut(), ATTRIBUTES, 0, &raw mut size) };
        let mut list = vec![0_usize; size.div_ceil(size_of::<usize>())];
        // SAFETY: the list has the size that was asked for and the alignment of a pointer.
        if unsafe { InitializeProcThreadAttributeList(list.as_mut_ptr().cast(), ATTRIBUTES, 0, &raw mut size) } == 0 {
            return Err(io::Error::last_os_error());
        }
        let mut attributes = Self { list, borrowed: PhantomData };
        attributes.set(PROC_THREAD_ATTRIBUTE_JOB_LIST, jobs)?;
        Ok(attributes)
    }

    fn set(&mut self, attribute: u32, handles: &'a [HANDLE]) -> io::Result<()> {
        self.update(attribute, handles.as_ptr().cast::<c_void>(), size_of_val(handles))
    }

    /// For a console the value is the handle itself, not a pointer to it.
    fn set_console(&mut self, console: &'a Console) -> io::Result<()> {
        let handle = std::ptr::without_provenance::<c_void>(console.raw().cast_unsigned());
        self.update(PROC_THREAD_ATTRIBUTE_PSEUDOCONSOLE, handle, size_of_val(&console.raw()))
    }

    fn set_security(&mut self, security: &'a Security<'_>) -> io::Result<()> {
        let value = (&raw const security.raw).cast::<c_void>();
        self.update(PROC_THREAD_ATTRIBUTE_SECURITY_CAPABILITIES, value, size_of_val(&security.raw))
    }

    fn update(&mut self, attribute: u32, value: *const c_void, size: usize) -> io::Result<()> {
        // SAFETY: the list was initialised with room for it, and the data behind its pointers lives as long as the list.
        let done =
            unsafe { UpdateProcThreadAttribute(self.raw(), 0, attribute as usize, value, size, null_mut(), null()) };
        if done == 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
    }

    fn raw(&mut self) -> *mut c_void {
        self.list.as_mut_ptr().cast()
    }
}

impl Drop for Attributes<'_> {
    fn drop(&mut self) {
        // SAFETY: the list was initialised, and is deleted once.
        unsafe { DeleteProcThreadAttributeList(self.raw()) };
    }
}

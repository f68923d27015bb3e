//! Without signals: Ctrl+C ends the process, as Windows does by itself.

use std::io::{self, Read as _};
use std::thread;
use std::time::Duration;

/// The exit code of a process that Ctrl+C ended.
const CONTROL_C_EXIT: i32 = 0xC000_013A_u32.cast_signed();

/// Nothing to do here.
///
/// # Errors
/// This function cannot fail; its versions for other systems can.
pub fn catch_interrupts() -> io::Result<()> {
    Ok(())
}

/// Ends this process as Ctrl+C does.
pub fn end_by_interrupt() -> ! {
    std::process::exit(CONTROL_C_EXIT)
}

/// Sleeps; an interrupt does not return.
pub(crate) fn sleep(time: Duration) -> bool {
    thread::sleep(time);
    false
}

/// The bytes of standard input that are there, empty at its end.
pub(crate) fn read_input(most: usize) -> io::Result<Option<Vec<u8>>> {
    let mut data = vec![0; most];
    let read = io::stdin().lock().read(&mut data)?;
    data.truncate(read);
    Ok(Some(data))
}

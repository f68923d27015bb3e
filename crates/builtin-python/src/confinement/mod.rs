//! The walls around this process, from the moment before a program's code runs (Linux).
//!
//! WebAssembly keeps the program inside. If it had a fault, the program would be this process; then only these walls are left.
//! They stay as long as the process does, and nothing in it can take them down. Landlock (`files`) limits what can be opened to
//! the folders that the program sees; a filter (`calls`) knows the system calls of a program that computes and uses files, and no
//! others. Each is put up where the kernel has it, and neither is a condition of a run: WebAssembly is.

mod calls;
mod files;
#[cfg(test)]
mod tests;

pub use files::Reach;

/// Confines this process, which must have one thread, to `reach`. Later threads are confined as well.
pub fn confine(reach: &Reach<'_>) {
    // An older or smaller kernel has fewer walls.
    files::restrict(reach).ok();
    calls::restrict().ok();
}

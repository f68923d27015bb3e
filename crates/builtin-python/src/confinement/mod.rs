//! The restrictions of this process, from the moment before a program's code runs (Linux).
//!
//! WebAssembly isolates the program. If it had a fault, the program could act as this process; then only these restrictions are
//! left. Nothing in the process can remove them. Landlock (`files`) allows opening files only in the folders that the program
//! sees; a filter (`calls`) knows the system calls of a program that computes and uses files, and no others. Each is used if the
//! kernel has it. A run needs neither, because WebAssembly isolates it.

mod calls;
mod files;
#[cfg(test)]
#[path = "../../../../tests/harness/skip.rs"]
mod skip;
#[cfg(test)]
mod tests;

pub use files::Reach;

/// Confines this process, which must have one thread, to `reach`. Later threads are confined as well.
pub fn confine(reach: &Reach<'_>) {
    // An older or smaller kernel restricts less.
    files::restrict(reach).ok();
    calls::restrict().ok();
}

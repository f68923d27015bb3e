//! The configuration of wasmtime: one for the program that compiles and the program that runs.

use wasmtime::{Config, Engine, Result};

/// Stack of the Python inside. CPython's own check raises `RecursionError` long before it is used up.
const WASM_STACK: usize = 64 << 20;

/// Stack for the functions of this program that the Python inside calls.
const HOST_STACK: usize = 2 << 20;

/// The configuration that code is compiled with, and that it must be run with.
fn config(windows: bool) -> Config {
    let mut config = Config::new();
    // Only Windows needs the tables that native debuggers unwind with.
    config.native_unwind_info(windows);
    config.max_wasm_stack(WASM_STACK).async_stack_size(WASM_STACK + HOST_STACK);
    // The frames of WebAssembly mean nothing to the author of a Python program, and their maps are a tenth of the file.
    config.wasm_backtrace_max_frames(None).generate_address_map(false);
    // A run ends with its process, so that no check for the end of its time is compiled in.
    config.epoch_interruption(false).consume_fuel(false);
    config
}

/// An engine that runs what [`compiler`] made for this system.
///
/// # Errors
/// This system lacks what wasmtime needs.
pub fn runner() -> Result<Engine> {
    Engine::new(&config(cfg!(windows)))
}

/// An engine that compiles for `target`, for every processor of its kind.
///
/// # Errors
/// `target` is unknown.
#[cfg(feature = "precompile")]
pub fn compiler(target: &str) -> Result<Engine> {
    let mut config = config(target.contains("windows"));
    config.target(target)?;
    Engine::new(&config)
}

//! Machine code of the component.

use runtray_python::engine;
use wasmtime::Result;

/// Compiles `component` for `target`. Takes 1 GB of memory and several seconds.
pub(crate) fn compile(component: &[u8], target: &str) -> Result<Vec<u8>> {
    eprintln!("compiling the built-in Python for {target}");
    engine::compiler(target)?.precompile_component(component)
}

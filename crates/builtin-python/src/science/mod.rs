//! One Python with packages for science: a module of WebAssembly whose memory begins as it was when the packages were imported.
//!
//! `turn` is the module's export that runs a text in the interpreter. Between two turns all of its state is in its memory, so
//! that a copy of the memory is a snapshot, and the module is compiled once. `start.rs` is the code in it that runs programs;
//! `host_calls.rs` answers its calls.

mod host_calls;
mod memory;
pub mod start;

use std::path::Path;

use wasmtime::{Engine, Linker, Memory, Module, Result, Store, StoreLimits, StoreLimitsBuilder, TypedFunc, format_err};
use wasmtime_wasi::p1::{self, WasiP1Ctx};
use wasmtime_wasi::{FsPerms, WasiCtxBuilder};

use crate::guest::{self, End, Launch, Source, View};
use crate::image;
use host_calls::{Ended, HostCalls};

pub use memory::save;

/// The folders inside, in an order that the memory knows: each is found by its number.
const LIBRARY: &str = "/usr/local/lib";
const DATA: &str = "/usr/local/lib/python315.zip/matplotlib/mpl-data";
/// The working folder.
pub const FOLDER: &str = "/work";
/// The folder for temporary files.
pub const TEMPORARY: &str = "/tmp";
/// Further modules.
const PACKAGES: &str = "/python/site-packages";

/// The status with which `run` ends after an interrupt that the program did not catch.
const INTERRUPTED: i32 = -2;

/// The texts that are run in the interpreter. The last statement is none whose value would be printed.
const SET_UP: &str = "import sys\nsys.path.insert(0, '/python/site-packages')\nimport runtray_program\n";
const PREPARE: &str = "import runtray_program\n_ = runtray_program.prepare()\n";
const RUN: &str = "import runtray_program\n_ = runtray_program.run()\n";

/// A Python with packages for science.
pub struct Science {
    store: Store<State>,
    memory: Memory,
    allocate: TypedFunc<i32, i32>,
    turn: TypedFunc<(i32, i32), i32>,
}

struct State {
    wasi: WasiP1Ctx,
    limits: StoreLimits,
    host_calls: HostCalls,
}

impl Science {
    /// A Python that has imported nothing, of the files in `folder`. `packages` is a folder of modules, which it can read only.
    ///
    /// # Errors
    /// A folder cannot be opened, or `module` is another one.
    pub async fn begin(
        engine: &Engine,
        module: &Module,
        folder: &Path,
        view: &View<'_>,
        packages: Option<&Path>,
    ) -> Result<Self> {
        let mut linker = Linker::new(engine);
        p1::add_to_linker_async(&mut linker, |state: &mut State| &mut state.wasi)?;
        host_calls::add_to_linker(&mut linker, |state| &state.host_calls)?;
        // Above that, growing fails inside, and Python raises MemoryError.
        let limits = StoreLimitsBuilder::new().memory_size(view.memory.unwrap_or(usize::MAX)).build();
        let state = State { wasi: wasi(folder, view, packages)?, limits, host_calls: HostCalls::default() };
        let mut store = Store::new(engine, state);
        store.limiter(|state| &mut state.limits);
        let instance = linker.instantiate_async(&mut store, module).await?;
        let memory = instance.get_memory(&mut store, "memory").ok_or_else(|| format_err!("it has no memory"))?;
        let allocate = instance.get_typed_func(&mut store, "host_alloc")?;
        let turn = instance.get_typed_func(&mut store, "turn")?;
        Ok(Self { store, memory, allocate, turn })
    }

    /// Imports the packages and the start-up code, which is in the folder of packages.
    ///
    /// # Errors
    /// Something cannot be imported; it has said so on standard error.
    pub async fn set_up(&mut self) -> Result<()> {
        self.turn(SET_UP).await
    }

    /// The memory.
    pub fn memory(&self) -> &[u8] {
        self.memory.data(&self.store)
    }

    /// The Python of `image`, prepared with `launch`.
    ///
    /// # Errors
    /// The errors of [`begin`](Self::begin); or the memory cannot be mapped, or is above the limit.
    pub async fn prepare(
        engine: &Engine,
        module: &Module,
        image: &image::Image,
        view: &View<'_>,
        packages: Option<&Path>,
        launch: &Launch,
    ) -> Result<Self> {
        let mut python = Self::begin(engine, module, &image.folder, view, packages).await?;
        let (memory, size) = &image.memory;
        memory::load(python.memory, &mut python.store, memory.file(), *size)?;
        python.store.data_mut().host_calls.launch = host_calls::describe(launch)?;
        python.turn(PREPARE).await?;
        Ok(python)
    }

    /// Runs the program to its end. Once.
    pub async fn run(&mut self, source: &Source) -> End {
        let ran = match host_calls::source(source) {
            Ok(text) => {
                self.store.data_mut().host_calls.source = text;
                self.turn(RUN).await
            }
            Err(error) => Err(error),
        };
        let Err(error) = ran else { return End::Trap("the start-up code did not end".to_owned()) };
        match error.downcast_ref::<Ended>() {
            Some(Ended(INTERRUPTED)) => End::Interrupted,
            Some(Ended(code)) => End::Code(code.to_le_bytes()[0]),
            None => guest::end(&error),
        }
    }

    async fn turn(&mut self, text: &str) -> Result<()> {
        let length = i32::try_from(text.len())?;
        let place = self.allocate.call_async(&mut self.store, length).await?;
        self.memory.write(&mut self.store, host_calls::address(place), text.as_bytes())?;
        match self.turn.call_async(&mut self.store, (place, length)).await? {
            0 => Ok(()),
            status => Err(format_err!("its start-up code failed with status {status}")),
        }
    }
}

fn wasi(folder: &Path, view: &View<'_>, packages: Option<&Path>) -> Result<WasiP1Ctx> {
    let mut wasi = WasiCtxBuilder::new();
    // The thread may block, because it runs nothing but the program.
    wasi.allow_blocking_current_thread(true).allow_tcp(false).allow_udp(false);
    wasi.preopened_dir(view.library, LIBRARY, FsPerms::ReadOnly)?;
    wasi.preopened_dir(folder.join(image::DATA), DATA, FsPerms::ReadOnly)?;
    wasi.preopened_dir(view.folder, FOLDER, FsPerms::ReadWrite)?;
    // As elsewhere, a program without a folder for temporary files makes them in its working folder.
    let temporary = view.temporary.map_or(view.folder, |(here, _)| here);
    wasi.preopened_dir(temporary, TEMPORARY, FsPerms::ReadWrite)?;
    let empty = folder.join(image::EMPTY);
    wasi.preopened_dir(packages.unwrap_or(&empty), PACKAGES, FsPerms::ReadOnly)?;
    wasi.inherit_stdio();
    Ok(wasi.build_p1())
}

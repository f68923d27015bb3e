//! One Python inside, from its snapshot to its exit code.

use std::path::Path;
use std::time::Duration;

use wasmtime::component::{Component, HasSelf, Linker, ResourceTable};
use wasmtime::{Engine, Result, Store, StoreLimits, StoreLimitsBuilder, Trap};
use wasmtime_wasi::{FsPerms, WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};

use crate::codecs::Codecs;
use crate::wait;
use crate::world::Program;
use crate::world::runtray::python::host::{self, Codec, Host, Step};

pub use crate::world::{Launch, Source, Text};

/// Where the Python inside finds its standard library.
const LIBRARY: &str = "/python";

/// Where it finds further modules: a folder of the library, which has none of its own there.
const PACKAGES: &str = "/python/site-packages";

/// The result of `run` after an interrupt that the program did not catch.
const INTERRUPTED: i32 = -2;

/// The most decompressed data that comes out of a codec at once.
const MOST_ROOM: u32 = 1 << 20;

/// How a Python ended.
#[derive(Debug)]
pub enum End {
    /// As Python ends, with this exit code.
    Code(u8),
    /// By an interrupt that the program did not catch.
    Interrupted,
    /// It recursed deeper than its stack reaches.
    StackOverflow,
    /// WebAssembly stopped it, with this reason: a defect of the Python inside.
    Trap(String),
}

/// The Python's view of this machine.
pub struct View<'a> {
    /// The standard library, which it can read only.
    pub library: &'a Path,
    /// The working folder.
    pub folder: &'a Path,
    /// The name of the working folder inside.
    pub folder_inside: &'a str,
    /// The folder for temporary files and its name inside, if there is one.
    pub temporary: Option<(&'a Path, &'a str)>,
    /// The most memory that it has, in bytes.
    pub memory: Option<usize>,
}

/// A Python that is prepared for its program.
pub struct Guest {
    store: Store<State>,
    program: Program,
}

struct State {
    wasi: WasiCtx,
    table: ResourceTable,
    limits: StoreLimits,
    codecs: Codecs,
}

/// `os._exit`, on its way out.
#[derive(Debug, thiserror::Error)]
#[error("exit with {0}")]
struct Leave(u8);

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

impl Host for State {
    fn exit(&mut self, code: u8) -> Result<()> {
        Err(Leave(code).into())
    }

    fn sleep(&mut self, nanoseconds: u64) -> Result<bool> {
        Ok(wait::sleep(Duration::from_nanos(nanoseconds)))
    }

    fn read_input(&mut self, most: u32) -> Result<Option<Vec<u8>>> {
        Ok(wait::read_input(most as usize)?)
    }

    fn begin_codec(&mut self, codec: Codec, setting: u32) -> Result<Result<u32, String>> {
        Ok(self.codecs.begin(codec, setting))
    }

    fn step_codec(&mut self, number: u32, input: Vec<u8>, room: u32, last: bool) -> Result<Step> {
        // Data that does not fit into one piece comes with the next.
        Ok(self.codecs.step(number, &input, room.min(MOST_ROOM), last))
    }

    fn end_codec(&mut self, number: u32) -> Result<()> {
        self.codecs.end(number);
        Ok(())
    }
}

impl Guest {
    /// A Python from the snapshot in `component`, prepared with `launch`.
    ///
    /// # Errors
    /// A folder cannot be opened, or the snapshot does not fit this program.
    pub async fn prepare(engine: &Engine, component: &Component, view: &View<'_>, launch: &Launch) -> Result<Self> {
        Self::prepare_with(engine, component, view, None, launch).await
    }

    /// The same, with the folder `packages` of further modules, which it can read only.
    ///
    /// # Errors
    /// The errors of [`prepare`](Self::prepare).
    pub async fn prepare_with(
        engine: &Engine,
        component: &Component,
        view: &View<'_>,
        packages: Option<&Path>,
        launch: &Launch,
    ) -> Result<Self> {
        let mut linker = Linker::new(engine);
        wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
        host::add_to_linker::<_, HasSelf<_>>(&mut linker, |state: &mut State| state)?;
        // Above that, growing fails inside, and Python raises MemoryError.
        let limits = StoreLimitsBuilder::new().memory_size(view.memory.unwrap_or(usize::MAX)).build();
        let state =
            State { wasi: wasi(view, packages)?, table: ResourceTable::new(), limits, codecs: Codecs::default() };
        let mut store = Store::new(engine, state);
        store.limiter(|state| &mut state.limits);
        let program = Program::instantiate_async(&mut store, component, &linker).await?;
        program.call_prepare(&mut store, launch).await?;
        Ok(Self { store, program })
    }

    /// Runs the program to its end. Once.
    pub async fn run(&mut self, source: &Source) -> End {
        match self.program.call_run(&mut self.store, source).await {
            Ok(INTERRUPTED) => End::Interrupted,
            Ok(code) => End::Code(code.to_le_bytes()[0]),
            Err(error) => end(&error),
        }
    }
}

fn wasi(view: &View<'_>, packages: Option<&Path>) -> Result<WasiCtx> {
    let mut wasi = WasiCtxBuilder::new();
    // The thread may block, because it runs nothing but the program.
    wasi.allow_blocking_current_thread(true).allow_tcp(false).allow_udp(false);
    wasi.preopened_dir(view.library, LIBRARY, FsPerms::ReadOnly)?;
    if let Some(packages) = packages {
        wasi.preopened_dir(packages, PACKAGES, FsPerms::ReadOnly)?;
    }
    wasi.preopened_dir(view.folder, view.folder_inside, FsPerms::ReadWrite)?;
    if let Some((here, inside)) = view.temporary {
        wasi.preopened_dir(here, inside, FsPerms::ReadWrite)?;
    }
    wasi.inherit_stdio();
    Ok(wasi.build())
}

/// How a Python ended whose program did not return.
pub(crate) fn end(error: &wasmtime::Error) -> End {
    if let Some(Leave(code)) = error.downcast_ref() {
        return End::Code(*code);
    }
    if let Some(exit) = error.downcast_ref::<wasmtime_wasi::I32Exit>() {
        return End::Code(exit.0.to_le_bytes()[0]);
    }
    match error.downcast_ref::<Trap>() {
        Some(Trap::StackOverflow) => End::StackOverflow,
        Some(trap) => End::Trap(trap.to_string()),
        None => End::Trap(format!("{error:#}")),
    }
}

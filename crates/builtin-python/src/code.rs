//! The machine code of one of the two Pythons: the one that is shipped, or the one with packages for science.

use std::path::Path;
#[cfg(target_os = "linux")]
use std::path::PathBuf;

use wasmtime::component::Component;
use wasmtime::{Engine, Module};

use crate::arguments::Folders;
use crate::guest::{End, Guest, Launch, Source, View};
use crate::image::{self, Image};
use crate::science::Science;
use crate::store::{self, Unpacked};
use crate::{about, engine};

/// Why a Python's machine code cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The shipped files cannot be used.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The description of the shipped files cannot be used.
    #[error(transparent)]
    About(#[from] about::Error),
    /// The science pack cannot be used.
    #[error(transparent)]
    Image(#[from] image::Error),
    /// WebAssembly does not start.
    #[error("the built-in Python cannot be started: {0:#}")]
    Engine(#[from] wasmtime::Error),
}

/// Machine code, mapped.
pub struct Code {
    engine: Engine,
    python: Mapped,
}

/// The code, with its files, which stay as they are while this lives.
enum Mapped {
    Shipped(Component, Unpacked),
    Science(Module, Image),
}

/// A Python that is prepared for its program.
pub enum Python {
    /// The one that is shipped.
    Shipped(Guest),
    /// The one with packages for science.
    Science(Science),
}

impl Code {
    /// The code that is installed in `folders`, checked and mapped.
    ///
    /// # Errors
    /// The reasons in [`enum@Error`].
    pub fn open(folders: &Folders) -> Result<Self, Error> {
        let engine = engine::runner()?;
        let python = match &folders.image {
            Some(folder) => {
                let image = image::open(folder, folders.checked.as_deref())?;
                let outdated = |error: wasmtime::Error| image::Error::Outdated(format!("{error:#}"));
                Mapped::Science(module(&engine, &image.code.path()).map_err(outdated)?, image)
            }
            None => {
                let unpacked = store::open(folders)?;
                Mapped::Shipped(component(&engine, &unpacked.code.path())?, unpacked)
            }
        };
        Ok(Self { engine, python })
    }

    /// The folder of the standard library.
    pub fn library(&self) -> &Path {
        match &self.python {
            Mapped::Shipped(_, unpacked) => &unpacked.library,
            Mapped::Science(_, image) => &image.library,
        }
    }

    /// The folder of the files, and their identity, which changes with them; `None` if the folder's name is not Unicode.
    pub fn identity(&self) -> Option<(&str, &str)> {
        let (folder, identity) = match &self.python {
            Mapped::Shipped(_, unpacked) => (&unpacked.folder, &unpacked.identity),
            Mapped::Science(_, image) => (&image.folder, &image.identity),
        };
        folder.to_str().map(|folder| (folder, identity.as_str()))
    }

    /// The folders that a prepared Python still reads from.
    #[cfg(target_os = "linux")]
    pub fn folders(&self) -> Vec<PathBuf> {
        match &self.python {
            Mapped::Shipped(_, unpacked) => vec![unpacked.library.clone()],
            Mapped::Science(_, image) => {
                vec![image.library.clone(), image.folder.join(image::DATA), image.folder.join(image::EMPTY)]
            }
        }
    }

    /// A Python, prepared with `launch`. `packages` is a folder of further modules, which it can read only.
    ///
    /// # Errors
    /// A folder cannot be opened, or the snapshot does not fit this program.
    pub async fn prepare(
        &self,
        view: &View<'_>,
        packages: Option<&Path>,
        launch: &Launch,
    ) -> Result<Python, wasmtime::Error> {
        match &self.python {
            Mapped::Shipped(component, _) => {
                Guest::prepare_with(&self.engine, component, view, packages, launch).await.map(Python::Shipped)
            }
            Mapped::Science(module, image) => {
                Science::prepare(&self.engine, module, image, view, packages, launch).await.map(Python::Science)
            }
        }
    }
}

impl Python {
    /// Runs the program to its end. Once.
    pub async fn run(&mut self, source: &Source) -> End {
        match self {
            Self::Shipped(guest) => guest.run(source).await,
            Self::Science(science) => science.run(source).await,
        }
    }
}

#[expect(unsafe_code, reason = "mapping machine code is what this program is for")]
fn component(engine: &Engine, file: &Path) -> wasmtime::Result<Component> {
    // SAFETY: the file is the compiler's own output: the store has checked its hash, and only this user can write to its folder.
    let mapped = unsafe { Component::deserialize_file(engine, file) };
    match mapped {
        // Wine maps no file with rights to run it: there it is read. The same bytes are refused again if they are no good.
        Err(_) if cfg!(windows) => {
            let code = std::fs::read(file)?;
            // SAFETY: as above.
            unsafe { Component::deserialize(engine, code) }
        }
        mapped => mapped,
    }
}

#[expect(unsafe_code, reason = "mapping machine code is what this program is for")]
fn module(engine: &Engine, file: &Path) -> wasmtime::Result<Module> {
    // SAFETY: the file is the compiler's own output: its hash was checked, and only this user can write to its folder.
    unsafe { Module::deserialize_file(engine, file) }
}

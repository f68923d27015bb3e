//! The runtime of a language: its interpreter and how to start it.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;

use super::activation::Activation;
use super::definition::entry;
use super::prestart::Prestart;
use super::typescript;
use crate::interpreter::OwnPythons;
use crate::outcome::Isolation;
use crate::request::Request;

/// The science pack of an interpreter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Science {
    /// It has none, and cannot have one.
    #[default]
    Absent,
    /// It is the built-in Python without it, and can have it.
    Offered,
    /// It is the built-in Python with it.
    Added,
}

/// How to start the interpreter of a language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Runtime {
    /// The language's name.
    pub language: String,
    /// The name to show: `CPython 3.13.1`, `Node.js 24.4.0`, or the program of a user-defined language.
    pub name: String,
    /// `3.13.1`; empty if unknown.
    pub version: String,
    /// The interpreter.
    pub path: PathBuf,
    /// Arguments before the program's file.
    pub args: Vec<OsString>,
    /// Replaces `args` for programs that need a TypeScript transform; `None` if the interpreter cannot do it.
    pub transform_args: Option<Vec<OsString>>,
    /// Whether `args` are the transform's.
    pub transforms: bool,
    /// Whether it prints a warning on standard error that its TypeScript support is experimental.
    pub announces: bool,
    /// Arguments to add in front if the user's folders are visible above the program's.
    pub args_in_sight: Vec<OsString>,
    /// The changes that activating the interpreter's environment makes.
    pub activation: Activation,
    /// The paths that the interpreter consists of, which its programs may read at the level `sandbox`.
    pub trees: Vec<PathBuf>,
    /// The paths that no program may add anything to, because the interpreter finds code there.
    pub code: Vec<PathBuf>,
    /// The folders from which nothing is imported while the interpreter is probed: programs may write to them.
    pub open: Vec<PathBuf>,
    /// The extension of the program's file.
    pub extension: String,
    /// How it is prestarted; `None` if it cannot be.
    pub prestart: Option<Prestart>,
    /// The image in whose containers its programs run; `None` for an interpreter of this machine.
    pub image: Option<String>,
    /// The isolation level of its programs.
    pub isolation: Isolation,
    /// Whether nothing of a run may affect the interpreter's own process: it gets the program's variables with a prefix, so that
    /// they are not its own.
    pub is_sealed: bool,
    /// Whether the science pack belongs to it.
    pub science: Science,
    /// The machine's own Pythons, which may have modules that this interpreter lacks; for the built-in Python only.
    pub own_pythons: Option<OwnPythons>,
}

impl Runtime {
    /// The name of the program's file in its folder.
    pub fn entry(&self) -> String {
        entry(&self.extension)
    }

    /// Whether it is the built-in Python.
    pub fn is_built_in(&self) -> bool {
        self.prestart == Some(Prestart::BuiltIn)
    }

    /// Whether it is the built-in Python without the science pack, and can have it.
    pub(crate) fn offers_science(&self) -> bool {
        self.science == Science::Offered
    }

    /// The name and the path of an own Python that has `module`, for a program in the built-in one. May start own Pythons.
    pub(crate) async fn own_python_with(&self, module: &str) -> Option<(String, PathBuf)> {
        let found = self.own_pythons.as_ref()?.with_module(module).await?;
        Some((found.name(), found.path))
    }

    /// `this` runtime for `request`: with the transform's arguments if it needs them.
    pub(crate) fn suited_to(this: Arc<Self>, request: &Request) -> Arc<Self> {
        match &this.transform_args {
            Some(args) if typescript::needs_transform(request, &this.extension) => {
                let args = args.clone();
                Arc::new(Self { args, transform_args: None, transforms: true, announces: true, ..(*this).clone() })
            }
            _ => this,
        }
    }
}

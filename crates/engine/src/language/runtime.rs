//! What runs a language on this machine.

use std::ffi::OsString;
use std::path::PathBuf;

use super::activation::Activation;
use super::definition::entry;
use super::prestart::Prestart;
use super::typescript;
use crate::request::Request;

/// What runs a language on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Runtime {
    /// The language's name.
    pub language: String,
    /// For people: `CPython 3.13.1`, `Node.js 24.4.0`, or a user row's program.
    pub name: String,
    /// `3.13.1`; empty where it is not known.
    pub version: String,
    /// The interpreter.
    pub path: PathBuf,
    /// Arguments before the program's file.
    pub args: Vec<OsString>,
    /// Arguments in their place for programs whose TypeScript is more than types, where it can run those.
    pub transform_args: Option<Vec<OsString>>,
    /// Whether `args` are those.
    pub transforms: bool,
    /// Whether it announces on standard error that its way with TypeScript is experimental.
    pub announces: bool,
    /// Arguments before those, where folders of the user's may lie above the program's.
    pub args_in_sight: Vec<OsString>,
    /// What a program finds around it.
    pub activation: Activation,
    /// The extension of the program's file.
    pub extension: String,
    /// How it is started before its program is known; `None` where it cannot be.
    pub prestart: Option<Prestart>,
}

impl Runtime {
    /// The name of the program's file in its folder.
    pub fn entry(&self) -> String {
        entry(&self.extension)
    }

    /// As it runs the program of `request`.
    pub(crate) fn suited_to(&self, request: &Request) -> Self {
        match &self.transform_args {
            Some(args) if typescript::needs_transform(request, &self.extension) => {
                Self { args: args.clone(), transform_args: None, transforms: true, announces: true, ..self.clone() }
            }
            _ => self.clone(),
        }
    }
}

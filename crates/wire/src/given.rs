//! The kept input of a program, so that it can be run again as it was.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::request::Encoding;

/// A program's input. `missing` names the parts that were not stored.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(default)]
pub struct Given {
    /// Its standard input.
    pub stdin: String,
    /// Its arguments.
    pub args: Vec<String>,
    /// Its own environment variables.
    pub env: Vec<GivenVariable>,
    /// The files that were put into its folder.
    pub files: Vec<GivenFile>,
    /// The parts that were not kept, without which a second run would differ: `code`, `stdin`, `args`, `env`, `files`, `typed`.
    pub missing: Vec<Missing>,
}

/// An environment variable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct GivenVariable {
    /// Its name.
    pub name: String,
    /// Its value; `null` unless the settings have values kept, as they are often secrets.
    pub value: Option<String>,
}

/// A file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct GivenFile {
    /// Where in the run's folder.
    pub path: String,
    /// How large it was.
    pub size_bytes: u64,
    /// Its content; `null` when it is not kept.
    pub content: Option<String>,
    /// How `content` is written, `utf8` or `base64`.
    #[schema(value_type = String)]
    pub encoding: Encoding,
}

/// A part that is not kept, or not whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum Missing {
    /// The program's own bytes, which were no UTF-8.
    Code,
    /// Its standard input.
    Stdin,
    /// Its arguments.
    Args,
    /// Values of its environment variables.
    Env,
    /// Contents of its files.
    Files,
    /// Input that was typed while it ran.
    Typed,
}

impl Given {
    /// Whether there was no input.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

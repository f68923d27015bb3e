//! The request of `POST /execute`.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

/// A program to run. `null` in an optional field is the same as leaving it out; unknown fields are ignored.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields))]
pub struct ExecuteRequest {
    /// The program's text.
    #[schema(example = "print('Hello')")]
    pub code: String,
    /// How `code` is written; `utf8` when left out. Base64 carries a program of any encoding, byte for byte.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code_encoding: Option<Encoding>,
    /// A language's name or alias, letter case aside; `python` when left out.
    #[schema(example = "python")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// The program's standard input, followed by end-of-file; empty when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stdin: Option<String>,
    /// The program's arguments.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub args: Option<Vec<String>>,
    /// Environment variables on top of the few that every run gets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub env: Option<BTreeMap<String, String>>,
    /// Files that are put into the run's folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub files: Option<Vec<InputFile>>,
    /// Milliseconds of wall-clock time after which the run is ended; the settings hold the default and the maximum.
    #[schema(value_type = Option<u64>, minimum = 1, example = 10_000)]
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(as = "Option<u64>"))]
    pub timeout_ms: Option<WholeNumber>,
    /// The level of isolation. It may raise that of the settings, never lower it; what cannot be given is refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub isolation: Option<Level>,
    /// The network in the sandbox; as in the settings when left out. It may be less than that, never more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network: Option<Network>,
}

/// A level of isolation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// The strongest that the service can give.
    Auto,
    /// The user's files and network.
    None,
    /// The run's own folder and granted ones, and no network unless it is granted.
    Sandbox,
    /// WebAssembly: the built-in Python, whatever Python the settings choose. Other languages are refused.
    Wasm,
    /// Docker or Podman; not in this version.
    Container,
}

/// A program's access to the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum Network {
    /// Nothing.
    Off,
    /// Access if the user allows it in the app, which asks. Without the app the program is refused.
    Ask,
    /// Public addresses: neither this machine nor its local network.
    On,
}

/// A file for the run's folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields))]
#[serde(expecting = "an object with `path` and `content`")]
pub struct InputFile {
    /// Where, relative to the run's folder.
    #[schema(example = "data/input.csv")]
    pub path: String,
    /// Its content.
    pub content: String,
    /// How `content` is written; `utf8` when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encoding: Option<Encoding>,
}

/// How a file's content is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum Encoding {
    /// As it is.
    Utf8,
    /// Base64 with padding.
    Base64,
}

/// A whole number that is not negative. `1000.0` and `1e3` are read too: some clients have no integers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct WholeNumber(pub u64);

impl<'de> Deserialize<'de> for WholeNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Whole)
    }
}

struct Whole;

impl Visitor<'_> for Whole {
    type Value = WholeNumber;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a whole number that is not negative")
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<WholeNumber, E> {
        Ok(WholeNumber(number))
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<WholeNumber, E> {
        // The cast is exact up to 2^53 and saturates above.
        match number.fract() == 0.0 && number >= 0.0 {
            true => Ok(WholeNumber(number as u64)),
            false => Err(E::invalid_value(de::Unexpected::Float(number), &self)),
        }
    }
}

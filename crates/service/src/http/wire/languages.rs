//! The answer of `GET /languages`.

use runtray_engine::language::Entry;
use serde::Serialize;
use utoipa::ToSchema;

use super::words::Words;

/// A language, and what runs it on this machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Language {
    /// Its name.
    #[schema(example = "python")]
    pub language: String,
    /// Other names that are taken for it.
    pub aliases: Vec<String>,
    /// The interpreter, for people.
    #[schema(example = "CPython 3.13.1")]
    pub runtime: Option<String>,
    /// The interpreter's version where it is known.
    #[schema(example = "3.13.1")]
    pub version: Option<String>,
    /// The interpreter's path.
    pub path: Option<String>,
    /// The isolation level of its programs, where it can run.
    #[schema(example = "wasm")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub isolation: Option<&'static str>,
    /// Whether it can run.
    pub available: bool,
    /// Why it cannot run, and how to change that; empty when it can.
    pub detail: String,
    /// `detail` as a code with values; only when it cannot run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Words>,
}

impl From<Entry> for Language {
    fn from(Entry { language, runtime }: Entry) -> Self {
        let missing = Self {
            language: language.name,
            aliases: language.aliases,
            runtime: None,
            version: None,
            path: None,
            isolation: None,
            available: false,
            detail: String::new(),
            reason: None,
        };
        match runtime {
            Err(reason) => Self { detail: reason.to_string(), reason: Some((&reason.0).into()), ..missing },
            Ok(runtime) => Self {
                runtime: Some(runtime.name.clone()),
                version: Some(runtime.version.clone()).filter(|version| !version.is_empty()),
                path: Some(runtime.path.display().to_string()),
                isolation: Some(runtime.isolation.name()),
                available: true,
                ..missing
            },
        }
    }
}

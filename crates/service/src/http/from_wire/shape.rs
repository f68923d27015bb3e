//! Requests whose large texts are read by `text`. The compiler compares the fields with the wire types' fields.

use std::collections::BTreeMap;

use runtray_wire::{Encoding, ExecuteRequest, InputFile, Level, Network, WholeNumber};
use serde::{Deserialize, Deserializer};

use super::text;

/// An [`ExecuteRequest`] as it is read.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub(super) struct Received(#[serde(with = "RequestShape")] pub(super) ExecuteRequest);

#[derive(Deserialize)]
#[serde(remote = "ExecuteRequest")]
struct RequestShape {
    #[serde(deserialize_with = "text::required")]
    code: String,
    code_encoding: Option<Encoding>,
    language: Option<String>,
    #[serde(default, deserialize_with = "text::optional")]
    stdin: Option<String>,
    args: Option<Vec<String>>,
    env: Option<BTreeMap<String, String>>,
    #[serde(default, deserialize_with = "files")]
    files: Option<Vec<InputFile>>,
    timeout_ms: Option<WholeNumber>,
    isolation: Option<Level>,
    network: Option<Network>,
}

#[derive(Deserialize)]
#[serde(remote = "InputFile", expecting = "an object with `path` and `content`")]
struct FileShape {
    path: String,
    #[serde(deserialize_with = "text::required")]
    content: String,
    encoding: Option<Encoding>,
}

#[derive(Deserialize)]
#[serde(transparent)]
struct ReceivedFile(#[serde(with = "FileShape")] InputFile);

fn files<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<InputFile>>, D::Error> {
    let files = Option::<Vec<ReceivedFile>>::deserialize(deserializer)?;
    Ok(files.map(|files| files.into_iter().map(|ReceivedFile(file)| file).collect()))
}

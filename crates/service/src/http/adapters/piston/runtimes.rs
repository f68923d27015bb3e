//! Piston's runtimes: the languages that can run here.

use runtray_engine::excerpt;
use serde::Serialize;
use utoipa::ToSchema;

use super::reply::{Refused, bad};
use super::request::Wanted;
use super::version;
use crate::http::error::Error;
use crate::runs::core::Core;
use crate::runs::error::RunError;

/// A language that can run.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PistonRuntime)]
pub(super) struct Runtime {
    /// Its name.
    language: String,
    /// Its interpreter's version; `0.0.0` where it is not known.
    version: String,
    /// Other names.
    aliases: Vec<String>,
    /// The interpreter, where it is not the language's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    runtime: Option<&'static str>,
}

/// Every language that can run.
pub(super) async fn list(core: &Core) -> Vec<Runtime> {
    let entries = core.entries().await;
    let runnable = entries.into_iter().filter_map(|entry| Some((entry.language, entry.runtime.ok()?)));
    runnable
        .map(|(language, runtime)| Runtime {
            version: version::told(&runtime.version).to_owned(),
            runtime: runtime.name.starts_with("Node").then_some("node"),
            language: language.name,
            aliases: language.aliases,
        })
        .collect()
}

/// The language's own name and its interpreter's version. A version in the name that is not here joins the ignored fields.
///
/// # Errors
/// Runtime or version not installed; the wording is Piston's, which clients compare.
pub(super) async fn find(core: &Core, wanted: &mut Wanted) -> Result<(String, String), Refused> {
    let unknown = format!("{}-{} runtime is unknown", excerpt(&wanted.language), excerpt(&wanted.version));
    match core.runtime(&wanted.language).await {
        Ok(runtime) if version::selects(&wanted.version, &runtime.version) => {
            wanted.ignored.extend(core.other_version(&wanted.language, &runtime).map_err(Error::from)?);
            Ok((runtime.language.clone(), version::told(&runtime.version).to_owned()))
        }
        Ok(_) | Err(RunError::UnknownLanguage { .. }) => Err(bad(unknown)),
        Err(RunError::NoRuntime(reason)) => Err(bad(format!("{unknown}: {reason}"))),
        Err(error) => Err(Error::from(error).into()),
    }
}

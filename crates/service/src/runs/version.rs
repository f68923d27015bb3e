//! The version in a language's name, such as `python3.12`, compared with the installed interpreter's version.
//!
//! Language models often name a version without need, so an interpreter of another version runs the program, and the answer says
//! so. Python 2 counts as another language.

use runtray_engine::language::Runtime;
use runtray_engine::message::LocalizedMessage;

use crate::sentences as s;

/// A sentence for the answer if `runtime` has another version than `asked`.
///
/// # Errors
/// The program was written for another language: a Python of another major version.
pub(crate) fn other(asked: &str, runtime: &Runtime) -> Result<Option<String>, LocalizedMessage> {
    let is_here = |count: usize| {
        let mut here = runtime.version.split('.');
        asked.split('.').take(count).all(|part| here.next() == Some(part))
    };
    if is_here(usize::MAX) {
        return Ok(None);
    }
    if runtime.language == "python" && !is_here(1) {
        let told = s::LANGUAGE_VERSION.with("asked", asked).with("runtime", runtime.name.as_str());
        return Err(told.with("language", runtime.language.as_str()));
    }
    Ok(Some(format!("language version {asked}, as {} is here", runtime.name)))
}

#[cfg(test)]
mod tests {
    use runtray_engine::interpreter::Machine;
    use runtray_engine::language::{Choices, Images, Languages, Runtime};

    use super::other;

    /// A runtime of that version. One of an image stands for one of this machine.
    fn runtime(language: &str, name: &str, version: &str) -> Runtime {
        let images = Images { default: Some("image:1".into()), ..Images::default() };
        let languages = Languages::new(Choices { images, ..Choices::default() }, Machine::this());
        let found = languages.container_runtime(languages.find(language).expect("a language")).expect("a runtime");
        Runtime { name: name.into(), version: version.into(), ..(*found).clone() }
    }

    #[test]
    fn another_version_is_told_and_another_python_refused() {
        let python = runtime("python", "CPython 3.11.7", "3.11.7");
        let node = runtime("javascript", "Node.js 24.4.0", "24.4.0");
        for (asked, runtime, expected) in [
            ("3", &python, Ok(None)),
            ("3.11", &python, Ok(None)),
            ("3.11.7", &python, Ok(None)),
            ("3.12", &python, Ok(Some("language version 3.12, as CPython 3.11.7 is here"))),
            ("3.1", &python, Ok(Some("language version 3.1, as CPython 3.11.7 is here"))),
            ("2", &python, Err("version 2")),
            ("2.7", &python, Err("version 2.7")),
            ("312", &python, Err("CPython 3.11.7")),
            ("24", &node, Ok(None)),
            ("20", &node, Ok(Some("language version 20, as Node.js 24.4.0 is here"))),
        ] {
            match (other(asked, runtime), expected) {
                (Ok(told), Ok(expected)) => assert_eq!(told.as_deref(), expected, "{asked}"),
                (Err(refused), Err(words)) => assert!(refused.to_string().contains(words), "{asked}: {refused}"),
                (told, _) => panic!("{asked}: {told:?}"),
            }
        }
    }
}

//! The runtime of a language in a container: an image that the user chose, and a command in it.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;

use super::activation::Activation;
use super::definition::{Interpreter, Language};
use super::runtime::{Runtime, Science};
use super::shell;
use super::unavailable::Unavailable;
use crate::outcome::Isolation;
use crate::text::sentences;

/// The images of containers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Images {
    /// For the languages that `by_language` does not name.
    pub default: Option<String>,
    /// By the language's name.
    pub by_language: BTreeMap<String, String>,
}

impl Images {
    /// The image for the language of that name.
    pub fn of(&self, language: &str) -> Option<&str> {
        self.by_language.get(language).or(self.default.as_ref()).map(String::as_str)
    }
}

/// The runtime of `language` in a container of its image.
pub(super) fn runtime(language: &Language, images: &Images) -> Result<Runtime, Unavailable> {
    let command = command(&language.interpreter);
    let Some((program, args)) = command.split_first() else {
        return Err(Unavailable(sentences::CONTAINER_LANGUAGE.with("language", &language.name)));
    };
    let Some(image) = images.of(&language.name) else {
        return Err(Unavailable(sentences::CONTAINER_NO_IMAGE.with("language", &language.name)));
    };
    Ok(Runtime {
        language: language.name.clone(),
        name: image.to_owned(),
        version: String::new(),
        path: PathBuf::from(program),
        args: args.iter().map(OsString::from).collect(),
        transform_args: None,
        transforms: false,
        announces: false,
        args_in_sight: Vec::new(),
        activation: Activation::default(),
        trees: Vec::new(),
        code: Vec::new(),
        open: Vec::new(),
        extension: language.extension.clone(),
        prestart: None,
        image: Some(image.to_owned()),
        isolation: Isolation::Container,
        is_sealed: false,
        science: Science::Absent,
        own_pythons: None,
    })
}

/// The command before the program's file; empty if no Linux has it.
fn command(interpreter: &Interpreter) -> Vec<String> {
    match interpreter {
        Interpreter::Python => vec!["python3".to_owned()],
        Interpreter::Node | Interpreter::NodeTypes => vec!["node".to_owned()],
        Interpreter::Command(command) => command.clone(),
        Interpreter::Shell(shells) if *shells == shell::CMD => Vec::new(),
        Interpreter::Shell(shells) => {
            shells.first().into_iter().flat_map(|shell| shell.iter()).map(ToString::to_string).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Images, Interpreter, Language, runtime};
    use crate::language::shell;
    use crate::outcome::Isolation;

    fn language(name: &str, interpreter: Interpreter) -> Language {
        Language { name: name.into(), aliases: Vec::new(), extension: "x".into(), interpreter }
    }

    #[test]
    fn a_language_has_its_own_image_or_that_of_all() {
        let by_language = [("javascript".to_owned(), "node:24".to_owned())].into();
        let images = Images { default: Some("all:1".into()), by_language };
        let image = |language: &Language| runtime(language, &images).expect("a runtime").image;
        assert_eq!(image(&language("javascript", Interpreter::Node)).as_deref(), Some("node:24"));
        let python = language("python", Interpreter::Python);
        assert_eq!(image(&python).as_deref(), Some("all:1"));
        let none = runtime(&python, &Images::default()).expect_err("no image").to_string();
        assert!(none.contains("[container] image"), "{none}");
    }

    #[test]
    fn commands_are_those_of_linux() {
        let images = Images { default: Some("all:1".into()), ..Images::default() };
        let command = |interpreter| {
            let runtime = runtime(&language("l", interpreter), &images).ok()?;
            assert_eq!(runtime.isolation, Isolation::Container);
            let args = runtime.args.iter().map(|argument| argument.display().to_string());
            Some([runtime.path.display().to_string()].into_iter().chain(args).collect::<Vec<_>>().join(" "))
        };
        assert_eq!(command(Interpreter::Python).as_deref(), Some("python3"));
        assert_eq!(command(Interpreter::Command(vec!["lua".into(), "-W".into()])).as_deref(), Some("lua -W"));
        assert!(command(Interpreter::Shell(shell::POWERSHELL)).is_some_and(|line| line.starts_with("pwsh ")));
        assert_eq!(command(Interpreter::Shell(shell::CMD)), None);
    }
}

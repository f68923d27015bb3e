//! The definition of a language.

/// A language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Language {
    /// Its name on the wire, lower case.
    pub name: String,
    /// Other names, lower case.
    pub aliases: Vec<String>,
    /// The extension of its program's file, without the dot.
    pub extension: String,
    /// Where its interpreter comes from.
    pub interpreter: Interpreter,
}

impl Language {
    /// Whether it is a shell of the system.
    pub fn is_shell(&self) -> bool {
        matches!(self.interpreter, Interpreter::Shell(_))
    }

    /// The name of the program's file in its folder.
    pub fn entry(&self) -> String {
        entry(&self.extension)
    }
}

/// Where a language's interpreter comes from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Interpreter {
    /// Discovered: CPython or a compatible one.
    Python,
    /// Discovered: Node.js.
    Node,
    /// Discovered: a Node.js that strips types.
    NodeTypes,
    /// Defined by the user: a program (a path, or a name on PATH) and arguments before the program's file.
    Command(Vec<String>),
    /// A shell of the system: the first of these programs that is on PATH, each with arguments before the program's file. It is
    /// off unless the user's choices allow shells.
    Shell(&'static [&'static [&'static str]]),
}

/// The name of a program's file with that extension.
pub(super) fn entry(extension: &str) -> String {
    format!("main.{extension}")
}

//! Which interpreters can be started before their programs are known.

use super::definition::Interpreter;

/// A kind of interpreter that can be prestarted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prestart {
    /// CPython and compatible ones.
    Python,
    /// Node.js.
    Node,
    /// The built-in Python.
    BuiltIn,
}

impl Prestart {
    pub(super) fn of(interpreter: &Interpreter) -> Option<Self> {
        match interpreter {
            Interpreter::Python => Some(Self::Python),
            Interpreter::Node | Interpreter::NodeTypes => Some(Self::Node),
            Interpreter::Command(_) => None,
        }
    }
}

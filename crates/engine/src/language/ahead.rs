//! Which interpreters may be started before their programs are known.

use super::definition::Interpreter;

/// A kind of interpreter that may be started ahead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ahead {
    /// CPython and those that start like it.
    Python,
    /// Node.js.
    Node,
}

impl Ahead {
    pub(super) fn of(interpreter: &Interpreter) -> Option<Self> {
        match interpreter {
            Interpreter::Python => Some(Self::Python),
            Interpreter::Node | Interpreter::NodeTypes => Some(Self::Node),
            Interpreter::Command(_) => None,
        }
    }
}

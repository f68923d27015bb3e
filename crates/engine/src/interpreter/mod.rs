//! Finding interpreters on this machine.

/// What discovery looks at.
pub struct Machine;

impl Machine {
    /// The machine that this process runs on.
    pub fn this() -> Self {
        Self
    }
}

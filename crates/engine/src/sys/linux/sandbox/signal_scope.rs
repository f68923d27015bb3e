//! Where there are no namespaces: a program's signals reach its own tree only, and it can trace nothing else.

use landlock::{Ruleset, RulesetAttr, Scope};

/// Keeps signals of this process, and of all that it will start, from everything outside of them, where the kernel can do that (Linux
/// 6.12). The ruleset handles no files: a second ruleset, which a program may have for itself, would deny it to move files between
/// folders otherwise.
pub(crate) fn keep_signals_inside() {
    let ruleset = Ruleset::default().scope(Scope::Signal).and_then(Ruleset::create);
    let _ = ruleset.and_then(landlock::RulesetCreated::restrict_self);
}

//! Landlock's signal scope, for runs without namespaces: a program can neither signal nor trace processes outside of its tree.

use landlock::{Ruleset, RulesetAttr, Scope};

/// Restricts signals of this process and its descendants to their own tree (Linux 6.12). The ruleset covers no files: if a
/// program then added its own ruleset, it could no longer move files between folders.
pub(crate) fn keep_signals_inside() {
    let ruleset = Ruleset::default().scope(Scope::Signal).and_then(Ruleset::create);
    let _ = ruleset.and_then(landlock::RulesetCreated::restrict_self);
}

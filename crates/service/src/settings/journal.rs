//! The keys of `[journal]` that limit how much of a program is stored.

use super::key::{Key, set};
use super::read::{MIB, buffer, switch};

/// `journal.max_code_bytes`.
pub(super) const MAX_CODE_BYTES: Key = Key::new(
    "journal.max_code_bytes",
    "The most code that the log keeps of each run, in bytes. Longer code is cut and cannot be run again from the log.",
    |s, v| set(&mut s.journal.max_code_bytes, buffer(v, 1024, 64 * MIB)),
    |s| s.journal.max_code_bytes.to_string(),
);

/// `journal.max_input_bytes`.
pub(super) const MAX_INPUT_BYTES: Key = Key::new(
    "journal.max_input_bytes",
    "The most input that the log keeps of each run, so that it can be run again: standard input, arguments and files\ntogether, in bytes. 0 keeps none.",
    |s, v| set(&mut s.journal.max_input_bytes, buffer(v, 0, 64 * MIB)),
    |s| s.journal.max_input_bytes.to_string(),
);

/// `journal.env_values`.
pub(super) const ENV_VALUES: Key = Key::new(
    "journal.env_values",
    "true keeps the values of a program's environment variables too, which are often secrets. Their names are kept\nin any case.",
    |s, v| set(&mut s.journal.env_values, switch(v)),
    |s| s.journal.env_values.to_string(),
);

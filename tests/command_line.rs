//! The commands of `runtray` and their exit codes.

//! E2B's code interpreter: `POST /execute` answered by one JSON object a line, where the request's headers ask for that.
//!
//! Every run is a process of its own here. So contexts, which keep variables, are refused with a sentence instead of pretended.

mod contexts;
mod execute;
mod lines;

#[doc(hidden)]
pub(crate) use contexts::{__path_create, __path_list, __path_remove, __path_restart};
pub(crate) use contexts::{create, list, remove, restart};
pub(crate) use execute::{execute, is_for};

//! The service as a part of another program: what the desktop app and the command line hold.

pub(crate) mod history;
pub(crate) mod interactive;
pub(crate) mod lifecycle;
mod origin_approvals;
mod queries;
pub(crate) mod service;

//! The service embedded in another program: the API for the desktop app and the command line.

pub(crate) mod doctor;
mod folder_claim;
pub(crate) mod history;
pub(crate) mod interactive;
pub(crate) mod lifecycle;
pub(crate) mod network_answers;
pub(crate) mod options;
mod origin_approvals;
mod queries;
mod retained;
pub(crate) mod service;
pub(crate) mod standalone;
pub(crate) mod start_error;

//! The error when a language cannot run on this machine.

use crate::text::message::LocalizedMessage;

/// Why a language cannot run here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unavailable(pub LocalizedMessage);

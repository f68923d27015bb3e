//! The state of the access rules: the token, and the web origins that were allowed at the start, denied or refused.

pub(crate) mod denials;
pub(crate) mod denied_sites;
pub(crate) mod need;
pub(crate) mod pending;
pub(crate) mod root;
pub(crate) mod state;
pub(crate) mod token;

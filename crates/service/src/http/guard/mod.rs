//! The guard decides who may use the service. It is one layer in front of every route, and runs before a body is read.
//!
//! Each rule is a file. `GET /health` is exempt from all of them, the `Host` rule included: probes reach it under names of
//! their own and without any `Host`, it runs nothing, and it holds no data of the user's. A page that reaches it by DNS
//! rebinding learns that Runtray is here and in which version, and no more. A page of another origin cannot read the answer,
//! because it carries no `Access-Control-Allow-Origin`.

pub(crate) mod access;
mod cors;
pub(crate) mod denials;
mod fetch_metadata;
mod forwarded;
mod forwarded_header;
mod host;
pub(crate) mod layer;
pub(crate) mod need;
mod origin;
pub(crate) mod pending;
mod policy;
pub(crate) mod root;
pub(crate) mod token;

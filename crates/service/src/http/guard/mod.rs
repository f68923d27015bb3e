//! The guard decides who may use the service. It is one layer in front of every route, and runs before a body is read.
//!
//! Each rule is a file; the state that they use is in `http/access`. `GET /health` is exempt from all of them, the `Host` rule included: probes reach it under names of
//! their own and without any `Host`, it runs nothing, and it holds no data of the user's. A page that reaches it by DNS
//! rebinding learns that Runtray is here and in which version, and no more. A page of another origin cannot read the answer,
//! because it carries no `Access-Control-Allow-Origin`.

mod bearer;
mod cors;
mod fetch_metadata;
mod forwarded;
mod forwarded_header;
mod host;
pub(crate) mod layer;
mod origin;
mod policy;

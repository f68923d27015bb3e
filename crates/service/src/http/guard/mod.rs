//! The guard decides which clients may use the service. It is one layer in front of every route, and runs before a body is read.
//!
//! Each rule is a file; the state that the rules use is in `http/access`. `GET /health` is exempt from all rules, the `Host` rule
//! included: health probes use other host names or none, and the route runs nothing and returns no user data. A page that
//! reaches it by DNS rebinding learns only that Runtray runs, and its version. A page of another origin cannot read the
//! answer, because it carries no `Access-Control-Allow-Origin`; its `Cross-Origin-Resource-Policy` lets such a page find out that
//! something answers, so that it can ask its user to allow it.

mod asked;
mod bearer;
mod cors;
mod fetch_metadata;
mod forwarded;
mod forwarded_header;
mod head;
mod host;
pub(crate) mod layer;
mod origin;
pub(crate) mod pass;
mod policy;
#[cfg(test)]
mod properties;

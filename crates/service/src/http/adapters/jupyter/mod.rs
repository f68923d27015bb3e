//! The part of Jupyter's protocol that Open WebUI's code execution speaks: a kernel is made, runs one block, and is deleted.
//!
//! No variable stays from one block to the next, so a kernel is only a reservation: its id and its language. The block is a
//! run of `POST /execute`; closing the channel cancels it. Clients that need state (AutoGen) are not served.

mod channel;
mod kernels;
mod messages;
mod routes;

pub(crate) use kernels::Kernels;
#[doc(hidden)]
pub(crate) use routes::{__path_connect, __path_create, __path_delete, __path_list};
pub(crate) use routes::{connect, create, delete, list};

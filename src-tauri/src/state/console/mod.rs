//! The Console: its program, its recent output, and the window that shows it.

mod follower;
mod scrollback;
mod session;

pub(crate) use follower::Follower;
pub(crate) use session::{Console, run_again};

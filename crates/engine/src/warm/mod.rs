//! Warm interpreters: started before their programs are known, each for one program.

mod demand;
mod eligible;
mod idle_set;
mod pool;
mod pool_size;
mod refill;
mod snapshot;

pub(crate) use pool::Pool;
pub use pool_size::{PoolSize, Warm};
pub use refill::Refill;

//! The service's state on the machine: folders, the address file, the log, web origins.

pub mod address_file;
pub(crate) mod folder_lock;
pub mod log;
pub mod origin;
pub mod paths;

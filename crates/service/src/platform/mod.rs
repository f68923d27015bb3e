//! What the service asks of the machine and keeps on it: folders, the address file, the log, web origins.

pub mod address_file;
pub(crate) mod folder_lock;
pub mod log;
pub mod origin;
pub mod paths;

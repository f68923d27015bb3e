//! The settings file: mistakes, changes while the service runs, folders that cannot be written.

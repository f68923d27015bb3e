//! The journal: what ran, in SQLite.

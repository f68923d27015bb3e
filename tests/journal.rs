//! The journal's troubles: a full disk, a garbage file, a crash.

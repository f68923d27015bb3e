//! Misbehaving programs: whatever one does, nothing of it is left.

//! Bad input of every kind: a clear answer, and nothing run, lost or left.
